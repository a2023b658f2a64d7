SELECT user, host, role, ''
FROM mysql.roles_mapping
WHERE admin_option = 'N'
