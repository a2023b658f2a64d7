SELECT c.oid::bigint AS id, n.nspname AS schema, c.collname AS name, pg_get_userbyid(c.collowner) AS owner,
       obj_description(c.oid, 'pg_collation') AS comment, c.collprovider AS provider,
       c.collisdeterministic AS deterministic, c.collcollate AS lc_collate, c.collctype AS lc_ctype,
       {collation_locale} AS locale, {collation_rules} AS rules
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE {namespace}
  AND c.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_collation'::regclass AND deptype = 'e')
