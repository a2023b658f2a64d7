"""From one schema to another through the declaration, as the corpora are judged: what once did not arrive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.servers import MySQLServer
from tests.conftest import shared_server, with_routines
from tests.corpora.judge import CONVERGED, judge
from tests.corpora.places import Place, place_for
from tests.corpora.records import Case

APP, READER = "convergence_app@localhost", "convergence_reader@localhost"
ROLE = "convergence_role"
BOTH, MARIADB, MYSQL = ("mariadb", "mysql"), ("mariadb",), ("mysql",)
TOTAL = (
    "BEGIN DECLARE s int DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s;"
    " LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP; END"
)

# vendors, name, what is there, what is wanted
CASES = [
    (BOTH, "privileges on a dropped table do not wait for the next one of its name",
     f"CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT 1 AS a;"
     f" GRANT SELECT, SELECT (id) ON t TO {APP};"
     f" GRANT SELECT ON v TO {APP}; GRANT UPDATE (id) ON t TO {READER}",
     "CREATE TABLE u (id int PRIMARY KEY)"),
    (BOTH, "a privilege on a table goes, the same one on a column stays",
     f"CREATE TABLE t (id int, a int); GRANT SELECT, INSERT, SELECT (id), UPDATE (a) ON t TO {APP}",
     f"CREATE TABLE t (id int, a int); GRANT SELECT (id), INSERT (a) ON t TO {APP}"),
    (BOTH, "a privilege on a table and on its columns goes",
     f"CREATE TABLE t (id int, a int); GRANT SELECT, SELECT (id, a), UPDATE (a) ON t TO {APP}",
     "CREATE TABLE t (id int, a int)"),
    (BOTH, "one privilege of several that may be handed on goes",
     f"CREATE TABLE t (id int); GRANT SELECT, INSERT ON t TO {APP} WITH GRANT OPTION",
     f"CREATE TABLE t (id int); GRANT SELECT ON t TO {APP} WITH GRANT OPTION"),
    (BOTH, "privileges may be handed on no longer",
     f"CREATE TABLE t (id int); GRANT SELECT, INSERT ON t TO {APP} WITH GRANT OPTION",
     f"CREATE TABLE t (id int); GRANT SELECT, INSERT ON t TO {APP}"),
    (BOTH, "privileges on the database and on routines",
     f"CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1; GRANT EXECUTE ON FUNCTION f TO {APP};"
     f" GRANT SELECT ON * TO {READER}",
     f"CREATE FUNCTION f() RETURNS bigint DETERMINISTIC RETURN 1; GRANT EXECUTE ON FUNCTION f TO {APP}, {READER};"
     f" GRANT INSERT ON * TO {READER}"),
    (BOTH, "what a role may do",
     f"CREATE TABLE t (id int); GRANT SELECT ON t TO {ROLE}",
     f"CREATE TABLE t (id int); GRANT SELECT, UPDATE (id) ON t TO {ROLE}; GRANT INSERT ON t TO {APP}"),
    (BOTH, "a column whose values no two servers would make the same",
     "CREATE TABLE t (id int PRIMARY KEY)",
     "CREATE TABLE t (id int PRIMARY KEY, a char(36) DEFAULT (uuid()), b double NOT NULL DEFAULT (rand()))"),
    (BOTH, "a new column that counts replaces the primary key and its column",
     "CREATE TABLE t (old_id int NOT NULL, a int NOT NULL, PRIMARY KEY (old_id), UNIQUE KEY u (old_id, a))",
     "CREATE TABLE t (id int NOT NULL AUTO_INCREMENT, a int NOT NULL, PRIMARY KEY (id), UNIQUE KEY u (a))"),
    (BOTH, "code of somebody else becomes that of who applies",
     f"CREATE DEFINER={APP} VIEW v AS SELECT 1 AS a; CREATE DEFINER={APP} PROCEDURE p() SELECT 1",
     "CREATE VIEW v AS SELECT 1 AS a; CREATE PROCEDURE p() SELECT 1"),
    (BOTH, "a table into memory, without its texts",
     "CREATE TABLE t (id int PRIMARY KEY, a text, b varchar(9))",
     "CREATE TABLE t (id int PRIMARY KEY, a varchar(50), b varchar(20)) ENGINE=MEMORY"),
    (BOTH, "more columns dropped at once than INSTANT has room for",
     f"CREATE TABLE t (id int PRIMARY KEY, {', '.join(f'c{i} varchar(128) NOT NULL' for i in range(46))},"
     " v text NOT NULL)"
     " CHARSET=latin1",
     "CREATE TABLE t (id int PRIMARY KEY, f varchar(128) NOT NULL, v text NOT NULL) CHARSET=latin1"),
    (MYSQL, "the parser of a full-text index",
     "CREATE TABLE t (a text, FULLTEXT KEY w (a), b text, FULLTEXT KEY x (b) WITH PARSER ngram)",
     "CREATE TABLE t (a text, FULLTEXT KEY w (a) WITH PARSER ngram, b text, FULLTEXT KEY x (b))"),
    (MYSQL, "another spatial reference system under a spatial index",
     "CREATE TABLE t (p point NOT NULL SRID 4326, q point NOT NULL, SPATIAL KEY k (p), SPATIAL KEY l (q))",
     "CREATE TABLE t (p point NOT NULL, q point NOT NULL SRID 0, SPATIAL KEY k (p), SPATIAL KEY l (q))"),
    (MARIADB, "a view whose definer may not read its table",
     "CREATE TABLE t (id int, a int)",
     f"CREATE TABLE t (id int, a int); CREATE DEFINER={APP} VIEW v AS SELECT id, a FROM t WHERE a > 0"
     " WITH LOCAL CHECK OPTION"),
    (MARIADB, "periods of the application's own time",
     "CREATE TABLE t (id int NOT NULL, s date, e date); CREATE TABLE u (id int PRIMARY KEY);"
     " CREATE TABLE v (id int, s date, e date, PERIOD FOR p (s, e))",
     "CREATE TABLE t (id int, s date, e date, PERIOD FOR p (s, e), PRIMARY KEY (id, p WITHOUT OVERLAPS));"
     " CREATE TABLE u (id int PRIMARY KEY, a datetime, b datetime, PERIOD FOR held (a, b),"
     " UNIQUE KEY k (id, held WITHOUT OVERLAPS)); CREATE TABLE v (id int, s date, e date, PERIOD FOR other (s, e))"),
    (MARIADB, "keys of a table whose block size changes",
     "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a int, UNIQUE KEY u (a), KEY k (a)) ROW_FORMAT=COMPRESSED"
     " KEY_BLOCK_SIZE=8; CREATE TABLE u (t_id int, FOREIGN KEY (t_id) REFERENCES t (id))",
     "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a int, UNIQUE KEY u (a), KEY k (a));"
     " CREATE TABLE u (t_id int, FOREIGN KEY (t_id) REFERENCES t (id))"),
    (BOTH, "an event that ended no longer does",
     "CREATE EVENT e ON SCHEDULE EVERY 2 DAY STARTS '2030-01-01 00:00:00' ENDS '2037-01-01 00:00:00' DO SET @a = 1",
     "CREATE EVENT e ON SCHEDULE EVERY 2 DAY STARTS '2030-01-01 00:00:00' DO SET @a = 1"),
    (BOTH, "options of sub-partitions",
     "CREATE TABLE t (id int NOT NULL, code int NOT NULL, PRIMARY KEY (id, code)) PARTITION BY LIST (code)"
     " SUBPARTITION BY HASH (id) (PARTITION a VALUES IN (1) (SUBPARTITION a0, SUBPARTITION a1),"
     " PARTITION b VALUES IN (2) COMMENT 'it''s' (SUBPARTITION b0, SUBPARTITION b1 COMMENT 'own' MAX_ROWS 9))",
     "CREATE TABLE t (id int NOT NULL, code int NOT NULL, PRIMARY KEY (id, code)) PARTITION BY LIST (code)"
     " SUBPARTITION BY HASH (id) (PARTITION a VALUES IN (1) COMMENT 'all' (SUBPARTITION a0, SUBPARTITION a1),"
     " PARTITION b VALUES IN (2) (SUBPARTITION b0 COMMENT 'own', SUBPARTITION b1))"),
    (BOTH, "generated columns before the new columns that they read",
     "CREATE TABLE t (id int PRIMARY KEY, b int)",
     "CREATE TABLE t (c int GENERATED ALWAYS AS (a + d) STORED, a int, x int GENERATED ALWAYS AS (d) VIRTUAL, d int,"
     " id int PRIMARY KEY, b int)"),
    (BOTH, "another column counts, and a table that points to the first one goes",
     "CREATE TABLE t (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id));"
     " CREATE TABLE z (t_id int, FOREIGN KEY (t_id) REFERENCES t (id))",
     "CREATE TABLE t (id int NOT NULL, number int NOT NULL AUTO_INCREMENT, UNIQUE KEY u (id), UNIQUE KEY n (number))"),
    (MARIADB, "a column that counts brings its key along while the block size changes",
     "CREATE TABLE t (id int PRIMARY KEY, a int) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8;"
     " CREATE TABLE z (t_id int, FOREIGN KEY (t_id) REFERENCES t (id))",
     "CREATE TABLE t (id int PRIMARY KEY, a int, number int NOT NULL AUTO_INCREMENT, KEY n (number))"),
    (MARIADB, "both ends of a period change their type",
     "CREATE TABLE t (id int, s date, e date, PERIOD FOR p (s, e)); CREATE TABLE u (id int, s date, e date)",
     "CREATE TABLE t (id int, s datetime, e datetime, PERIOD FOR p (s, e));"
     " CREATE TABLE u (id int, s datetime, e datetime, PERIOD FOR p (s, e), UNIQUE KEY k (id, p WITHOUT OVERLAPS))"),
    (MARIADB, "aggregate functions",
     "CREATE FUNCTION total(x int) RETURNS int DETERMINISTIC RETURN x;"
     " CREATE TABLE t (a int); CREATE VIEW v AS SELECT total(a) AS n FROM t",
     "DELIMITER $$\nCREATE AGGREGATE FUNCTION total(x int) RETURNS int SQL SECURITY INVOKER COMMENT 'it''s'"
     f" {TOTAL}\n$$\nDELIMITER ;\nCREATE TABLE t (a int); CREATE VIEW v AS SELECT total(a) AS n FROM t"),
    (MARIADB, "keys come and go while the block size of their table changes, and a table that points to it goes",
     "CREATE TABLE t (id int, a int, UNIQUE KEY u (id)) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8;"
     " CREATE TABLE z (t_id int, FOREIGN KEY (t_id) REFERENCES t (id))",
     "CREATE TABLE t (id int, a int, KEY k (a))"),
    (MARIADB, "Aria's own options do not go along to another engine",
     "CREATE TABLE t (a int NOT NULL, KEY (a)) ENGINE=Aria TRANSACTIONAL=0;"
     " CREATE TABLE u (a int) ENGINE=Aria TRANSACTIONAL=1",
     "CREATE TABLE t (a int NOT NULL, KEY (a)) ENGINE=MyISAM CHECKSUM=1; CREATE TABLE u (a int)"),
    (MARIADB, "a sequence whose counter is outside of the new range",
     "CREATE SEQUENCE s NOCACHE; CREATE SEQUENCE d INCREMENT BY -1 MAXVALUE 50 MINVALUE 1 NOCACHE;"
     " DO NEXTVAL(s); DO NEXTVAL(s); DO NEXTVAL(d)",
     "CREATE SEQUENCE s START WITH 10 MINVALUE 5 MAXVALUE 1000 CYCLE; CREATE SEQUENCE d INCREMENT BY -1 MAXVALUE 20"
     " MINVALUE 1; DO NEXTVAL(s); DO NEXTVAL(d)"),
    (MARIADB, "addresses of one kind become those of the other",
     "CREATE TABLE t (id int PRIMARY KEY, a inet4, b inet4 NOT NULL DEFAULT '10.0.0.1', KEY k (a))",
     "CREATE TABLE t (id int PRIMARY KEY, a inet6, b inet6 NOT NULL DEFAULT '::ffff:10.0.0.1', KEY k (a))"),
    (MARIADB, "columns of the period of system time come and go",
     "CREATE TABLE t (a int); CREATE TABLE u (a int) WITH SYSTEM VERSIONING",
     "CREATE TABLE t (a int, s timestamp(6) GENERATED ALWAYS AS ROW START, b int,"
     " e timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING;"
     " CREATE TABLE u (s timestamp(6) GENERATED ALWAYS AS ROW START, e timestamp(6) GENERATED ALWAYS AS ROW END,"
     " a int, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING"),
    (MARIADB, "columns of the period of system time have other names",
     "CREATE TABLE t (a int, s timestamp(6) GENERATED ALWAYS AS ROW START,"
     " e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING",
     "CREATE TABLE t (a int, s timestamp(6) GENERATED ALWAYS AS ROW START, b int WITHOUT SYSTEM VERSIONING,"
     " until timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, until)) WITH SYSTEM VERSIONING"),
    (BOTH, "rows are divided by another column, and every key with it",
     "CREATE TABLE t (a int NOT NULL, x int, PRIMARY KEY (a)) PARTITION BY HASH (a) PARTITIONS 3;"
     " CREATE TABLE u (a int NOT NULL, b int NOT NULL, UNIQUE KEY k (a)) PARTITION BY RANGE (a)"
     " (PARTITION p0 VALUES LESS THAN (9), PARTITION p1 VALUES LESS THAN MAXVALUE)",
     "CREATE TABLE t (b int NOT NULL, x int, PRIMARY KEY (b)) PARTITION BY KEY (b) PARTITIONS 2;"
     " CREATE TABLE u (a int NOT NULL, b int NOT NULL, UNIQUE KEY k (b)) PARTITION BY RANGE (b)"
     " (PARTITION p0 VALUES LESS THAN (9), PARTITION p1 VALUES LESS THAN MAXVALUE)"),
    (BOTH, "partitions go with their column, or with its type",
     "CREATE TABLE t (a int, b int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1, 2, NULL));"
     " CREATE TABLE u (a int) PARTITION BY RANGE COLUMNS (a) (PARTITION p VALUES LESS THAN (5));"
     " CREATE TABLE v (a int, g int GENERATED ALWAYS AS (a % 2) VIRTUAL) PARTITION BY HASH (g) PARTITIONS 2",
     "CREATE TABLE t (b int); CREATE TABLE u (a varchar(9)) PARTITION BY RANGE COLUMNS (a)"
     " (PARTITION p VALUES LESS THAN ('m'));"
     " CREATE TABLE v (a int, g int GENERATED ALWAYS AS (a % 3) STORED) PARTITION BY HASH (g) PARTITIONS 2"),
    (BOTH, "a unique key and partitions come together, beside another engine and foreign keys that go",
     "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id),"
     " FOREIGN KEY (id) REFERENCES p (id)); CREATE TABLE u (id int) ENGINE=MyISAM",
     "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d),"
     " KEY id (id)) PARTITION BY RANGE (TO_DAYS(d)) (PARTITION old VALUES LESS THAN (TO_DAYS('2020-01-01')),"
     " PARTITION rest VALUES LESS THAN MAXVALUE) ; CREATE TABLE u (id int) PARTITION BY HASH (id)"),
    (BOTH, "one bound between others moves, and so does that of the last partition but one",
     "CREATE TABLE t (x int NOT NULL) PARTITION BY RANGE COLUMNS (x) (PARTITION p1 VALUES LESS THAN (3),"
     " PARTITION p2 VALUES LESS THAN (6), PARTITION end VALUES LESS THAN (MAXVALUE))",
     "CREATE TABLE t (x int NOT NULL) PARTITION BY RANGE COLUMNS (x) (PARTITION p1 VALUES LESS THAN (4),"
     " PARTITION end VALUES LESS THAN (MAXVALUE))"),
    (MARIADB, "a column beside those of a period becomes one of another kind",
     "CREATE TABLE t (id int PRIMARY KEY, s date, e date GENERATED ALWAYS AS (s + 1) VIRTUAL)",
     "CREATE TABLE t (id int, s date, e date, st timestamp(6) GENERATED ALWAYS AS ROW START,"
     " en timestamp(6) GENERATED ALWAYS AS ROW END, PRIMARY KEY (id, en), PERIOD FOR SYSTEM_TIME (st, en))"
     " WITH SYSTEM VERSIONING"),
    (MARIADB, "sequences have a comment, and an engine",
     "CREATE SEQUENCE s COMMENT 'one'; CREATE SEQUENCE d ENGINE=MyISAM; CREATE SEQUENCE n",
     "CREATE SEQUENCE s COMMENT 'it''s \\\\ two'; CREATE SEQUENCE d NOCACHE COMMENT 'x';"
     " CREATE SEQUENCE n COMMENT 'y' ENGINE=Aria"),
    (MARIADB, "functions of sql_mode=ORACLE",
     "CREATE TABLE t (a int); CREATE FUNCTION g(a int) RETURNS int RETURN a",
     "SET sql_mode = 'ORACLE'; CREATE TABLE t (a int);\nDELIMITER //\n"
     "CREATE FUNCTION f RETURN int AS b int := 1; BEGIN RETURN b; END\n//\n"
     "CREATE FUNCTION g(a VARCHAR2, b OUT int) RETURN varchar2(9) DETERMINISTIC COMMENT 'RETURN' SQL SECURITY INVOKER"
     " AS BEGIN b := 1; RETURN a || 'x'; END\n//\n"
     "CREATE PROCEDURE p AS BEGIN NULL; END\n//\n"
     "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN :NEW.a := 1; END\n//\nDELIMITER ;"),
    (BOTH, "a view that also reads another database names its own nowhere",
     "CREATE TABLE t (id int)",
     "CREATE TABLE t (id int); CREATE FUNCTION f(a int) RETURNS int DETERMINISTIC RETURN a;"
     " CREATE VIEW v AS SELECT t.id, f(t.id) AS n, s.schema_name FROM t JOIN information_schema.schemata s"
     " WHERE EXISTS (SELECT 1 FROM t x WHERE x.id = t.id)"),
    (MARIADB, "a view that counts with a sequence",
     "CREATE SEQUENCE s",
     "CREATE SEQUENCE s; CREATE VIEW v AS SELECT NEXTVAL(s) AS n"),
    (BOTH, "a key holds less of a column that is too long for it now",
     "CREATE TABLE t (a varchar(100), b varchar(700) NOT NULL, KEY k (a), UNIQUE KEY u (b));"
     " CREATE TABLE m (a char(13), b int, KEY k (a, b)) ENGINE=MyISAM",
     "CREATE TABLE t (a varchar(2000), b varchar(900) NOT NULL, KEY k (a(200)), UNIQUE KEY u (b(650)));"
     " CREATE TABLE m (a char(255), b int, KEY k (a(10), b)) ENGINE=MyISAM"),
    (BOTH, "every column of a table goes and comes again as another",
     "CREATE TABLE t (a int GENERATED ALWAYS AS (1 + 1) VIRTUAL, b int GENERATED ALWAYS AS (a) VIRTUAL, KEY (a));"
     " CREATE TABLE v (a int, g int GENERATED ALWAYS AS (a) VIRTUAL)",
     "CREATE TABLE t (a int, b int);"
     " CREATE TABLE v (n int, g int, a int GENERATED ALWAYS AS (g) VIRTUAL)"),
    (BOTH, "a new column counts, and takes the primary key from one that may be NULL now",
     "CREATE TABLE t (a int AUTO_INCREMENT, b int, PRIMARY KEY (a, b));"
     " CREATE TABLE u (a int AUTO_INCREMENT PRIMARY KEY)",
     "CREATE TABLE t (a varchar(20), b int, c int AUTO_INCREMENT PRIMARY KEY);"
     " CREATE TABLE u (a int, b int AUTO_INCREMENT PRIMARY KEY)"),
    (BOTH, "all columns are new, and one of them counts in a key with the last",
     "CREATE TABLE t (a int, b int, KEY k (a))",
     "CREATE TABLE t (id int AUTO_INCREMENT, name char(9), day date NOT NULL, more int, PRIMARY KEY (id, day))"),
    (MARIADB, "partitions of history become others, of a table that keeps none",
     "CREATE TABLE t (a int, b int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME (PARTITION p0 HISTORY,"
     " PARTITION pn CURRENT)",
     "CREATE TABLE t (a int, b int) PARTITION BY HASH (a) PARTITIONS 2"),
    (BOTH, "a new column that counts stands behind another new one of its key",
     "CREATE TABLE t (a int)",
     "CREATE TABLE t (a int, b int NOT NULL, r int NOT NULL AUTO_INCREMENT, PRIMARY KEY (b), UNIQUE KEY r (r, b))"),
    (BOTH, "code of every mode that dates can be in",
     "CREATE TABLE t (a int)",
     "SET sql_mode = 'ALLOW_INVALID_DATES,HIGH_NOT_PRECEDENCE'; CREATE TABLE t (a int); CREATE PROCEDURE p() SELECT 1;"
     " CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET @a = 1"),
    (MYSQL, "partitions in a tablespace",
     "CREATE TABLE t (a int) PARTITION BY KEY (a) PARTITIONS 2",
     "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p0 TABLESPACE = innodb_file_per_table,"
     " PARTITION p1 TABLESPACE = innodb_file_per_table COMMENT = 'it''s')"),
]  # fmt: skip


@pytest.fixture(params=BOTH, scope="module")
def there(request: pytest.FixtureRequest) -> Iterator[Place]:
    server = shared_server(with_routines(request.param))
    for account in (APP, READER):
        server.execute(f"CREATE USER IF NOT EXISTS {account}")
    server.execute(f"CREATE ROLE IF NOT EXISTS {ROLE}")
    place = place_for(server)
    yield place
    place.close()


@pytest.mark.parametrize(
    ("vendors", "current", "desired"), [case[:1] + case[2:] for case in CASES], ids=[case[1] for case in CASES]
)
def test_it_converges(there: Place, vendors: tuple[str, ...], current: str, desired: str) -> None:
    assert isinstance(there.server, MySQLServer)
    if there.server.flavour not in vendors:
        pytest.skip("the other vendor's")
    for before, after in ((current, desired), (desired, current)):
        case = Case(suite="own", name="case", engine="mysql", current_sql=before, desired_sql=after)
        verdict = judge(case, there)
        assert verdict.outcome == CONVERGED, f"{verdict}\n--- from\n{before}\n--- to\n{after}"


@pytest.mark.parametrize(
    ("vendors", "current", "desired"), [case[:1] + case[2:] for case in CASES], ids=[case[1] for case in CASES]
)
def test_a_run_that_died_half_way_is_taken_up(
    there: Place, vendors: tuple[str, ...], current: str, desired: str
) -> None:
    assert isinstance(there.server, MySQLServer)
    if there.server.flavour not in vendors:
        pytest.skip("the other vendor's")
    case = Case(suite="own", name="case", engine="mysql", current_sql=current, desired_sql=desired)
    verdict = judge(case, there, dies_after=0.5)
    assert verdict.outcome == CONVERGED, f"{verdict}\n--- from\n{current}\n--- to\n{desired}"
