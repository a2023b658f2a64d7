SELECT grantee, table_name, '', privilege_type, is_grantable
FROM information_schema.table_privileges
WHERE table_schema = :database
UNION ALL
SELECT grantee, table_name, column_name, privilege_type, is_grantable
FROM information_schema.column_privileges
WHERE table_schema = :database
