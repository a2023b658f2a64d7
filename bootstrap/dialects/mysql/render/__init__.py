"""From changes to SQL. The only place that writes statements of MySQL and MariaDB."""

from __future__ import annotations

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    Create,
    CreateIndex,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    GrantPrivilege,
    Leave,
    ReleaseDefault,
    Rename,
    RenameColumn,
    Repartition,
    Retire,
    RevokePrivilege,
)
from bootstrap.catalog.code import Event, Routine, Trigger, View
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.mysql.render import code, columns, keys, security, sequences, tables
from bootstrap.dialects.mysql.render.statements import plain
from bootstrap.dialects.mysql.text import quote
from bootstrap.plan.statement import Statement
from bootstrap.problems import Refused

__all__ = ["render"]


def render(change: Change, context: RenderContext) -> list[Statement]:  # noqa: C901, PLR0912  # one line per change
    """The statements that carry out one change. Raises Refused for what these engines do not have."""
    match change:
        case Create(after=item):
            return _create(change, item, context)
        case Drop(before=item):
            return _drop(change, item, context)
        case Alter(before=before, after=after):
            return _alter(change, before, after, context)
        case Rename(before=before, after=after):
            moved = security.moved_privileges(before.ref, after.ref, context, database=_database(context))
            return _rename(change, before, after, context) + moved
        case AddColumn():
            return columns.add_column(change, context)
        case DropColumn():
            return columns.drop_column(change, context)
        case AlterColumn():
            return columns.alter_column(change, context)
        case Leave(before=table):
            return tables.remove_partitions(table, context)
        case Repartition(before=before, after=after):
            return tables.repartition_table(before, after, context)
        case ReleaseDefault() | Retire():
            raise TypeError(change)  # no default depends on a routine here, and no column on a type
        case RenameColumn():
            moved = security.moved_column_privileges(
                change.table.ref, change.before.name, change.after.name, context, database=_database(context)
            )
            return columns.rename_column(change, context) + moved
        case AddConstraint():
            return keys.add_constraint(change, context)
        case DropConstraint():
            return keys.drop_constraint(change, context)
        case AlterConstraint():
            return keys.alter_constraint(change, context)
        case CreateIndex():
            return keys.create_index(change, context)
        case DropIndex():
            return keys.drop_index(change, context)
        case AlterIndex():
            return keys.alter_index(change, context)
        case GrantPrivilege(after=privilege):
            return security.grant(privilege, context, database=_database(context))
        case RevokePrivilege(before=privilege):
            return security.revoke(privilege, context, database=_database(context))


def _database(context: RenderContext) -> str:
    return context.current.settings.get("database", "") or context.desired.settings.get("database", "")


def _create(change: Create, item: DatabaseObject, context: RenderContext) -> list[Statement]:
    match item:
        case Table():
            return tables.create_table(change, item, context)
        case View() | Routine() | Trigger() | Event():
            return code.create_code(item, context)
        case Sequence():
            return sequences.create_sequence(item, context)
        case Role():
            return security.create_role(item, context)
        case _:
            raise _unknown(item)


def _drop(change: Drop, item: DatabaseObject, context: RenderContext) -> list[Statement]:
    match item:
        case Table():
            return tables.drop_table(change, item, context)
        case View() | Routine() | Trigger() | Event():
            return code.drop_code(item, context)
        case Sequence():
            return sequences.drop_sequence(item, context)
        case Role():
            return security.drop_role(item, context)
        case _:
            raise _unknown(item)


def _alter(change: Alter, before: DatabaseObject, after: DatabaseObject, context: RenderContext) -> list[Statement]:
    match before, after:
        case Table(), Table():
            return tables.alter_table(change, before, after, context)
        case ((View() | Routine() | Trigger() | Event()), (View() | Routine() | Trigger() | Event())):
            return code.create_code(after, context, before=before)
        case Sequence(), Sequence():
            return sequences.alter_sequence(before, after, context)
        case Role(), Role():
            return security.alter_role(before, after, context)
        case _:
            raise _unknown(after)


def _rename(change: Rename, before: DatabaseObject, after: DatabaseObject, context: RenderContext) -> list[Statement]:
    match before, after:
        case Table(), Table():
            return tables.rename_table(change, before, after, context)
        case View(), View():
            return [plain(f"RENAME TABLE {quote(before.name)} TO {quote(after.name)}", change.ref, context=context)]
        case Sequence(), Sequence():
            return [plain(f"RENAME TABLE {quote(before.name)} TO {quote(after.name)}", change.ref, context=context)]
        case Event(), Event():
            return [
                plain(f"ALTER EVENT {quote(before.name)} RENAME TO {quote(after.name)}", change.ref, context=context)
            ]
        case Role(), Role():
            return security.rename_role(before, after, context)
        case ((Routine() | Trigger()), (Routine() | Trigger())):
            return code.drop_code(before, context) + code.create_code(after, context)
        case _:
            raise _unknown(after)


def _unknown(item: DatabaseObject) -> Refused:
    return Refused(f"{item.ref}: MySQL and MariaDB have no {item.ref.kind}")
