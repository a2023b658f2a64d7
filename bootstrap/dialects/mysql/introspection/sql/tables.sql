-- Every relation, with the collation that columns inherit: SHOW CREATE TABLE does not always print it.
SELECT table_name, table_type, table_collation
FROM information_schema.tables
WHERE table_schema = :database
ORDER BY table_name
