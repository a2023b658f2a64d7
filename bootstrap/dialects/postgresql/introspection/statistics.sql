SELECT s.oid::bigint AS id, n.nspname AS schema, s.stxname AS name, c.relname AS "table", tn.nspname AS table_schema,
       s.stxkind AS kinds, pg_get_userbyid(s.stxowner) AS owner, obj_description(s.oid, 'pg_statistic_ext') AS comment,
       pg_get_statisticsobjdef_columns(s.oid) AS columns, {statistics_object_target} AS target
FROM pg_statistic_ext s
JOIN pg_namespace n ON n.oid = s.stxnamespace
JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace tn ON tn.oid = c.relnamespace
WHERE {namespace}
