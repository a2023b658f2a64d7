"""A seal on what the history decides: which objects may be dropped, which steps are done, what is proven.

On MySQL and MariaDB the history stands in the application's own database, so that accounts which may write rows there
may write its rows. The digests of what we wrote are kept where rows cannot reach: in the comment of a table, which only
ALTER changes. What is read for a decision is held to them. Before a table is changed, both its digests are there, so
that a run which dies at any point leaves a content that the next one knows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bootstrap.problems import Refused

if TYPE_CHECKING:
    from bootstrap.dialects.base import Dialect, Row, Session

# The columns that decide something; what is only shown is not sealed.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "managed": ("kind", "schema_name", "name", "table_name"),
    "steps": ("name", "checksum", "state", "position"),
    "seeds": ("id", "digest", "proof", "row_count"),
    "facts": ("name", "value"),
    "runs": ("id", "outcome", "environment", "declaration_digest", "tool_version", "fingerprint_after", "ready_token"),
    "run_catalogs": ("run", "moment", "digest", "planned"),
    "trash": ("run", "seq", "content", "proof", "days"),
}
_HEAD = "Digests of what db-bootstrap wrote"
_ENTRY = re.compile(r"(\w+)=([0-9a-f]+(?:,[0-9a-f]+)*)")
_READS = 5

Digests = dict[str, tuple[str, ...]]


class Seal:
    """The seal of the history of one database; it does nothing on an engine whose history is closed to others."""

    def __init__(self, session: Session, dialect: Dialect) -> None:
        self.session, self.dialect = session, dialect

    def read(self, table: str, sql: str, *, ended: Sequence[object] = ()) -> list[Row]:
        """The rows of a query that begins with a table's sealed columns.

        Args:
            table: one of the sealed ones.
            sql: the query.
            ended: of runs, the outcomes that prove something: the latest such run is sealed alone.

        Raises:
            Refused: they are not what we have written.
            ServerError: the server refuses the query.
        """
        before: str | None = None
        for _ in range(_READS):
            rows, text = self.dialect.read_sealed(self.session, sql)
            if text is None:
                return rows
            sealed = _parsed(text).get(table)
            width = len(COLUMNS[table])
            found = [row[:width] for row in rows]
            if ended:
                found = [row for row in found if str(row[1]) in ended][:1]
            if sealed is None or digest(found) in sealed:
                return rows
            if text == before:  # else another run has written in between
                break
            before = text
        raise Refused(self._changed(table, text or ""))

    def announce(self, table: str, before: Iterable[Sequence[object]], after: Iterable[Sequence[object]]) -> None:
        """Seal a table's content beside the one that it is about to have. Outside of a transaction, under the lock."""
        old, new = digest(before), digest(after)
        digests = self._digests()
        if digests is not None and (old != new or table not in digests):
            self._write({**digests, table: (old, new) if old != new else (old,)})

    def settle(self, contents: Mapping[str, Iterable[Sequence[object]]]) -> None:
        """Seal each table's content alone: what was announced is written, or will not be."""
        found = {table: (digest(rows),) for table, rows in contents.items()}
        digests = self._digests()
        if digests is not None and digests != {**digests, **found}:
            self._write({**digests, **found})

    def forget(self, tables: Iterable[str]) -> None:
        """Seal these tables no longer: they are missing, and are created empty."""
        digests = self._digests() or {}
        rest = {name: found for name, found in digests.items() if name not in set(tables)}
        if rest != digests:
            self._write(rest)

    def open_tables(self) -> list[str]:
        """The tables that are not sealed yet, or for two contents."""
        digests = self._digests()
        return [] if digests is None else [table for table in COLUMNS if len(digests.get(table, ())) != 1]

    def _digests(self) -> Digests | None:
        _, text = self.dialect.read_sealed(self.session, "SELECT 1")
        return None if text is None else _parsed(text)

    def _write(self, digests: Digests) -> None:
        self.dialect.write_seal(self.session, _written(digests))

    def _changed(self, table: str, text: str) -> str:
        rest = {name: found for name, found in _parsed(text).items() if name != table}
        return (
            f"{self.dialect.history_table(table)} in {self.session.database} was changed by something other than"
            " db-bootstrap, and nothing of it was used: find out what may write to it (applications need no privileges"
            f" on the tables of the history), and put right what it holds; then believe it: "
            f"{self.dialect.seal_statement(_written(rest))}"
        )


def digest(rows: Iterable[Sequence[object]]) -> str:
    """Of rows, whatever their order."""
    texts = sorted("\0".join("" if value is None else str(value) for value in row) for row in rows)
    return hashlib.sha256("\1".join(texts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _parsed(text: str) -> Digests:
    return {name: tuple(found.split(",")) for name, found in _ENTRY.findall(text)}


def _written(digests: Digests) -> str:
    return " ".join([_HEAD, *(f"{name}={','.join(found)}" for name, found in sorted(digests.items()))])
