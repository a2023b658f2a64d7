"""Reading a live database: one .sql file per kind of object, and what turns its rows into the catalog."""
