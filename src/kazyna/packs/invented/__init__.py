"""Invented cadastres, of any size and from seeds: no object in them is real."""
