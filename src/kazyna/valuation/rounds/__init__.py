"""Frozen rounds, their comparison, and objections as a check of the model."""
