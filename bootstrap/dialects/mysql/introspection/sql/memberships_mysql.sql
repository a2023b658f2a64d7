SELECT to_user, to_host, from_user, from_host
FROM mysql.role_edges
