"""Which tables a statement needs rows of to change anything; None where that is not certain."""

from __future__ import annotations

import pytest

from bootstrap.sql.row_changes import changed_tables

BOTH = [
    ("UPDATE users SET a = 1", {"users"}),
    ("update users u set a = (select max(b) from other) where u.a > 0", {"users"}),
    ("DELETE FROM users WHERE a IN (SELECT a FROM other)", {"users"}),
    ("TRUNCATE TABLE users", {"users"}),
    ("TRUNCATE users", {"users"}),
    ("ANALYZE users", {"users"}),
    ("WITH d AS (SELECT a FROM users) DELETE FROM users WHERE a IN (SELECT a FROM d)", {"users"}),
    ("UPDATE app.users SET a = 1", {"app.users"}),
    ("INSERT INTO users VALUES (1)", None),
    ("INSERT INTO users SELECT * FROM old", None),
    ("ALTER TABLE users ADD COLUMN b int", None),
    ("SELECT f(a) FROM users", None),
    ("CALL p()", None),
    ("WITH d AS (SELECT 1) INSERT INTO users SELECT * FROM d", None),
    ("ANALYZE", None),
]
POSTGRESQL = [
    ('UPDATE "Users" SET a = 1', {"Users"}),
    ("UPDATE ONLY Users SET a = 1 FROM other o WHERE o.a = users.a", {"users"}),
    ("DELETE FROM ONLY users USING other", {"users"}),
    ("TRUNCATE users, ONLY logs RESTART IDENTITY", {"users", "logs"}),
    ("TRUNCATE users CASCADE", None),
    ("VACUUM (ANALYZE) users", {"users"}),
    ("WITH gone AS (DELETE FROM old RETURNING *) UPDATE users SET a = 1", None),
    ("WITH a AS MATERIALIZED (SELECT 1), b (x) AS (SELECT 2) UPDATE users SET a = 1", {"users"}),
    ("MERGE INTO users USING other ON true WHEN NOT MATCHED THEN INSERT VALUES (1)", None),
    ("DO $$ begin update users set a = 1; end $$", None),
]
MYSQL = [
    ("UPDATE `Users` SET a = 1", {"Users"}),
    ("UPDATE LOW_PRIORITY IGNORE users SET a = 1 ORDER BY a LIMIT 5", {"users"}),
    ("UPDATE users u JOIN logs AS l ON l.a = f(u.a, 1) SET u.a = 1", {"users", "logs"}),
    ("UPDATE users, logs SET users.a = 1", {"users", "logs"}),
    ("UPDATE users u LEFT JOIN logs l ON l.a = u.a SET u.a = 1", None),
    ("UPDATE users u JOIN (SELECT 1 AS a) l SET u.a = 1", None),
    ("DELETE u FROM users u JOIN logs l ON l.a = u.a WHERE l.a > 1", {"users", "logs"}),
    ("DELETE FROM u, l USING users u JOIN logs l", {"users", "logs"}),
    ("DELETE FROM users PARTITION (p0)", {"users"}),
    ("OPTIMIZE TABLE users, logs", {"users", "logs"}),
    ("UPDATE users /*!50000 , logs */ SET a = 1", None),
]
CASES = [
    *(("postgresql", *case) for case in (*BOTH, *POSTGRESQL)),
    *(("mysql", *case) for case in (*BOTH, *MYSQL)),
]


@pytest.mark.parametrize(("engine", "sql", "expected"), CASES)
def test_changed_tables(engine: str, sql: str, expected: set[str] | None) -> None:
    found = changed_tables(sql, engine)
    assert (None if found is None else {".".join(filter(None, name)) for name in found}) == expected
