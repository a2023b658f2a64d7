SELECT e.oid::bigint AS id, e.evtname AS name, e.evtevent AS event, e.evtenabled AS enabled, e.evttags AS tags,
       pg_get_userbyid(e.evtowner) AS owner, obj_description(e.oid, 'pg_event_trigger') AS comment,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(f.proname)
        FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE f.oid = e.evtfoid) AS function
FROM pg_event_trigger e
WHERE e.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass AND deptype = 'e')
  -- RDS has event triggers of its own, owned by its administrator
  AND (pg_get_userbyid(e.evtowner) <> 'rdsadmin' OR current_user = 'rdsadmin')
