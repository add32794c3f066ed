"""Goods marking: codes, their lifecycle, events and fraud."""
