"""Conditions in which an AND is inside of an AND, as BETWEEN is."""

_T = "CREATE TABLE t (a int, b int, c bool)"
_F = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"

# name, what is there, what is wanted
CASES = [
    ("checks, indexes and generated columns with nested conditions",
     f"{_T}; CREATE DOMAIN d AS int",
     "CREATE TABLE t (a int, b int, c bool, e bool GENERATED ALWAYS AS (a > 0 AND b BETWEEN 1 AND 2) STORED,"
     " CONSTRAINT k CHECK (a > 0 AND b BETWEEN 1 AND 2), CONSTRAINT flat CHECK (a > 0 AND b > 0 AND (c OR b > 1)),"
     " CONSTRAINT o CHECK (c OR (a > 0 OR (b > 0 AND (a < 5 AND a <> 3))))); CREATE INDEX i ON t (a) WHERE c AND"
     " b NOT BETWEEN 1 AND 2 AND (a > 1 AND b > 1); CREATE DOMAIN d AS int"
     " CHECK (VALUE > 0 AND VALUE BETWEEN 1 AND 9)"),
    ("views, rules, triggers and policies with nested conditions",
     f"{_T}; {_F}",
     f"{_T}; {_F}; CREATE VIEW v AS SELECT a, c AND (a > 0 AND b > 0) AS d FROM t WHERE a > 0 AND b BETWEEN 1 AND 2;"
     " CREATE MATERIALIZED VIEW m AS SELECT x.a FROM t x JOIN t y ON x.a = y.a AND (x.b > 0 AND y.b = ANY ('{1,2}'));"
     " CREATE RULE r AS ON DELETE TO t WHERE OLD.a > 0 AND OLD.b BETWEEN 1 AND 2 DO ALSO UPDATE t SET a = 1"
     " WHERE c OR (a = 1 OR b = 2); CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a > 0 AND"
     " NEW.b BETWEEN 1 AND 2) EXECUTE FUNCTION f(); CREATE POLICY p ON t USING (c AND a BETWEEN 1 AND 2)"
     " WITH CHECK (c OR (a = 1 OR b = 2));"
     " CREATE PUBLICATION conditions FOR TABLE t WHERE (a > 0 AND b BETWEEN 1 AND 2)"),
    ("conditions that differ in their nesting only",
     f"{_T}; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0 AND b >= 1 AND b <= 2);"
     " CREATE VIEW v AS SELECT a FROM t WHERE a > 0 AND b >= 1 AND b <= 2",
     f"{_T}; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0 AND b BETWEEN 1 AND 2);"
     " CREATE VIEW v AS SELECT a FROM t WHERE a > 0 AND b BETWEEN 1 AND 2"),
]  # fmt: skip
