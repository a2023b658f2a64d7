-- A NULL definition: the role may not see it.
SELECT routine_type, routine_name, dtd_identifier, routine_definition, is_deterministic, sql_data_access,
       security_type, sql_mode, routine_comment, definer, character_set_client, collation_connection
FROM information_schema.routines
WHERE routine_schema = :database
ORDER BY routine_type, routine_name
