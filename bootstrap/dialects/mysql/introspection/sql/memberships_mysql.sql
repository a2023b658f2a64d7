SELECT e.to_user, e.to_host, e.from_user, e.from_host, e.with_admin_option, IF(d.user IS NULL, 'N', 'Y')
FROM mysql.role_edges e
LEFT JOIN mysql.default_roles d ON d.user = e.to_user AND d.host = e.to_host
     AND d.default_role_user = e.from_user AND d.default_role_host = e.from_host
