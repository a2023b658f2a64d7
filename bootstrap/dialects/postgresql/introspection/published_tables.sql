SELECT r.oid::bigint AS id, p.pubname AS publication, n.nspname AS schema, c.relname AS "table",
       {published_columns} AS columns, {published_rows} AS "where", {published_rows_long} AS where_long
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid
JOIN pg_class c ON c.oid = r.prrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {namespace}
  AND p.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_publication'::regclass AND deptype = 'e')
