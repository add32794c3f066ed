"""The words that every layer shares; it knows no other layer."""
