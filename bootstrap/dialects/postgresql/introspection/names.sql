-- Types and defaults that have no name of their own in the catalog: row types, array types, multiranges, defaults.
SELECT 'pg_type' AS class, t.oid::bigint AS id,
       CASE WHEN t.typrelid <> 0 AND t.typtype = 'c' THEN 'pg_class' ELSE 'pg_type' END AS ref_class,
       CASE WHEN t.typrelid <> 0 AND t.typtype = 'c' THEN t.typrelid
            WHEN t.typtype = 'm' THEN (SELECT rngtypid FROM pg_range WHERE rngmultitypid = t.oid)
            ELSE t.typelem END::bigint AS ref_id, 0 AS number
FROM pg_type t
WHERE t.oid >= 16384 AND (t.typrelid <> 0 OR t.typelem <> 0 OR t.typtype = 'm')
UNION ALL
SELECT 'pg_attrdef', d.oid::bigint, 'pg_class', d.adrelid::bigint, d.adnum FROM pg_attrdef d WHERE d.oid >= 16384
