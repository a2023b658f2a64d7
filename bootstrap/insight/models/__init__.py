"""Does the application's ORM find what it expects: models against the declaration and the database."""
