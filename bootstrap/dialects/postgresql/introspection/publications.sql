SELECT p.oid::bigint AS id, p.pubname AS name, p.puballtables AS all_tables, p.pubviaroot AS via_root,
       p.pubinsert AS "insert", p.pubupdate AS "update", p.pubdelete AS "delete", p.pubtruncate AS "truncate",
       {published_generated} AS generated, {published_schemas} AS schemas,
       pg_get_userbyid(p.pubowner) AS owner, obj_description(p.oid, 'pg_publication') AS comment
FROM pg_publication p
WHERE p.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_publication'::regclass AND deptype = 'e')
