"""Washington State, United States."""
