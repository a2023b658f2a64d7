"""Seed rows: one COPY into a temporary table of texts, then one set-based statement for each of update, insert and
delete, which touch only the rows that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bootstrap.declaration.model import SqlExpression
from bootstrap.dialects.base import RowKeys, RowLoss, SeedCounts, SeedTable, ServerError
from bootstrap.dialects.losses import Deletion
from bootstrap.dialects.postgresql.errors import UNIQUE_VIOLATION
from bootstrap.dialects.postgresql.losses import losses_on
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.session import PostgresSession
from bootstrap.dialects.row_keys import named
from bootstrap.problems import BootstrapError

_STAGE = "pg_temp.db_bootstrap_seed"
_ROW = "db_bootstrap_row"
_ANALYZE_FROM = 5_000
_CHUNK_ROWS = 2_000
# Types that have no equality: their texts are compared.
_WITHOUT_EQUALITY = frozenset({"json", "xml", "point", "polygon", "box", "line", "lseg", "path", "circle"})
_EQUAL = "OPERATOR(pg_catalog.=)"
# Names of types that the grammar takes for the server's own, whatever the search path is.
_OF_THE_GRAMMAR = frozenset({"bigint", "bit", "boolean", "character", "double", "integer", "interval", "numeric",
                             "real", "smallint", "time", "timestamp"})  # fmt: skip
_FIRST_NAME = re.compile(r'("(?:[^"]|"")*"|\w+)(\.)?')
# What a staged value of a column begins with in which some values are expressions.
_SQL, _TEXT = "=", "'"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

# An explicit cast to a length cuts off in silence what does not fit; an assignment refuses it. So texts become the type
# without its length, and the INSERT checks. (Numbers and times are rounded either way, and must be, to compare equal.)
_WITHOUT_LENGTH = {"character varying": "character varying", "character": "pg_catalog.bpchar", "bit": "bit varying",
                   "bit varying": "bit varying"}  # fmt: skip

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       pg_get_serial_sequence(%s, a.attname),
       format_type(y.oid, NULL),
       -- A base type that an extension created has operators of its own, which no search path of ours finds.
       (SELECT format('OPERATOR(%%I.%%s)', n.nspname, o.oprname)
        FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod AND m.amname IN ('btree', 'hash')
        JOIN pg_amop p ON p.amopfamily = c.opcfamily AND p.amoplefttype = c.opcintype
             AND p.amoprighttype = c.opcintype AND p.amopstrategy = CASE m.amname WHEN 'btree' THEN 3 ELSE 1 END
        JOIN pg_operator o ON o.oid = p.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE c.opcdefault AND c.opcintype = y.oid ORDER BY m.amname LIMIT 1),
       y.typtype = 'b' AND y.typelem = 0 AND y.typnamespace <> 'pg_catalog'::regnamespace,
       (SELECT t.typnamespace = 'pg_catalog'::regnamespace FROM pg_type t WHERE t.oid = a.atttypid)
FROM pg_attribute a
JOIN LATERAL (
  WITH RECURSIVE base AS (
    SELECT t.oid, t.typtype, t.typbasetype FROM pg_type t WHERE t.oid = a.atttypid
    UNION ALL
    SELECT t.oid, t.typtype, t.typbasetype FROM base JOIN pg_type t ON t.oid = base.typbasetype
    WHERE base.typtype = 'd')
  SELECT t.* FROM base JOIN pg_type t USING (oid) WHERE base.typtype <> 'd'
) y ON true
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""


_EXCHANGE = (
    "where rows of the seed exchange the values of {}, declare it as a unique constraint with deferrable: true,"
    " which is checked when all rows are updated"
)


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    required: bool
    always: bool
    sequence: str | None
    equal: str  # the operator that its keys are compared with
    as_text: bool  # whether values are compared by their texts


class _CopyStream:
    """What COPY reads: rows as lines, made as they are asked for, so that memory stays bounded."""

    def __init__(self, rows: Iterable[Sequence[str | None]]) -> None:
        self._chunks = _chunks(rows)
        self._buffer = b""
        self.rows = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes; b"" at the end."""
        while size < 0 or len(self._buffer) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._buffer += chunk
        taken, self._buffer = (self._buffer, b"") if size < 0 else (self._buffer[:size], self._buffer[size:])
        return taken


def _chunks(rows: Iterable[Sequence[str | None]]) -> Iterator[bytes]:
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join("\\N" if value is None else value.translate(_ESCAPES) for value in row) + "\n")
        if len(lines) >= _CHUNK_ROWS:
            yield "".join(lines).encode()
            lines.clear()
    if lines:
        yield "".join(lines).encode()


def apply_seed(session: PostgresSession, seed: SeedTable, *, dry_run: bool) -> SeedCounts:
    """Bring rows in, or with ``dry_run`` count what would happen. Inside a transaction that the caller opened."""
    work = _Seed(session, seed)
    if seed.mode == "once" and not work.table_is_empty():
        return SeedCounts()
    total = work.stage()
    try:
        with work.settings():
            return work.count(total) if dry_run else work.apply(total)
    finally:
        work.unstage()


class _Seed:
    """One seed at work."""

    def __init__(self, session: PostgresSession, seed: SeedTable) -> None:
        self.session = session
        self.seed = seed
        self.relation = qualified(seed.table.schema, seed.table.name)
        found = {column.name: column for column in self._read_columns()}
        missing = [name for name in seed.columns if name not in found]
        if missing:
            raise BootstrapError(f"seed of {seed.table.path}: the table has no column {', '.join(missing)}")
        self.columns = [found[name] for name in seed.columns]
        self.keys = [found[name] for name in seed.key]
        self.expressions: dict[str, str] = {}

    def _read_columns(self) -> list[_Column]:
        rows = self.session.query(_COLUMNS, [self.relation, self.relation])
        return [_Column(name, _in_full(_castable(kind, base), own=own), required, identity == "a", sequence,
                        equal or _EQUAL, foreign or _castable(kind, base).rstrip("[]") in _WITHOUT_EQUALITY)
                for name, kind, required, identity, sequence, base, equal, foreign, own in rows]  # fmt: skip

    @contextmanager
    def settings(self) -> Iterator[None]:
        """Those of declared SQL where there is some among the values: what is ours names its operators in full."""
        if not self.expressions:
            yield
            return
        with self.session.declared_sql():
            self.session.execute("SET row_security = off")
            yield

    def table_is_empty(self) -> bool:
        """Whether there is no row at all."""
        return not self.session.query(f"SELECT 1 FROM {self.relation} LIMIT 1")

    def stage(self) -> int:
        """Load the rows as texts; returns how many."""
        names = ", ".join(f"{quote(column.name)} text" for column in self.columns)
        self.session.execute(
            f"DROP TABLE IF EXISTS {_STAGE};"
            f" CREATE TEMPORARY TABLE db_bootstrap_seed ({names}, {_ROW} bigint GENERATED ALWAYS AS IDENTITY)"
            " ON COMMIT DROP"
        )
        names = ", ".join(quote(column.name) for column in self.columns)
        total = self.session.copy_in(f"COPY {_STAGE} ({names}) FROM STDIN", _CopyStream(self._marked_rows()))
        if total >= _ANALYZE_FROM:
            self.session.execute(f"ANALYZE {_STAGE}")
        for column in self.columns:
            if column.name in self.seed.expressions:
                self.expressions[column.name] = self._expression(column)
        self._refuse_duplicates()
        return total

    def _marked_rows(self) -> Iterable[Sequence[str | None]]:
        """The rows; in a column of expressions each value begins with the mark that says what it is."""
        marked = [name in self.seed.expressions for name in self.seed.columns]
        if not any(marked):
            return self.seed.rows
        return (
            [_marked(value) if mark else value for value, mark in zip(row, marked, strict=True)]
            for row in self.seed.rows
        )

    def unstage(self) -> None:
        """Drop the staged rows, unless the transaction has failed and takes them with it."""
        if not self.session.in_failed_transaction:
            self.session.execute(f"DROP TABLE IF EXISTS {_STAGE}")

    def _expression(self, column: _Column) -> str:
        """The column's values: one branch for each expression that occurs, and one for all texts."""
        name = f"s.{quote(column.name)}"
        rows = self.session.query(f"SELECT DISTINCT {name} FROM {_STAGE} s WHERE {_begins(name, _SQL)}")
        branches = " ".join(
            f"WHEN {name} {_EQUAL} {literal(text)} THEN ({text.removeprefix(_SQL)})::{column.type}"
            for text in sorted(row[0] for row in rows)
        )
        return f"CASE {branches} ELSE pg_catalog.substr({name}, 2)::{column.type} END"

    def _refuse_duplicates(self) -> None:
        if not self.keys:
            return
        names = ", ".join(self._value(column) for column in self.keys)
        with self.settings():
            rows = self.session.query(
                f"SELECT {', '.join(self._value(column) + '::pg_catalog.text' for column in self.keys)} FROM {_STAGE} s"
                f" GROUP BY {names} HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1 LIMIT 1"
            )
        if rows:
            values = ", ".join("NULL" if value is None else str(value) for value in rows[0])
            raise BootstrapError(f"seed of {self.seed.table.path}: two rows have the same key ({values})")

    def _value(self, column: _Column) -> str:
        return self.expressions.get(column.name) or f"s.{quote(column.name)}::{column.type}"

    def _updated(self, column: _Column) -> str:
        """What an update writes: an expression was computed when the row was inserted, and is not computed again."""
        value = self._value(column)
        if column.name not in self.expressions:
            return value
        return f"CASE WHEN {_is_text(column)} THEN {value} ELSE t.{quote(column.name)} END"

    @property
    def _match(self) -> str:
        """How staged rows find theirs; only a key that may be NULL pays for comparing NULLs."""
        return " AND ".join(self._same(column) for column in self.keys)

    def _same(self, column: _Column) -> str:
        mine, staged = f"t.{quote(column.name)}", self._value(column)
        equal = f"{mine} {column.equal} {staged}"
        return equal if column.required else f"({equal} OR ({mine} IS NULL AND {staged} IS NULL))"

    @property
    def _compared(self) -> list[_Column]:
        keys = {column.name for column in self.keys}
        return [column for column in self.columns if column.name not in keys]

    @property
    def _differs(self) -> str:
        """Whether a row differs; the value of an expression may be another one each time, and is not compared."""
        return " OR ".join(
            f"({_is_text(column)} AND ({self._equal(column)}) IS NOT TRUE)"
            if column.name in self.expressions
            else f"({self._equal(column)}) IS NOT TRUE"
            for column in self._compared
        )

    def _equal(self, column: _Column) -> str:
        """Whether two values are equal, or both NULL. IS DISTINCT FROM would look for its operator by name."""
        as_text = "::pg_catalog.text" if column.as_text else ""
        mine, staged = f"t.{quote(column.name)}{as_text}", f"{self._value(column)}{as_text}"
        return f"{mine} {_EQUAL} {staged} OR ({mine} IS NULL AND {staged} IS NULL)"

    @property
    def _new(self) -> str:
        if self.seed.mode == "once" or not self.keys:
            return "true"
        return f"NOT EXISTS (SELECT FROM {self.relation} t WHERE {self._match})"

    @property
    def _gone(self) -> str:
        return f"NOT EXISTS (SELECT FROM {_STAGE} s WHERE {self._match})"

    def _losses(self) -> tuple[RowLoss, ...]:
        """What the deletion of a seed that is synchronised takes."""
        if self.seed.mode != "sync":
            return ()
        key = [quote(column.name) for column in self.keys]
        return losses_on(self.session).of(Deletion(self.seed.table, self._gone, key))

    @property
    def _updates(self) -> bool:
        return self.seed.mode in ("upsert", "sync") and bool(self._compared) and bool(self.keys)

    def count(self, total: int) -> SeedCounts:
        """What would happen."""
        inserted = self._number(f"{_STAGE} s WHERE {self._new}")
        updated = (
            self._number(f"{_STAGE} s JOIN {self.relation} t ON {self._match} WHERE {self._differs}")
            if self._updates
            else 0
        )
        losses = self._losses()
        deleted = losses[0].rows if losses else 0
        return SeedCounts(
            inserted, updated, deleted, max(0, total - inserted - updated), losses,
            RowKeys(
                self._named("s", f"{_STAGE} s WHERE {self._new} ORDER BY s.{_ROW}", inserted),
                self._named("t", f"{_STAGE} s JOIN {self.relation} t ON {self._match} WHERE {self._differs}", updated),
                self._named("t", f"{self.relation} t WHERE {self._gone}", deleted),
            ),
        )  # fmt: skip

    def _named(self, alias: str, source: str, number: int) -> tuple[str, ...]:
        """Keys of the first rows of a FROM clause."""
        if not (number and self.seed.named):
            return ()
        columns = self.keys or self.columns
        values = [self._value(column) if alias == "s" else f"t.{quote(column.name)}" for column in columns]
        names = ", ".join(f"({value})::pg_catalog.text" for value in values)
        rows = self.session.query(f"SELECT {names} FROM {source} LIMIT {self.seed.named}")
        return tuple(named((column.name for column in columns), row) for row in rows)

    def _number(self, source: str) -> int:
        return int(self.session.query(f"SELECT pg_catalog.count(*) FROM {source}")[0][0])

    def apply(self, total: int) -> SeedCounts:
        """Delete, update, insert."""
        deleted = updated = 0
        losses = self._losses()
        if losses:
            deleted = self.session.execute(f"DELETE FROM {self.relation} t WHERE {self._gone}")
        if self._updates:
            values = ", ".join(f"{quote(column.name)} = {self._updated(column)}" for column in self._compared)
            updated = self._update(
                f"UPDATE {self.relation} t SET {values} FROM {_STAGE} s WHERE {self._match} AND ({self._differs})"
            )
        names = ", ".join(quote(column.name) for column in self.columns)
        overriding = " OVERRIDING SYSTEM VALUE" if any(column.always for column in self.columns) else ""
        inserted = self.session.execute(
            f"INSERT INTO {self.relation} ({names}){overriding}"
            f" SELECT {', '.join(self._value(column) for column in self.columns)} FROM {_STAGE} s"
            f" WHERE {self._new} ORDER BY s.{_ROW}"
        )
        if inserted or updated:
            self._advance_sequences()
        return SeedCounts(inserted, updated, deleted, max(0, total - inserted - updated), losses)

    def _update(self, sql: str) -> int:
        """Update rows. A unique constraint that is not deferrable is checked row by row: rows that exchange their
        values, or pass them on, violate it half-way."""
        try:
            return self.session.execute(sql)
        except ServerError as error:
            if error.code == UNIQUE_VIOLATION and error.constraint:
                raise ServerError(f"{error}; {_EXCHANGE.format(error.constraint)}", code=error.code) from error
            raise

    def _advance_sequences(self) -> None:
        """Let the sequences go on behind the ids that were seeded."""
        for column in self.columns:
            if column.sequence:
                name = quote(column.name)
                self.session.query(
                    f"SELECT pg_catalog.setval({literal(column.sequence)}, m.value) FROM"
                    f" (SELECT pg_catalog.max({name}) AS value FROM {self.relation}) m, {column.sequence} s"
                    " WHERE m.value OPERATOR(pg_catalog.>) s.last_value"
                    " OR (m.value OPERATOR(pg_catalog.=) s.last_value AND NOT s.is_called)"
                )


def _marked(value: str | None) -> str | None:
    if value is None:
        return None
    return (_SQL if isinstance(value, SqlExpression) else _TEXT) + value


def _begins(name: str, mark: str) -> str:
    return f"pg_catalog.left({name}, 1) {_EQUAL} {literal(mark)}"


def _is_text(column: _Column) -> str:
    """Whether a staged value is no expression; NULL is none."""
    return f"({_begins(f's.{quote(column.name)}', _SQL)}) IS NOT TRUE"


def _in_full(type_: str, *, own: bool) -> str:
    """A type by a name that no search path leads elsewhere: the server prints its own ones without their schema."""
    name = _FIRST_NAME.match(type_)
    plain = own and name is not None and not name[2] and name[1] not in _OF_THE_GRAMMAR
    return f"pg_catalog.{type_}" if plain else type_


def _castable(kind: str, base: str) -> str:
    """The type that a text is cast to for a column; a domain counts as what it is made of."""
    element = base.removesuffix("[]")
    return base.replace(element, _WITHOUT_LENGTH[element]) if element in _WITHOUT_LENGTH else kind
