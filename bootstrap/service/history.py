"""The use-case ``history``: the audit trail in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.catalog.diff import diff
from bootstrap.catalog.origins import reverted, with_origins
from bootstrap.problems import BootstrapError
from bootstrap.run.history import History
from bootstrap.run.identity import recorded_identity
from bootstrap.run.sentences import tell_all
from bootstrap.run.snapshots import Moment, Snapshots
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.work import open_connection

if TYPE_CHECKING:
    from bootstrap.dialects.base import Dialect
    from bootstrap.run.chain import Checked
    from bootstrap.run.records import Run, StatementRecord
    from bootstrap.service.work import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReport:
    """The latest runs; of the one that was asked for also its statements, and what it changed in the structure, where
    the history still has that.
    """

    target: str
    identity: str
    runs: tuple[Run, ...]
    statements: tuple[StatementRecord, ...] = ()
    changes: tuple[str, ...] | None = None


def history(request: Request, *, limit: int = 20, run: int | None = None) -> HistoryReport:
    """The audit trail in the database itself; with ``run`` that run and each of its statements.

    It can be read whatever state the declaration is in: a URL needs none.
    """
    with open_connection(request) as (dialect, session, destination, _), readable_server_errors():
        dialect.check_trust(session, writing=False)
        record = History(session, dialect)
        identity = str(recorded_identity(record, shown=True))
        if run is None:
            return HistoryReport(target=destination.name, identity=identity, runs=tuple(record.runs(limit)))
        found = record.run(run)
        if found is None:
            raise BootstrapError(f"{destination.name} has no run {run}: db-bootstrap history lists those it has")
        return HistoryReport(
            target=destination.name,
            identity=identity,
            runs=(found,),
            statements=tuple(record.statements(run)),
            changes=_changes(Snapshots(record), run, dialect),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """Whether the records of all runs are as they were written."""

    target: str
    checked: Checked


def check_history(request: Request) -> CheckReport:
    """Whether each run's record is what was written, and none is missing or was added; reads only.

    Raises:
        Refused: on MySQL and MariaDB, what decides a run was changed too; names the table.
    """
    with open_connection(request) as (dialect, session, destination, _), readable_server_errors():
        dialect.check_trust(session, writing=False)
        return CheckReport(target=destination.name, checked=History(session, dialect).chain.check())


def _changes(snapshots: Snapshots, run: int, dialect: Dialect) -> tuple[str, ...] | None:
    start, end = snapshots.find(run, Moment.START), snapshots.find(run, Moment.END)
    if start is None or end is None:
        return None
    found = diff(
        start.catalog,
        with_origins(end.catalog, reverted(snapshots.planned(run, run).renames)),
        managed=lambda _: True,
        everything=True,
        inline_indexes=dialect.rules.inline_indexes,
        follows_renames=dialect.rules.follows_renames,
    )
    return tuple(tell_all(found.changes))
