"""PostgreSQL on real servers: reading, normalising, changing, seeding."""
