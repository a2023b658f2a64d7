"""From the shapes of the schema files to the catalog's objects."""
