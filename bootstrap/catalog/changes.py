"""Typed differences between two catalogs. They hold no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Constraint, ForeignKey
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant
from bootstrap.catalog.tables import Table


@dataclass(frozen=True, slots=True)
class Create:
    """An object that is missing. A table comes with its columns and all its constraints but the foreign keys; foreign
    keys and indexes follow as changes of their own (where the dialect's rules say so, indexes come with it, and of its
    foreign keys the ``inline_keys``).
    """

    after: DatabaseObject
    inline_keys: tuple[ForeignKey, ...] = ()

    @property
    def ref(self) -> Ref:
        """What is created."""
        return self.after.ref


@dataclass(frozen=True, slots=True)
class Drop:
    """An object that should not be there."""

    before: DatabaseObject

    @property
    def ref(self) -> Ref:
        """What is dropped."""
        return self.before.ref


@dataclass(frozen=True, slots=True)
class Alter:
    """An object that differs. Of a table only its own properties: its members have changes of their own."""

    before: DatabaseObject
    after: DatabaseObject

    @property
    def ref(self) -> Ref:
        """What is altered."""
        return self.after.ref


@dataclass(frozen=True, slots=True)
class Leave:
    """A table lets go of the table that it is a partition of, of the type that it is of, or of its own partitions
    (MySQL), so that its columns can change on their own; the Alter or Repartition that follows gives it what it is to
    have.
    """

    before: Table

    @property
    def ref(self) -> Ref:
        """The table."""
        return self.before.ref


@dataclass(frozen=True, slots=True)
class Repartition:
    """The partitions of a table differ (MySQL): apart from its other properties, for they need columns and keys that
    are as declared.
    """

    before: Table
    after: Table

    @property
    def ref(self) -> Ref:
        """The table."""
        return self.after.ref


@dataclass(frozen=True, slots=True)
class Rename:
    """An object that the declaration says was called otherwise."""

    before: DatabaseObject
    after: DatabaseObject

    @property
    def ref(self) -> Ref:
        """What it is called from now on."""
        return self.after.ref


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A column that is missing. ``previous`` is the column it stands behind, "" for the first place."""

    table: Table
    after: Column
    previous: str = ""

    @property
    def ref(self) -> Ref:
        """The column."""
        return self.table.ref.child(Kind.COLUMN, self.after.name)


@dataclass(frozen=True, slots=True)
class DropColumn:
    """A column that should not be there."""

    table: Table
    before: Column

    @property
    def ref(self) -> Ref:
        """The column."""
        return self.table.ref.child(Kind.COLUMN, self.before.name)


@dataclass(frozen=True, slots=True)
class AlterColumn:
    """A column that differs in anything but its name."""

    table: Table
    before: Column
    after: Column

    @property
    def ref(self) -> Ref:
        """The column."""
        return self.table.ref.child(Kind.COLUMN, self.after.name)


@dataclass(frozen=True, slots=True)
class ReleaseDefault:
    """A column does without its default while something that the default calls is recreated."""

    table: Table
    before: Column

    @property
    def ref(self) -> Ref:
        """The column."""
        return self.table.ref.child(Kind.COLUMN, self.before.name)


@dataclass(frozen=True, slots=True)
class Retire:
    """A type that was recreated beside its old self loses that, once the tables that are rebuilt too are not of it
    any more.
    """

    before: DatabaseObject

    @property
    def ref(self) -> Ref:
        """The type."""
        return self.before.ref


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """A column that the declaration says was called otherwise."""

    table: Table
    before: Column
    after: Column

    @property
    def ref(self) -> Ref:
        """What the column is called from now on."""
        return self.table.ref.child(Kind.COLUMN, self.after.name)


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """A constraint that is missing."""

    table: Table
    after: Constraint

    @property
    def ref(self) -> Ref:
        """The constraint."""
        return self.table.ref.child(self.after.kind, self.after.name)


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """A constraint that should not be there."""

    table: Table
    before: Constraint

    @property
    def ref(self) -> Ref:
        """The constraint."""
        return self.table.ref.child(self.before.kind, self.before.name)


@dataclass(frozen=True, slots=True)
class AlterConstraint:
    """A constraint that differs, or only in its name."""

    table: Table
    before: Constraint
    after: Constraint

    @property
    def ref(self) -> Ref:
        """The constraint."""
        return self.table.ref.child(self.after.kind, self.after.name)


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """An index that is missing. ``owner`` is the table or materialized view."""

    owner: Ref
    after: Index

    @property
    def ref(self) -> Ref:
        """The index."""
        return self.owner.child(Kind.INDEX, self.after.name)


@dataclass(frozen=True, slots=True)
class DropIndex:
    """An index that should not be there."""

    owner: Ref
    before: Index

    @property
    def ref(self) -> Ref:
        """The index."""
        return self.owner.child(Kind.INDEX, self.before.name)


@dataclass(frozen=True, slots=True)
class AlterIndex:
    """An index that differs, or only in its name, comment or visibility."""

    owner: Ref
    before: Index
    after: Index

    @property
    def ref(self) -> Ref:
        """The index."""
        return self.owner.child(Kind.INDEX, self.after.name)


@dataclass(frozen=True, slots=True)
class GrantPrivilege:
    """A privilege that is missing."""

    after: Grant | DefaultPrivilege


@dataclass(frozen=True, slots=True)
class RevokePrivilege:
    """A privilege that should not be there."""

    before: Grant | DefaultPrivilege


ObjectChange: TypeAlias = Create | Drop | Alter | Leave | Repartition | Retire | Rename
ColumnChange: TypeAlias = AddColumn | DropColumn | AlterColumn | ReleaseDefault | RenameColumn
ConstraintChange: TypeAlias = AddConstraint | DropConstraint | AlterConstraint
IndexChange: TypeAlias = CreateIndex | DropIndex | AlterIndex
PrivilegeChange: TypeAlias = GrantPrivilege | RevokePrivilege
Change: TypeAlias = ObjectChange | ColumnChange | ConstraintChange | IndexChange | PrivilegeChange


def subject_of(change: Change) -> Ref:
    """What a change is about: of a privilege the object that it is on, else who has it."""
    match change:
        case GrantPrivilege(after=privilege) | RevokePrivilege(before=privilege):
            on = privilege.on if isinstance(privilege, Grant) else None
            return on or Ref(Kind.ROLE, "", privilege.grantee)
        case _:
            return change.ref
