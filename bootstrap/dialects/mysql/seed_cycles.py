"""Seeds of tables whose rows refer to each other, loaded while the server checks every foreign key.

InnoDB checks row by row and cannot defer, and ``foreign_key_checks = 0`` would hide more than these keys: other foreign
keys of the table, and RESTRICT and CASCADE of tables that refer to it. So rows are inserted in rounds, each after those
that it refers to. Rows that form a cycle are inserted with NULL in a nullable column of the key, which is updated when
all rows are there. Rows are deleted in the opposite order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import SeedCounts, ServerError
from bootstrap.dialects.mysql.seed_exchange import update
from bootstrap.dialects.mysql.text import quote

if TYPE_CHECKING:
    from bootstrap.dialects.mysql.seeds import SeedLoad
    from bootstrap.dialects.mysql.session import MySqlSession

# The state of a staged row.
_NEW, _READY, _INSERTED, _LATE = range(1, 5)


@contextmanager
def references_deferred(session: MySqlSession, keys: Sequence[tuple[Ref, ForeignKey]]) -> Iterator[None]:
    """Load the rows of these tables in any order, for the time of a block within a transaction.

    Raises:
        ServerError: a row refers to a row that does not exist.
    """
    cycles = Cycles(session, keys)
    session.cycles = cycles
    try:
        yield
        cycles.complete()
    finally:
        session.cycles = None
        cycles.close()


class Cycles:
    """The loads of tables that refer to each other through the given foreign keys."""

    def __init__(self, session: MySqlSession, keys: Sequence[tuple[Ref, ForeignKey]]) -> None:
        self.session, self.keys = session, keys
        self.loads: list[SeedLoad] = []

    def load(self, load: SeedLoad, total: int) -> SeedCounts:
        """Insert and update what is possible now; :meth:`complete` does the rest."""
        self.loads.append(load)
        losses = load.losses()
        deleted = losses[0].rows if losses else 0
        self._delete_leaves()
        updated = self._update(load) if load.updates else 0
        inserted = self._insert(load)
        return SeedCounts(inserted, updated, deleted, max(0, total - inserted - updated), losses)

    def complete(self) -> None:
        """Update the columns that waited for other rows, then delete the rows that are declared no longer."""
        for load in self.loads:
            self._refuse_orphans(load)
            names = self._late_columns(load)
            if names:
                values = ", ".join(f"t.{name} = s.{name}" for name in names)
                self.session.execute(f"UPDATE {load.joined} SET {values} WHERE s.{load.state} = {_LATE}")
        self._delete_leaves()
        deleting = [load for load in self.loads if load.deletes]
        for load in deleting:
            nullable = {name for key in self._keys(load) for name in self._nullable(load, key)}
            if nullable:
                values = ", ".join(f"t.{name} = NULL" for name in sorted(nullable))
                self.session.execute(f"UPDATE {load.target} t SET {values} WHERE {load.gone}")
        for load in deleting:
            self.session.execute(f"DELETE t FROM {load.target} t WHERE {load.gone}")

    def close(self) -> None:
        """Drop the staging tables."""
        for load in self.loads:
            with suppress(ServerError):  # they go with the session at the latest
                load.drop_stage()

    def _keys(self, load: SeedLoad) -> list[ForeignKey]:
        """The keys of this table whose values the seed gives."""
        given = {column.name.lower() for column in load.columns}
        return [
            key
            for table, key in self.keys
            if table.name == load.seed.table.name and given.issuperset(name.lower() for name in key.columns)
        ]

    @staticmethod
    def _nullable(load: SeedLoad, key: ForeignKey) -> list[str]:
        keys = {column.name for column in load.keys}  # by which the row is found again
        optional = {column.name.lower() for column in load.columns if not column.required and column.name not in keys}
        return [quote(name) for name in key.columns if name.lower() in optional]

    def _late_columns(self, load: SeedLoad) -> list[str]:
        return sorted({name for key in self._keys(load) for name in self._nullable(load, key)})

    def _update(self, load: SeedLoad) -> int:
        """Update all columns but those that may refer to rows that are not there yet."""
        updated = load.number(f"{load.joined} WHERE {load.differs}")
        late = frozenset(self._late_columns(load))
        now = [column for column in load.written if quote(column.name) not in late]
        if now:
            update(load, now)
        if late:
            differs = " OR ".join(f"NOT (t.{name} <=> s.{name})" for name in sorted(late))
            self.session.execute(f"UPDATE {load.joined} SET s.{load.state} = {_LATE} WHERE {differs}")
        return updated

    def _insert(self, load: SeedLoad) -> int:
        stage, state = load.stage, load.state
        inserted = self.session.execute(f"UPDATE {stage} s SET s.{state} = {_NEW} WHERE {load.new}")
        ready = " AND ".join(self._ready(load, key) for key in self._keys(load)) or "TRUE"
        while self.session.execute(f"UPDATE {stage} s SET s.{state} = {_READY} WHERE s.{state} = {_NEW} AND {ready}"):
            load.insert(f"s.{state} = {_READY}")
            self.session.execute(f"UPDATE {stage} SET {state} = {_INSERTED} WHERE {state} = {_READY}")
        late = frozenset(self._late_columns(load)) if load.keys else frozenset()
        load.insert(f"s.{state} = {_NEW}", empty=late)
        self.session.execute(f"UPDATE {stage} SET {state} = {_LATE} WHERE {state} = {_NEW}")
        return inserted

    @staticmethod
    def _ready(load: SeedLoad, key: ForeignKey) -> str:
        """Whether a staged row refers to nothing, to a row that is there, or to itself."""
        pairs = [(quote(own), quote(other)) for own, other in zip(key.columns, key.ref_columns, strict=True)]
        ways = [f"s.{own} IS NULL" for own, _ in pairs] + [_has_parent(key)]
        given = {quote(column.name) for column in load.columns}
        if key.ref_table == load.seed.table.name and given.issuperset(other for _, other in pairs):
            ways.append(f"({' AND '.join(f's.{own} = s.{other}' for own, other in pairs)})")
        return f"({' OR '.join(ways)})"

    def _refuse_orphans(self, load: SeedLoad) -> None:
        for key in self._keys(load):
            names = [f"s.{quote(name)}" for name in key.columns]
            given = " AND ".join(f"{name} IS NOT NULL" for name in names)
            orphans = self.session.query(
                f"SELECT {', '.join(names)} FROM {load.stage} s"
                f" WHERE s.{load.state} = {_LATE} AND {given} AND NOT {_has_parent(key)} LIMIT 1"
            )
            if orphans:
                values = ", ".join(map(str, orphans[0]))
                raise ServerError(
                    f"foreign key {key.name} of {load.seed.table.name}: Key ({', '.join(key.columns)})=({values}) is"
                    f" not present in {key.ref_table}"
                )

    def _delete_leaves(self) -> None:
        """Delete surplus rows to which no row of these tables refers, as long as there are any."""
        deleting = [load for load in self.loads if load.deletes]
        while any(self._delete_unreferenced(load) for load in deleting):
            pass

    def _delete_unreferenced(self, load: SeedLoad) -> int:
        referring = [(table, key) for table, key in self.keys if key.ref_table == load.seed.table.name]
        joins, none = "", ""
        for number, (table, key) in enumerate(referring):
            pairs = zip(key.columns, key.ref_columns, strict=True)
            condition = " AND ".join(f"c{number}.{quote(own)} = t.{quote(other)}" for own, other in pairs)
            joins += f" LEFT JOIN {quote(table.name)} c{number} ON {condition}"
            none += f" AND c{number}.{quote(key.columns[0])} IS NULL"
        return self.session.execute(f"DELETE t FROM {load.target} t{joins} WHERE {load.gone}{none}")


def _has_parent(key: ForeignKey) -> str:
    pairs = zip(key.columns, key.ref_columns, strict=True)
    condition = " AND ".join(f"p.{quote(other)} = s.{quote(own)}" for own, other in pairs)
    return f"EXISTS (SELECT 1 FROM {quote(key.ref_table)} p WHERE {condition})"
