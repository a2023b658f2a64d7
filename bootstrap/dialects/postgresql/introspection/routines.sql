SELECT p.oid::bigint AS id, n.nspname AS schema, p.proname AS name, p.prokind AS kind,
       pg_get_userbyid(p.proowner) AS owner, obj_description(p.oid, 'pg_proc') AS comment,
       pg_get_function_arguments(p.oid) AS arguments,
       (SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.place), '')
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)) AS identity,
       CASE WHEN p.prokind IN ('f', 'w') THEN pg_get_function_result(p.oid) END AS returns,
       l.lanname AS language, p.prosrc AS source, p.probin AS binary,
       CASE WHEN p.prosqlbody IS NOT NULL THEN '' END AS sql_body,  -- its text is read later, see reader.py
       p.provolatile AS volatility, p.proisstrict AS strict, p.prosecdef AS security_definer,
       p.proleakproof AS leakproof, p.proparallel AS parallel, p.prokind = 'w' AS "window",
       CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END THEN p.procost END AS cost,
       CASE WHEN p.proretset AND p.prorows <> 1000 THEN p.prorows END AS "rows",
       CASE WHEN p.prosupport <> 0 THEN p.prosupport::regproc::text END AS support,
       p.proconfig AS settings,
       (SELECT json_agg(format_type(t.type, NULL) ORDER BY t.place)
        FROM unnest(p.protrftypes) WITH ORDINALITY AS t (type, place)) AS transforms,
       CASE WHEN p.prokind = 'a' THEN (
         SELECT json_build_object(
           'SFUNC', g.aggtransfn::regproc::text, 'STYPE', format_type(g.aggtranstype, NULL),
           'SSPACE', nullif(g.aggtransspace, 0)::text,
           'FINALFUNC', nullif(g.aggfinalfn::regproc::text, '-'),
           'FINALFUNC_EXTRA', CASE WHEN g.aggfinalextra THEN '' END,
           'FINALFUNC_MODIFY', CASE WHEN g.aggfinalmodify <> CASE WHEN g.aggkind = 'n' THEN 'r'::"char" ELSE 'w' END
             THEN CASE g.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
           'COMBINEFUNC', nullif(g.aggcombinefn::regproc::text, '-'),
           'SERIALFUNC', nullif(g.aggserialfn::regproc::text, '-'),
           'DESERIALFUNC', nullif(g.aggdeserialfn::regproc::text, '-'),
           'INITCOND', quote_literal(g.agginitval),
           'MSFUNC', nullif(g.aggmtransfn::regproc::text, '-'),
           'MINVFUNC', nullif(g.aggminvtransfn::regproc::text, '-'),
           'MSTYPE', CASE WHEN g.aggmtranstype <> 0 THEN format_type(g.aggmtranstype, NULL) END,
           'MSSPACE', nullif(g.aggmtransspace, 0)::text,
           'MFINALFUNC', nullif(g.aggmfinalfn::regproc::text, '-'),
           'MFINALFUNC_EXTRA', CASE WHEN g.aggmfinalextra THEN '' END,
           'MFINALFUNC_MODIFY', CASE WHEN g.aggmfinalfn <> 0 AND g.aggmfinalmodify
                                       <> CASE WHEN g.aggkind = 'n' THEN 'r'::"char" ELSE 'w' END
             THEN CASE g.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
           'MINITCOND', quote_literal(g.aggminitval),
           'SORTOP', (SELECT format('OPERATOR(%I.%s)', opn.nspname, o.oprname)
                      FROM pg_operator o JOIN pg_namespace opn ON opn.oid = o.oprnamespace WHERE o.oid = g.aggsortop),
           'PARALLEL', CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END,
           'HYPOTHETICAL', CASE WHEN g.aggkind = 'h' THEN '' END)
         FROM pg_aggregate g WHERE g.aggfnoid = p.oid) END AS aggregate
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE {namespace}
  AND p.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'e')
  AND p.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'i')
