"""Values that come back with a rollback: which copies hold them, and the statements that bring them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import AddColumn, Change, Create
from bootstrap.catalog.columns import Column
from bootstrap.catalog.origins import Renames, renamed, reverted
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.plan.statement import Statement
from bootstrap.run.snapshots import Snapshots
from bootstrap.run.trash import Copy, Trash
from bootstrap.service.work import Work


@dataclass(frozen=True, slots=True)
class BackValues:
    """What comes back. ``statements`` follow the change that creates a table or adds a column again."""

    desired: Catalog
    statements: Mapping[Ref, Sequence[Statement]]
    restored: Mapping[Ref, str]
    copies: Sequence[Copy] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """The copy of a table or column that comes back, and what its columns are named then and now."""

    copy: Copy
    table: Table
    columns: Mapping[str, str]  # of the table → of the copy
    keys: Mapping[str, str]
    live: Ref
    live_keys: Mapping[str, str]


@dataclass(slots=True)
class Finder:
    """Looks for copies that were made since a run.

    Attributes:
        since: the first run whose changes are undone.
        renames: from the names of before it to those of today.
    """

    work: Work
    snapshots: Snapshots
    since: int
    renames: Renames
    trash: Trash
    copies: Sequence[Copy] = field(default=(), init=False)

    def find(self, changes: Iterable[Change], desired: Catalog) -> BackValues:
        """Return what comes back with these changes, which lead to ``desired``."""
        self.copies = [copy for copy in self.trash.found() if copy.run >= self.since]
        statements: dict[Ref, list[Statement]] = {}
        restored: dict[Ref, str] = {}
        objects = dict(desired.objects)
        used: dict[str, Copy] = {}
        for change in changes if self.copies else ():
            found = self._found(change)
            if found is None or not isinstance(change, Create | AddColumn):
                continue
            used[found.copy.name] = found.copy
            for ref in (change.ref, *_partitioned(change, objects)):
                restored.setdefault(ref, f"{ref} comes back with what run {found.copy.run} kept of it")
            if isinstance(change, AddColumn) and self._demands(change.after, found):
                filled = self._filled(objects[change.table.ref], change.after.name, found)
                objects[change.table.ref] = filled
            else:
                statements[change.ref] = list(self._statements(change, found))
        return BackValues(
            replace(desired, objects=objects) if restored else desired, statements, restored, list(used.values())
        )

    def _found(self, change: Change) -> _Found | None:
        match change:
            case Create(after=Table() as table):
                return self._matching(table, lambda copy: copy.kept.whole, _own_columns(table))
            case AddColumn(table=table, after=column) if _is_restorable(column):
                return self._matching(table, lambda copy: bool(copy.kept.key), [column.name])
            case _:
                return None

    def _matching(self, table: Table, suits: Callable[[Copy], bool], names: Sequence[str]) -> _Found | None:
        for copy in filter(suits, self.copies):
            until = self.snapshots.planned(self.since, copy.run - 1).renames if copy.run > self.since else ()
            if renamed(table.ref, until) != copy.kept.table:
                continue
            columns = {name: renamed(table.ref.child(Kind.COLUMN, name), until).name for name in names}
            columns = {own: kept for own, kept in columns.items() if kept in copy.kept.columns}
            keys = {
                renamed(copy.kept.table.child(Kind.COLUMN, kept), reverted(until)).name: kept for kept in copy.kept.key
            }
            if columns:
                live = renamed(table.ref, self.renames)
                live_keys = {
                    renamed(table.ref.child(Kind.COLUMN, own), self.renames).name: kept for own, kept in keys.items()
                }
                return _Found(copy, table, columns, keys, live, live_keys)
        return None

    def _demands(self, column: Column, found: _Found) -> bool:
        """Whether the column takes no NULL, and every row has a kept value."""
        if column.nullable or column.inherited:
            return False
        copies = self.work.dialect.copies
        return not copies.missing(self.work.session, found.live, found.live_keys, found.copy.name)

    def _filled(self, table: object, name: str, found: _Found) -> Table:
        """The table with the kept values as what the rows of the column get before it becomes NOT NULL."""
        assert isinstance(table, Table)  # noqa: S101  # the table of an added column
        value = self.work.dialect.copies.value(table, name, found.keys, found.columns[name], found.copy.name)
        columns = (replace(c, backfill=value) if c.name == name else c for c in table.columns)
        return replace(table, columns=tuple(columns))

    def _statements(self, change: Create | AddColumn, found: _Found) -> Iterator[Statement]:
        copies, name = self.work.dialect.copies, found.copy.name
        if isinstance(change, Create):
            texts = copies.rows_back(found.table, found.columns, name)
        else:
            texts = copies.values_back(found.table, found.columns, found.keys, name)
        transactional = self.work.dialect.transactional_ddl
        for text in texts:
            yield Statement(sql=text, subject=change.ref, transactional=transactional, reads=(found.table.ref,))


def _partitioned(change: Create | AddColumn, objects: Mapping[Ref, DatabaseObject]) -> Iterator[Ref]:
    """The partitioned tables whose partition comes back: their rows do."""
    table = change.after if isinstance(change, Create) else None
    while isinstance(table, Table) and table.partition_of is not None:
        above = Ref(Kind.TABLE, table.partition_of.schema, table.partition_of.table)
        yield above
        table = objects.get(above)


def _own_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if not column.generated]


def _is_restorable(column: Column) -> bool:
    """Numbers that the server gives out are new ones: its counter would not know the old ones."""
    return not (column.generated or column.identity or column.serial or column.auto_increment)
