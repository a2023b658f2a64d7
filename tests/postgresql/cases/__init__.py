"""Changes that once did not arrive, by topic: each with a name, what is there and what is wanted, as scripts of SQL."""
