-- A role is an account that is locked, has expired, and has no password.
SELECT user, host, plugin,
       IF(account_locked = 'Y' AND password_expired = 'Y' AND authentication_string = '', 'Y', 'N'),
       IF(password_expired = 'Y' AND authentication_string = '', 'N', account_locked),
       ssl_type, CONVERT(x509_issuer USING utf8mb4), CONVERT(x509_subject USING utf8mb4),
       CONVERT(ssl_cipher USING utf8mb4), max_user_connections, max_questions, max_updates, max_connections,
       password_lifetime, password_reuse_history, password_reuse_time, password_require_current,
       user_attributes ->> '$.Password_locking.failed_login_attempts',
       user_attributes ->> '$.Password_locking.password_lock_time_days'
FROM mysql.user
