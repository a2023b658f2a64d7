-- A role is an account that is locked, has expired, and has no password.
SELECT user, host, plugin,
       IF(account_locked = 'Y' AND password_expired = 'Y' AND authentication_string = '', 'Y', 'N'),
       IF(password_expired = 'Y', 'N', account_locked), ssl_type, max_user_connections
FROM mysql.user
