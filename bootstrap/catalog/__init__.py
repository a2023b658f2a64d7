"""The structure of databases as data: objects, their identities, and the differences between two structures."""
