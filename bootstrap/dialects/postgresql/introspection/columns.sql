SELECT a.attrelid::bigint AS relation, a.attnum AS number, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AND {not_null_is_valid} AS required,
       pg_get_expr(d.adbin, d.adrelid, true) AS "default",
       CASE WHEN d.adbin::text LIKE ANY (ARRAY[{two_of_a_kind}]) THEN pg_get_expr(d.adbin, d.adrelid) END AS default_long,
       a.attidentity AS identity, a.attgenerated AS generated, col_description(a.attrelid, a.attnum) AS comment,
       CASE WHEN a.attcollation <> t.typcollation
            THEN CASE WHEN cn.nspname = 'pg_catalog' THEN co.collname::text
                      ELSE format('"%s"."%s"', cn.nspname, co.collname) END END AS collation,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
       nullif(a.attcompression, '') AS compression, {statistics_target} AS statistics, a.attoptions AS options,
       {not_null_name} AS not_null_name,
       a.attinhcount > 0 AND NOT a.attislocal AS inherited
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f') AND c.relpersistence <> 't'
  AND {namespace}
ORDER BY a.attrelid, a.attnum
