-- Raw columns only: no deparsing, so that thousands of tables cost milliseconds. What the server changes by itself
-- (statistics, freezing) is left out.
WITH namespaces AS (
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_namespace n WHERE {namespace}
), relations AS (
  SELECT c.* FROM pg_class c JOIN namespaces n ON n.oid = c.relnamespace
  WHERE c.relkind <> 't' AND c.relpersistence <> 't'
), roles AS (
  -- Of the cluster's roles those that are declared and those that this database has to do with: who owns something or
  -- has a privilege here. What others do with their own roles is no change of this database.
  SELECT r.oid FROM pg_roles r WHERE r.oid < 16384 OR r.rolname = ANY (%s)
  UNION
  SELECT s.refobjid FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
  WHERE s.refclassid = 'pg_authid'::regclass
    AND (s.dbid = d.oid OR s.classid = 'pg_database'::regclass AND s.objid = d.oid)
), memberships AS (
  -- Whoever creates a role is its member (16 and newer), so roles for other databases of the cluster would count here:
  -- memberships of our own account do where it is declared.
  SELECT m.roleid, m.member, m.admin_option FROM pg_auth_members m JOIN roles r ON r.oid = m.member
  WHERE m.member <> (SELECT u.oid FROM pg_roles u WHERE u.rolname = current_user AND u.rolname <> ALL (%s))
), parts (part) AS (
  SELECT string_agg(n::text, E'\n' ORDER BY n.oid) FROM namespaces n
  UNION ALL
  SELECT string_agg(ROW(c.oid, c.relname, c.relnamespace, c.reloftype, c.relowner, c.relam, c.reltablespace,
    c.relpersistence, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relispopulated, c.relreplident,
    c.relispartition, c.reloptions, c.relacl, c.relpartbound)::text, E'\n' ORDER BY c.oid) FROM relations c
  UNION ALL
  SELECT string_agg(ROW(a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity,
    a.attgenerated, a.attstorage, a.attcompression, a.attcollation, a.attislocal, a.attinhcount, a.attacl,
    a.attoptions, a.attstattarget, d.adbin)::text, E'\n' ORDER BY a.attrelid, a.attnum)
  FROM pg_attribute a JOIN relations c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT string_agg(k::text, E'\n' ORDER BY k.oid) FROM pg_constraint k JOIN namespaces n ON n.oid = k.connamespace
  UNION ALL
  SELECT string_agg(ROW(i.indexrelid, i.indrelid, i.indisunique, i.indisprimary, i.indisexclusion, i.indimmediate,
    i.indisclustered, i.indisvalid, i.indisreplident, i.indkey, i.indcollation, i.indclass, i.indoption, i.indexprs,
    i.indpred)::text, E'\n' ORDER BY i.indexrelid) FROM pg_index i JOIN relations c ON c.oid = i.indexrelid
  UNION ALL
  SELECT string_agg(p::text, E'\n' ORDER BY p.oid) FROM pg_proc p JOIN namespaces n ON n.oid = p.pronamespace
  UNION ALL
  SELECT string_agg(ROW(t.oid, t.typname, t.typnamespace, t.typowner, t.typtype, t.typnotnull, t.typbasetype,
    t.typtypmod, t.typcollation, t.typdefault, t.typacl)::text, E'\n' ORDER BY t.oid)
  FROM pg_type t JOIN namespaces n ON n.oid = t.typnamespace WHERE t.typtype IN ('d', 'e', 'r', 'b')
  UNION ALL
  SELECT string_agg(e::text, E'\n' ORDER BY e.oid) FROM pg_enum e
  UNION ALL
  SELECT string_agg(g::text, E'\n' ORDER BY g.rngtypid) FROM pg_range g WHERE g.rngtypid >= 16384
  UNION ALL
  SELECT string_agg(r::text, E'\n' ORDER BY r.oid) FROM pg_rewrite r JOIN relations c ON c.oid = r.ev_class
  UNION ALL
  SELECT string_agg(t::text, E'\n' ORDER BY t.oid) FROM pg_trigger t JOIN relations c ON c.oid = t.tgrelid
  UNION ALL
  SELECT string_agg(p::text, E'\n' ORDER BY p.oid) FROM pg_policy p
  UNION ALL
  SELECT string_agg(ROW(s, d.refobjid, d.refobjsubid, d.deptype)::text, E'\n' ORDER BY s.seqrelid)
  FROM pg_sequence s JOIN relations c ON c.oid = s.seqrelid
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.refobjsubid > 0
       AND d.deptype IN ('a', 'i')
  UNION ALL
  SELECT string_agg(i::text, E'\n' ORDER BY i.inhrelid, i.inhseqno) FROM pg_inherits i
  UNION ALL
  SELECT string_agg(p::text, E'\n' ORDER BY p.partrelid) FROM pg_partitioned_table p
  UNION ALL
  SELECT string_agg(s::text, E'\n' ORDER BY s.oid) FROM pg_statistic_ext s
  UNION ALL
  SELECT string_agg(c::text, E'\n' ORDER BY c.oid) FROM pg_collation c WHERE c.oid >= 16384
  UNION ALL
  SELECT string_agg(d::text, E'\n' ORDER BY d.oid) FROM pg_ts_dict d WHERE d.oid >= 16384
  UNION ALL
  SELECT string_agg(c::text, E'\n' ORDER BY c.oid) FROM pg_ts_config c WHERE c.oid >= 16384
  UNION ALL
  SELECT string_agg(m::text, E'\n' ORDER BY m.mapcfg, m.maptokentype, m.mapseqno) FROM pg_ts_config_map m
  WHERE m.mapcfg >= 16384
  UNION ALL
  SELECT string_agg(e::text, E'\n' ORDER BY e.oid) FROM pg_extension e
  UNION ALL
  SELECT string_agg(e::text, E'\n' ORDER BY e.oid) FROM pg_event_trigger e
  UNION ALL
  SELECT string_agg(p::text, E'\n' ORDER BY p.oid) FROM pg_publication p
  UNION ALL
  SELECT string_agg(r::text, E'\n' ORDER BY r.oid) FROM pg_publication_rel r
  UNION ALL
  -- Schemas in publications, which 14 does not have.
  SELECT string_agg(d::text, E'\n' ORDER BY d.objid, d.refclassid, d.refobjid) FROM pg_depend d
  WHERE d.classid = to_regclass('pg_catalog.pg_publication_namespace')
  UNION ALL
  SELECT string_agg(o::text, E'\n' ORDER BY o.oid) FROM pg_operator o WHERE o.oid >= 16384
  UNION ALL
  SELECT string_agg(d::text, E'\n' ORDER BY d.classoid, d.objoid, d.objsubid) FROM pg_description d
  WHERE d.objoid >= 16384 OR d.objoid IN (SELECT oid FROM namespaces)
  UNION ALL
  SELECT string_agg(d::text, E'\n' ORDER BY d.oid) FROM pg_default_acl d
  UNION ALL
  SELECT string_agg(d.datacl::text, E'\n') FROM pg_database d WHERE d.datname = current_database()
  UNION ALL
  SELECT string_agg(ROW(r.oid, r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
    r.rolreplication, r.rolbypassrls, r.rolconnlimit, r.rolvaliduntil, r.rolconfig)::text, E'\n' ORDER BY r.oid)
  FROM pg_roles r WHERE r.oid IN (SELECT oid FROM roles UNION SELECT roleid FROM memberships)
  UNION ALL
  SELECT string_agg(ROW(m.roleid, m.member, m.admin_option)::text, E'\n' ORDER BY m.roleid, m.member)
  FROM memberships m
)
SELECT encode(sha256(convert_to(string_agg(md5(coalesce(part, '')), '' ORDER BY md5(coalesce(part, ''))), 'UTF8')), 'hex')
FROM parts
