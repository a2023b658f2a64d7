-- Two 64-bit sums and a count over everything that makes up the structure, independent of any order.
-- SHA2, because MySQL 9 has no MD5 of its own any more. QUOTE tells NULL from 'NULL'. Every table of information_schema
-- has its own literal table_schema: without it MariaDB opens every table of the server. What stands in braces is what
-- the vendors and versions print differently.
SELECT COUNT(*),
       COALESCE(BIT_XOR(CAST(CONV(LEFT(h, 16), 16, 10) AS UNSIGNED)), 0),
       COALESCE(BIT_XOR(CAST(CONV(RIGHT(h, 16), 16, 10) AS UNSIGNED)), 0)
FROM (
SELECT SHA2(CONCAT_WS(0x1F, 'db', QUOTE(default_character_set_name), QUOTE(default_collation_name)), 256) AS h
FROM information_schema.schemata WHERE schema_name = :database
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'table', QUOTE(table_name), QUOTE(table_type), QUOTE(engine), QUOTE(row_format),
    QUOTE(table_collation), QUOTE(create_options), QUOTE(table_comment)), 256)
FROM information_schema.tables WHERE table_schema = :database AND table_name NOT LIKE 'db\_bootstrap\_%'
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'column', QUOTE(table_name), ordinal_position, QUOTE(column_name), QUOTE(column_default),
    is_nullable, QUOTE(column_type), QUOTE(collation_name), QUOTE(extra), QUOTE(column_comment),
    QUOTE(generation_expression){column}), 256)
FROM information_schema.columns WHERE table_schema = :database AND table_name NOT LIKE 'db\_bootstrap\_%'
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'index', QUOTE(table_name), QUOTE(index_name), seq_in_index, QUOTE(column_name),
    QUOTE(collation), QUOTE(sub_part), non_unique, QUOTE(index_type), QUOTE(index_comment){index}), 256)
FROM information_schema.statistics WHERE table_schema = :database AND table_name NOT LIKE 'db\_bootstrap\_%'
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'reference', QUOTE(constraint_name), QUOTE(table_name), QUOTE(column_name), ordinal_position,
    QUOTE(referenced_table_schema), QUOTE(referenced_table_name), QUOTE(referenced_column_name)), 256)
FROM information_schema.key_column_usage WHERE table_schema = :database AND referenced_table_name IS NOT NULL
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'action', QUOTE(constraint_name), QUOTE(table_name), QUOTE(update_rule), QUOTE(delete_rule)), 256)
FROM information_schema.referential_constraints WHERE constraint_schema = :database
UNION ALL
{check}
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'partition', QUOTE(table_name), QUOTE(partition_name), QUOTE(subpartition_name),
    QUOTE(partition_ordinal_position), QUOTE(subpartition_ordinal_position), QUOTE(partition_method),
    QUOTE(subpartition_method), QUOTE(partition_expression), QUOTE(subpartition_expression),
    QUOTE(partition_description), QUOTE(partition_comment)), 256)
FROM information_schema.partitions WHERE table_schema = :database AND partition_name IS NOT NULL
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'view', QUOTE(table_name), QUOTE(view_definition), QUOTE(check_option), QUOTE(definer),
    QUOTE(security_type){view}, QUOTE(character_set_client), QUOTE(collation_connection)), 256)
FROM information_schema.views WHERE table_schema = :database
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'routine', QUOTE(routine_type), QUOTE(routine_name), QUOTE(dtd_identifier),
    QUOTE(routine_definition), QUOTE(is_deterministic), QUOTE(sql_data_access), QUOTE(security_type), QUOTE(sql_mode),
    QUOTE(routine_comment), QUOTE(definer), QUOTE(character_set_client), QUOTE(collation_connection)), 256)
FROM information_schema.routines WHERE routine_schema = :database
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'parameter', QUOTE(routine_type), QUOTE(specific_name), ordinal_position,
    QUOTE(parameter_mode), QUOTE(parameter_name), QUOTE(dtd_identifier), QUOTE(collation_name)), 256)
FROM information_schema.parameters WHERE specific_schema = :database
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'trigger', QUOTE(trigger_name), QUOTE(event_manipulation), QUOTE(event_object_table),
    action_order, QUOTE(action_statement), QUOTE(action_timing), QUOTE(sql_mode), QUOTE(definer),
    QUOTE(character_set_client), QUOTE(collation_connection)), 256)
FROM information_schema.triggers WHERE trigger_schema = :database
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'event', QUOTE(event_name), QUOTE(definer), QUOTE(time_zone), QUOTE(event_definition),
    QUOTE(event_type), QUOTE(execute_at), QUOTE(interval_value), QUOTE(interval_field), QUOTE(sql_mode), QUOTE(starts),
    QUOTE(ends), QUOTE(status), QUOTE(on_completion), QUOTE(event_comment), QUOTE(character_set_client),
    QUOTE(collation_connection)), 256)
FROM information_schema.events WHERE event_schema = :database
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'database privilege', QUOTE(grantee), QUOTE(privilege_type), is_grantable), 256)
FROM information_schema.schema_privileges
WHERE table_schema IN (:database, REPLACE(REPLACE(:database, '_', '\\_'), '%', '\\%'))
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'table privilege', QUOTE(grantee), QUOTE(table_name), QUOTE(privilege_type), is_grantable), 256)
FROM information_schema.table_privileges WHERE table_schema = :database
UNION ALL
SELECT SHA2(CONCAT_WS(0x1F, 'column privilege', QUOTE(grantee), QUOTE(table_name), QUOTE(column_name),
    QUOTE(privilege_type), is_grantable), 256)
FROM information_schema.column_privileges WHERE table_schema = :database
) AS digests
