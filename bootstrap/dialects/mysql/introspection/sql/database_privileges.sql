-- The database's name is a pattern in a grant: also as it is written where an underscore stands for itself.
SELECT grantee, privilege_type, is_grantable
FROM information_schema.schema_privileges
WHERE table_schema IN (:database, REPLACE(REPLACE(:database, '_', '\\_'), '%', '\\%'))
