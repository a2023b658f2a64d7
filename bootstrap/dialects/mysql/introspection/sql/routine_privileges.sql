-- No view of information_schema has these.
SELECT user, host, routine_type, routine_name, proc_priv
FROM mysql.procs_priv
WHERE db = :database
