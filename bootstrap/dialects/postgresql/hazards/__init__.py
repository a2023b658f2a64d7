"""The hazards of each change, whether or not the change has a statement of its own.

A hazard belongs to the change. What carries the change out (the same statement for a whole table, a statement of the
parent table, the rebuild of a type) is decided by the renderers and has no say here.
"""

from __future__ import annotations

from typing import assert_never

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    ColumnChange,
    Create,
    CreateIndex,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    GrantPrivilege,
    Leave,
    ObjectChange,
    ReleaseDefault,
    Rename,
    RenameColumn,
    Repartition,
    Retire,
    RevokePrivilege,
)
from bootstrap.catalog.code import Policy, View
from bootstrap.catalog.replication import Publication, PublishedTable
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Collation, CompositeType, Domain, EnumType, Extension, RangeType, Sequence
from bootstrap.dialects.postgresql.hazards import access, columns, members, publications, tables, types
from bootstrap.dialects.postgresql.hazards.making import note
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import PlannedOperation, changes_of
from bootstrap.plan.statement import Hazard


def hazards_of(operation: PlannedOperation, context: RenderContext) -> list[Hazard]:
    """Return what can go wrong with one operation: the hazards of its changes."""
    return [hazard for change in changes_of(operation) for hazard in _hazards(change, context)]


def _hazards(change: Change, context: RenderContext) -> list[Hazard]:
    match change:
        case Create() | Drop() | Alter() | Rename() | Leave() | Repartition() | Retire():
            return _object(change, context)
        case AddColumn() | DropColumn() | AlterColumn() | ReleaseDefault() | RenameColumn():
            return _column(change, context)
        case AddConstraint():
            return members.constraint_added(change, context)
        case CreateIndex():
            return members.index_created(change, context)
        case DropConstraint() | AlterConstraint() | DropIndex() | AlterIndex():
            return []
        case GrantPrivilege() | RevokePrivilege():
            return access.privilege(change, context)
        case _:
            assert_never(change)


def _object(change: ObjectChange, context: RenderContext) -> list[Hazard]:
    match change:
        case Create(after=item):
            return _created(item, context)
        case Drop(before=item):
            return _dropped(item, context)
        case Alter(before=before, after=after):
            return _altered(before, after, context)
        case Rename():
            return [_renamed(change)]
        case Leave() | Repartition() | Retire():
            return []  # the change that asked for it has the hazards


def _column(change: ColumnChange, context: RenderContext) -> list[Hazard]:
    match change:
        case AddColumn():
            return columns.added(change, context)
        case DropColumn():
            return columns.dropped(change.table, change.before, context)
        case AlterColumn():
            return columns.altered(change, context)
        case RenameColumn():
            return columns.renamed(change)
        case ReleaseDefault():
            return []  # it gets its default back


def _created(item: DatabaseObject, context: RenderContext) -> list[Hazard]:
    match item:
        case Table():
            return tables.created(item, context)
        case Policy():
            return access.policy_changed(item, context)
        case Role():
            return [access.joined(item, group) for group in item.member_of]
        case _:
            return []


def _dropped(item: DatabaseObject, context: RenderContext) -> list[Hazard]:
    match item:
        case Table():
            return tables.dropped(item, context)
        case Sequence():
            return tables.sequence_dropped(item, context)
        case Publication():
            return publications.dropped(item)
        case PublishedTable():
            return publications.withdrawn(item)
        case Role():
            return [access.role_dropped(item)]
        case _:
            return []


def _altered(before: DatabaseObject, after: DatabaseObject, context: RenderContext) -> list[Hazard]:
    return _in_place(before, after, context) + access.owner_changed(before, after)


def _in_place(before: DatabaseObject, after: DatabaseObject, context: RenderContext) -> list[Hazard]:
    match before, after:
        case Table(), Table():
            return tables.altered(before, after, context)
        case View(), View() if before.definition != after.definition:
            message = f"{after.ref} gets another definition"
            return [note(HazardKind.BREAKS_RUNNING_CODE, after.ref, message)]
        case Policy(), Policy():
            return access.policy_altered(before, after, context)
        case Role(), Role():
            return access.role_altered(before, after)
        case Publication(), Publication():
            return publications.altered(before, after)
        case PublishedTable(), PublishedTable():
            return publications.published_otherwise(after)
        case Extension(), Extension() if after.version and before.version != after.version:
            message = f"{after.ref} changes its version: read its notes"
            return [note(HazardKind.UNTRACKED_DEPENDENCY, after.ref, message)]
        case (
            (EnumType() | CompositeType() | RangeType() | Domain() | Collation()),
            (EnumType() | CompositeType() | RangeType() | Domain() | Collation()),
        ):
            return types.altered(before, after, context)
        case _:
            return []


def _renamed(change: Rename) -> Hazard:
    advice = "keep a view of the old name for one release" if isinstance(change.after, Table) else ""
    message = f"code that still says {change.before.name} fails"
    return note(HazardKind.BREAKS_RUNNING_CODE, change.ref, message, advice)
