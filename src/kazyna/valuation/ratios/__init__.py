"""Ratio studies: statistics, intervals, standards, equity, sales chasing."""
