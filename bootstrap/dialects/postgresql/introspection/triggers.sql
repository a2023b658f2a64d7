SELECT t.oid::bigint AS id, n.nspname AS schema, c.relname AS "table", t.tgname AS name, t.tgtype AS type,
       (SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.proname)
        FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = t.tgfoid) AS function,
       encode(t.tgargs, 'hex') AS arguments, t.tgconstraint <> 0 AS "constraint",
       t.tgdeferrable AS deferrable, t.tginitdeferred AS deferred, t.tgoldtable AS old_table, t.tgnewtable AS new_table,
       t.tgenabled AS enabled, obj_description(t.oid, 'pg_trigger') AS comment,
       (SELECT quote_ident(fn.nspname) || '.' || quote_ident(fc.relname)
        FROM pg_class fc JOIN pg_namespace fn ON fn.oid = fc.relnamespace WHERE fc.oid = t.tgconstrrelid) AS from_table,
       (SELECT json_agg(a.attname ORDER BY k.place)
        FROM unnest(t.tgattr::smallint[]) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = k.number) AS columns,
       CASE WHEN t.tgqual IS NOT NULL THEN pg_get_triggerdef(t.oid, true) END AS definition,
       CASE WHEN t.tgqual::text LIKE ANY (ARRAY[{two_of_a_kind}]) THEN pg_get_triggerdef(t.oid) END AS definition_long
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND {namespace}
  AND t.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_trigger'::regclass AND deptype = 'e')
