"""The Russian methodical instructions of 2021."""
