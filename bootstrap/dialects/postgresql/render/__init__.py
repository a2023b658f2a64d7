"""From changes to SQL: which file knows about which change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias, assert_never

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
from bootstrap.catalog.code import Event, EventTrigger, Policy, Routine, Rule, Trigger, View
from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.replication import Publication, PublishedTable
from bootstrap.catalog.security import DefaultPrivilege, Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import (
    Collation,
    CompositeType,
    Domain,
    EnumType,
    Extension,
    Operator,
    RangeType,
    Schema,
    Sequence,
    Statistics,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from bootstrap.dialects.postgresql.carried import is_carried
from bootstrap.dialects.postgresql.names import quote
from bootstrap.dialects.postgresql.render import (
    basics,
    columns,
    constraints,
    indexes,
    publications,
    routines,
    security,
    sequences,
    tables,
    triggers,
    type_creation,
    type_rebuild,
    types,
    views,
)
from bootstrap.dialects.postgresql.render.clauses import in_one
from bootstrap.dialects.postgresql.render.own_queries import tables_read_by
from bootstrap.dialects.postgresql.render.owned import made_sequence
from bootstrap.dialects.postgresql.render.statements import statement, target_sql
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import PlannedOperation, changes_of, subject_of_operation
from bootstrap.plan.statement import Statement
from bootstrap.problems import Refused

_Creator: TypeAlias = Callable[[Any, RenderContext], list[Statement]]
_Alterer: TypeAlias = Callable[[Any, Any, RenderContext], list[Statement]]

_CREATE: Mapping[type, _Creator] = {
    Role: security.create_role,
    Schema: basics.create_schema,
    Extension: basics.create_extension,
    Collation: basics.create_collation,
    TextSearchDictionary: basics.create_dictionary,
    TextSearchConfiguration: basics.create_text_search,
    Operator: basics.create_operator,
    EnumType: type_creation.create_type,
    CompositeType: type_creation.create_type,
    RangeType: type_creation.create_type,
    Domain: type_creation.create_type,
    Sequence: sequences.create_sequence,
    Table: tables.create_table,
    Statistics: basics.create_statistics,
    View: views.create_view,
    Routine: routines.create_routine,
    Trigger: triggers.create_trigger,
    Rule: triggers.create_rule,
    Policy: triggers.create_policy,
    EventTrigger: triggers.create_event_trigger,
    Publication: publications.create_publication,
    PublishedTable: publications.publish_table,
}
_DROP: Mapping[type, _Creator] = {
    Role: security.drop_role,
    Schema: basics.drop_schema,
    Extension: basics.drop_extension,
    EnumType: types.drop_type,
    CompositeType: types.drop_type,
    RangeType: types.drop_type,
    Domain: types.drop_type,
    Sequence: sequences.drop_sequence,
    Table: tables.drop_table,
    View: views.drop_view,
    Routine: routines.drop_routine,
    Publication: publications.drop_publication,
    PublishedTable: publications.withdraw_table,
}
_ALTER: Mapping[type, _Alterer] = {
    Role: security.alter_role,
    Schema: basics.alter_schema,
    Extension: basics.alter_extension,
    Collation: types.alter_collation,
    TextSearchDictionary: basics.alter_dictionary,
    TextSearchConfiguration: basics.alter_text_search,
    Operator: basics.alter_operator,
    EnumType: types.alter_enum,
    CompositeType: types.alter_composite,
    RangeType: types.alter_range,
    Domain: types.alter_domain,
    Sequence: sequences.alter_sequence,
    Table: tables.alter_table,
    Statistics: basics.alter_statistics,
    View: views.alter_view,
    Routine: routines.alter_routine,
    Trigger: triggers.alter_trigger,
    Rule: triggers.alter_rule,
    Policy: triggers.alter_policy,
    EventTrigger: triggers.alter_event_trigger,
    Publication: publications.alter_publication,
    PublishedTable: publications.alter_published,
}


def render(operation: PlannedOperation, context: RenderContext) -> list[Statement]:
    """The statements that carry out one operation. Raises Refused for what cannot be done."""
    parts = [_with_reads(one, context) for one in changes_of(operation) if not is_carried(one, context)]
    return in_one(parts, subject_of_operation(operation))


def _with_reads(change: Change, context: RenderContext) -> list[Statement]:
    reads = tables_read_by(change, context)
    made = _rendered(change, context)
    return [replace(item, reads=reads) if item.transactional else item for item in made] if reads else made


def _rendered(change: Change, context: RenderContext) -> list[Statement]:
    match change:
        case Create() | Drop() | Alter() | Leave() | Repartition() | Retire() | Rename():
            return _object(change, context)
        case AddColumn() | DropColumn() | AlterColumn() | ReleaseDefault() | RenameColumn():
            return _column(change, context)
        case AddConstraint() | DropConstraint() | AlterConstraint():
            return _constraint(change, context)
        case CreateIndex() | DropIndex() | AlterIndex():
            return _index(change, context)
        case GrantPrivilege() | RevokePrivilege():
            return _privilege(change, context)
        case _:
            assert_never(change)


def _object(change: ObjectChange, context: RenderContext) -> list[Statement]:
    match change:
        case Create():
            return _create(change.after, context)
        case Drop():
            return _drop(change.before, context)
        case Alter():
            return _ALTER[type(change.after)](change.before, change.after, context)
        case Leave():
            return tables.leave(change.before, context)
        case Repartition():
            raise TypeError(change)  # partitions are tables of their own here
        case Retire():
            return type_rebuild.retired(change.ref, context)
        case Rename():
            return _rename(change, context)


def _create(item: DatabaseObject, context: RenderContext) -> list[Statement]:
    if isinstance(item, Event):
        raise Refused(f"{item.ref}: PostgreSQL has no events")
    made = _CREATE[type(item)](item, context) + security.without_defaults(item.ref, context)
    if isinstance(item, Table):
        made += [more for column in item.columns for more in _sequence_without_defaults(item, column, context)]
    return made


def _sequence_without_defaults(table: Table, column: Column, context: RenderContext) -> list[Statement]:
    """A column's sequence is an object of its own to default privileges."""
    if not made_sequence(table, column):
        return []
    return security.without_defaults(table.ref.child(Kind.SEQUENCE, column.name), context)


def _drop(item: DatabaseObject, context: RenderContext) -> list[Statement]:
    if isinstance(item, Trigger | Rule | Policy):
        return triggers.drop_member(item.ref, context)
    if type(item) in _DROP:
        return _DROP[type(item)](item, context)
    return [statement(f"DROP {target_sql(item.ref)}", item.ref, context)]


def _rename(change: Rename, context: RenderContext) -> list[Statement]:
    if isinstance(change.before, Table) and isinstance(change.after, Table):
        return tables.rename_table(change.before, change.after, context)
    sql = f"ALTER {target_sql(change.before.ref)} RENAME TO {quote(change.after.name)}"
    return [statement(sql, change.ref, context)]


def _column(change: ColumnChange, context: RenderContext) -> list[Statement]:
    match change:
        case AddColumn():
            added = columns.add_column(change, context)
            return added + _sequence_without_defaults(change.table, change.after, context)
        case DropColumn():
            return columns.drop_column(change, context)
        case AlterColumn():
            return columns.alter_column(change, context) + security.sequence_privileges(change, context)
        case ReleaseDefault():
            return columns.release_default(change, context)
        case RenameColumn():
            return columns.rename_column(change, context)


def _constraint(change: AddConstraint | DropConstraint | AlterConstraint, context: RenderContext) -> list[Statement]:
    match change:
        case AddConstraint():
            return constraints.add_constraint(change, context)
        case DropConstraint():
            return constraints.drop_constraint(change, context)
        case AlterConstraint():
            return constraints.alter_constraint(change, context)


def _index(change: CreateIndex | DropIndex | AlterIndex, context: RenderContext) -> list[Statement]:
    match change:
        case CreateIndex():
            return indexes.create_index(change, context)
        case DropIndex():
            return indexes.drop_index(change, context)
        case AlterIndex():
            return indexes.alter_index(change, context)


def _privilege(change: GrantPrivilege | RevokePrivilege, context: RenderContext) -> list[Statement]:
    if isinstance(change, GrantPrivilege):
        if isinstance(change.after, DefaultPrivilege):
            return security.change_default(change.after, context, give=True)
        return security.grant(change.after, context)
    if isinstance(change.before, DefaultPrivilege):
        return security.change_default(change.before, context, give=False)
    return security.revoke(change.before, context)
