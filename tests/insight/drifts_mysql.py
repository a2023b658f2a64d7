"""A MySQL or MariaDB database with an object for every drift, and the drifts. READER is an account of the test."""

from __future__ import annotations

from tests.insight.drifts import Drift

SCHEMA = """
CREATE TABLE kinds (id int PRIMARY KEY, name varchar(20));
CREATE TABLE words (id int PRIMARY KEY, name varchar(20));
CREATE TABLE columns_of (
    id int PRIMARY KEY, a int DEFAULT 1, b varchar(20), c int NOT NULL, d int, e text COMMENT 'as declared', f int,
    g int GENERATED ALWAYS AS (f * 2) STORED, h varchar(9) CHARACTER SET latin1, i int unsigned, m enum('a', 'b', 'c'),
    n enum('a', 'b'), o timestamp NULL ON UPDATE current_timestamp, p set('x', 'y'), q decimal(10,2)
);
CREATE TABLE numbered (id int AUTO_INCREMENT PRIMARY KEY);
CREATE TABLE keyed (id int NOT NULL, more int NOT NULL, PRIMARY KEY (id));
CREATE TABLE members_of (
    id int PRIMARY KEY, a int, b int, c int, kind int, other_kind int,
    UNIQUE KEY members_a_key (a), CONSTRAINT members_b_check CHECK (b > 0),
    KEY members_b_idx (b), KEY members_c_idx (c), KEY kind_idx (kind), KEY other_kind_idx (other_kind),
    CONSTRAINT members_kind_fk FOREIGN KEY (kind) REFERENCES kinds (id),
    CONSTRAINT members_other_fk FOREIGN KEY (other_kind) REFERENCES kinds (id)
);
CREATE TABLE to_drop (id int PRIMARY KEY);
CREATE TABLE remarks (id int PRIMARY KEY) COMMENT 'as declared';
CREATE TABLE sorted (id int PRIMARY KEY) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE formatted (id int PRIMARY KEY) ROW_FORMAT = DYNAMIC;
CREATE TABLE parts (id int PRIMARY KEY)
    PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20));
CREATE TABLE shared (id int PRIMARY KEY, note varchar(20));
GRANT SELECT, INSERT ON shared TO READER;
GRANT UPDATE (note) ON shared TO READER;
CREATE VIEW of_kinds AS SELECT id FROM kinds;
CREATE VIEW to_forget AS SELECT name FROM kinds;
CREATE FUNCTION answer() RETURNS int DETERMINISTIC RETURN 42;
CREATE FUNCTION constant() RETURNS int DETERMINISTIC RETURN 1;
CREATE PROCEDURE nothing() SELECT 1;
GRANT EXECUTE ON FUNCTION constant TO READER;
CREATE TRIGGER first_trigger BEFORE INSERT ON shared FOR EACH ROW SET NEW.note = 'first';
CREATE TRIGGER second_trigger BEFORE UPDATE ON shared FOR EACH ROW SET NEW.note = 'second';
CREATE TRIGGER third_trigger BEFORE DELETE ON shared FOR EACH ROW SET @gone = OLD.id;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM shared WHERE id < 0;
CREATE EVENT weekly ON SCHEDULE EVERY 7 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM shared WHERE id < -1
"""

DRIFTS = [
    Drift("default", "ALTER TABLE columns_of ALTER a SET DEFAULT 2", "columns_of.a"),
    Drift("type", "ALTER TABLE columns_of MODIFY b varchar(30)", "columns_of.b"),
    Drift("nullability", "ALTER TABLE columns_of MODIFY c int", "columns_of.c"),
    Drift("column dropped", "ALTER TABLE columns_of DROP d", "columns_of.d"),
    Drift("column comment", "ALTER TABLE columns_of MODIFY e text COMMENT 'by hand'", "columns_of.e"),
    Drift("column added", "ALTER TABLE columns_of ADD by_hand int", "columns_of.by_hand"),
    Drift("generated column", "ALTER TABLE columns_of MODIFY g int GENERATED ALWAYS AS (f * 3) STORED", "columns_of.g"),
    Drift("character set", "ALTER TABLE columns_of MODIFY h varchar(9) CHARACTER SET utf8mb4", "columns_of.h"),
    Drift("unsigned", "ALTER TABLE columns_of MODIFY i int", "columns_of.i"),
    Drift("labels in another order", "ALTER TABLE columns_of MODIFY m enum('a', 'c', 'b')", "columns_of.m"),
    Drift("label added", "ALTER TABLE columns_of MODIFY n enum('a', 'b', 'c')", "columns_of.n"),
    Drift("on update", "ALTER TABLE columns_of MODIFY o timestamp NULL", "columns_of.o"),
    Drift("member of a set", "ALTER TABLE columns_of MODIFY p set('x', 'y', 'z')", "columns_of.p"),
    Drift("precision", "ALTER TABLE columns_of MODIFY q decimal(12,4)", "columns_of.q"),
    Drift("auto_increment", "ALTER TABLE numbered MODIFY id int NOT NULL", "numbered.id"),
    Drift("primary key", "ALTER TABLE keyed DROP PRIMARY KEY, ADD PRIMARY KEY (id, more)", "keyed"),
    Drift("unique key dropped", "ALTER TABLE members_of DROP KEY members_a_key", "members_a_key"),
    Drift(
        "check",
        "ALTER TABLE members_of DROP CONSTRAINT members_b_check;"
        "ALTER TABLE members_of ADD CONSTRAINT members_b_check CHECK (b > 1)",
        "members_b_check",
    ),
    Drift("foreign key dropped", "ALTER TABLE members_of DROP FOREIGN KEY members_kind_fk", "members_kind_fk"),
    Drift(
        "foreign key's action",
        "ALTER TABLE members_of DROP FOREIGN KEY members_other_fk;"
        "ALTER TABLE members_of ADD CONSTRAINT members_other_fk FOREIGN KEY (other_kind) REFERENCES kinds (id)"
        " ON DELETE CASCADE",
        "members_other_fk",
    ),
    Drift("index dropped", "DROP INDEX members_b_idx ON members_of", "members_b_idx"),
    Drift(
        "index's columns",
        "ALTER TABLE members_of DROP KEY members_c_idx, ADD KEY members_c_idx (c, b)",
        "members_c_idx",
    ),
    Drift("index added", "CREATE INDEX by_hand_idx ON members_of (b, c)", "by_hand_idx"),
    Drift("table dropped", "DROP TABLE to_drop", "table to_drop"),
    Drift("table added", "CREATE TABLE by_hand (id int)", "table by_hand"),
    Drift("table comment", "ALTER TABLE remarks COMMENT 'by hand'", "table remarks"),
    Drift("table's collation", "ALTER TABLE sorted COLLATE utf8mb4_general_ci", "table sorted"),
    Drift("row format", "ALTER TABLE formatted ROW_FORMAT = COMPACT", "table formatted"),
    Drift("partition added", "ALTER TABLE parts ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))", "parts"),
    Drift("grant revoked", "REVOKE INSERT ON shared FROM READER", "grant of INSERT on table shared"),
    Drift("grant added", "GRANT DELETE ON shared TO READER", "grant of DELETE on table shared"),
    Drift("grant on a column", "REVOKE UPDATE (note) ON shared FROM READER", "grant of UPDATE (note)"),
    Drift("grant on a function", "REVOKE EXECUTE ON FUNCTION constant FROM READER", "grant of EXECUTE"),
    Drift("view", "CREATE OR REPLACE VIEW of_kinds AS SELECT id FROM kinds WHERE id > 0", "view of_kinds"),
    Drift("view dropped", "DROP VIEW to_forget", "view to_forget"),
    Drift(
        "function's body",
        "DROP FUNCTION answer; CREATE FUNCTION answer() RETURNS int DETERMINISTIC RETURN 43",
        "function answer",
    ),
    Drift("procedure dropped", "DROP PROCEDURE nothing", "procedure nothing"),
    Drift("trigger dropped", "DROP TRIGGER first_trigger", "first_trigger"),
    Drift(
        "trigger's body",
        "DROP TRIGGER second_trigger;"
        "CREATE TRIGGER second_trigger BEFORE UPDATE ON shared FOR EACH ROW SET NEW.note = 'by hand'",
        "second_trigger",
    ),
    Drift(
        "trigger's event",
        "DROP TRIGGER third_trigger;"
        "CREATE TRIGGER third_trigger AFTER DELETE ON shared FOR EACH ROW SET @gone = OLD.id",
        "third_trigger",
    ),
    Drift("event's schedule", "ALTER EVENT nightly ON SCHEDULE EVERY 2 DAY STARTS '2030-01-01 00:00:00'", "nightly"),
    Drift("event disabled", "ALTER EVENT weekly DISABLE", "weekly"),
    Drift("row changed", "UPDATE kinds SET name = 'eins' WHERE id = 1", "seed kinds: 1 row", rows=True),
    Drift("row deleted", "DELETE FROM words WHERE id = 3", "seed words:", rows=True),
]
