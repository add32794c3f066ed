"""Raw tables to sales and properties: column maps, profile, screening, places."""
