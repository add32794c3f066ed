"""The use cases: one call is one transaction, and results are frozen dataclasses."""
