SELECT c.oid::bigint AS id, c.conrelid::bigint AS relation, c.contypid::bigint AS domain, c.conname AS name,
       c.contype AS kind, c.conindid::bigint AS index, c.condeferrable AS deferrable, c.condeferred AS deferred,
       c.convalidated AS validated, c.connoinherit AS no_inherit, {enforced} AS enforced,
       c.coninhcount > 0 AND NOT c.conislocal AS inherited, c.conparentid <> 0 AS has_parent,
       obj_description(c.oid, 'pg_constraint') AS comment, {period} AS period,
       CASE WHEN c.contype = 'c' THEN pg_get_expr(c.conbin, c.conrelid, true) END AS expression,
       CASE WHEN c.conbin::text LIKE ANY (ARRAY[{two_of_a_kind}]) THEN pg_get_expr(c.conbin, c.conrelid) END AS expression_long,
       (SELECT json_agg(a.attname ORDER BY k.place)
        FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS columns,
       rn.nspname AS ref_schema, rc.relname AS ref_table,
       (SELECT json_agg(a.attname ORDER BY k.place)
        FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number) AS ref_columns,
       (SELECT json_agg(a.attname ORDER BY k.place)
        FROM unnest({delete_columns}) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS delete_columns,
       c.confupdtype AS on_update, c.confdeltype AS on_delete, c.confmatchtype AS match,
       (SELECT json_agg(CASE WHEN opn.nspname = 'pg_catalog' THEN o.oprname::text
                             ELSE format('OPERATOR(%I.%s)', opn.nspname, o.oprname) END ORDER BY k.place)
        FROM unnest(c.conexclop) WITH ORDINALITY AS k (operator, place)
        JOIN pg_operator o ON o.oid = k.operator JOIN pg_namespace opn ON opn.oid = o.oprnamespace) AS operators
FROM pg_constraint c
JOIN pg_namespace n ON n.oid = c.connamespace
LEFT JOIN pg_class rc ON rc.oid = c.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
WHERE c.contype IN ('p', 'u', 'x', 'c', 'f') AND {namespace}
