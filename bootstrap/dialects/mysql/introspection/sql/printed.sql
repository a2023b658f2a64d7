-- What no view of information_schema shows whole: the parser of a full-text index, the options of a sequence.
SELECT 'TABLE', table_name
FROM information_schema.statistics
WHERE table_schema = :database AND index_type = 'FULLTEXT' AND table_name NOT LIKE 'db\_bootstrap\_%'
UNION
SELECT 'SEQUENCE', table_name
FROM information_schema.tables
WHERE table_schema = :database AND table_type = 'SEQUENCE'
ORDER BY 1, 2
