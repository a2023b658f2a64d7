"""Partitions, and keys of the same columns."""

# name, what is there, what is wanted
CASES = [
    ("a check that is not valid on a partitioned table",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
     " ALTER TABLE p ADD CONSTRAINT k CHECK (b > 5) NOT VALID; CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);"
     " CREATE TABLE q (a int, b int) PARTITION BY LIST (a); ALTER TABLE q ADD CHECK (b > 5) NOT VALID;"
     " CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1)"),
    ("a check that is not valid on a partition made before it, and valid on one made after it", "",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
     " ALTER TABLE p ADD CONSTRAINT k CHECK (b > 5) NOT VALID; CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2)"),
    ("an index that is not on every partition",
     "CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (5);"
     " CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (5) TO (9)",
     "CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (5);"
     " CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (5) TO (9) PARTITION BY RANGE (a);"
     " CREATE TABLE p3 PARTITION OF p2 FOR VALUES FROM (5) TO (7);"
     " CREATE TABLE p4 PARTITION OF p2 FOR VALUES FROM (7) TO (9);"
     " CREATE INDEX i ON ONLY p (a); CREATE INDEX i1 ON p1 (a); CREATE INDEX i2 ON ONLY p2 (a);"
     " CREATE INDEX i3 ON p3 (a); ALTER INDEX i ATTACH PARTITION i1; ALTER INDEX i ATTACH PARTITION i2;"
     " ALTER INDEX i2 ATTACH PARTITION i3"),
    ("two keys of the same columns",
     "CREATE TABLE u (a int)",
     "CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t ADD CONSTRAINT k UNIQUE (a);"
     " CREATE TABLE u (a int PRIMARY KEY); ALTER TABLE u ADD CONSTRAINT l UNIQUE (a)"),
    ("another primary key, of another name, where a table that goes refers to the old one",
     "CREATE TABLE t (a int, b int, CONSTRAINT k PRIMARY KEY (a, b)); CREATE TABLE u (a int, b int,"
     " FOREIGN KEY (a, b) REFERENCES t)",
     "CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL)"),
    ("two keys of the same columns of a partitioned table",
     "",
     "CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES"
     " IN (1, 2); CREATE TABLE d PARTITION OF p FOR VALUES IN (3) PARTITION BY LIST (a);"
     " CREATE TABLE e PARTITION OF d FOR VALUES IN (3); ALTER TABLE p ADD CONSTRAINT k UNIQUE (a)"),
    ("a new partition of a table with two keys of the same columns",
     "CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY LIST (a); ALTER TABLE p ADD CONSTRAINT k UNIQUE (a)",
     "CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY LIST (a); ALTER TABLE p ADD CONSTRAINT k UNIQUE (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)"),
    ("a new partition of a table that gets a second key of the same columns",
     "CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY LIST (a)",
     "CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY LIST (a); ALTER TABLE p ADD CONSTRAINT k UNIQUE (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)"),
    ("a partition takes the place of another while the parent's index loses its comment",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE z PARTITION OF p FOR VALUES IN (3);"
     " CREATE INDEX i ON p (b); COMMENT ON INDEX i IS 'x'",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (3);"
     " CREATE INDEX i ON p (b)"),
    ("a partition is partitioned itself from now on, and its rows are referenced",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2);"
     " CREATE TABLE r (a int REFERENCES p)",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)"
     " PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF c DEFAULT; CREATE TABLE r (a int REFERENCES p)"),
    ("a partition is partitioned itself from now on, while its parent loses an index",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2);"
     " CREATE INDEX i ON p (b)",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)"
     " PARTITION BY RANGE (b); CREATE TABLE d PARTITION OF c DEFAULT"),
    ("a partition becomes a table of its own while its parent loses a key and a column",
     "CREATE TABLE p (a int PRIMARY KEY, b int, gone text) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p"
     " FOR VALUES IN (1, 2); ALTER TABLE p ADD CONSTRAINT k UNIQUE (a)",
     "CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY LIST (a); CREATE TABLE c (a int, b int)"),
    ("a partition goes while its parent gets an index",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2);"
     " CREATE TABLE d PARTITION OF p DEFAULT",
     "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2);"
     " CREATE INDEX i ON p (b)"),
    ("a partition becomes a table of its own, that counts by itself, while its parent is partitioned no more",
     "CREATE TABLE p (a serial, b int) PARTITION BY LIST (b); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2)",
     "CREATE TABLE p (a serial, b int); CREATE TABLE c (a serial, b int)"),
]  # fmt: skip
