SELECT r.oid::bigint AS id, n.nspname AS schema, c.relname AS "table", c.relkind AS relation_kind, r.rulename AS name,
       r.ev_enabled AS enabled, obj_description(r.oid, 'pg_rewrite') AS comment,
       CASE WHEN r.rulename <> '_RETURN' THEN '' END AS definition,  -- its text is read later, see reader.py
       c.oid::bigint AS relation
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {namespace}
  AND r.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_rewrite'::regclass AND deptype = 'e')
