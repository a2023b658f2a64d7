SELECT d.oid::bigint AS id, n.nspname AS schema, d.dictname AS name, pg_get_userbyid(d.dictowner) AS owner,
       obj_description(d.oid, 'pg_ts_dict') AS comment, d.dictinitoption AS options,
       CASE WHEN tn.nspname = 'pg_catalog' THEN quote_ident(t.tmplname)
            ELSE quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname) END AS template
FROM pg_ts_dict d
JOIN pg_namespace n ON n.oid = d.dictnamespace
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE {namespace}
  AND d.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_ts_dict'::regclass AND deptype = 'e')
