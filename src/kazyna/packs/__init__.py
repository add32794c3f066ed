"""What differs between countries: the law as data, a folder a jurisdiction."""
