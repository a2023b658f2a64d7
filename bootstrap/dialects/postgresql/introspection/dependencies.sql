-- A rewrite rule, a default, a toast table stand for what they belong to; that is undone when the rows are read.
SELECT d.classid::regclass::text AS class, d.objid::bigint AS id, d.objsubid AS number,
       d.refclassid::regclass::text AS ref_class, d.refobjid::bigint AS ref_id, d.refobjsubid AS ref_number,
       d.deptype AS type
FROM pg_depend d
WHERE d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'P', 'S', 'e')
  AND d.classid <> 'pg_amop'::regclass AND d.classid <> 'pg_amproc'::regclass
