-- What SHOW CREATE VIEW would have to be taken apart for. An empty definition: the role may not see it.
SELECT table_name, check_option, definer, security_type, character_set_client, collation_connection
FROM information_schema.views
WHERE table_schema = :database
ORDER BY table_name
