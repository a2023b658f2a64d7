"""Seed rows: bulk inserts into a temporary table of the same types, then one set-based statement for each of delete,
update and insert, which touch only the rows that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from bootstrap.declaration.model import SqlExpression
from bootstrap.dialects.base import RowKeys, RowLoss, SeedCounts, SeedTable, ServerError
from bootstrap.dialects.losses import Deletion
from bootstrap.dialects.mysql.losses import losses_on
from bootstrap.dialects.mysql.seed_exchange import update
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import STRING_ESCAPES, quote
from bootstrap.dialects.row_keys import named
from bootstrap.problems import BootstrapError

_STAGE = "db_bootstrap_seed"
_KNOWN = "db_bootstrap_known"
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
class Column:
    """What loading needs to know of a column."""

    name: str
    type: str
    required: bool
    text: bool
    bytes: int

    @property
    def indexable(self) -> bool:
        """Whether an index over the whole column is possible."""
        return not re.match(r"(tiny|medium|long)?(text|blob)|json|geom|point|linestring|polygon|multi", self.type)


def apply_seed(session: MySqlSession, seed: SeedTable, *, dry_run: bool) -> SeedCounts:
    """Bring rows in, or with ``dry_run`` count what would happen. Inside a transaction that the caller opened."""
    cycles = None if dry_run else session.cycles
    load = SeedLoad(session, seed, number=len(cycles.loads) + 1 if cycles else 0)
    if seed.mode == "once" and not load.table_is_empty():
        return SeedCounts()
    total = load.fill_stage()
    if cycles:
        return cycles.load(load, total)
    try:
        return load.count(total) if dry_run else load.apply(total)
    finally:
        with suppress(ServerError):  # it goes with the session at the latest; the block's own error counts
            load.drop_stage()


class SeedLoad:
    """One seed being loaded: its rows in a staging table (alias s), beside the table that gets them (alias t)."""

    row = quote("db_bootstrap_row")  # the staged row's place, from 1 on
    state = quote("db_bootstrap_state")  # a number of the staged row, free for the caller

    def __init__(self, session: MySqlSession, seed: SeedTable, *, number: int = 0) -> None:
        """Read the table's columns; ``number`` tells staging tables apart that are there at the same time."""
        self.session = session
        self.seed = seed
        self.target = quote(seed.table.name)
        self.stage = quote(f"{_STAGE}_{number}" if number else _STAGE)
        found = {column.name.lower(): column for column in self._read_columns()}
        missing = [name for name in seed.columns if name.lower() not in found]
        if missing:
            raise BootstrapError(f"seed of {seed.table.path}: the table has no column {', '.join(missing)}")
        self.columns = [found[name.lower()] for name in seed.columns]
        self.keys = [found[name.lower()] for name in seed.key]
        special = ("bit", "geom", "point", "linestring", "polygon", "multi")
        self.plain = not seed.expressions and not any(column.type.startswith(special) for column in self.columns)
        self.flags = {  # columns of the stage that say whether a value is known beforehand
            name.lower(): quote(f"{_KNOWN}_{place}")
            for place, name in enumerate(seed.columns)
            if name in seed.expressions
        }

    def _read_columns(self) -> Iterator[Column]:
        rows = self.session.query(_COLUMNS, [self.session.database, self.seed.table.name])
        for name, kind, nullable, collation, octets in rows:
            yield Column(str(name), str(kind).lower(), nullable == "NO", collation is not None, int(octets))

    def table_is_empty(self) -> bool:
        """Whether there is no row at all."""
        return not self.session.query(f"SELECT 1 FROM {self.target} LIMIT 1")

    def fill_stage(self) -> int:
        """Load the rows into a temporary table whose columns are the table's own; returns how many."""
        names = ", ".join(quote(column.name) for column in self.columns)
        flags = "".join(f", {flag} tinyint NOT NULL DEFAULT 1" for flag in self.flags.values())
        indexed = (
            self.keys
            and all(key.indexable for key in self.keys)
            and sum(key.bytes for key in self.keys) < _MAX_KEY_BYTES
        )
        index = f", KEY ({', '.join(quote(key.name) for key in self.keys)})" if indexed else ""
        self.session.execute(f"DROP TEMPORARY TABLE IF EXISTS {self.stage}")
        self.session.execute(
            f"CREATE TEMPORARY TABLE {self.stage} ({self.row} bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,"
            f" {self.state} tinyint NOT NULL DEFAULT 0{flags}{index})"
            f" ENGINE=InnoDB SELECT {names} FROM {self.target} LIMIT 0"
        )
        given = ", ".join([names, *self.flags.values()])
        total = 0
        for rows, values in self._batches():
            self.session.execute(f"INSERT INTO {self.stage} ({given}) VALUES {values}")
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
        values = list(map(self._value, self.columns, row))
        if self.flags:
            given = dict(zip(self.seed.columns, row, strict=True))
            values += ["1" if _is_known(given[name]) else "0" for name in given if name in self.seed.expressions]
        return f"({','.join(values)})"

    def _value(self, column: Column, value: str | None) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, SqlExpression):
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
        rows = self.session.query(f"SELECT {names} FROM {self.stage} GROUP BY {names} HAVING COUNT(*) > 1 LIMIT 1")
        if rows:
            values = ", ".join("NULL" if value is None else str(value) for value in rows[0])
            raise BootstrapError(f"seed of {self.seed.table.path}: two rows have the same key ({values})")

    @property
    def match(self) -> str:
        """How staged rows find theirs, as an index of the table would; only a key that may be NULL compares NULLs."""
        return " AND ".join(
            f"t.{quote(key.name)} {'=' if key.required else '<=>'} s.{quote(key.name)}" for key in self.keys
        )

    @property
    def written(self) -> list[Column]:
        """The columns that an update compares and writes. A text of the key is one of them: where the collation takes
        'a' for 'A', the row is found, and the letter is corrected.
        """
        keys = {key.name for key in self.keys if not key.text}
        return [column for column in self.columns if column.name not in keys]

    @property
    def differs(self) -> str:
        """Whether a row differs: byte by byte: no collation, no padding decides what is equal."""
        return " OR ".join(map(self._differs, self.written))

    def _differs(self, column: Column) -> str:
        differs = f"NOT ({_exact('t', column)} <=> {_exact('s', column)})"
        flag = self.flags.get(column.name.lower())
        return f"(s.{flag} AND {differs})" if flag else differs

    @property
    def joined(self) -> str:
        """The staged rows and theirs."""
        return f"{self.stage} s JOIN {self.target} t ON {self.match}"

    @property
    def new(self) -> str:
        """Whether a staged row is not there yet."""
        if self.seed.mode == "once" or not self.keys:
            return "TRUE"
        return f"NOT EXISTS (SELECT 1 FROM {self.target} t WHERE {self.match})"

    @property
    def gone(self) -> str:
        """Whether a row is declared no longer."""
        return f"NOT EXISTS (SELECT 1 FROM {self.stage} s WHERE {self.match})"

    @property
    def updates(self) -> bool:
        """Whether rows that are there are updated."""
        return self.seed.mode in ("upsert", "sync") and bool(self.written) and bool(self.keys)

    def count(self, total: int) -> SeedCounts:
        """What would happen."""
        inserted = self.number(f"{self.stage} s WHERE {self.new}")
        updated = self.number(f"{self.joined} WHERE {self.differs}") if self.updates else 0
        losses = self.losses()
        deleted = losses[0].rows if losses else 0
        keys = RowKeys(
            self._named("s", f"{self.stage} s WHERE {self.new} ORDER BY s.{self.row}", inserted),
            self._named("t", f"{self.joined} WHERE {self.differs}", updated),
            self._named("t", f"{self.target} t WHERE {self.gone}", deleted),
        )
        return SeedCounts(inserted, updated, deleted, max(0, total - inserted - updated), losses, keys)

    def _named(self, alias: str, source: str, number: int) -> tuple[str, ...]:
        """Keys of the first rows of a FROM clause."""
        if not (number and self.seed.named):
            return ()
        columns = [column.name for column in self.keys or self.columns]
        names = ", ".join(f"{alias}.{quote(name)}" for name in columns)
        rows = self.session.query(f"SELECT {names} FROM {source} LIMIT {self.seed.named}")
        return tuple(named(columns, row) for row in rows)

    def losses(self) -> tuple[RowLoss, ...]:
        """What deleting the rows that are declared no longer takes."""
        if not self.deletes:
            return ()
        key = tuple(quote(column.name) for column in self.keys)
        return losses_on(self.session).of(Deletion(self.seed.table, self.gone, key))

    @property
    def deletes(self) -> bool:
        """Whether rows that are declared no longer are deleted."""
        return self.seed.mode == "sync"

    def number(self, source: str) -> int:
        """Count rows of a FROM clause."""
        return int(self.session.query(f"SELECT COUNT(*) FROM {source}")[0][0])

    def apply(self, total: int) -> SeedCounts:
        """Delete, update, insert."""
        deleted = updated = 0
        losses = self.losses()
        if losses:
            deleted = self.session.execute(f"DELETE t FROM {self.target} t WHERE {self.gone}")
        if self.updates:
            updated = update(self, self.written)
        inserted = self.insert(self.new)
        return SeedCounts(inserted, updated, deleted, max(0, total - inserted - updated), losses)

    def insert(self, condition: str, *, empty: frozenset[str] = frozenset()) -> int:
        """Insert the staged rows that meet the condition, in their order; ``empty`` are quoted columns to be NULL."""
        names = [quote(column.name) for column in self.columns]
        values = ", ".join("NULL" if name in empty else f"s.{name}" for name in names)
        return self.session.execute(
            f"INSERT INTO {self.target} ({', '.join(names)}) SELECT {values} FROM {self.stage} s WHERE {condition}"
            f" ORDER BY s.{self.row}"
        )

    def drop_stage(self) -> None:
        """Drop the staging table."""
        self.session.execute(f"DROP TEMPORARY TABLE IF EXISTS {self.stage}")


def _is_known(value: str | None) -> bool:
    """Whether a value is the same each time: no expression but a constant."""
    return not isinstance(value, SqlExpression) or _CONSTANT.match(value) is not None


def _exact(alias: str, column: Column) -> str:
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
