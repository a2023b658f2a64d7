SELECT m.user, m.host, m.role, '', m.admin_option, IF(u.default_role = m.role, 'Y', 'N')
FROM mysql.roles_mapping m JOIN mysql.user u ON u.user = m.user AND u.host = m.host
-- Who creates a role becomes its member, with the right to grant it on.
WHERE NOT (m.admin_option = 'Y' AND CONCAT(m.user, '@', m.host) = CURRENT_USER())
