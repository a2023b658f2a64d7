-- The schema public is described by default; only another description counts.
SELECT n.oid::bigint AS id, n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner,
       CASE WHEN n.nspname = 'public'
            THEN nullif(coalesce(obj_description(n.oid, 'pg_namespace'), ''), 'standard public schema')
            ELSE obj_description(n.oid, 'pg_namespace') END AS comment
FROM pg_namespace n
WHERE {namespace}
  AND n.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND deptype = 'e')
