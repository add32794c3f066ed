"""Russia: property tax of individuals and land tax from cadastral value."""
