SELECT trigger_name, event_manipulation, event_object_table, action_order, action_statement, action_timing, sql_mode,
       definer, character_set_client, collation_connection
FROM information_schema.triggers
WHERE trigger_schema = :database
ORDER BY event_object_table, action_timing, event_manipulation, action_order
