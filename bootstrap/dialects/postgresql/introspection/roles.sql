SELECT r.oid::bigint AS id, r.rolname AS name, shobj_description(r.oid, 'pg_authid') AS comment,
       r.rolsuper AS superuser, r.rolinherit AS inherit, r.rolcreaterole AS createrole, r.rolcreatedb AS createdb,
       r.rolcanlogin AS login, r.rolreplication AS replication, r.rolbypassrls AS bypassrls,
       r.rolconnlimit AS connection_limit,
       CASE WHEN r.rolvaliduntil = 'infinity' THEN NULL ELSE r.rolvaliduntil AT TIME ZONE 'UTC' END AS valid_until,
       r.rolconfig AS settings,
       (SELECT json_agg(g.rolname ORDER BY g.rolname)
        FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
        WHERE m.member = r.oid AND {membership_options}) AS member_of
FROM pg_roles r
-- RDS has roles of its own: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
WHERE r.rolname !~ '^(pg|rds)_'
  AND r.rolname NOT IN ('rdsadmin', 'rdsproxyadmin', 'rdsrepladmin', 'rdstopmgr', 'rdswriteforwarduser')
