"""PostgreSQL's laws of order: what must be replaced whole, and what must step aside for a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import Alter, AlterColumn, AlterConstraint, AlterIndex, Change
from bootstrap.catalog.code import EventTrigger, Policy, Routine, Trigger, View
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.replication import Publication
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import (
    EnumType,
    Extension,
    Operator,
    RangeType,
    Statistics,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from bootstrap.dialects.postgresql.joining import PostgresJoining
from bootstrap.dialects.postgresql.rebuilt import rebuilt_tables
from bootstrap.dialects.postgresql.render import constraints, indexes
from bootstrap.dialects.postgresql.render.routines import is_replaceable
from bootstrap.dialects.postgresql.render.triggers import is_alterable_policy
from bootstrap.dialects.postgresql.render.views import only_appends
from bootstrap.dialects.postgresql.type_use import changes_values
from bootstrap.plan.rules import Joining

# What refuses that the type of a column it uses changes, or would keep the old type.
_BOUND_TO_TYPES = frozenset(
    {
        Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.RULE, Kind.POLICY, Kind.TRIGGER, Kind.FUNCTION, Kind.PROCEDURE,
        Kind.AGGREGATE, Kind.STATISTICS, Kind.PUBLISHED_TABLE,
    }
)  # fmt: skip
# With a type itself go expressions that hold constants of it.
_BOUND_TO_TYPE_ITSELF = _BOUND_TO_TYPES | {Kind.CHECK, Kind.INDEX, Kind.EXCLUSION}


class PostgresRules:
    """Implements ``bootstrap.plan.rules.Rules``."""

    inline_indexes: bool = False
    inline_keys: bool = False
    joining: Joining | None = PostgresJoining()
    follows_renames: bool = True
    refuses_dependents: bool = True
    atomic: bool = True
    gone_with_column: frozenset[Kind] = frozenset(
        {
            Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.FOREIGN_KEY, Kind.CHECK, Kind.EXCLUSION, Kind.INDEX, Kind.STATISTICS,
        }
    )  # fmt: skip

    def drops_privileges(self, kind: Kind) -> bool:  # noqa: ARG002  # the same for every kind
        """They are a part of the object."""
        return True

    def replaces(self, change: Alter | AlterColumn | AlterConstraint | AlterIndex) -> bool:
        """Whether the change can only be done by dropping the object and creating it again."""
        match change:
            case AlterColumn():
                return _replaces_column(change)
            case AlterConstraint():
                return not constraints.is_alterable(change.before, change.after)
            case AlterIndex():
                return not indexes.is_alterable(change.before, change.after)
            case Alter():
                return _replaces_object(change.before, change.after)

    def rebuilt_tables(self, current: Catalog, desired: Catalog) -> frozenset[Ref]:
        """The tables that are rebuilt, with their rows: render/conversion.py."""
        return rebuilt_tables(current, desired)

    def lets_go_of_partitions(self, before: Table, after: Table) -> bool:  # noqa: ARG002  # none does
        """Partitions are tables of their own here."""
        return False

    def disturbs(self, change: Change, current: Catalog) -> Mapping[Ref, frozenset[Kind]]:
        """What must be dropped before the change and created again after it."""
        match change:
            case AlterColumn() if _changes_type(change):
                # The server recreates the indexes of a partitioned table, with names of its own for the partitions'.
                indexes_too = {Kind.INDEX} if change.table.partition_by else set()
                # A key and what it references are of types that can be compared, at every moment.
                keys_too = set() if _comparable(change.before.type, change.after.type) else {Kind.FOREIGN_KEY}
                return {change.ref: _BOUND_TO_TYPES | {Kind.COLUMN} | indexes_too | keys_too}
            case Alter() if changes_values(change.before, change.after, current):
                # A key and what it references are of one type, or of domains over it, at every moment.
                keys_too = {Kind.FOREIGN_KEY} if isinstance(change.before, EnumType | RangeType) else set()
                return {change.ref: _BOUND_TO_TYPE_ITSELF | keys_too}
            case _:
                pass
        return {}


def _replaces_column(change: AlterColumn) -> bool:
    before, after = change.before, change.after
    if after.inherited:
        return False
    return after.generated is not None and before.generated != after.generated


def _changes_type(change: AlterColumn) -> bool:
    return (change.before.type, change.before.collation) != (change.after.type, change.after.collation)


def _comparable(before: str, after: str) -> bool:
    """Whether a foreign key can be between columns of these types."""
    families = (
        ("smallint", "integer", "bigint"),
        ("text", "character varying"),
        ("timestamp with time zone", "timestamp without time zone"),
    )
    one, other = (text.partition("(")[0] for text in (before, after))
    return one == other or any({one, other} <= set(family) for family in families)


def _replaces_object(before: DatabaseObject, after: DatabaseObject) -> bool:
    match before, after:
        case View(), View():
            return _replaces_view(before, after)
        case Routine(), Routine():
            return not is_replaceable(before, after)
        case Policy(), Policy():
            return not is_alterable_policy(before, after)
        case Extension(), Extension():
            return _is_older(after.version, before.version)
        case _:
            return _differs_in_more(before, after)


def _differs_in_more(before: DatabaseObject, after: DatabaseObject) -> bool:
    """Whether more differs than what this kind of object can change where it stands."""
    match before, after:
        case Trigger(), Trigger():
            altered = replace(before, enabled=after.enabled, comment=after.comment)
            return altered != after and (before.constraint or after.constraint)
        case Operator(), Operator():
            return (before.function, before.options) != (after.function, after.options)
        case TextSearchDictionary(), TextSearchDictionary():
            return before.template != after.template
        case TextSearchConfiguration(), TextSearchConfiguration():
            return before.parser != after.parser
        case Publication(), Publication():
            return before.all_tables != after.all_tables
        case Statistics(), Statistics():
            return replace(before, target=after.target, owner=after.owner, comment=after.comment) != after
        case EventTrigger(), EventTrigger():
            return replace(before, enabled=after.enabled, owner=after.owner, comment=after.comment) != after
        case _:
            return False


def _replaces_view(before: View, after: View) -> bool:
    if before.definition == after.definition:
        return before.access_method != after.access_method
    return not only_appends(before, after)


def _is_older(wanted: str | None, present: str | None) -> bool:
    """Extensions have no way back: an older version is installed instead."""
    if not wanted or not present:
        return False
    return _numbers(wanted) < _numbers(present)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]
