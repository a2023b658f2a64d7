"""What MySQL and MariaDB can hold, as the DDL that makes it: read back, normalised, rebuilt, altered to and from."""

from __future__ import annotations

from typing import NamedTuple


class Feature(NamedTuple):
    """One feature: its DDL, and on which vendors it exists."""

    name: str
    statements: tuple[str, ...]
    vendors: tuple[str, ...] = ("mariadb", "mysql")


def _columns(name: str, *columns: str, vendors: tuple[str, ...] = ("mariadb", "mysql")) -> Feature:
    return Feature(name, (f"CREATE TABLE t (id int PRIMARY KEY, {', '.join(columns)})",), vendors)


MARIADB, MYSQL = ("mariadb",), ("mysql",)

FEATURES = (
    _columns("integers", "a tinyint", "b smallint", "c mediumint", "d int", "e bigint", "f bool", "g tinyint(1)",
             "h int unsigned", "i bigint unsigned", "j int(5) zerofill", "k int(8) unsigned zerofill"),
    _columns("numbers", "a decimal", "b decimal(10)", "c decimal(10,3) unsigned", "d numeric(65,30)", "e float",
             "f double", "g float(7,3)", "h double precision", "i bit", "j bit(64)", "k real", "l float unsigned"),
    _columns("times", "a date", "b time", "c datetime", "d timestamp NULL", "e year", "f time(3)", "g datetime(6)",
             "h timestamp(2) NULL"),
    _columns("strings", "a char", "b char(10)", "c varchar(255)", "d tinytext", "e text", "f mediumtext", "g longtext",
             "h text(300)", "i varchar(3000)"),
    _columns("binary strings", "a binary", "b binary(16)", "c varbinary(255)", "d tinyblob", "e blob", "f mediumblob",
             "g longblob"),
    _columns("enum and set", "a enum('x','y') DEFAULT 'x'", "b set('p','q','r') DEFAULT 'p,q'",
             "c enum('it''s','a,b','','back\\\\slash','ü') CHARACTER SET latin1",
             "d enum('A','b') COLLATE utf8mb4_bin"),
    _columns("json", "a json", "b json NOT NULL", "c json COMMENT 'with a comment'"),
    _columns("json default", "a json DEFAULT (json_array())"),
    _columns("defaults", "a int DEFAULT 0", "b int DEFAULT -5", "c varchar(9) DEFAULT ''",
             "d varchar(9) DEFAULT 'NULL'",
             "e varchar(9) DEFAULT 'it''s'", "f decimal(5,2) DEFAULT 1.5", "g bit(4) DEFAULT b'101'",
             "h datetime DEFAULT '2020-01-02 03:04:05'", "i binary(4) DEFAULT 'ab'", "j double DEFAULT 1e10",
             "k year DEFAULT 2020", "l varchar(20) DEFAULT 'back\\\\slash'", "m int NOT NULL DEFAULT '7'",
             "n varchar(30) DEFAULT 'uuid()'", "o varchar(30) DEFAULT 'current_timestamp()'", "p bool DEFAULT true"),
    _columns("expression defaults", "a int DEFAULT (1 + 2)", "b varchar(36) DEFAULT (uuid())",
             "c varchar(50) DEFAULT (concat('a', 'b'))", "d date DEFAULT (current_date)", "e int DEFAULT (abs(id))"),
    _columns("text defaults", "a text DEFAULT ('x')", "b blob DEFAULT ('y')"),
    _columns("current times", "a timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp",
             "b datetime DEFAULT current_timestamp", "c timestamp(3) NULL DEFAULT current_timestamp(3)",
             "d datetime(6) DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6)",
             "e datetime NULL ON UPDATE current_timestamp"),
    _columns("zero date", "a datetime NOT NULL DEFAULT '0000-00-00 00:00:00'"),
    _columns("generated", "a int", "b int AS (a + 1) VIRTUAL", "c int AS (a * 2) STORED",
             "d varchar(20) AS (concat('x-', a)) STORED", "e int AS (a) VIRTUAL COMMENT 'c'", "KEY (b)", "KEY (c)"),
    _columns("generated not null", "a int NOT NULL", "b int AS (a + 1) STORED NOT NULL", vendors=MYSQL),
    _columns("invisible column", "a int INVISIBLE DEFAULT 3", "b varchar(5) INVISIBLE"),
    _columns("comments", "a int COMMENT 'a ''quoted'' \\\\ comment\\nof two lines ü😀'"),
    _columns("charsets", "a varchar(10) CHARACTER SET latin1", "b varchar(10) COLLATE utf8mb4_bin",
             "c char(5) CHARACTER SET ascii", "d text CHARACTER SET utf8mb3", "e varchar(5) CHARACTER SET binary"),
    Feature("table charset", ("CREATE TABLE t (a varchar(10), b varchar(10) CHARACTER SET utf8mb4) "
                              "DEFAULT CHARSET latin1 COLLATE latin1_general_ci",)),
    Feature("no default at all", ("CREATE TABLE t (a int, b varchar(5))", "ALTER TABLE t ALTER COLUMN a DROP DEFAULT")),
    _columns("spatial", "a geometry", "b point NOT NULL", "c linestring", "d polygon", "SPATIAL KEY (b)",
             vendors=MARIADB),
    _columns("spatial with srid", "a geometry SRID 0", "b point NOT NULL SRID 4326", "c multipoint", "SPATIAL KEY (b)",
             vendors=MYSQL),
    _columns("types of MariaDB", "a uuid", "b inet6", "c inet4", "d varchar(100) COMPRESSED", vendors=MARIADB),
    _columns("vector", "a vector(3)", vendors=MYSQL),
    _columns("column format", "a int COLUMN_FORMAT FIXED", "b int STORAGE MEMORY", vendors=MYSQL),
    Feature("auto increment", ("CREATE TABLE t (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY) "
                               "AUTO_INCREMENT = 500",)),
    Feature("auto increment in a key", ("CREATE TABLE t (a int, id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (a), "
                                        "KEY by_id (id))",)),
    Feature("no primary key", ("CREATE TABLE t (a int, b int)",)),
    _columns("indexes", "a varchar(100)", "b int", "c text", "KEY one (a)", "KEY two (a, b)", "UNIQUE KEY three (b)",
             "KEY four (a(10))", "KEY five (c(20), b)", "UNIQUE six (a, b)", "KEY seven (b DESC, a)",
             "KEY eight (b) COMMENT 'why'", "KEY nine (a) USING BTREE", "KEY ten (b) USING HASH",
             "KEY `odd ``name` (b, a)", "UNIQUE KEY eleven (b, a(5)) USING BTREE COMMENT 'u'"),
    _columns("key block size", "a varchar(100)", "KEY one (a) KEY_BLOCK_SIZE = 8", vendors=MYSQL),
    _columns("fulltext", "a text", "b varchar(50)", "FULLTEXT KEY ft (a, b)", "FULLTEXT KEY ft2 (b)"),
    _columns("fulltext parser", "a text", "FULLTEXT KEY ft (a) WITH PARSER ngram", vendors=MYSQL),
    _columns("functional index", "a int", "b varchar(20)", "KEY f ((a + 1))", "UNIQUE KEY g ((lower(b)), a DESC)",
             vendors=MYSQL),
    _columns("invisible index", "a int", "b int", "KEY one (a) INVISIBLE", "UNIQUE KEY two (b) INVISIBLE",
             vendors=MYSQL),
    _columns("ignored index", "a int", "b int", "KEY one (a) IGNORED", "UNIQUE KEY two (b) IGNORED", vendors=MARIADB),
    Feature("foreign keys", (
        "CREATE TABLE p (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, UNIQUE KEY ab (a, b))",
        "CREATE TABLE t (id int PRIMARY KEY, p_id int, a int, b int, parent int, "
        "CONSTRAINT to_p FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL, "
        "FOREIGN KEY (a, b) REFERENCES p (a, b), FOREIGN KEY (parent) REFERENCES t (id) ON DELETE SET NULL)",
    )),
    Feature("explicit actions", (
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (p_id int, FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE NO ACTION ON UPDATE RESTRICT)",
    )),
    Feature("circular foreign keys", (
        "CREATE TABLE a (id int PRIMARY KEY, b_id int)",
        "CREATE TABLE b (id int PRIMARY KEY, a_id int, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id))",
        "ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id)",
    )),
    _columns("checks", "a int CHECK (a > 0)", "b int", "CHECK (b < 10)", "CONSTRAINT named CHECK (a <> b)",
             "c varchar(9) CHECK (c in ('x', 'y'))", "CONSTRAINT `odd ``name` CHECK (b is not null or a is null)"),
    _columns("checks not enforced", "a int", "CONSTRAINT c CHECK (a > 0) NOT ENFORCED", vendors=MYSQL),
    Feature("engines", ("CREATE TABLE t (id int PRIMARY KEY, a varchar(20), KEY (a)) ENGINE=MyISAM CHECKSUM=1",
                        "CREATE TABLE m (id int, KEY (id) USING HASH) ENGINE=MEMORY MAX_ROWS=100")),
    Feature("aria", ("CREATE TABLE t (id int PRIMARY KEY) ENGINE=Aria TRANSACTIONAL=0",), MARIADB),
    Feature("table options", ("CREATE TABLE t (id int PRIMARY KEY) ROW_FORMAT=DYNAMIC STATS_PERSISTENT=0 "
                              "STATS_AUTO_RECALC=1 COMMENT='it''s a table'",
                              "CREATE TABLE c (id int PRIMARY KEY) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8")),
    Feature("page compression", ("CREATE TABLE t (id int PRIMARY KEY) PAGE_COMPRESSED=1",), MARIADB),
    Feature("range partitions", (
        "CREATE TABLE t (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (year(d)) "
        "(PARTITION p0 VALUES LESS THAN (2020) COMMENT = 'old', PARTITION p1 VALUES LESS THAN MAXVALUE)",
        "CREATE TABLE c (a int, b varchar(9)) PARTITION BY RANGE COLUMNS (a, b) "
        "(PARTITION p0 VALUES LESS THAN (1, 'm'), PARTITION p1 VALUES LESS THAN (MAXVALUE, MAXVALUE))",
    )),
    Feature("list partitions", (
        "CREATE TABLE t (a int) PARTITION BY LIST (a) "
        "(PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (NULL, 3))",
        "CREATE TABLE c (a varchar(9)) PARTITION BY LIST COLUMNS (a) (PARTITION x VALUES IN ('a', 'b'))",
    )),
    Feature("hash and key partitions", (
        "CREATE TABLE t (a int) PARTITION BY HASH (a) PARTITIONS 4",
        "CREATE TABLE l (a int) PARTITION BY LINEAR HASH (a) PARTITIONS 3",
        "CREATE TABLE k (a int PRIMARY KEY) PARTITION BY KEY () PARTITIONS 2",
        "CREATE TABLE n (a int, b int) PARTITION BY LINEAR KEY (a, b) (PARTITION x, PARTITION y)",
    )),
    Feature("sub-partitions", (
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a) SUBPARTITION BY HASH (b) SUBPARTITIONS 2 "
        "(PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
        "CREATE TABLE n (a int, b int) PARTITION BY LIST (a) SUBPARTITION BY KEY (b) "
        "(PARTITION p0 VALUES IN (1) (SUBPARTITION s0, SUBPARTITION s1), "
        "PARTITION p1 VALUES IN (2) (SUBPARTITION s2, SUBPARTITION s3))",
    )),
    Feature("system versioning", (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b int WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING",
        "CREATE TABLE e (id int PRIMARY KEY, s timestamp(6) GENERATED ALWAYS AS ROW START, "
        "e timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING",
        "CREATE TABLE h (id int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 1000 "
        "(PARTITION p0 HISTORY, PARTITION pn CURRENT)",
    ), MARIADB),
    Feature("sequences", (
        "CREATE SEQUENCE s1",
        "CREATE SEQUENCE s2 START WITH 10 INCREMENT BY -5 MINVALUE -100 MAXVALUE 100 NOCACHE CYCLE",
        "CREATE TABLE t (id bigint NOT NULL DEFAULT nextval(s1) PRIMARY KEY)",
    ), MARIADB),
    Feature("views", (
        "CREATE TABLE base (id int PRIMARY KEY, a varchar(20))",
        "CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC RETURN x * 2",
        "CREATE VIEW z1 AS SELECT id, a FROM base WHERE a <> 'it''s'",
        "CREATE VIEW a2 (x, y) AS SELECT id, twice(id) FROM z1",
        "CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW v3 AS SELECT * FROM base WHERE id > 3 "
        "WITH LOCAL CHECK OPTION",
        "CREATE ALGORITHM=TEMPTABLE VIEW v4 AS SELECT count(*) AS n FROM base b LEFT JOIN z1 ON z1.id = b.id",
        "CREATE VIEW v5 AS SELECT id FROM base UNION SELECT 2 ORDER BY id LIMIT 5",
        "CREATE VIEW v6 AS SELECT id FROM z1 WITH CASCADED CHECK OPTION",
        "CREATE VIEW v7 AS WITH c AS (SELECT id FROM base) SELECT c.id, row_number() OVER (ORDER BY c.id) AS n FROM c",
    )),
    Feature("routines", (
        "CREATE PROCEDURE p1(IN a int, OUT b varchar(20), INOUT c decimal(5,2)) MODIFIES SQL DATA SQL SECURITY INVOKER "
        "COMMENT 'does ''nothing''' BEGIN SET b = 'x'; SET c = c + a; END",
        "CREATE PROCEDURE p2() BEGIN END",
        "CREATE FUNCTION f1(a varchar(20) CHARSET latin1) RETURNS varchar(30) CHARSET utf8mb4 DETERMINISTIC NO SQL "
        "RETURN concat(a, '😀')",
        "CREATE FUNCTION f2() RETURNS int READS SQL DATA RETURN (SELECT 1)",
        "CREATE FUNCTION f3() RETURNS enum('a','b') NOT DETERMINISTIC CONTAINS SQL RETURN 'a'",
    )),
    Feature("triggers", (
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(20))",
        "CREATE TABLE log (a varchar(20))",
        "CREATE TRIGGER z_first BEFORE INSERT ON t FOR EACH ROW SET NEW.a = concat('1', NEW.a)",
        "CREATE TRIGGER a_second BEFORE INSERT ON t FOR EACH ROW FOLLOWS z_first SET NEW.a = concat('2', NEW.a)",
        "create trigger m_zeroth before insert on t for each row precedes z_first set new.a = concat('😀', new.a)",
        "CREATE TRIGGER u AFTER UPDATE ON t FOR EACH ROW BEGIN INSERT INTO log VALUES (OLD.a); END",
        "CREATE TRIGGER d AFTER DELETE ON t FOR EACH ROW INSERT INTO log VALUES (OLD.a)",
    )),
    Feature("events", (
        "CREATE EVENT e1 ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ENDS '2031-01-01 00:00:00' "
        "ON COMPLETION PRESERVE DISABLE COMMENT 'it''s' DO BEGIN SELECT 1; END",
        "CREATE EVENT e2 ON SCHEDULE AT '2037-01-01 12:00:00' DO SELECT '😀'",
        "CREATE EVENT e3 ON SCHEDULE EVERY '1:30' HOUR_MINUTE DO DELETE FROM nowhere",
    )),
    Feature("odd names", (
        "CREATE TABLE `select` (`from` int PRIMARY KEY, `a b` int, `ü😊`.`x` int)".replace("`ü😊`.`x`", "`ü``x`"),
        "CREATE TABLE `a-b.c` (`%s` int, `'` varchar(5) DEFAULT '%s', `\"` int, KEY `%d` (`%s`))",
    )),
)  # fmt: skip
