-- What was given beyond the server's defaults, and which of the defaults were taken away.
WITH acls AS (
  SELECT 'pg_class' AS class, c.oid, 0 AS number, c.relacl AS acl, c.relowner AS owner,
         acldefault(CASE WHEN c.relkind = 'S' THEN 's'::"char" ELSE 'r' END, c.relowner) AS defaults
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND {namespace}
  UNION ALL
  SELECT 'pg_class', a.attrelid, a.attnum, a.attacl, c.relowner, acldefault('c', c.relowner)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND {namespace}
  UNION ALL
  SELECT 'pg_proc', p.oid, 0, p.proacl, p.proowner, acldefault('f', p.proowner)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proacl IS NOT NULL AND {namespace}
  UNION ALL
  SELECT 'pg_type', t.oid, 0, t.typacl, t.typowner, acldefault('T', t.typowner)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typacl IS NOT NULL AND {namespace}
  UNION ALL
  SELECT 'pg_namespace', n.oid, 0, coalesce(n.nspacl, acldefault('n', n.nspowner)), n.nspowner,
         CASE WHEN n.nspname = 'public'
              THEN coalesce((SELECT i.initprivs FROM pg_init_privs i
                             WHERE i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid),
                            acldefault('n', n.nspowner))
              ELSE acldefault('n', n.nspowner) END
  FROM pg_namespace n WHERE (n.nspacl IS NOT NULL OR n.nspname = 'public') AND {namespace}
  UNION ALL
  SELECT 'pg_database', 0::oid, 0, d.datacl, d.datdba, acldefault('d', d.datdba)
  FROM pg_database d WHERE d.datname = current_database() AND d.datacl IS NOT NULL
), given AS (
  SELECT a.class, a.oid, a.number, a.owner, e.grantee, e.privilege_type, bool_or(e.is_grantable) AS grantable
  FROM acls a, aclexplode(a.acl) e GROUP BY 1, 2, 3, 4, 5, 6
), usual AS (
  SELECT a.class, a.oid, a.number, a.owner, e.grantee, e.privilege_type, bool_or(e.is_grantable) AS grantable
  FROM acls a, aclexplode(a.defaults) e GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT class, oid::bigint AS id, number, privilege_type AS privilege, coalesce(g.grantable, false) AS grantable,
       CASE WHEN grantee = 0 THEN 'public' ELSE pg_get_userbyid(grantee) END AS grantee, g.grantable IS NULL AS revoked
FROM given g FULL JOIN usual u USING (class, oid, number, owner, grantee, privilege_type)
WHERE g.grantable IS DISTINCT FROM u.grantable
  -- an owner's grant option comes with being the owner
  AND NOT (grantee = owner AND g.grantable IS NOT NULL AND u.grantable IS NOT NULL)
