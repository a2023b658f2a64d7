SELECT c.oid::bigint AS id, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
       pg_get_userbyid(c.relowner) AS owner, obj_description(c.oid, 'pg_class') AS comment,
       c.reloptions AS options, toast.reloptions AS toast_options,
       c.relpersistence = 'u' AS unlogged, c.relreplident AS replica_identity,
       c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security, c.relispopulated AS populated,
       s.spcname AS tablespace,
       nullif(am.amname, current_setting('default_table_access_method')) AS access_method,
       CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
       p.partstrat AS strategy, pg_get_partkeydef(c.oid) AS partition_key,
       (SELECT json_agg(json_build_object(
                 'column', pa.attname,
                 'collation', CASE WHEN k.coll <> pa.attcollation
                                   THEN CASE WHEN cn.nspname = 'pg_catalog' THEN co.collname::text
                                             ELSE format('"%s"."%s"', cn.nspname, co.collname) END END,
                 'opclass', CASE WHEN NOT oc.opcdefault THEN CASE WHEN opn.nspname = 'pg_catalog'
                                 THEN quote_ident(oc.opcname)
                                 ELSE quote_ident(opn.nspname) || '.' || quote_ident(oc.opcname) END END)
               ORDER BY k.place)
        FROM unnest(p.partattrs::smallint[], p.partcollation::oid[], p.partclass::oid[])
             WITH ORDINALITY AS k (attribute, coll, opclass, place)
        LEFT JOIN pg_attribute pa ON pa.attrelid = c.oid AND pa.attnum = k.attribute AND k.attribute <> 0
        LEFT JOIN pg_collation co ON co.oid = k.coll
        LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
        LEFT JOIN pg_opclass oc ON oc.oid = k.opclass
        LEFT JOIN pg_namespace opn ON opn.oid = oc.opcnamespace) AS partition_parts,
       c.relispartition AS is_partition, pg_get_expr(c.relpartbound, c.oid) AS bound,
       (SELECT json_agg(json_build_array(pn.nspname, pc.relname) ORDER BY i.inhseqno)
        FROM pg_inherits i JOIN pg_class pc ON pc.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = pc.relnamespace
        WHERE i.inhrelid = c.oid) AS parents,
       CASE WHEN c.relkind IN ('v', 'm') THEN '' END AS definition  -- its text is read later, see reader.py
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND {namespace}
  AND c.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e')
