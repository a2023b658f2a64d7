SELECT p.oid::bigint AS id, n.nspname AS schema, c.relname AS "table", p.polname AS name, p.polcmd AS command,
       p.polpermissive AS permissive, pg_get_expr(p.polqual, p.polrelid, true) AS using_expression,
       pg_get_expr(p.polwithcheck, p.polrelid, true) AS check_expression,
       CASE WHEN p.polqual::text LIKE ANY (ARRAY[{two_of_a_kind}])
            THEN pg_get_expr(p.polqual, p.polrelid) END AS using_expression_long,
       CASE WHEN p.polwithcheck::text LIKE ANY (ARRAY[{two_of_a_kind}])
            THEN pg_get_expr(p.polwithcheck, p.polrelid) END AS check_expression_long,
       obj_description(p.oid, 'pg_policy') AS comment,
       (SELECT json_agg(pg_get_userbyid(r.oid) ORDER BY 1) FROM unnest(p.polroles) AS r (oid) WHERE r.oid <> 0) AS roles
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {namespace}
