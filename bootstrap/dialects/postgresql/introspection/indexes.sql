SELECT i.indexrelid::bigint AS id, i.indrelid::bigint AS relation, c.relname AS name, am.amname AS method,
       i.indisunique AS "unique", i.indisvalid AS valid, i.indisclustered AS clustered, i.indisreplident AS replica_identity,
       {nulls_not_distinct} AS nulls_not_distinct, pg_get_expr(i.indpred, i.indrelid, true) AS predicate,
       CASE WHEN i.indpred::text LIKE ANY (ARRAY[{two_of_a_kind}]) THEN pg_get_expr(i.indpred, i.indrelid) END AS predicate_long,
       c.reloptions AS options, s.spcname AS tablespace, obj_description(c.oid, 'pg_class') AS comment,
       (SELECT co.oid::bigint FROM pg_constraint co
        WHERE co.conindid = i.indexrelid AND co.conrelid = i.indrelid AND co.contype IN ('p', 'u', 'x')) AS "constraint",
       (SELECT quote_ident(pn.nspname) || '.' || quote_ident(pc.relname)
        FROM pg_inherits h JOIN pg_class pc ON pc.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = pc.relnamespace
        WHERE h.inhrelid = i.indexrelid) AS parent,
       parts.parts
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class r ON r.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_object(
           'key', k.place <= i.indnkeyatts,
           'column', a.attname,
           'expression', CASE WHEN k.number = 0 THEN pg_get_indexdef(i.indexrelid, k.place::int, true) END,
           'option', CASE WHEN k.place <= i.indnkeyatts THEN i.indoption[k.place - 1] END,
           'collation', CASE WHEN ic.coll <> 0 AND ic.coll <> coalesce(a.attcollation, it.typcollation)
                             THEN CASE WHEN cn.nspname = 'pg_catalog' THEN co.collname::text
                                       ELSE format('"%s"."%s"', cn.nspname, co.collname) END END,
           'opclass', CASE WHEN NOT oc.opcdefault OR ia.attoptions IS NOT NULL
                           THEN CASE WHEN opn.nspname = 'pg_catalog' THEN quote_ident(oc.opcname)
                           ELSE quote_ident(opn.nspname) || '.' || quote_ident(oc.opcname) END END,
           'opclass_options', ia.attoptions,
           'statistics', ia.attstattarget) ORDER BY k.place) AS parts
  FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
  CROSS JOIN LATERAL (SELECT i.indcollation[k.place - 1] AS coll, i.indclass[k.place - 1] AS opclass) ic
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number <> 0
  LEFT JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.place
  LEFT JOIN pg_type it ON it.oid = ia.atttypid
  LEFT JOIN pg_collation co ON co.oid = ic.coll
  LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
  LEFT JOIN pg_opclass oc ON oc.oid = ic.opclass
  LEFT JOIN pg_namespace opn ON opn.oid = oc.opcnamespace
) parts
WHERE r.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND {namespace}
