SELECT u.user, u.host, u.plugin, u.is_role, IF(JSON_VALUE(g.priv, '$.account_locked') = '1', 'Y', 'N'),
       u.ssl_type, u.x509_issuer, u.x509_subject, u.ssl_cipher,
       u.max_user_connections, u.max_questions, u.max_updates, u.max_connections,
       NULLIF(JSON_VALUE(g.priv, '$.password_lifetime'), '-1'), NULL, NULL, NULL, NULL, NULL
FROM mysql.user u JOIN mysql.global_priv g ON g.user = u.user AND g.host = u.host
