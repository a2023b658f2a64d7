SELECT what, name FROM (
  SELECT 'pg_class'::regclass AS class, c.oid, 'foreign table' AS what, c.oid::regclass::text AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f' AND {namespace}
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, CASE WHEN t.typisdefined THEN 'base type' ELSE 'shell type' END,
         format_type(t.oid, NULL)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE (t.typtype = 'p' OR (t.typtype = 'b' AND t.typsubscript <> 'array_subscript_handler'::regproc)) AND {namespace}
  UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 'foreign data wrapper', fdwname
  FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 'foreign server', srvname FROM pg_foreign_server
  UNION ALL
  SELECT 'pg_opclass'::regclass, o.oid, 'operator class', n.nspname || '.' || o.opcname
  FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE {namespace}
  UNION ALL
  SELECT 'pg_opfamily'::regclass, o.oid, 'operator family', n.nspname || '.' || o.opfname
  FROM pg_opfamily o JOIN pg_namespace n ON n.oid = o.opfnamespace WHERE {namespace}
  UNION ALL
  SELECT 'pg_cast'::regclass, c.oid, 'cast', format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL)
  FROM pg_cast c WHERE c.oid >= 16384
    -- the one to its multirange comes with a range type
    AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
  UNION ALL
  SELECT 'pg_transform'::regclass, t.oid, 'transform', format_type(t.trftype, NULL) FROM pg_transform t
  UNION ALL SELECT 'pg_am'::regclass, oid, 'access method', amname FROM pg_am WHERE oid >= 16384
  UNION ALL SELECT 'pg_language'::regclass, oid, 'procedural language', lanname FROM pg_language WHERE oid >= 16384
  UNION ALL
  SELECT 'pg_conversion'::regclass, c.oid, 'conversion', n.nspname || '.' || c.conname
  FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE {namespace}
  UNION ALL
  SELECT 'pg_ts_parser'::regclass, p.oid, 'text search parser', n.nspname || '.' || p.prsname
  FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE {namespace}
  UNION ALL
  SELECT 'pg_ts_template'::regclass, t.oid, 'text search template', n.nspname || '.' || t.tmplname
  FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE {namespace}
  UNION ALL
  SELECT d.classid, d.objid, 'dependence on an extension of', pg_describe_object(d.classid, d.objid, 0)
  FROM pg_depend d WHERE d.deptype = 'x'
  UNION ALL
  SELECT 'pg_constraint'::regclass, c.oid, 'NOT NULL that is not valid, not inherited or has a comment',
         c.conrelid::regclass::text || '.' || c.conname
  FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
  WHERE {not_null} AND {namespace} AND (NOT c.convalidated OR c.connoinherit
        OR obj_description(c.oid, 'pg_constraint') IS NOT NULL)
  UNION ALL
  SELECT 'pg_constraint'::regclass, c.oid, 'name of the NOT NULL constraint of a domain', c.conname
  FROM pg_constraint c JOIN pg_type t ON t.oid = c.contypid JOIN pg_namespace n ON n.oid = c.connamespace
  WHERE {not_null} AND {namespace} AND c.conname <> t.typname || '_not_null'
  UNION ALL
  SELECT 'pg_constraint'::regclass, c.oid, 'temporal key', c.conname
  FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE {period} AND {namespace}
  UNION ALL
  SELECT 'pg_trigger'::regclass, t.oid, 'state of a partition''s trigger', n.nspname || '.' || c.relname || '.' || t.tgname
  FROM pg_trigger t JOIN pg_trigger p ON p.oid = t.tgparentid AND p.tgenabled <> t.tgenabled
  JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND {namespace}
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, 'storage or statistics of a materialized view''s column',
         n.nspname || '.' || c.relname || '.' || a.attname
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'm'
  JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attnum > 0 AND (coalesce(a.attstattarget, -1) <> -1 OR a.attstorage <> t.typstorage OR a.attoptions IS NOT NULL
                          OR a.attcompression <> '') AND {namespace}
  UNION ALL
  SELECT DISTINCT 'pg_class'::regclass, c.oid, 'privilege that another than the owner gave, on',
         n.nspname || '.' || c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) e
  WHERE e.grantor <> c.relowner AND {namespace}
  UNION ALL  -- names only: a value may be a secret
  SELECT 'pg_database'::regclass, 0, CASE WHEN s.setrole = 0 THEN 'database setting' ELSE 'setting of a role in this database' END,
         CASE WHEN s.setrole = 0 THEN '' ELSE pg_get_userbyid(s.setrole) || '.' END || split_part(setting, '=', 1)
  FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS setting
  WHERE d.datname = current_database()
  UNION ALL
  SELECT 'pg_database'::regclass, 0, 'comment of the database', d.datname
  FROM pg_database d WHERE d.datname = current_database() AND shobj_description(d.oid, 'pg_database') IS NOT NULL
  UNION ALL
  SELECT classoid, 0, 'security label', pg_describe_object(classoid, objoid, objsubid) FROM pg_seclabel
) everything
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = class AND d.objid = everything.oid AND d.deptype = 'e')
ORDER BY what, name
