"""One MySQL schema with every kind of object in it that all versions have, and a later version of it.

PostgreSQL's is that of its own tests.
"""

from __future__ import annotations

from tests.postgresql.schemas import EVERYTHING, LATER

# What older servers and those that were built with less do not have, and what stands there instead.
_SINCE_15 = (("UNIQUE NULLS NOT DISTINCT", "UNIQUE"),)
_WITHOUT_EXTENSIONS = (("CREATE EXTENSION citext;", ""), ("AS citext", "AS text"))
_WITHOUT_ICU = (("(provider = icu, locale = 'de-u-co-phonebk', deterministic = false)", "(locale = 'C')"),)


def postgresql(version: int, *, extensions: bool, icu: bool) -> tuple[str, str]:
    """The schema and its later version, for a server of that major version, built with contrib extensions and ICU."""
    missing = (
        *(_SINCE_15 if version < 15 else ()),
        *(() if extensions else _WITHOUT_EXTENSIONS),
        *(() if icu else _WITHOUT_ICU),
    )
    return _without(EVERYTHING, missing), _without(LATER, missing)


def _without(script: str, missing: tuple[tuple[str, str], ...]) -> str:
    for text, instead in missing:
        assert text in script
        script = script.replace(text, instead)
    return script


_MYSQL = (
    "CREATE TABLE people (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL,"
    " email varchar(100) CHARACTER SET ascii, born date, paid decimal(10,2) NOT NULL DEFAULT 0.00,"
    " feeling enum('sad','ok','it''s happy') DEFAULT 'ok', flags set('a','b','c'), active tinyint(1) DEFAULT 1,"
    " twice decimal(12,2) AS (paid * 2) STORED, upper_name varchar(40) AS (upper(name)) VIRTUAL,"
    " extra json, photo blob, made timestamp NOT NULL DEFAULT current_timestamp,"
    " changed datetime(3) NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),"
    " code varchar(36) DEFAULT (uuid()), place point NOT NULL,"
    " CONSTRAINT paid_once CHECK (paid >= 0), UNIQUE KEY email_once (email), KEY by_name (name(10), born),"
    " FULLTEXT KEY words (name), SPATIAL KEY where_ (place)) COMMENT='it''s people'",
    "CREATE TABLE orders (id int NOT NULL, part int NOT NULL, person bigint unsigned, note text COMMENT 'a ''note''',"
    " PRIMARY KEY (id, part), KEY person (person),"
    " CONSTRAINT orders_person FOREIGN KEY (person) REFERENCES people (id) ON DELETE SET NULL ON UPDATE CASCADE)",
    "CREATE TABLE measures (at date NOT NULL, v int, KEY by_v (v)) PARTITION BY RANGE (year(at))"
    " (PARTITION p2023 VALUES LESS THAN (2024), PARTITION later VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE spread (a int NOT NULL PRIMARY KEY) PARTITION BY HASH (a) PARTITIONS 3",
    "CREATE TABLE old_words (w varchar(30) COLLATE latin1_german1_ci, KEY w (w)) DEFAULT CHARSET=latin1",
    "CREATE TABLE history (w varchar(40))",
    "CREATE FUNCTION doubled(x int) RETURNS int DETERMINISTIC NO SQL RETURN x * 2",
    "CREATE PROCEDURE forget(IN who bigint) MODIFIES SQL DATA COMMENT 'it''s gone'"
    " BEGIN DELETE FROM orders WHERE person = who; DELETE FROM people WHERE id = who; END",
    "CREATE VIEW names AS SELECT id, name, doubled(active) AS twice FROM people WHERE paid > 1",
    "CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW rich AS SELECT * FROM names WHERE id > 3 WITH LOCAL CHECK OPTION",
    "CREATE TRIGGER people_first BEFORE UPDATE ON people FOR EACH ROW SET NEW.name = trim(NEW.name)",
    "CREATE TRIGGER people_second AFTER UPDATE ON people FOR EACH ROW INSERT INTO history VALUES (OLD.name)",
    "CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE"
    " DO DELETE FROM history",
)  # fmt: skip
_MYSQL_CHANGES = (
    ("name varchar(40) NOT NULL,", "name varchar(60) NOT NULL, nick varchar(20) DEFAULT 'none',"),
    ("paid decimal(10,2)", "paid decimal(12,2)"),
    ("twice decimal(12,2) AS (paid * 2)", "twice decimal(14,2) AS (paid * 3)"),
    ("'sad','ok'", "'sad','fine','ok'"),
    ("paid >= 0", "paid >= -1"),
    ("by_name (name(10), born)", "by_name (born, name(12))"),
    ("ON DELETE SET NULL", "ON DELETE CASCADE"),
    ("PARTITIONS 3", "PARTITIONS 5"),
    ("PARTITION later", "PARTITION p2024 VALUES LESS THAN (2025), PARTITION later"),
    ("RETURN x * 2", "RETURN x + x"),
    ("DELETE FROM orders WHERE person = who; ", ""),
    ("WHERE paid > 1", "WHERE paid > 2"),
    ("trim(NEW.name)", "rtrim(NEW.name)"),
    ("EVERY 1 DAY", "EVERY 2 DAY"),
    ("w varchar(30)", "w varchar(50)"),
)


def mysql(*, sequences: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The schema and its later version."""
    more = ("CREATE SEQUENCE tickets START WITH 10 INCREMENT BY 5 MAXVALUE 100000 CYCLE",) if sequences else ()
    later = tuple(_changed(statement) for statement in _MYSQL)
    assert all(_MYSQL_IN_ONE.count(old) == 1 for old, _ in _MYSQL_CHANGES)
    return (*_MYSQL, *more), (*later, *(statement.replace("BY 5", "BY 7") for statement in more))


_MYSQL_IN_ONE = "\n".join(_MYSQL)


def _changed(statement: str) -> str:
    for old, new in _MYSQL_CHANGES:
        statement = statement.replace(old, new)
    return statement
