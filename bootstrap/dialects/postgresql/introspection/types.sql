SELECT t.oid::bigint AS id, n.nspname AS schema, t.typname AS name, t.typtype AS kind,
       pg_get_userbyid(t.typowner) AS owner, obj_description(t.oid, 'pg_type') AS comment,
       t.typrelid::bigint AS relation,
       (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
       t.typnotnull AS required,
       CASE WHEN t.typtype = 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0, true), t.typdefault) END AS "default",
       CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation
            THEN (SELECT CASE WHEN cn.nspname = 'pg_catalog' THEN c.collname::text
                              ELSE format('"%s"."%s"', cn.nspname, c.collname) END
                  FROM pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace
                  WHERE c.oid = t.typcollation) END AS collation,
       r.subtype, r.opclass, r.range_collation, r.canonical, r.difference, r.multirange
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN LATERAL (
  SELECT format_type(g.rngsubtype, NULL) AS subtype,
         CASE WHEN NOT o.opcdefault THEN CASE WHEN opn.nspname = 'pg_catalog' THEN quote_ident(o.opcname)
              ELSE quote_ident(opn.nspname) || '.' || quote_ident(o.opcname) END END AS opclass,
         CASE WHEN g.rngcollation <> s.typcollation
              THEN (SELECT CASE WHEN cn.nspname = 'pg_catalog' THEN c.collname::text
                                ELSE format('"%s"."%s"', cn.nspname, c.collname) END
                    FROM pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace
                    WHERE c.oid = g.rngcollation) END AS range_collation,
         CASE WHEN g.rngcanonical <> 0 THEN g.rngcanonical::regproc::text END AS canonical,
         CASE WHEN g.rngsubdiff <> 0 THEN g.rngsubdiff::regproc::text END AS difference,
         (SELECT CASE WHEN mn.oid <> t.typnamespace THEN quote_ident(mn.nspname) || '.' ELSE '' END
                 || quote_ident(m.typname)
          FROM pg_type m JOIN pg_namespace mn ON mn.oid = m.typnamespace WHERE m.oid = g.rngmultitypid) AS multirange
  FROM pg_range g JOIN pg_opclass o ON o.oid = g.rngsubopc JOIN pg_namespace opn ON opn.oid = o.opcnamespace
  JOIN pg_type s ON s.oid = g.rngsubtype
  WHERE g.rngtypid = t.oid
) r ON true
WHERE {namespace}
  AND (t.typtype IN ('e', 'd', 'r')
       OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')))
  AND t.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_type'::regclass AND deptype = 'e')
