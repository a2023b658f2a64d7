-- Every new database has plpgsql; it counts no more than the built-in languages.
SELECT e.oid::bigint AS id, e.extname AS name, n.nspname AS schema, e.extversion AS version,
       nullif(obj_description(e.oid, 'pg_extension'),
              (SELECT a.comment FROM pg_available_extensions a WHERE a.name = e.extname)) AS comment
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname <> 'plpgsql'
