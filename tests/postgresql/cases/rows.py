"""Changes for which rows must be moved or written anew: from one schema to another, and every row is still there."""

# name, what is there, what is wanted
CASES = [
    ("a new partition for rows that the default partition holds",
     "CREATE TABLE p (a int PRIMARY KEY, b text, g int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY RANGE (a);"
     " CREATE INDEX i ON p (b); CREATE TABLE d PARTITION OF p DEFAULT; CREATE INDEX own ON d (a, b)",
     "CREATE TABLE p (a int PRIMARY KEY, b text, g int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY RANGE (a);"
     " CREATE INDEX i ON p (b); CREATE TABLE d PARTITION OF p DEFAULT; CREATE INDEX own ON d (a, b);"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (2); CREATE TABLE e PARTITION OF p"
     " FOR VALUES FROM (2) TO (5)"),
    ("a new partition beside a default partition, with references and triggers that would change the rows",
     "CREATE TABLE p (a int PRIMARY KEY, b text) PARTITION BY LIST (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE r (a int, CONSTRAINT k FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE);"
     " CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.b = 'changed'; RETURN NEW; END$$;"
     " CREATE TRIGGER u BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()",
     "CREATE TABLE p (a int PRIMARY KEY, b text) PARTITION BY LIST (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE r (a int, CONSTRAINT k FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE);"
     " CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.b = 'changed'; RETURN NEW; END$$;"
     " CREATE TRIGGER u BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1)"),
    ("a new partition beside a default partition that is partitioned",
     "CREATE TABLE o (a int PRIMARY KEY); CREATE TABLE p (a int REFERENCES o, b int) PARTITION BY RANGE (a);"
     " CREATE TABLE d PARTITION OF p DEFAULT PARTITION BY LIST (b); CREATE TABLE d1 PARTITION OF d DEFAULT",
     "CREATE TABLE o (a int PRIMARY KEY); CREATE TABLE p (a int REFERENCES o, b int) PARTITION BY RANGE (a);"
     " CREATE TABLE d PARTITION OF p DEFAULT PARTITION BY LIST (b); CREATE TABLE d1 PARTITION OF d DEFAULT;"
     " CREATE TABLE x PARTITION OF p FOR VALUES FROM (1) TO (2); CREATE TABLE d2 PARTITION OF d FOR VALUES IN (2)"),
    ("a table with rows becomes a partition beside a default partition that has others",
     "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c (b text, a int)",
     "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (4)"),
    ("bounds that grow over rows of the default partition",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (2)",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (3)"),
    ("a partition is divided in two beside a default partition",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (3)",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (2); CREATE TABLE e PARTITION OF p"
     " FOR VALUES FROM (2) TO (9)"),
    ("a partition is divided where there is no default partition, with references, an index and generated columns",
     "CREATE TABLE p (a int PRIMARY KEY, b text, g int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY RANGE (a);"
     " CREATE INDEX i ON p (b); CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE r (a int"
     " REFERENCES p)",
     "CREATE TABLE p (a int PRIMARY KEY, b text, g int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY RANGE (a);"
     " CREATE INDEX i ON p (b); CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (2); CREATE TABLE d PARTITION OF"
     " p FOR VALUES FROM (2) TO (5); CREATE TABLE e PARTITION OF p FOR VALUES FROM (5) TO (15); CREATE TABLE r (a int"
     " REFERENCES p)"),
    ("a partition is divided: a default partition and one with partitions come",
     "CREATE TABLE p (a int PRIMARY KEY, b text) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN"
     " (0, 1, 2); CREATE TABLE q (a int PRIMARY KEY, b text) PARTITION BY LIST (a); CREATE TABLE x PARTITION OF q FOR"
     " VALUES IN (1, 2)",
     "CREATE TABLE p (a int PRIMARY KEY, b text) PARTITION BY LIST (a); CREATE TABLE a PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (0, 1); CREATE TABLE z PARTITION OF p FOR VALUES IN (2) PARTITION BY"
     " LIST (a); CREATE TABLE zz PARTITION OF z FOR VALUES IN (2); CREATE TABLE q (a int PRIMARY KEY, b text) PARTITION"
     " BY LIST (a); CREATE TABLE x PARTITION OF q FOR VALUES IN (1); CREATE TABLE y PARTITION OF q DEFAULT"),
    ("a partition is divided, and a table joins that had other rows before",
     "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (5);"
     " CREATE TABLE t (b text, a int)",
     "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE c PARTITION OF p FOR VALUES FROM (3) TO (5);"
     " CREATE TABLE t PARTITION OF p FOR VALUES FROM (0) TO (3)"),
    ("partitions change places",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO"
     " (2); CREATE TABLE d PARTITION OF p FOR VALUES FROM (2) TO (5); CREATE TABLE e PARTITION OF p DEFAULT",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE c PARTITION OF p DEFAULT; CREATE TABLE d"
     " PARTITION OF p FOR VALUES FROM (0) TO (2); CREATE TABLE e PARTITION OF p FOR VALUES FROM (2) TO (3)"),
    ("twice as many partitions by hash",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY HASH (a); CREATE TABLE c PARTITION OF p FOR VALUES WITH (MODULUS"
     " 2, REMAINDER 0); CREATE TABLE d PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY HASH (a); CREATE TABLE c PARTITION OF p FOR VALUES WITH (MODULUS"
     " 4, REMAINDER 0); CREATE TABLE d PARTITION OF p FOR VALUES WITH (MODULUS 4, REMAINDER 1); CREATE TABLE e"
     " PARTITION OF p FOR VALUES WITH (MODULUS 4, REMAINDER 2); CREATE TABLE f PARTITION OF p FOR VALUES WITH (MODULUS"
     " 4, REMAINDER 3)"),
    ("a new partition that is partitioned itself takes rows out of the default partition",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE d PARTITION OF p DEFAULT",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE d PARTITION OF p DEFAULT; CREATE TABLE z"
     " PARTITION OF p FOR VALUES IN (1, 2) PARTITION BY RANGE (a); CREATE TABLE z1 PARTITION OF z FOR VALUES FROM (0)"
     " TO (2); CREATE TABLE z2 PARTITION OF z FOR VALUES FROM (2) TO (9) PARTITION BY LIST (a); CREATE TABLE z21"
     " PARTITION OF z2 FOR VALUES IN (2)"),
    ("partitioned no more: the rows of the partitions stay",
     "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1, 2)",
     "CREATE TABLE t (a int)"),
    ("a partition moves to a table with other columns, and its old parent changes too",
     "CREATE TABLE t (a int); CREATE TABLE p (a int, b int, gone int) PARTITION BY LIST (a);"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (5); CREATE TABLE q (a int, b int, old text) PARTITION BY LIST (a)",
     "CREATE TABLE t (a int); CREATE TABLE p (a int, b int, more int) PARTITION BY LIST (a);"
     " CREATE TABLE q (a bigint, b int, x text, CHECK (a > 0)) PARTITION BY LIST (a);"
     " CREATE TABLE c PARTITION OF q FOR VALUES IN (5)"),
    ("another type under a partition key, with keys, references, sub-partitions and a view",
     "CREATE TABLE p (a int, b text, c int, PRIMARY KEY (a, c)) PARTITION BY LIST (a); CREATE TABLE x PARTITION OF p"
     " FOR VALUES IN (1) PARTITION BY LIST (c); CREATE TABLE y PARTITION OF x FOR VALUES IN (1, 2);"
     " CREATE TABLE z PARTITION OF p DEFAULT; CREATE INDEX i ON p (b); CREATE INDEX own ON z (b, a);"
     " CREATE TABLE r (a int, c int, FOREIGN KEY (a, c) REFERENCES p); CREATE VIEW v AS SELECT * FROM p",
     "CREATE TABLE p (a text, b text, c int, PRIMARY KEY (a, c)) PARTITION BY LIST (a); CREATE TABLE x PARTITION OF p"
     " FOR VALUES IN ('1') PARTITION BY LIST (c); CREATE TABLE y PARTITION OF x FOR VALUES IN (1, 2);"
     " CREATE TABLE z PARTITION OF p DEFAULT; CREATE INDEX i ON p (b); CREATE INDEX own ON z (b, a);"
     " CREATE TABLE r (a text, c int, FOREIGN KEY (a, c) REFERENCES p); CREATE VIEW v AS SELECT * FROM p"),
    ("another type under the key of a partition's own partitions",
     "CREATE TABLE p (a int, c int) PARTITION BY LIST (a); CREATE TABLE x PARTITION OF p FOR VALUES IN (1, 2)"
     " PARTITION BY LIST (c); CREATE TABLE y PARTITION OF x FOR VALUES IN (1, 2)",
     "CREATE TABLE p (a int, c bigint) PARTITION BY LIST (a); CREATE TABLE x PARTITION OF p FOR VALUES IN (1, 2)"
     " PARTITION BY LIST (c); CREATE TABLE y PARTITION OF x FOR VALUES IN (1, 2)"),
    ("a typed table gets and loses columns with its type",
     "CREATE TYPE k AS (a int, b text); CREATE TABLE t OF k; CREATE TABLE u (x k)",
     "CREATE TYPE k AS (a int, c date); CREATE TABLE t OF k (c DEFAULT now(), PRIMARY KEY (a)); CREATE TABLE u (x k)"),
    ("a type changes under a typed table and columns",
     "CREATE TYPE k AS (a int, b text); CREATE TABLE t OF k; CREATE TABLE u (x k, y k[]);"
     " CREATE FUNCTION f(k) RETURNS int LANGUAGE sql AS 'select 1'",
     "CREATE TYPE k AS (a bigint, b text); CREATE TABLE t OF k; CREATE TABLE u (x k, y k[]);"
     " CREATE FUNCTION f(k) RETURNS int LANGUAGE sql AS 'select 1'"),
    ("a typed table is of another type, in another order",
     "CREATE TYPE k AS (a int, b text); CREATE TABLE t OF k (PRIMARY KEY (a)); CREATE TABLE u (a int REFERENCES t)",
     "CREATE TYPE l AS (b text, c int, a int); CREATE TABLE t OF l (PRIMARY KEY (a));"
     " CREATE TABLE u (a int REFERENCES t)"),
    ("typed no more, other columns",
     "CREATE TYPE k AS (a int, b text); CREATE TABLE t OF k", "CREATE TABLE t (a bigint, c int)"),
    ("a table begins to inherit, without columns of its own",
     "CREATE TABLE p (a int, b text); CREATE TABLE c (a serial, b text, k int PRIMARY KEY); CREATE INDEX i ON c (b);"
     " CREATE TABLE r (k int REFERENCES c)",
     "CREATE TABLE p (a int, b text); CREATE TABLE c (k int PRIMARY KEY) INHERITS (p); CREATE INDEX i ON c (b);"
     " CREATE TABLE r (k int REFERENCES c)"),
    ("columns and checks become a child's own, or are so no more",
     "CREATE TABLE p (a int, CONSTRAINT k CHECK (a > 0)); CREATE TABLE c (a int) INHERITS (p);"
     " CREATE TABLE d (CONSTRAINT k CHECK (a > 0)) INHERITS (p)",
     "CREATE TABLE p (a int, CONSTRAINT k CHECK (a > 0)); CREATE TABLE c (CONSTRAINT k CHECK (a > 0)) INHERITS (p);"
     " CREATE TABLE d (a int) INHERITS (p)"),
    ("a table far above gets the column and the check that a child has on its own",
     "CREATE TABLE g (a int); CREATE TABLE p () INHERITS (g); CREATE TABLE c (x int, CONSTRAINT k CHECK (a > 0))"
     " INHERITS (p)",
     "CREATE TABLE g (a int, x int, CONSTRAINT k CHECK (a > 0)); CREATE TABLE p () INHERITS (g); CREATE TABLE c ()"
     " INHERITS (p)"),
    ("a table far above loses the column that a child keeps on its own, with another type",
     "CREATE TABLE g (a int, x int); CREATE TABLE p () INHERITS (g); CREATE TABLE c () INHERITS (p);"
     " CREATE TABLE d () INHERITS (p)",
     "CREATE TABLE g (a int); CREATE TABLE p () INHERITS (g); CREATE TABLE c (x int) INHERITS (p);"
     " CREATE TABLE d (x bigint) INHERITS (p)"),
    ("partitions and child tables stay NOT NULL when their parents cease to be",
     "CREATE TABLE p (a int NOT NULL) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1, 2);"
     " CREATE TABLE q (a int NOT NULL); CREATE TABLE d (a int NOT NULL) INHERITS (q)",
     "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p (a NOT NULL) FOR VALUES IN (1, 2);"
     " CREATE TABLE q (a int); CREATE TABLE d (a int NOT NULL) INHERITS (q)"),
    ("a child without its parent, with other columns",
     "CREATE TABLE p (a int, b text); CREATE TABLE c () INHERITS (p)",
     "CREATE TABLE p (a int, b text); CREATE TABLE c (a bigint)"),
    ("a partition goes from a table that another one refers to",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO"
     " (5) PARTITION BY RANGE (a); CREATE TABLE p11 PARTITION OF p1 FOR VALUES FROM (0) TO (5);"
     " CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (1000) TO (2000); CREATE TABLE p12 PARTITION OF p1 FOR VALUES"
     " FROM (5) TO (9); CREATE TABLE r (a int REFERENCES p)",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO"
     " (5) PARTITION BY RANGE (a); CREATE TABLE p11 PARTITION OF p1 FOR VALUES FROM (0) TO (5);"
     " CREATE TABLE r (a int REFERENCES p)"),
    ("a partition becomes partitioned below an index of its parent",
     "CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY RANGE (a); CREATE TABLE z PARTITION OF p FOR VALUES"
     " FROM (0) TO (9); CREATE INDEX i ON p (b)",
     "CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY RANGE (a); CREATE TABLE z PARTITION OF p FOR VALUES"
     " FROM (0) TO (9) PARTITION BY RANGE (a); CREATE TABLE z1 PARTITION OF z FOR VALUES FROM (0) TO (3); CREATE"
     " TABLE z2 PARTITION OF z DEFAULT; CREATE INDEX i ON p (b)"),
]  # fmt: skip
