"""Random catalogs, for the round trip through YAML."""
