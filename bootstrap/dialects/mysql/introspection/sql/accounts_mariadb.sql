SELECT user, host, plugin, is_role, 'N', ssl_type, max_user_connections
FROM mysql.user
