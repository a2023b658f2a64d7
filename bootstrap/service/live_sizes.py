"""The sizes of the live tables, read when a plan asks for them: most comparisons find no change and need none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import Dialect, Session
from bootstrap.plan.context import TableSize


class LiveSizes(Mapping[Ref, TableSize]):
    """The server's estimates of all tables of a live catalog.

    A change also reaches tables that have no change of their own: partitions, inheritance children, columns of a type.
    """

    def __init__(self, dialect: Dialect, session: Session, current: Catalog) -> None:
        self._dialect, self._session, self._current = dialect, session, current

    @cached_property
    def _sizes(self) -> Mapping[Ref, TableSize]:
        return self._dialect.table_sizes(self._session, {table.ref for table in self._current.of(Table)})

    def __getitem__(self, table: Ref) -> TableSize:
        return self._sizes[table]

    def __iter__(self) -> Iterator[Ref]:
        return iter(self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)
