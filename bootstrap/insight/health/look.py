"""One look at a database: names, last run and counts in one round trip."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bootstrap.catalog.code import Routine, View
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Declaration
from bootstrap.dialects.base import Dialect, Row, ServerError, Session
from bootstrap.insight.health.report import HealthReport, LastRun, SeedCount, Status

Name = tuple[str, str, str, str]  # kind, schema, object, column


@dataclass(frozen=True, slots=True)
class Expected:
    """What a declaration needs, computed once."""

    environment: str
    digest: str
    names: frozenset[Name]
    seeds: tuple[tuple[str, str, int], ...]  # the table as a person writes it, as SQL writes it, its rows

    @classmethod
    def of(cls, declaration: Declaration, dialect: Dialect) -> Expected:
        """The names and the numbers of rows of a declaration."""
        catalog = declaration.catalog
        names: set[Name] = set()
        for table in catalog.of(Table):
            names.add(("relation", table.schema, table.name, ""))
            names |= {("column", table.schema, table.name, column.name) for column in table.columns}
        names |= {("relation", view.schema, view.name, "") for view in catalog.of(View)}
        names |= {("routine", item.schema, item.name.partition("(")[0], "") for item in catalog.of(Routine)}
        rows: dict[tuple[str, str], int] = {}
        for seed in declaration.seeds:
            quoted = ".".join(dialect.quote(part) for part in (seed.table.schema, seed.table.name) if part)
            key = (seed.table.path, quoted)
            rows[key] = rows.get(key, 0) + sum(1 for _ in seed.rows())
        return cls(
            declaration.environment or "", declaration.digest, frozenset(names),
            tuple((path, quoted, number) for (path, quoted), number in rows.items()),
        )  # fmt: skip


def look(session: Session, dialect: Dialect, expected: Expected, *, seeds: bool) -> HealthReport:
    """Ask the server what is there, and compare.

    A table that is missing, or a history that is missing or may not be read, makes the server refuse the whole query:
    then the names are asked for alone, and the rest is unknown.
    """
    counted = expected.seeds if seeds else ()
    try:
        answers = session.query(_sql(dialect, counted, history=True))
    except ServerError as error:
        if not (error.missing_object or error.permission_denied):
            raise
        answers = session.query(_sql(dialect, (), history=False))
    return _report(answers, expected, counted if seeds else None)


def _sql(dialect: Dialect, seeds: Sequence[tuple[str, str, int]], *, history: bool) -> str:
    parts = [dialect.names_sql()]
    if history:
        runs = dialect.history_table("runs")
        text = "CAST({} AS CHAR(200))"
        columns = ", ".join(text.format(name) for name in ("id", "outcome", "declaration_digest"))
        parts.append(f"SELECT 'run', {columns} FROM {runs} WHERE id = (SELECT max(id) FROM {runs})")
        columns = f"{text.format('id')}, {text.format('started_at')}, ''"
        parts.append(f"SELECT 'started', {columns} FROM {runs} WHERE id = (SELECT max(id) FROM {runs})")
    for number, (_, table, _) in enumerate(seeds):
        parts.append(f"SELECT 'rows', '{number}', CAST(count(*) AS CHAR(20)), '' FROM {table}")
    return " UNION ALL ".join(parts)


def _report(answers: Iterable[Row], expected: Expected, seeds: Sequence[tuple[str, str, int]] | None) -> HealthReport:
    there: set[Name] = set()
    run: Row = ()
    started, counts = "", dict[int, int]()
    for kind, one, two, three in answers:
        match kind:
            case "run":
                run = (str(one).strip(), str(two).strip(), str(three).strip())
            case "started":
                started = str(two).strip()
            case "rows":
                counts[int(one)] = int(two)
            case _:
                there.add((str(kind), str(one), str(two), str(three)))
    gone = expected.names - there
    lost = {(schema, name) for kind, schema, name, _ in gone if kind == "relation"}
    missing = [name for name in gone if name[0] != "column" or name[1:3] not in lost]  # of a lost table only the table
    found = None if seeds is None else tuple(
        SeedCount(path, number, counts.get(place)) for place, (path, _, number) in enumerate(seeds)
    )  # fmt: skip
    short = any(item.found is None or item.found < item.declared for item in found or ())
    return HealthReport(
        status=Status.INCOMPLETE if missing or short else Status.HEALTHY,
        checked_at=datetime.now(UTC),
        environment=expected.environment,
        expected=fingerprint(expected.names),
        found=fingerprint(expected.names & there),
        missing=tuple(sorted(map(_words, missing))),
        seeds=found,
        last_run=LastRun(int(run[0]), run[1], started, run[2] == expected.digest) if run else None,
    )


def fingerprint(names: Iterable[Name]) -> str:
    """The digest of a set of names."""
    return hashlib.sha256("\n".join("\0".join(name) for name in sorted(names)).encode()).hexdigest()


def _words(name: Name) -> str:
    kind, *parts = name
    path = ".".join(part for part in parts if part)
    return f"{'table or view' if kind == 'relation' else kind} {path}"
