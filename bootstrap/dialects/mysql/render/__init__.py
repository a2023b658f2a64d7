"""From changes to SQL. The only place that writes statements of MySQL and MariaDB."""

from __future__ import annotations

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.changes import (
    Alter,
    Create,
    Drop,
    GrantPrivilege,
    Rename,
    RenameColumn,
    RevokePrivilege,
)
from bootstrap.catalog.code import Event, Routine, Trigger, View
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.mysql.render import code, security, sequences, tables
from bootstrap.dialects.mysql.render.altering import alter
from bootstrap.dialects.mysql.render.statements import plain
from bootstrap.dialects.mysql.text import quote
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import AlterTable, PlannedOperation
from bootstrap.plan.statement import Statement
from bootstrap.problems import Refused

__all__ = ["render"]


def render(operation: PlannedOperation, context: RenderContext) -> list[Statement]:
    """The statements that carry out one operation. Raises Refused for what these engines do not have."""
    match operation:
        case AlterTable():
            return alter(operation, context) + _moved_privileges(operation, context)
        case Create(after=item):
            return _create(operation, item, context)
        case Drop(before=item):
            return _drop(operation, item, context)
        case Alter(before=before, after=after):
            return _alter(before, after, context)
        case Rename(before=before, after=after):
            moved = security.moved_privileges(before.ref, after.ref, context, database=_database(context))
            return _rename(operation, before, after, context) + moved
        case GrantPrivilege(after=privilege):
            return security.grant(privilege, context, database=_database(context))
        case RevokePrivilege(before=privilege):
            return security.revoke(privilege, context, database=_database(context))
        case _:  # changes of a table are parts of an AlterTable; no default or column depends on a routine or a type
            raise TypeError(operation)


def _moved_privileges(operation: AlterTable, context: RenderContext) -> list[Statement]:
    """Privileges on columns are kept by name."""
    return [
        statement
        for action in operation.actions
        if isinstance(action, RenameColumn)
        for statement in security.moved_column_privileges(
            operation.ref, action.before.name, action.after.name, context, database=_database(context)
        )
    ]


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


def _alter(before: DatabaseObject, after: DatabaseObject, context: RenderContext) -> list[Statement]:
    match before, after:
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
