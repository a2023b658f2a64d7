"""Types that change while they are in use, and what belongs to whom."""

_OVER_ENUM = (
    "CREATE DOMAIN d AS e; CREATE DOMAIN d2 AS d; CREATE TABLE t (a d, b d2[]); CREATE VIEW v AS SELECT a FROM t;"
    " CREATE FUNCTION f(d) RETURNS d LANGUAGE sql AS 'SELECT $1'; COMMENT ON DOMAIN d IS 'x';"
    " GRANT USAGE ON DOMAIN d TO convergence_app; ALTER DOMAIN d OWNER TO convergence_app"
)

# name, what is there, what is wanted
CASES = [
    ("a domain gets rules while arrays and rows hold its values",
     "CREATE DOMAIN d AS int; CREATE DOMAIN e AS d; CREATE TYPE c AS (x d);"
     " CREATE TABLE t (a d[], b e[], c c, d d, x e); CREATE VIEW v AS SELECT a, c FROM t",
     "CREATE DOMAIN d AS int CHECK (VALUE < 100); CREATE DOMAIN e AS d NOT NULL; CREATE TYPE c AS (x d);"
     " CREATE TABLE t (a d[], b e[], c c, d d, x e); CREATE VIEW v AS SELECT a, c FROM t"),
    ("an enum loses a label that domains over it are of, with a function and a view",
     f"CREATE TYPE e AS ENUM ('a', 'b'); {_OVER_ENUM}", f"CREATE TYPE e AS ENUM ('a'); {_OVER_ENUM}"),
    ("an enum loses the label that is the default of a domain over it",
     "CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS e DEFAULT 'b' CHECK (VALUE <> 'b'); CREATE TABLE t (a d)",
     "CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS e DEFAULT 'a' NOT NULL; CREATE TABLE t (a d)"),
    ("an enum loses a label while the tables that have it go",
     "CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS e; CREATE TABLE t (a d, b e); CREATE TABLE u (a d)",
     "CREATE TYPE e AS ENUM ('b'); CREATE DOMAIN d AS e; CREATE TABLE u (b int)"),
    ("a column becomes one of a domain over its enum, which loses a label",
     "CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS e; CREATE TABLE t (a e)",
     "CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS e; CREATE TABLE t (a d)"),
    ("a column of a domain becomes one of the enum below it, which loses a label",
     "CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS e NOT NULL; CREATE TABLE t (a d)",
     "CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS e; CREATE TABLE t (a e)"),
    ("columns of a domain and of arrays of rows turn to text while the enum below loses a label",
     "CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS e; CREATE TYPE c AS (x d); CREATE TABLE t (a d, b c[])",
     "CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS e; CREATE TYPE c AS (x d);"
     " CREATE TABLE t (a text DEFAULT 'a', b text)"),
    ("owner and comment of an enum that is made anew",
     "CREATE TYPE e AS ENUM ('a', 'b'); COMMENT ON TYPE e IS 'x'; ALTER TYPE e OWNER TO convergence_app",
     "CREATE TYPE e AS ENUM ('b'); COMMENT ON TYPE e IS 'x'; ALTER TYPE e OWNER TO convergence_app"),
    ("new privileges on an enum that is made anew",
     "CREATE TYPE e AS ENUM ('a', 'b')",
     "CREATE TYPE e AS ENUM ('b'); REVOKE USAGE ON TYPE e FROM PUBLIC; GRANT USAGE ON TYPE e TO convergence_app"),
    ("the comment of an extension is the one that it brought along",
     "CREATE EXTENSION citext; COMMENT ON EXTENSION citext IS 'mine'", "CREATE EXTENSION citext"),
    ("a sequence is made for a column of a table of another role",
     "CREATE TABLE t (a bigint)",
     "CREATE TABLE t (a bigserial); ALTER TABLE t OWNER TO convergence_app"),
    ("sequences become those of columns of tables of other roles",
     "CREATE TABLE t (a bigint, b int); CREATE SEQUENCE s OWNED BY t.a; ALTER TABLE t OWNER TO convergence_app;"
     " CREATE TABLE u (a int); CREATE SEQUENCE q",
     "CREATE TABLE t (a bigint, b int); CREATE SEQUENCE q OWNED BY t.b; ALTER TABLE t OWNER TO convergence_app;"
     " CREATE TABLE u (a int); CREATE SEQUENCE s OWNED BY u.a; ALTER TABLE u OWNER TO convergence_reader"),
    ("sequences outlive the columns that they belong to, and change",
     "CREATE TABLE t (a int); CREATE SEQUENCE s OWNED BY t.a; CREATE TABLE u (a int, b int); CREATE SEQUENCE q"
     " OWNED BY u.b; CREATE SEQUENCE r OWNED BY u.b",
     "CREATE SEQUENCE s MAXVALUE 5000; CREATE TABLE u (a int); CREATE SEQUENCE q MAXVALUE 5000 OWNED BY u.a;"
     " CREATE TABLE v (a int); CREATE SEQUENCE r MAXVALUE 5000 OWNED BY v.a"),
    ("a sequence of nobody becomes that of a new table's column, and changes",
     "CREATE SEQUENCE s AS int", "CREATE TABLE t (a int); CREATE SEQUENCE s OWNED BY t.a"),
    ("functions are made while everybody is not to execute new ones",
     "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
     "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
]  # fmt: skip
