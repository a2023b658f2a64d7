SELECT c.oid::bigint AS id, n.nspname AS schema, c.cfgname AS name, pg_get_userbyid(c.cfgowner) AS owner,
       obj_description(c.oid, 'pg_ts_config') AS comment,
       CASE WHEN pn.nspname = 'pg_catalog' THEN quote_ident(p.prsname)
            ELSE quote_ident(pn.nspname) || '.' || quote_ident(p.prsname) END AS parser,
       (SELECT json_agg(json_build_array(m.alias, m.dictionaries) ORDER BY m.alias)
        FROM (SELECT t.alias, json_agg(CASE WHEN dn.nspname = 'pg_catalog' THEN quote_ident(d.dictname)
                       ELSE quote_ident(dn.nspname) || '.' || quote_ident(d.dictname) END ORDER BY m.mapseqno)
                     AS dictionaries
              FROM pg_ts_config_map m JOIN pg_ts_dict d ON d.oid = m.mapdict
              JOIN pg_namespace dn ON dn.oid = d.dictnamespace
              JOIN LATERAL ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
              WHERE m.mapcfg = c.oid GROUP BY t.alias) m) AS mappings
FROM pg_ts_config c
JOIN pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace pn ON pn.oid = p.prsnamespace
WHERE {namespace}
  AND c.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_ts_config'::regclass AND deptype = 'e')
