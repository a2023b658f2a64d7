"""Which changes of one table MySQL and MariaDB take in one ALTER TABLE.

Seen on servers of both vendors: where they differ, the more careful one holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap.catalog.changes import (
    AddConstraint,
    Alter,
    AlterIndex,
    Change,
    CreateIndex,
    DropConstraint,
    Leave,
    RenameColumn,
    Repartition,
)
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.tables import Table
from bootstrap.plan.operations import TableAction


class MySqlJoining:
    """Implements ``bootstrap.plan.rules.Joining`` for both vendors."""

    def joins(self, change: Change, actions: Sequence[Change]) -> bool:
        """Renames come first, in an ALTER of their own: what follows uses the new names. Partitions come last."""
        if not isinstance(change, TableAction) or (isinstance(change, Alter) and not isinstance(change.after, Table)):
            return False
        return not any(_exclude(action, change) or _exclude(change, action) for action in actions)

    def keeps_order(self, first: Change, then: Change) -> bool:  # noqa: ARG002  # of whatever changes
        """The table becomes as a whole what the statement says: its actions have no order."""
        return True

    def rewrites(self, change: Change) -> bool:  # noqa: ARG002  # of whatever changes
        """A statement is one copy anyway, and nothing is checked in a second step."""
        return False

    def may_stand_apart(self, change: Change) -> bool:
        """Foreign keys wait for other tables."""
        match change:
            case AddConstraint() | DropConstraint():
                return _foreign_key(change) is not None
            case CreateIndex(after=index) | AlterIndex(after=index):
                return index.method == "fulltext"
            case Leave() | Repartition() | RenameColumn():
                return True
            case _:
                return False


def _exclude(one: Change, other: Change) -> bool:
    """Whether two actions cannot share an ALTER TABLE. The caller asks for both orders."""
    match one:
        case Leave() | Repartition():
            return True
        case RenameColumn():
            return not isinstance(other, RenameColumn)
        case CreateIndex(after=index) | AlterIndex(after=index) if index.method == "fulltext":
            return _is_full_text(other)  # InnoDB makes one at a time (1795)
        case AddConstraint() if (key := _foreign_key(one)) is not None:
            return _excludes_new_key(key, one, other)
        case DropConstraint() if _foreign_key(one) is not None:
            # The server looks at the keys that there are, also at those that go in the same statement (1217, 3776).
            return isinstance(other, Alter) and _engine_differs(other)
        case _:
            return False


def _excludes_new_key(key: ForeignKey, adding: AddConstraint, other: Change) -> bool:
    """A name that becomes free is taken until the statement ends (1826). A key to its own table sees that as it was
    before (errno 150), and MySQL 9.7 dies of it.
    """
    if isinstance(other, DropConstraint):
        gone = _foreign_key(other)
        return gone is not None and gone.name.casefold() == key.name.casefold()
    own = (key.ref_schema, key.ref_table) == (adding.table.schema, adding.table.name)
    return own and not (isinstance(other, AddConstraint) and _foreign_key(other) is not None)


def _foreign_key(change: AddConstraint | DropConstraint) -> ForeignKey | None:
    constraint = change.after if isinstance(change, AddConstraint) else change.before
    return constraint if isinstance(constraint, ForeignKey) else None


def _is_full_text(change: Change) -> bool:
    return isinstance(change, CreateIndex | AlterIndex) and change.after.method == "fulltext"


def _engine_differs(change: Alter) -> bool:
    before, after = change.before, change.after
    return isinstance(before, Table) and isinstance(after, Table) and before.engine != after.engine
