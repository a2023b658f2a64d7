"""All that has no file of its own here."""

# name, what is there, what is wanted
CASES = [
    ("tables that read each other in policies and rules go",
     "CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE VIEW va AS SELECT * FROM a;"
     " CREATE VIEW vb AS SELECT * FROM b; CREATE POLICY p ON a USING (x IN (SELECT x FROM vb));"
     " CREATE POLICY p ON b USING (x IN (SELECT x FROM va)); CREATE TABLE c (x int); CREATE TABLE d (x int);"
     " CREATE RULE r AS ON INSERT TO c DO ALSO INSERT INTO d SELECT NEW.x; CREATE RULE r AS ON DELETE TO d DO ALSO"
     " DELETE FROM c; CREATE TABLE e (x int); CREATE POLICY p ON e USING (x IN (SELECT x FROM a))",
     "CREATE TABLE e (x int)"),
    ("tables that belong to whoever owns the database",
     "CREATE TABLE t (a int); ALTER TABLE t OWNER TO pg_database_owner; CREATE TABLE u (a int)",
     "CREATE TABLE t (a int); CREATE TABLE u (a int); ALTER TABLE u OWNER TO pg_database_owner;"
     " CREATE VIEW v AS SELECT 1; ALTER VIEW v OWNER TO pg_database_owner; GRANT SELECT ON t TO pg_monitor"),
    ("comments on members with the names that the server gives",
     "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b int REFERENCES t)",
     "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b int REFERENCES t, EXCLUDE USING btree (b WITH =));"
     " CREATE INDEX ON t (b); COMMENT ON CONSTRAINT t_pkey ON t IS 'p'; COMMENT ON CONSTRAINT t_a_key ON t IS 'u';"
     " COMMENT ON CONSTRAINT t_b_fkey ON t IS 'f'; COMMENT ON CONSTRAINT t_b_excl ON t IS 'x';"
     " COMMENT ON INDEX t_b_idx IS 'i'"),
    ("privileges on the sequences of serial and identity columns",
     "CREATE TABLE t (id serial, n bigint GENERATED ALWAYS AS IDENTITY);"
     " GRANT USAGE ON SEQUENCE t_id_seq TO convergence_reader; GRANT ALL ON SEQUENCE t_n_seq TO convergence_app",
     "CREATE TABLE t (id serial, n bigint GENERATED ALWAYS AS IDENTITY); CREATE TABLE u (id bigserial);"
     " GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO convergence_app;"
     " GRANT UPDATE ON SEQUENCE t_id_seq TO convergence_app WITH GRANT OPTION"),
    ("a sequence that is made anew keeps its privileges",
     "CREATE TABLE t (a serial, b int GENERATED ALWAYS AS IDENTITY NOT NULL, c serial, d serial, e serial);"
     " GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO convergence_app",
     "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b serial, c int NOT NULL, e serial);"
     " GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO convergence_app;"
     " COMMENT ON SEQUENCE t_e_seq IS 'so it is an object of its own'"),
    ("a sequence of its own becomes a column's",
     "CREATE TABLE t (a int NOT NULL); CREATE SEQUENCE t_a_seq AS int OWNED BY t.a;"
     " GRANT USAGE ON SEQUENCE t_a_seq TO convergence_app, convergence_reader",
     "CREATE TABLE t (a serial); GRANT USAGE ON SEQUENCE t_a_seq TO convergence_app"),
    ("default privileges of sequences",
     "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO convergence_app; CREATE TABLE t (a int NOT NULL)",
     "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY); CREATE TABLE u (a bigserial)"),
    ("a table becomes a partition of one that loses a column",
     "CREATE TABLE p (a int NOT NULL, b text, gone int) PARTITION BY LIST (a); CREATE INDEX p_b ON p (b);"
     " CREATE TABLE c (a bigint, d date)",
     "CREATE TABLE p (a int NOT NULL, b text, CONSTRAINT k CHECK (a > 0)) PARTITION BY LIST (a);"
     " CREATE INDEX p_b ON p (b); CREATE INDEX p_a ON p (a);"
     " CREATE TABLE c PARTITION OF p (b DEFAULT 'x') FOR VALUES IN (1, 2)"),
    ("a table with keys becomes a partition of one that gets them",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c (b int, a int PRIMARY KEY)",
     "CREATE TABLE p (a int PRIMARY KEY, b int REFERENCES p) PARTITION BY LIST (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)"),
    ("a table inherits from one that gets a column",
     "CREATE TABLE p (a int, gone text); CREATE TABLE c (a bigint, d date)",
     "CREATE TABLE p (a int, b text, CONSTRAINT k CHECK (a > 0));"
     " CREATE TABLE c (a int, b text, d date, CONSTRAINT k CHECK (a > 0)) INHERITS (p)"),
    ("options in the order in which they were given",
     "CREATE TABLE t (a int) WITH (fillfactor = 60, autovacuum_enabled = off);"
     " CREATE INDEX i ON t (a) WITH (fillfactor = 60, deduplicate_items = off)",
     "CREATE TABLE t (a int) WITH (fillfactor = 70, autovacuum_enabled = off);"
     " CREATE INDEX i ON t (a) WITH (fillfactor = 70, deduplicate_items = off);"
     " CREATE INDEX j ON t (a) WITH (fillfactor = 70, deduplicate_items = off)"),
    ("one of several texts",
     "CREATE TABLE t (a varchar(9), b numeric)",
     "CREATE TABLE t (a varchar(9) CHECK (a IN ('x', 'it''s')), b numeric CHECK (b = ANY (ARRAY[1, 2])));"
     " CREATE INDEX i ON t (b) WHERE a NOT IN ('x', 'y'); CREATE VIEW v AS SELECT CASE WHEN a IN ('x', 'y') THEN 1 END"
     " FROM t WHERE a::text IN ('x'); CREATE FUNCTION f() RETURNS boolean LANGUAGE sql AS"
     " $$SELECT 'a' = ANY (ARRAY['a'::varchar]::text[])$$"),
    ("an empty search path, a function behind it",
     "", "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS 'select 1';"
     " CREATE FUNCTION g() RETURNS int LANGUAGE sql SET search_path = \"Mixed\", pg_temp AS 'select 1'"),
    ("comments on the sequences of columns",
     "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b serial, c int); COMMENT ON SEQUENCE t_b_seq IS 'b'",
     "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b serial, c int GENERATED ALWAYS AS IDENTITY);"
     " COMMENT ON SEQUENCE t_a_seq IS 'a'; COMMENT ON SEQUENCE t_c_seq IS 'c'"),
    ("a check of a domain that is not valid",
     "CREATE DOMAIN d AS int", "CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID"),
    ("a foreign key whose columns change their type, or whose enum is made anew",
     "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (a bigint PRIMARY KEY, b e UNIQUE);"
     " CREATE TABLE u (a bigint REFERENCES t, b e REFERENCES t (b))",
     "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (a text PRIMARY KEY, b e UNIQUE);"
     " CREATE TABLE u (a text REFERENCES t, b e REFERENCES t (b))"),
    ("partitions that take over from others",
     "CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
     "CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (MINVALUE) TO (5);"
     " CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (5) TO (MAXVALUE)"),
    ("a partition is referenced by the key of its parent",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1, 2)",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1, 2);"
     " CREATE TABLE u (a int REFERENCES p1)"),
    ("privileges on columns that go",
     "CREATE TABLE t (a int, b int); GRANT SELECT (a), UPDATE (a, b) ON t TO convergence_app",
     "CREATE TABLE t (a int, c int); GRANT SELECT (a), UPDATE (c) ON t TO convergence_app"),
    ("a partition has a key of its own beside the same one of its parent",
     "", "CREATE TABLE p (a int, b int, UNIQUE (a, b)) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p"
     " FOR VALUES IN (1, 2); ALTER TABLE c ADD PRIMARY KEY (a, b)"),
    ("a table with an index like its parent's becomes a partition",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE INDEX i ON p (b); CREATE TABLE c (a int, b int);"
     " CREATE INDEX own ON c (b)",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE INDEX i ON p (b);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2); CREATE INDEX own ON c (b)"),
    ("partitioned, and tables that are there become its partitions",
     "CREATE TABLE p (a int, b int, UNIQUE (a, b)); CREATE TABLE c (a int, b int)",
     "CREATE TABLE p (a int, b int, UNIQUE (a, b)) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p"
     " FOR VALUES IN (1, 2)"),
    ("a partition gets another parent",
     "CREATE TABLE p (a int, b int, UNIQUE (a, b)) PARTITION BY LIST (a); CREATE UNIQUE INDEX i ON p (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)",
     "CREATE TABLE q (a int, b int, UNIQUE (a, b)) PARTITION BY LIST (a); CREATE UNIQUE INDEX i ON q (a);"
     " CREATE TABLE c PARTITION OF q FOR VALUES IN (1, 2)"),
    ("an index moves to a partitioned table",
     "CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a, b);"
     " CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)",
     "CREATE TABLE t (a int, b int); CREATE TABLE p (a int, b int) PARTITION BY LIST (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2); CREATE UNIQUE INDEX i ON p (a, b)"),
    ("a partition's key hangs on an index that becomes a key",
     "CREATE TABLE p (a int NOT NULL, b int NOT NULL) PARTITION BY LIST (a); "
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2); ALTER TABLE c ADD PRIMARY KEY (a, b);"
     " CREATE UNIQUE INDEX k ON ONLY p (a, b); ALTER INDEX k ATTACH PARTITION c_pkey",
     "CREATE TABLE p (a int NOT NULL, b int NOT NULL, CONSTRAINT k PRIMARY KEY (a, b)) PARTITION BY LIST (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)"),
    ("a function made anew under defaults, checks, indexes and generated columns",
     "CREATE FUNCTION f(a int) RETURNS int IMMUTABLE LANGUAGE sql AS 'select 1'; CREATE TABLE t (a int DEFAULT f(1),"
     " b int DEFAULT f(2), c int GENERATED ALWAYS AS (f(a)) STORED, CHECK (f(a) > 0)); CREATE INDEX i ON t (f(a))",
     "CREATE FUNCTION f(a int) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'select 1::bigint'; CREATE TABLE t"
     " (a int DEFAULT f(1), b bigint, c int GENERATED ALWAYS AS (f(a)) STORED, CHECK (f(a) > 0));"
     " CREATE INDEX i ON t (f(a))"),
    ("a partition comes while its parent's columns and checks change",
     "CREATE TABLE p (a int, gone int, b int) PARTITION BY LIST (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)",
     "CREATE TABLE p (a int, b bigint, more text, CONSTRAINT k CHECK (b > 0)) PARTITION BY LIST (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2); CREATE TABLE d PARTITION OF p FOR VALUES IN (3)"),
    ("one partition has a key of its own beside an index that its parent gets",
     "", "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2);"
     " CREATE TABLE d PARTITION OF p FOR VALUES IN (3); CREATE UNIQUE INDEX i ON p (a, b);"
     " ALTER TABLE c ADD CONSTRAINT own UNIQUE (a, b)"),
    ("privileges on an enum that is made anew",
     "CREATE TYPE e AS ENUM ('a', 'b'); REVOKE USAGE ON TYPE e FROM PUBLIC; GRANT USAGE ON TYPE e TO convergence_app",
     "CREATE TYPE e AS ENUM ('b'); REVOKE USAGE ON TYPE e FROM PUBLIC; GRANT USAGE ON TYPE e TO convergence_app"),
    ("owners, declared and not",
     "CREATE TABLE t (a serial); ALTER TABLE t OWNER TO convergence_app; CREATE VIEW v AS SELECT 1 AS a;"
     " ALTER VIEW v OWNER TO convergence_app; GRANT SELECT ON v TO convergence_reader; CREATE SEQUENCE s",
     "CREATE TABLE t (a serial); CREATE VIEW v AS SELECT 1 AS a; ALTER VIEW v OWNER TO convergence_reader;"
     " CREATE SEQUENCE s; ALTER SEQUENCE s OWNER TO convergence_app"),
    ("numbers become moments, whatever else is called like the server's function",
     "CREATE FUNCTION to_timestamp(double precision) RETURNS timestamptz LANGUAGE plpgsql AS"
     " $$BEGIN RAISE 'not this one'; END$$; CREATE TABLE t (a bigint)",
     "CREATE FUNCTION to_timestamp(double precision) RETURNS timestamptz LANGUAGE plpgsql AS"
     " $$BEGIN RAISE 'not this one'; END$$; CREATE TABLE t (a timestamp)"),
    ("a child comes while its parent loses a column that another child keeps",
     "CREATE TABLE p (a int, b text); CREATE TABLE c () INHERITS (p)",
     "CREATE TABLE p (a int); CREATE TABLE c (b text) INHERITS (p); CREATE TABLE d () INHERITS (p)"),
    ("text search dictionaries",
     "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, language = german); CREATE TEXT SEARCH DICTIONARY gone"
     " (TEMPLATE = simple); CREATE TEXT SEARCH DICTIONARY e (TEMPLATE = simple, stopwords = english, accept = false);"
     " CREATE TEXT SEARCH DICTIONARY f (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION c (PARSER = default);"
     " ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH f, gone",
     "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, language = english, stopwords = english);"
     " CREATE TEXT SEARCH DICTIONARY e (TEMPLATE = simple, accept = false); COMMENT ON TEXT SEARCH DICTIONARY e IS 'e';"
     " CREATE TEXT SEARCH DICTIONARY f (TEMPLATE = snowball, language = dutch); ALTER TEXT SEARCH DICTIONARY f OWNER TO"
     " convergence_app; CREATE TEXT SEARCH CONFIGURATION c (PARSER = default); ALTER TEXT SEARCH CONFIGURATION c"
     " ADD MAPPING FOR word WITH f, d"),
    ("partitioned no more, with other columns",
     "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1, 2)",
     "CREATE TABLE t (b int)"),
    ("one of two parents is left, with its column and its check",
     "CREATE TABLE a (x int); CREATE TABLE b (y int, CONSTRAINT k CHECK (y > 0)); CREATE TABLE c () INHERITS (a, b)",
     "CREATE TABLE a (x int); CREATE TABLE b (y int, CONSTRAINT k CHECK (y > 0)); CREATE TABLE c () INHERITS (a)"),
    ("a parent is left whose column another one has too",
     "CREATE TABLE a (x int); CREATE TABLE b (y int, x int); CREATE TABLE c (z int) INHERITS (a, b)",
     "CREATE TABLE a (x int); CREATE TABLE b (y int); CREATE TABLE c (z int) INHERITS (b)"),
    ("a sequence goes with the column that it belongs to, and another table that goes counts by it",
     "CREATE TABLE a (id int); CREATE TABLE z (id int); CREATE TABLE l (id int); CREATE SEQUENCE n OWNED BY a.id;"
     " ALTER TABLE z ALTER COLUMN id SET DEFAULT nextval('n')",
     "CREATE TABLE l (id int)"),
    ("another check of a domain, with the comment of the one before",
     "CREATE DOMAIN m AS int CONSTRAINT k CHECK (VALUE < 9); COMMENT ON CONSTRAINT k ON DOMAIN m IS 'x'",
     "CREATE DOMAIN m AS int CONSTRAINT k CHECK (VALUE < 5); COMMENT ON CONSTRAINT k ON DOMAIN m IS 'x'"),
    ("other types, with and without storage and compression of their own",
     "CREATE DOMAIN d AS int; CREATE TABLE t (a text, b varchar(9) COMPRESSION pglz, c varchar(9), e text COMPRESSION"
     " pglz); ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER c SET STORAGE EXTERNAL",
     "CREATE DOMAIN d AS int; CREATE TABLE t (a d, b varchar(20) COMPRESSION pglz, c varchar(20), e int);"
     " ALTER TABLE t ALTER c SET STORAGE EXTERNAL"),
    ("a partitioned partition becomes a table of its own while its parent gets an index",
     "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a); CREATE TABLE y PARTITION OF p FOR VALUES FROM (5) TO (9);"
     " CREATE TABLE z PARTITION OF p DEFAULT PARTITION BY RANGE (a); CREATE TABLE z1 PARTITION OF z DEFAULT",
     "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a); CREATE TABLE y PARTITION OF p FOR VALUES FROM (5) TO (9);"
     " CREATE TABLE z (a int, b int); CREATE INDEX i ON p (b)"),
]  # fmt: skip
