WITH acls AS (
  SELECT d.oid, d.defaclrole AS role, d.defaclobjtype AS kind, coalesce(n.nspname, '') AS schema, d.defaclacl AS acl,
         CASE WHEN d.defaclnamespace = 0 THEN acldefault(
           CASE WHEN d.defaclobjtype = 'S' THEN 's'::"char" ELSE d.defaclobjtype END, d.defaclrole)
         ELSE NULL END AS defaults  -- an array without elements is one that aclexplode refuses
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
), given AS (
  SELECT a.oid, a.role, a.kind, a.schema, e.grantee, e.privilege_type, bool_or(e.is_grantable) AS grantable
  FROM acls a, aclexplode(a.acl) e GROUP BY 1, 2, 3, 4, 5, 6
), usual AS (
  SELECT a.oid, a.role, a.kind, a.schema, e.grantee, e.privilege_type, bool_or(e.is_grantable) AS grantable
  FROM acls a, aclexplode(a.defaults) e GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT pg_get_userbyid(role) AS owner, schema, privilege_type AS privilege,
       CASE kind WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
                 WHEN 'n' THEN 'schemas' ELSE 'large objects' END AS kind,
       CASE WHEN grantee = 0 THEN 'public' ELSE pg_get_userbyid(grantee) END AS grantee,
       coalesce(g.grantable, false) AS grantable, g.grantable IS NULL AS revoked
FROM given g FULL JOIN usual u USING (oid, role, kind, schema, grantee, privilege_type)
WHERE g.grantable IS DISTINCT FROM u.grantable
