"""The history in the database itself: runs and their statements. Evidence, never authority: that is the live catalog.

Only portable SQL stands here; the tables and the engine's own words come from the dialect. Numbers of runs are given
out by us, which is safe because every writer holds the run's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from bootstrap.dialects.base import ServerError
from bootstrap.problems import BootstrapError, StatementError
from bootstrap.redact import redact
from bootstrap.run.records import Outcome, Run, RunFacts, StatementRecord, printable
from bootstrap.run.seal import COLUMNS, Seal

if TYPE_CHECKING:
    from bootstrap.dialects.base import Dialect, Row, Session
    from bootstrap.run.chain import Chain
    from bootstrap.run.records import RunEnd

VERSION = 1
_TABLES = (
    "version",
    "runs",
    "statements",
    "steps",
    "managed",
    "seeds",
    "facts",
    "catalogs",
    "run_catalogs",
    "trash",
    "chain",
)
_BATCH = 200  # rows of one INSERT

Value: TypeAlias = "str | int | None"


_SUCCESS = (Outcome.APPLIED, Outcome.UNCHANGED)
_RUN_COLUMNS = (*COLUMNS["runs"], *(name for name in Run.__dataclass_fields__ if name not in COLUMNS["runs"]))
_STATEMENT_COLUMNS = tuple(StatementRecord.__dataclass_fields__)


class History:
    """The history of the database that a session is connected to.

    Reading works where there are no tables yet: then nothing has happened. Writing needs :meth:`ensure` first, and
    the run's lock.
    """

    def __init__(self, session: Session, dialect: Dialect) -> None:
        self.session = session
        self.dialect = dialect
        self.seal = Seal(session, dialect)
        self._facts = dialect.history_facts()

    @cached_property
    def chain(self) -> Chain:
        """The chain of the runs."""
        from bootstrap.run.chain import Chain  # noqa: PLC0415  # an unchanged database needs nothing of it

        return Chain(self)

    def ensure(self) -> None:
        """Make or upgrade our own tables where that is needed.

        Raises:
            BootstrapError: they were made by a newer version of the tool.
            Refused: they belong to somebody else.
            StatementError: the server refuses; says which privilege is missing.
        """
        self.dialect.check_trust(self.session, writing=True)
        found = self.version()
        if found > VERSION:
            raise BootstrapError(
                f"the history in {self.session.database} has version {found}, this db-bootstrap knows {VERSION}:"
                " install the newer db-bootstrap that was used there"
            )
        if found == VERSION and self._is_complete():
            if self._facts.sealed:
                self._check_seal()
            return
        try:
            if self._facts.sealed:
                self.seal.forget([name for name in COLUMNS if not self._has([name])])
            with self.session.transaction():
                for statement in self.dialect.history_schema():
                    self.session.execute(statement)
                self.dialect.check_trust(self.session, writing=True)  # somebody may have been faster
                self.session.execute(f"DELETE FROM {self.table('version')}")
                self.insert("version", [{"version": VERSION}])
        except ServerError as error:
            if error.connection_lost:
                raise
            raise StatementError(
                f"the tables of the history cannot be made in {self.session.database}: {error}: grant this user the"
                " privilege to create them (PostgreSQL: GRANT CREATE ON DATABASE; MySQL: GRANT ALL ON the database)"
            ) from error

    def _check_seal(self) -> None:
        """Whatever a run reads later is looked at before anything runs."""
        self._latest()
        for name in COLUMNS.keys() - {"runs"}:
            self.sealed(name)

    def _is_complete(self) -> bool:
        """Whether each of our tables is there: one may have been dropped, or left out when a backup was restored."""
        return self._has((*_TABLES, "seal") if self._facts.sealed else _TABLES)

    def _has(self, names: Sequence[str]) -> bool:
        tables = ", ".join(f"{self.table(name)} t{number}" for number, name in enumerate(names))
        try:
            self.session.query(f"SELECT 1 FROM {tables} WHERE 1 = 0")
        except ServerError as error:
            if not error.missing_object:
                raise
            return False
        return True

    def version(self) -> int:
        """The version of our own tables, 0 where there are none."""
        rows = self.read(f"SELECT max(version) FROM {self.table('version')}")
        return int(rows[0][0] or 0) if rows else 0

    def table(self, name: str) -> str:
        """The quoted name of one of our own tables."""
        return self.dialect.history_table(name)

    def read(self, sql: str, parameters: Sequence[Value] | None = None) -> list[Row]:
        """The rows of a query on our own tables; none where they do not exist yet.

        Raises StatementError where this user may not read them.
        """
        return self._readable(lambda: self.session.query(sql, parameters))

    def sealed(self, table: str, more: Sequence[str] = ()) -> list[Row]:
        """The rows of a table that decides what a run does: its sealed columns, then more.

        Raises Refused where something other than db-bootstrap has changed them.
        """
        columns = ", ".join([*COLUMNS[table], *more])
        return self._readable(lambda: self.seal.read(table, f"SELECT {columns} FROM {self.table(table)}"))

    def _readable(self, query: Callable[[], list[Row]]) -> list[Row]:
        try:
            return query()
        except ServerError as error:
            if error.missing_object:
                return []
            if error.permission_denied:
                raise StatementError(
                    f"the history in {self.session.database} cannot be read: {error}: grant this user the privileges on"
                    " its tables (PostgreSQL: GRANT USAGE ON SCHEMA db_bootstrap, GRANT ALL ON ALL TABLES IN SCHEMA"
                    " db_bootstrap; MySQL: GRANT ALL ON the database; SELECT is enough for all commands but apply)"
                ) from error
            raise

    def insert(self, table: str, rows: Iterable[Mapping[str, Value]], *, now: str = "") -> None:
        """Insert rows that all have the same columns, in as few statements as is safe.

        Args:
            table: one of our own.
            rows: column → value.
            now: a column that gets the server's time.
        """
        pending = list(rows)
        for start in range(0, len(pending), _BATCH):
            batch = pending[start : start + _BATCH]
            columns = list(batch[0])
            one = ", ".join(["%s"] * len(columns) + ([self._facts.now] if now else []))
            names = ", ".join(columns + ([now] if now else []))
            values = [row[column] for row in batch for column in columns]
            places = ", ".join([f"({one})"] * len(batch))
            self.session.execute(f"INSERT INTO {self.table(table)} ({names}) VALUES {places}", values)

    def begin(self, facts: RunFacts) -> int:
        """Record that a run starts, and that those which never ended were interrupted: we hold the lock, so they are
        not running any more. Returns the run's number.
        """
        self._close_interrupted()
        self.chain.close()
        self._settle()
        [(number,)] = self.session.query(f"SELECT coalesce(max(id), 0) + 1 FROM {self.table('runs')}")
        values = {name: _cut(printable(getattr(facts, name))) for name in RunFacts.__dataclass_fields__}
        names = ", ".join(["id", "outcome", *values, "backend", "db_user", "started_at"])
        places = ", ".join(["%s"] * (len(values) + 3))
        self.chain.open(int(number))
        self.session.execute(
            f"INSERT INTO {self.table('runs')} ({names}) VALUES ({places}, {self._facts.user}, {self._facts.now})",
            [int(number), Outcome.RUNNING, *values.values(), self.session.backend],
        )
        return int(number)

    def finish(self, run: int, end: RunEnd) -> None:
        """Record how a run ended."""
        values: dict[str, Value] = {
            "outcome": end.outcome,
            "fingerprint_after": end.fingerprint_after,
            "ready_token": end.ready_token,
            "error": redact(end.error),
        }
        if end.plan_digest is not None:
            values["plan_digest"] = end.plan_digest
        if end.outcome in _SUCCESS:
            self._announce_proof(run, values)
        self._update("runs", values, f"finished_at = {self._facts.now}", "id = %s", [run])
        if end.outcome is Outcome.INTERRUPTED:
            self._forget_started(run)
        self.chain.close()
        self._settle()

    def _announce_proof(self, run: int, values: Mapping[str, Value]) -> None:
        """Seal the run beside the one before that has proven something."""
        columns = COLUMNS["runs"]
        sql = f"SELECT {', '.join(columns)} FROM {self.table('runs')} WHERE id = %s"
        rows = [{**dict(zip(columns, row, strict=True)), **values} for row in self.session.query(sql, [run])]
        self.seal.announce("runs", self._proof(), [[row[name] for name in columns] for row in rows])

    def _proof(self) -> list[Row]:
        return [row[: len(COLUMNS["runs"])] for row in self._latest() if row[1] in _SUCCESS][:1]

    def _settle(self) -> None:
        """Seal what is there, where nothing is sealed yet or a run has left two contents."""
        tables = self.seal.open_tables()
        if tables:
            self.seal.settle({name: self._proof() if name == "runs" else self.sealed(name) for name in tables})

    def _close_interrupted(self) -> None:
        runs = self.table("runs")
        left = self.session.query(f"SELECT id FROM {runs} WHERE outcome = %s", [Outcome.RUNNING])
        for (run,) in left:
            self._forget_started(int(run))
            self._update("runs", {"outcome": Outcome.INTERRUPTED}, "", "id = %s", [int(run)])

    def _forget_started(self, run: int) -> None:
        """What was started and has no end may have been carried out or not."""
        self.session.execute(
            f"UPDATE {self.table('statements')} SET outcome = %s WHERE run = %s AND outcome = %s",
            [Outcome.UNKNOWN, run, Outcome.STARTED],
        )

    def _update(self, table: str, values: Mapping[str, Value], more: str, where: str, keys: Sequence[Value]) -> None:
        assignments = ", ".join([f"{name} = %s" for name in values] + ([more] if more else []))
        self.session.execute(f"UPDATE {self.table(table)} SET {assignments} WHERE {where}", [*values.values(), *keys])

    def record(self, run: int, records: Sequence[StatementRecord]) -> None:
        """Record statements, inside of the transaction that carries them out where there is one."""
        rows = [
            {
                "run": run,
                "seq": record.seq,
                "subject": _cut(redact(record.subject), 1000),
                "sql_text": redact(record.sql_text),
                "sql_hash": record.sql_hash,
                "outcome": record.outcome,
                "duration_ms": record.duration_ms,
                "attempts": record.attempts,
                "error": redact(record.error),
            }
            for record in records
        ]
        self.insert("statements", rows, now="recorded_at")

    def conclude(self, run: int, record: StatementRecord) -> None:
        """Record how a statement ended whose start was recorded."""
        values: dict[str, Value] = {
            "outcome": record.outcome,
            "sql_text": redact(record.sql_text),
            "sql_hash": record.sql_hash,
            "duration_ms": record.duration_ms,
            "attempts": record.attempts,
            "error": redact(record.error),
        }
        more = f"recorded_at = {self._facts.now}"
        self._update("statements", values, more, "run = %s AND seq = %s", [run, record.seq])

    def next_seq(self, run: int) -> int:
        """The number of the run's next statement, from 1."""
        rows = self.read(f"SELECT coalesce(max(seq), 0) + 1 FROM {self.table('statements')} WHERE run = %s", [run])
        return int(rows[0][0]) if rows else 1

    def fact(self, name: str) -> str | None:
        """What was recorded under a name."""
        return self.facts().get(name)

    def facts(self, *, shown: bool = False) -> dict[str, str]:
        """All that was recorded under a name; ``shown``: to be looked at only, so that no seal is asked for."""
        rows = self.read(f"SELECT name, value FROM {self.table('facts')}") if shown else self.sealed("facts")
        return {str(name): str(value) for name, value in rows}

    def set_fact(self, name: str, value: str) -> None:
        """Record something under a name, in place of what was there."""
        self.announce_fact(name, value)
        with self.session.transaction():
            self.session.execute(f"DELETE FROM {self.table('facts')} WHERE name = %s", [name])
            self.insert("facts", [{"name": name, "value": value}])

    def announce_fact(self, name: str, value: str | None) -> None:
        """Seal what is about to be recorded under a name, or forgotten, before the transaction that does so."""
        known = self.facts()
        others = {key: known[key] for key in known if key != name}
        after = others if value is None else {**others, name: value}
        self.seal.announce("facts", known.items(), after.items())

    def runs(self, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        return self._runs(f"ORDER BY id DESC LIMIT {int(limit)}", [])

    def runs_of(self, numbers: Sequence[int]) -> list[Run]:
        """The runs of these numbers."""
        places = ", ".join(["%s"] * len(numbers))
        return self._runs(f"WHERE id IN ({places}) ORDER BY id", list(numbers))

    def run(self, number: int) -> Run | None:
        """One run."""
        return next(iter(self._runs("WHERE id = %s", [number])), None)

    def latest(self) -> tuple[Run | None, Run | None]:
        """The latest run, and the latest after which the database was what its declaration said."""
        found = [Run(**_values(_RUN_COLUMNS, row)) for row in self._latest()]
        return next(iter(found), None), next((run for run in found if run.outcome in _SUCCESS), None)

    def _latest(self) -> list[Row]:
        runs, outcomes = self.table("runs"), ", ".join(f"'{outcome}'" for outcome in _SUCCESS)
        sql = (
            f"SELECT {', '.join(_RUN_COLUMNS)} FROM {runs} WHERE id IN ((SELECT max(id) FROM {runs}),"
            f" (SELECT max(id) FROM {runs} WHERE outcome IN ({outcomes}))) ORDER BY id DESC"
        )
        return self._readable(lambda: self.seal.read("runs", sql, ended=_SUCCESS))

    def statements(self, run: int) -> list[StatementRecord]:
        """The statements of a run, in their order."""
        columns = ", ".join(_STATEMENT_COLUMNS)
        rows = self.read(f"SELECT {columns} FROM {self.table('statements')} WHERE run = %s ORDER BY seq", [run])
        return [StatementRecord(**_values(_STATEMENT_COLUMNS, row)) for row in rows]

    def last_change(self, subjects: Sequence[str]) -> int | None:
        """The number of the last run that has a statement on one of these objects; None where no run has."""
        names = ", ".join(["%s"] * len(subjects))
        rows = self.read(f"SELECT max(run) FROM {self.table('statements')} WHERE subject IN ({names})", list(subjects))
        return None if not rows or rows[0][0] is None else int(rows[0][0])

    def _runs(self, where: str, parameters: Sequence[Value]) -> list[Run]:
        rows = self.read(f"SELECT {', '.join(_RUN_COLUMNS)} FROM {self.table('runs')} {where}", parameters)
        return [Run(**_values(_RUN_COLUMNS, row)) for row in rows]


def _values(columns: Sequence[str], row: Row) -> dict[str, Any]:
    values = dict(zip(columns, row, strict=True))
    for name, value in values.items():
        if isinstance(value, datetime):
            values[name] = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        elif name == "error":
            values[name] = value or ""
    return values | {"outcome": Outcome(values["outcome"])}


def _cut(text: str, length: int = 250) -> str:
    """No longer than our own columns are on MySQL, which refuses what does not fit."""
    return text if len(text) <= length else text[: length - 1] + "…"
