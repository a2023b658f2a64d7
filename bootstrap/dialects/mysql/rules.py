"""What MySQL and MariaDB refuse to do in place, and what stands in the way of a change."""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import (
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    Repartition,
)
from bootstrap.catalog.code import Event, Routine, Trigger
from bootstrap.catalog.columns import Column, GeneratedKind
from bootstrap.catalog.constraints import ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.joining import MySqlJoining
from bootstrap.dialects.mysql.keys import changes_block_size, table_keys
from bootstrap.dialects.mysql.partition_columns import are_in_the_way
from bootstrap.dialects.mysql.render.conversions import is_convertible, unsettles_keys
from bootstrap.plan.rules import Joining

_NOTHING: Mapping[Ref, frozenset[Kind]] = {}
_KEYS = frozenset({Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.INDEX})
_FOREIGN_KEYS = frozenset({Kind.FOREIGN_KEY})


class MySqlRules:
    """Implements ``bootstrap.plan.rules.Rules`` for both vendors: where they differ, the more careful one holds."""

    inline_indexes = True
    inline_keys = True
    joining: Joining | None = MySqlJoining()
    follows_renames = False
    refuses_dependents = False
    atomic: bool = False
    gone_with_column = _KEYS

    def drops_privileges(self, kind: Kind) -> bool:
        """Those on tables and views are kept by name: only a routine takes them along (automatic_sp_privileges)."""
        return kind in (Kind.FUNCTION, Kind.PROCEDURE, Kind.AGGREGATE)

    def replaces(self, change: Alter | AlterColumn | AlterConstraint | AlterIndex) -> bool:
        """Keys change in one ALTER, views by CREATE OR REPLACE. Routines and triggers of MySQL only by drop and create,
        and so does a column that is generated another way.
        """
        match change:
            case Alter(after=Routine() | Trigger()):
                return True
            case Alter(before=Event() as old_event, after=Event() as new_event):
                return _ends(old_event) and not _ends(new_event)  # MariaDB's ALTER EVENT keeps the end that it had
            case AlterColumn(before=before, after=after):
                return _needs_new_column(before, after)
            case AlterConstraint(before=ForeignKey()):
                return True  # dropped first and made last: in between its index may change
            case _:
                return False

    def rebuilt_tables(self, current: Catalog, desired: Catalog) -> frozenset[Ref]:  # noqa: ARG002  # none is
        """Every table can be altered into every other."""
        return frozenset()

    def lets_go_of_partitions(self, before: Table, after: Table) -> bool:
        """Each key must hold every column that the rows are divided by, and no such column can go."""
        return after.partitioning is None or are_in_the_way(before, after)

    def disturbs(self, change: Change, current: Catalog) -> Mapping[Ref, frozenset[Kind]]:  # no use counts
        """Foreign keys stand in the way of a change of type on either side and of the key that they live on."""
        match change:
            case AlterColumn(before=before, after=after):
                return _by_column(change, before, after, current)
            case AlterConstraint(before=KeyConstraint() as old, after=KeyConstraint() as new):
                if _columns(old.columns) != _columns(new.columns)[: len(old.columns)]:
                    return {_old_ref(change): _FOREIGN_KEYS}
                return _NOTHING
            case AlterIndex(before=old_index, after=new_index):
                if _columns(old_index.parts) != _columns(new_index.parts)[: len(old_index.parts)]:
                    return {_old_ref(change): _FOREIGN_KEYS}
                return _NOTHING
            case Alter(before=Table() as old_table, after=Table() as new_table):
                return _by_table(old_table, new_table)
            case Repartition(before=Table(partitioning=None) as old_table):
                return _of_table(old_table, _FOREIGN_KEYS)  # no partitioned table has any, or is referenced by one
            case _:
                return _NOTHING


def _ends(event: Event) -> bool:
    return " ENDS " in event.schedule.upper()


def _needs_new_column(before: Column, after: Column) -> bool:
    """A virtual column cannot become a stored one, nor one with values of its own, nor the other way round; and no
    value of some types can become one of others.
    """
    old = before.generated.kind if before.generated else None
    new = after.generated.kind if after.generated else None
    if old is not new and GeneratedKind.VIRTUAL in (old, new):
        return True
    return old is None and new is None and not is_convertible(before.type, after.type)


def _by_column(change: AlterColumn, before: Column, after: Column, current: Catalog) -> Mapping[Ref, frozenset[Kind]]:
    kinds: set[Kind] = set()
    if (before.type, before.charset, before.collation) != (after.type, after.charset, after.collation):
        kinds |= _FOREIGN_KEYS
        unsettled = unsettles_keys(before.type, after.type) or _prefixes(change, current)
        if before.type != after.type and unsettled:
            kinds |= _KEYS
    if before.srid != after.srid:
        kinds.add(Kind.INDEX)  # MySQL: error 3644 under a spatial index
    if before.auto_increment != after.auto_increment:
        kinds |= _FOREIGN_KEYS  # MySQL: error 1833 on either side of one
    if before.nullable != after.nullable:
        kinds |= _FOREIGN_KEYS
        if after.nullable:
            kinds.add(Kind.PRIMARY_KEY)  # in it the column would silently stay NOT NULL
    return {change.ref: frozenset(kinds)} if kinds else _NOTHING


def _prefixes(change: AlterColumn, current: Catalog) -> bool:
    """Whether a key is to hold another length of the column: the old one may be too long for the new type (1071), and
    the new one for the old type (1089).
    """
    live = current.objects.get(change.table.ref)
    before = _lengths(live, change.before.name) if isinstance(live, Table) else {}
    after = _lengths(change.table, change.after.name)
    return any(before[name] != after[name] for name in before.keys() & after.keys())


def _lengths(table: Table, column: str) -> dict[str, int | None]:
    """The keys with a column, and how much of it each holds."""
    keys = table_keys(table)
    return {key.name: part.length for key in keys for part in key.parts if part.column == column}


def _by_table(before: Table, after: Table) -> Mapping[Ref, frozenset[Kind]]:
    """Another engine and foreign keys exclude each other."""
    kinds = _KEYS | _FOREIGN_KEYS if changes_block_size(before, after) else frozenset()
    if before.period is not None and before.period != after.period:
        kinds |= _KEYS  # those that are without overlaps in it
    if before.engine != after.engine:
        kinds |= _FOREIGN_KEYS
    return _of_table(before, kinds)


def _of_table(before: Table, kinds: frozenset[Kind]) -> Mapping[Ref, frozenset[Kind]]:
    if not kinds:
        return _NOTHING
    own = {before.ref.child(Kind.FOREIGN_KEY, key.name): _FOREIGN_KEYS for key in before.foreign_keys}
    return {before.ref: kinds, **own}


def _columns(parts: tuple[IndexPart, ...]) -> tuple[tuple[str | None, int | None], ...]:
    return tuple((part.column, part.length) for part in parts)


def _old_ref(change: AlterConstraint | AlterIndex) -> Ref:
    return Ref(change.ref.kind, change.ref.schema, change.before.name, change.ref.table)
