"""Operations: what the plan does to one object in one go, decided once, before anything is rendered.

An operation says all that its renderer needs to know, so that the renderer reads no catalog and does not ask what else
changes. A change that is not joined with others is an operation of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropIndex,
    Leave,
    RenameColumn,
    Repartition,
    subject_of,
)
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table

TableAction: TypeAlias = (
    Alter | Leave | Repartition | AddColumn | DropColumn | AlterColumn | RenameColumn | AddConstraint | DropConstraint
    | AlterConstraint | CreateIndex | DropIndex | AlterIndex
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterTable:
    """Actions on one table that the server takes together.

    ``before`` and ``after`` are the whole table when the operation starts and when it ends: other operations on the
    same table may come first or follow. ``is_new`` says that the same plan creates the table, so that it has no rows.
    ``dangling`` are the names of added foreign keys whose table is not declared: they are added unchecked.
    ``together`` says that the operation belongs to an atomic group, so that it is done in one transaction.
    """

    before: Table
    after: Table
    actions: tuple[TableAction, ...]
    is_new: bool = False
    dangling: frozenset[str] = frozenset()
    together: bool = False

    @property
    def ref(self) -> Ref:
        """The table."""
        return self.after.ref

    @property
    def subject(self) -> Ref:
        """What the operation is about: the member that it changes where it is a single one, else the table."""
        subjects = {action.ref for action in self.actions}
        return subjects.pop() if len(subjects) == 1 else self.ref


PlannedOperation: TypeAlias = AlterTable | Change


def subject_of_operation(operation: PlannedOperation) -> Ref:
    """What an operation is about."""
    return operation.subject if isinstance(operation, AlterTable) else subject_of(operation)


def changes_of(operation: PlannedOperation) -> tuple[Change, ...]:
    """The changes that an operation carries out."""
    return operation.actions if isinstance(operation, AlterTable) else (operation,)
