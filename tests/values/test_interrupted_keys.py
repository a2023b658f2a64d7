"""A unique or primary key on a table with rows: whatever interrupts its build, the next run goes on from there."""

from __future__ import annotations

import pytest

from bootstrap.dialects.postgresql.session import PostgresSession
from bootstrap.problems import StatementError
from tests.values.conftest import Home, values

_KEYS = {
    "unique: {t_u: [u]}": "t_u",
    "primary_key: [u]": "t_pkey",
    "unique: {t_u: {columns: [u], deferrable: true}}": "t_u",
}
_INDEXES = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1"


class Killed(BaseException):
    """Stands for the end of the process: nothing may be caught and cleaned up."""


@pytest.mark.parametrize(("key", "name"), _KEYS.items())
def test_two_equal_rows_are_mended_and_applied_again(home: Home, key: str, name: str) -> None:
    home.as_master("CREATE TABLE t (id int, u int); INSERT INTO t VALUES (1, 1), (2, 1)")
    home.declare(f"tables: {{t: {{columns: {{id: integer, u: integer{' not null' if 'pri' in key else ''}}}, {key}}}}}")
    for _ in range(2):
        with pytest.raises(StatementError, match=r"could not create unique index .*\(u\)=\(1\) is duplicated"):
            home.apply()
    home.sql("UPDATE t SET u = id")
    home.apply()
    assert values(home.sql(_INDEXES)) == [name]
    assert home.verified()


def _kill_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the process die right after the n-th change of structure."""
    left = [number]
    execute = PostgresSession.execute

    def dying(self: PostgresSession, sql: str, parameters: object = None) -> int:
        done = execute(self, sql, parameters)  # type: ignore[arg-type]  # as it was given
        if self.database.startswith("test_") and (" t " in sql or "public.t " in sql) and "INDEX" in sql.upper():
            left[0] -= 1
            if left[0] == 0:
                raise Killed
        return done

    monkeypatch.setattr(PostgresSession, "execute", dying)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_run_that_is_killed_at_any_statement_of_a_key(
    home: Home, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    home.as_master("CREATE TABLE t (id int, u int, x int); INSERT INTO t VALUES (1, 1, 3), (2, 2, 4)")
    home.declare("""
        tables:
          t:
            columns: {id: integer not null, u: integer, x: integer}
            primary_key: [id]
            unique: {t_u: [u]}
            indexes: {t_x: [x]}
        """)
    with monkeypatch.context() as patch:
        _kill_at(patch, number)
        with pytest.raises(Killed):
            home.apply()
    home.apply()
    assert values(home.sql(_INDEXES)) == ["t_pkey", "t_u", "t_x"]
    assert home.sql("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]
    assert home.verified()


def test_what_a_failed_reindex_leaves_is_dropped_and_what_only_looks_like_it_is_kept(home: Home) -> None:
    home.as_master(
        "CREATE TABLE t (id int, u int); INSERT INTO t VALUES (1, 1), (2, 2); CREATE INDEX t_u ON t (u);"
        " CREATE INDEX t_u_ccnew ON t (u); CREATE INDEX t_u_ccold1 ON t (u); CREATE INDEX mine_ccnew ON t (id);"
        " CREATE INDEX t_u_ccnew2 ON t (id)"
    )
    home.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid::regclass::text IN"
             " ('t_u_ccnew', 't_u_ccold1', 'mine_ccnew')")  # fmt: skip
    home.declare("tables: {t: {columns: {id: integer, u: integer}, indexes: {t_u: [u]}}}")
    report = home.apply()
    assert values(home.sql(_INDEXES)) == ["mine_ccnew", "t_u", "t_u_ccnew2"]
    assert sorted(ref.name for ref in report.unmanaged if ref.table) == ["mine_ccnew", "t_u_ccnew2"]


def test_an_invalid_index_of_an_interrupted_build_becomes_valid(home: Home) -> None:
    home.as_master("CREATE TABLE t (id int, u int); INSERT INTO t VALUES (1, 1), (2, 1)")
    home.declare("tables: {t: {columns: {id: integer, u: integer}, indexes: {t_u: {columns: [u], unique: true}}}}")
    for _ in range(2):
        with pytest.raises(StatementError, match="could not create unique index"):
            home.apply()
    home.sql("UPDATE t SET u = id")
    home.apply()
    assert values(home.sql(_INDEXES)) == ["t_u"]
    assert home.verified()
