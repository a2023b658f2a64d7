"""Reading a live database: what the server prints, taken apart and put into the catalog."""
