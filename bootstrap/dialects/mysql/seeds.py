"""Seed rows: bulk inserts into a temporary table of the same types, then one set-based statement for each of delete,
update and insert, which touch only the rows that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from bootstrap.dialects.base import SeedCounts, SeedTable, ServerError
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import STRING_ESCAPES, quote
from bootstrap.problems import BootstrapError

_STAGE = "db_bootstrap_seed"
_ROW = "db_bootstrap_row"
_MAX_BATCH_BYTES = 4 * 1024 * 1024
_PACKET_HEAD_ROOM = 4096
_MAX_KEY_BYTES = 3000  # InnoDB's limit for all columns of an index is 3072
_SEPARATOR = "\x02"
_CONSTANT = re.compile(r"(?:[xb]'[0-9a-f]*'|[+-]?\d[\d.]*|null|true|false)\Z", re.IGNORECASE)
_GEOMETRY = re.compile(r"geom|point|linestring|polygon|multi")
_WELL_KNOWN_TEXT = re.compile(
    r"\s*(?:SRID=(\d+);)?\s*((?:multi)?(?:point|linestring|polygon)|geometrycollection)\s*\(", re.IGNORECASE
)

_COLUMNS = """
SELECT column_name, column_type, is_nullable, collation_name, COALESCE(character_octet_length, 0)
FROM information_schema.columns WHERE table_schema = %s AND table_name = %s
"""


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    required: bool
    text: bool
    bytes: int

    @property
    def indexable(self) -> bool:
        return not re.match(r"(tiny|medium|long)?(text|blob)|json|geom|point|linestring|polygon|multi", self.type)


def apply_seed(session: MySqlSession, seed: SeedTable, *, dry_run: bool) -> SeedCounts:
    """Bring rows in, or with ``dry_run`` count what would happen. Inside a transaction that the caller opened."""
    work = _Seed(session, seed)
    if seed.mode == "once" and not work.table_is_empty():
        return SeedCounts()
    total = work.stage()
    try:
        return work.count(total) if dry_run else work.apply(total)
    finally:
        with suppress(ServerError):  # it goes with the session at the latest; the block's own error counts
            session.execute(f"DROP TEMPORARY TABLE IF EXISTS {quote(_STAGE)}")


class _Seed:
    """One seed at work."""

    def __init__(self, session: MySqlSession, seed: SeedTable) -> None:
        self.session = session
        self.seed = seed
        self.table = quote(seed.table.name)
        found = {column.name.lower(): column for column in self._read_columns()}
        missing = [name for name in seed.columns if name.lower() not in found]
        if missing:
            raise BootstrapError(f"seed of {seed.table.path}: the table has no column {', '.join(missing)}")
        self.columns = [found[name.lower()] for name in seed.columns]
        self.keys = [found[name.lower()] for name in seed.key]
        special = ("bit", "geom", "point", "linestring", "polygon", "multi")
        self.plain = not seed.expressions and not any(column.type.startswith(special) for column in self.columns)
        self.unknown: set[str] = set()  # columns whose expressions have another value each time

    def _read_columns(self) -> Iterator[_Column]:
        rows = self.session.query(_COLUMNS, [self.session.database, self.seed.table.name])
        for name, kind, nullable, collation, octets in rows:
            yield _Column(str(name), str(kind).lower(), nullable == "NO", collation is not None, int(octets))

    def table_is_empty(self) -> bool:
        """Whether there is no row at all."""
        return not self.session.query(f"SELECT 1 FROM {self.table} LIMIT 1")

    def stage(self) -> int:
        """Load the rows into a temporary table whose columns are the table's own; returns how many."""
        names = ", ".join(quote(column.name) for column in self.columns)
        indexed = (
            self.keys
            and all(key.indexable for key in self.keys)
            and sum(key.bytes for key in self.keys) < _MAX_KEY_BYTES
        )
        index = f", KEY ({', '.join(quote(key.name) for key in self.keys)})" if indexed else ""
        self.session.execute(f"DROP TEMPORARY TABLE IF EXISTS {quote(_STAGE)}")
        self.session.execute(
            f"CREATE TEMPORARY TABLE {quote(_STAGE)} ({quote(_ROW)} bigint NOT NULL AUTO_INCREMENT PRIMARY KEY{index})"
            f" ENGINE=InnoDB SELECT {names} FROM {self.table} LIMIT 0"
        )
        total = 0
        for rows, values in self._batches():
            self.session.execute(f"INSERT INTO {quote(_STAGE)} ({names}) VALUES {values}")
            total += rows
        self._refuse_duplicates()
        return total

    def _batches(self) -> Iterator[tuple[int, str]]:
        """Rows as VALUES lists, each within what one packet may hold; memory stays bounded."""
        limit = min(_MAX_BATCH_BYTES, int(self.session.query("SELECT @@max_allowed_packet")[0][0]) - _PACKET_HEAD_ROOM)
        batch: list[str] = []
        size = 0
        for row in self.seed.rows:
            text = self._row(row)
            length = len(text) if text.isascii() else len(text.encode())
            if batch and size + length > limit:
                yield len(batch), ",".join(batch)
                batch, size = [], 0
            batch.append(text)
            size += length + 1
        if batch:
            yield len(batch), ",".join(batch)

    def _row(self, row: tuple[str | None, ...]) -> str:
        if self.plain and None not in row:
            # One pass over the whole row instead of one for each value: this loop is most of a large load's time.
            joined = _SEPARATOR.join(row)  # type: ignore[arg-type]  # no NULL among them: asked just above
            if joined.count(_SEPARATOR) == len(row) - 1:
                return "('" + joined.translate(STRING_ESCAPES).replace(_SEPARATOR, "','") + "')"
        return "(" + ",".join(map(self._value, self.columns, row)) + ")"

    def _value(self, column: _Column, value: str | None) -> str:
        if value is None:
            return "NULL"
        if column.name in self.seed.expressions:
            if _CONSTANT.match(value) is None:
                self.unknown.add(column.name)
            return f"({value})"
        if column.type.startswith("bit") and value.isdigit():
            return value
        if _GEOMETRY.match(column.type):
            return _geometry(value)
        return "'" + value.translate(STRING_ESCAPES) + "'"

    def _refuse_duplicates(self) -> None:
        if not self.keys:
            return
        names = ", ".join(quote(key.name) for key in self.keys)
        rows = self.session.query(f"SELECT {names} FROM {quote(_STAGE)} GROUP BY {names} HAVING COUNT(*) > 1 LIMIT 1")
        if rows:
            values = ", ".join("NULL" if value is None else str(value) for value in rows[0])
            raise BootstrapError(f"seed of {self.seed.table.path}: two rows have the same key ({values})")

    @property
    def _match(self) -> str:
        """How staged rows find theirs, as an index of the table would; only a key that may be NULL compares NULLs."""
        return " AND ".join(
            f"t.{quote(key.name)} {'=' if key.required else '<=>'} s.{quote(key.name)}" for key in self.keys
        )

    @property
    def _compared(self) -> list[_Column]:
        """Also the key: where its collation takes 'a' for 'A', the row is found, and the letter is mended."""
        keys = {key.name for key in self.keys if not key.text}
        return [column for column in self.columns if column.name not in keys | self.unknown]

    @property
    def _differs(self) -> str:
        """Byte by byte: no collation, no padding decides what is equal."""
        return " OR ".join(f"NOT ({_exact('t', column)} <=> {_exact('s', column)})" for column in self._compared)

    @property
    def _joined(self) -> str:
        return f"{quote(_STAGE)} s JOIN {self.table} t ON {self._match}"

    @property
    def _new(self) -> str:
        if self.seed.mode == "once" or not self.keys:
            return "TRUE"
        return f"NOT EXISTS (SELECT 1 FROM {self.table} t WHERE {self._match})"

    @property
    def _gone(self) -> str:
        return f"NOT EXISTS (SELECT 1 FROM {quote(_STAGE)} s WHERE {self._match})"

    @property
    def _updates(self) -> bool:
        return self.seed.mode in ("upsert", "sync") and bool(self._compared) and bool(self.keys)

    def count(self, total: int) -> SeedCounts:
        """What would happen."""
        inserted = self._number(f"{quote(_STAGE)} s WHERE {self._new}")
        updated = self._number(f"{self._joined} WHERE {self._differs}") if self._updates else 0
        deleted = self._number(f"{self.table} t WHERE {self._gone}") if self.seed.mode == "sync" else 0
        return SeedCounts(inserted, updated, deleted, max(0, total - inserted - updated))

    def _number(self, source: str) -> int:
        return int(self.session.query(f"SELECT COUNT(*) FROM {source}")[0][0])

    def apply(self, total: int) -> SeedCounts:
        """Delete, update, insert."""
        deleted = updated = 0
        if self.seed.mode == "sync":
            deleted = self.session.execute(f"DELETE t FROM {self.table} t WHERE {self._gone}")
        if self._updates:
            changed = [*self._compared, *(column for column in self.columns if column.name in self.unknown)]
            values = ", ".join(f"t.{quote(column.name)} = s.{quote(column.name)}" for column in changed)
            updated = self.session.execute(f"UPDATE {self._joined} SET {values} WHERE {self._differs}")
        names = ", ".join(quote(column.name) for column in self.columns)
        staged = ", ".join(f"s.{quote(column.name)}" for column in self.columns)
        inserted = self.session.execute(
            f"INSERT INTO {self.table} ({names}) SELECT {staged} FROM {quote(_STAGE)} s WHERE {self._new}"
            f" ORDER BY s.{quote(_ROW)}"
        )
        return SeedCounts(inserted, updated, deleted, max(0, total - inserted - updated))


def _exact(alias: str, column: _Column) -> str:
    name = f"{alias}.{quote(column.name)}"
    return f"CAST({name} AS BINARY)" if column.text or _GEOMETRY.match(column.type) else name


def _geometry(value: str) -> str:
    """Well-known text, with an SRID in front as PostGIS writes it; anything else is the server's own form."""
    text = "'" + value.translate(STRING_ESCAPES) + "'"
    found = _WELL_KNOWN_TEXT.match(value)
    if found is None:
        return text
    if found[1]:
        body = "'" + value.partition(";")[2].translate(STRING_ESCAPES) + "'"
        return f"ST_GeomFromText({body}, {int(found[1])})"
    return f"ST_GeomFromText({text})"
