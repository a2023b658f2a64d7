"""PostgreSQL as an account that owns the database and is no superuser, such as the master of RDS."""
