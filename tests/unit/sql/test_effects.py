"""What statements leave behind: whatever is not known for certain is opaque."""

from __future__ import annotations

import pytest

from bootstrap.sql.effects import Effect, effect_of
from bootstrap.sql.session_state import state_after, used_names

MYSQL = {
    "-- why\nUPDATE t SET a = 1": Effect.ROWS,
    "(SELECT 1)": Effect.ROWS,
    "SELECT 1 INTO OUTFILE 'x'": Effect.OPAQUE,
    "SET @n = 5": Effect.SESSION,
    "SET NAMES utf8mb4": Effect.SESSION,
    "SET GLOBAL max_connections = 10": Effect.IDEMPOTENT,
    "SET @@global.max_connections = 10": Effect.IDEMPOTENT,
    "SET PASSWORD FOR u = 'x'": Effect.IDEMPOTENT,
    "CREATE TEMPORARY TABLE x (a int)": Effect.SESSION,
    "DROP TEMPORARY TABLE x": Effect.SESSION,
    "CALL bump()": Effect.OPAQUE,
    "TRUNCATE t": Effect.OPAQUE,
    "LOCK TABLES t WRITE": Effect.OPAQUE,
    "BEGIN NOT ATOMIC UPDATE t SET a = 1; END": Effect.OPAQUE,
    "ALTER TABLE t ADD COLUMN b int": Effect.STRUCTURE,
    "ALTER TABLE live.t ADD COLUMN b int": Effect.STRUCTURE,
    "ALTER TABLE other.t ADD COLUMN b int": Effect.OPAQUE,
    "ALTER TABLE t DROP INDEX a, ADD INDEX a (b)": Effect.STRUCTURE,
    "ALTER TABLE t DROP COLUMN a, ADD COLUMN a int": Effect.OPAQUE,
    "ALTER TABLE t DROP a, ADD a int": Effect.OPAQUE,
    "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u": Effect.OPAQUE,
    "ALTER TABLE t TRUNCATE PARTITION p": Effect.OPAQUE,
    "ALTER SEQUENCE s RESTART 1": Effect.OPAQUE,
    "RENAME TABLE a TO b": Effect.STRUCTURE,
    "RENAME TABLE a TO x, b TO a, x TO b": Effect.OPAQUE,
    "CREATE OR REPLACE TABLE t (a int)": Effect.OPAQUE,
    "CREATE OR REPLACE DEFINER=`a`@`%` VIEW v AS SELECT 1": Effect.IDEMPOTENT,
    "CREATE USER u": Effect.OPAQUE,
    "GRANT SELECT ON t TO u": Effect.IDEMPOTENT,
    "/*!50000 CALL bump() */": Effect.OPAQUE,
    "DO release_lock('x')": Effect.ROWS,
}
POSTGRESQL = {
    "VACUUM t": Effect.IDEMPOTENT,
    "CREATE INDEX CONCURRENTLY i ON app.t (a)": Effect.STRUCTURE,
    "CREATE DATABASE x": Effect.OPAQUE,
    "CALL bump()": Effect.OPAQUE,
    "DO $$ BEGIN COMMIT; END $$": Effect.OPAQUE,
    "ALTER SYSTEM SET work_mem = '4MB'": Effect.IDEMPOTENT,
    "CREATE TEMP TABLE x (a int)": Effect.SESSION,
}


@pytest.mark.parametrize(("engine", "cases"), [("mysql", MYSQL), ("postgresql", POSTGRESQL)])
def test_effects(engine: str, cases: dict[str, Effect]) -> None:
    found = {sql: effect_of(sql, engine, "live") for sql in cases}
    assert found == cases


def test_constants_are_put_into_another_session_and_what_was_read_is_lost() -> None:
    done = [
        "SET @n = 5, @m = @n",
        "SET NAMES utf8mb4",
        "SELECT max(id) INTO @last FROM t",
        "SET @next = @last + 1",
        "SET @made = uuid()",
        "CREATE TEMPORARY TABLE IF NOT EXISTS `Kept` (a int)",
        "UPDATE t SET a = @n",
    ]
    again, lost = state_after(done, "mysql")
    assert again == done[:2]
    assert lost == {"@last", "@next", "@made", "kept"}
    assert used_names("INSERT INTO kept SELECT @NEXT, @@sql_mode", "mysql") & lost == {"kept", "@next"}
