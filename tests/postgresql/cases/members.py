"""What hangs on the members of a table: comments, defaults, checks, sequences; and clauses of functions."""

_KEYS = "CREATE TABLE t (id int PRIMARY KEY, a int, b int UNIQUE, CONSTRAINT x EXCLUDE USING btree (a WITH =))"
_CIRCLE = (
    "CREATE TABLE t (a int, b int, c int CHECK (c > 0)); CREATE FUNCTION good(t) RETURNS bool LANGUAGE sql AS"
    " 'SELECT $1.a > 0'; ALTER TABLE t ADD CONSTRAINT is_good CHECK (good(t)) NOT VALID, ADD CHECK (good(t));"
    " COMMENT ON CONSTRAINT is_good ON t IS 'x'"
)

# name, what is there, what is wanted
CASES = [
    ("types in a schema that is called like a clause of a column",
     "CREATE SCHEMA storage; CREATE TABLE storage.t (a int)",
     "CREATE SCHEMA storage; CREATE TYPE storage.kind AS ENUM ('a'); CREATE TYPE public.storage AS ENUM ('a');"
     " CREATE TABLE storage.t (a int, b storage.kind DEFAULT 'a' NOT NULL, c storage.kind[]);"
     " CREATE FUNCTION f(storage.kind) RETURNS storage.kind LANGUAGE sql AS 'SELECT $1'"),
    ("comments on the indexes behind constraints",
     f"{_KEYS}; COMMENT ON INDEX t_pkey IS 'old'; COMMENT ON INDEX t_b_key IS 'gone'",
     f"{_KEYS}; COMMENT ON INDEX t_pkey IS 'new'; COMMENT ON INDEX x IS 'x'; COMMENT ON CONSTRAINT x ON t IS 'both'"),
    ("a key that is made anew brings its index's comment along",
     f"{_KEYS}; COMMENT ON INDEX t_pkey IS 'key'",
     f"{_KEYS.replace('id int PRIMARY KEY', 'id int, PRIMARY KEY (id, a)')}; COMMENT ON INDEX t_pkey IS 'key'"),
    ("defaults that are more than the grammar takes without parentheses",
     "CREATE TABLE t (a int)",
     "CREATE DOMAIN d AS bool DEFAULT (1 IN (1, 2)); CREATE TABLE t (a int, b bool DEFAULT (1 IN (1, 2)) NOT NULL,"
     " c bool DEFAULT (NOT true OR 'x' LIKE 'y'), e text DEFAULT ('a' COLLATE \"C\"), f timestamp"
     " DEFAULT (now() AT TIME ZONE 'utc'), g bool DEFAULT (NULL IS NOT NULL), h text DEFAULT ' OR (');"
     " CREATE TABLE u (a int, b bool DEFAULT ('a' BETWEEN 'b' AND 'c'), k d)"),
    ("a check that is not valid on a table that others inherit from",
     "CREATE TABLE p (a int); CREATE TABLE old () INHERITS (p)",
     "CREATE TABLE p (a int); CREATE TABLE old () INHERITS (p); CREATE TABLE c (b int) INHERITS (p);"
     " CREATE TABLE g () INHERITS (c); ALTER TABLE p ADD CONSTRAINT k CHECK (a > 0) NOT VALID"),
    ("a check of a table that others inherit from becomes valid",
     "CREATE TABLE p (a int); CREATE TABLE c (b int) INHERITS (p);"
     " ALTER TABLE p ADD CONSTRAINT k CHECK (a > 0) NOT VALID",
     "CREATE TABLE p (a int, CONSTRAINT k CHECK (a > 0)); CREATE TABLE c (b int) INHERITS (p)"),
    ("a check that needs the table's own rows, on a table that is new", "", _CIRCLE),
    ("a table whose own check needs its rows goes", _CIRCLE, "CREATE TABLE other (a int)"),
    ("a table begins to need its own rows",
     "CREATE TABLE t (a int, b int, c int)", _CIRCLE),
    ("settings of functions in the order in which they were given",
     "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '50MB' AS 'SELECT 1'",
     "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '50MB' SET enable_seqscan = off AS 'SELECT 1';"
     " CREATE FUNCTION g() RETURNS int LANGUAGE sql STABLE SET jit = off SET enable_seqscan = off SECURITY DEFINER"
     " AS 'SELECT 1'"),
    ("the sequence of a serial column goes over to a table that is new",
     "CREATE TABLE old (id serial PRIMARY KEY, a int)",
     "CREATE TABLE new (id serial PRIMARY KEY, a int); ALTER SEQUENCE new_id_seq RENAME TO old_id_seq"),
    ("the sequence of a serial column goes over to a column that is new",
     "CREATE TABLE old (id serial PRIMARY KEY, a int); CREATE TABLE t (a int)",
     "CREATE TABLE t (a int, id serial PRIMARY KEY); ALTER SEQUENCE t_id_seq RENAME TO old_id_seq"),
    ("generated columns of their own in tables that inherit them",
     "CREATE TABLE p (a int, b int)",
     "CREATE TABLE p (a int, b int GENERATED ALWAYS AS (a * 2) STORED);"
     " CREATE TABLE c (b int GENERATED ALWAYS AS (a * 2) STORED, a int); ALTER TABLE c INHERIT p;"
     " CREATE TABLE g (b int) INHERITS (c)"),
]  # fmt: skip
