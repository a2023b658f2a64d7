"""What a dialect tells the planner: which changes need others around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import Alter, AlterColumn, AlterConstraint, AlterIndex, Change
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table


class Joining(Protocol):
    """Which changes of one table the engine takes in one ALTER TABLE; pure, no SQL."""

    def joins(self, change: Change, actions: Sequence[Change]) -> bool:
        """Whether a change can be one more action of an ALTER TABLE that has these; without any, whether of any."""

    def keeps_order(self, first: Change, then: Change) -> bool:
        """Whether an ALTER TABLE that has both changes does the first one before the other."""

    def rewrites(self, change: Change) -> bool:
        """Whether the server goes over all rows of the table for a change, under a lock that stops others: then it
        does so once for all such changes, and checks meanwhile what else is to be checked.
        """

    def may_stand_apart(self, change: Change) -> bool:
        """Whether a change may be an ALTER TABLE of its own beside the other changes of its table, where something
        else has to come between them.
        """


class Rules(Protocol):
    """The engine's own laws of order; pure, no SQL."""

    inline_indexes: bool
    """Whether CREATE TABLE brings its indexes along (MySQL) or each is a change of its own (PostgreSQL)."""

    inline_keys: bool
    """Whether foreign keys between new tables are made by CREATE TABLE: adding one later copies the table (MySQL)."""

    joining: Joining | None
    """How changes of one table become one ALTER TABLE; None where each is rendered by itself."""

    follows_renames: bool
    """Whether the server rewrites views when a table or column they use is renamed (PostgreSQL) or not (MySQL)."""

    refuses_dependents: bool
    """Whether the server refuses a change while something depends on what it takes away (PostgreSQL) or leaves what
    depends on it broken (MySQL)."""

    atomic: bool
    """Whether changes can be done together or not at all, in one transaction (PostgreSQL)."""

    gone_with_column: frozenset[Kind]
    """What of a table the server drops, or makes smaller, together with a column that it is of."""

    def replaces(self, change: Alter | AlterColumn | AlterConstraint | AlterIndex) -> bool:
        """Whether the change can only be done by dropping the object and creating it again."""

    def rebuilt_tables(self, current: Catalog, desired: Catalog) -> frozenset[Ref]:
        """The tables of both that can only be dropped and created again, with their rows."""

    def lets_go_of_partitions(self, before: Table, after: Table) -> bool:
        """Whether a partitioned table can only become what is declared without its partitions meanwhile (MySQL)."""

    def disturbs(self, change: Change, current: Catalog) -> Mapping[Ref, frozenset[Kind]]:
        """What the change takes away for a moment: for each identity the kinds of dependents that must be dropped
        before and created again after. Dropping an object disturbs all kinds of its dependents. ``current`` is what
        there is, for what depends on how something is used.
        """

    def drops_privileges(self, kind: Kind) -> bool:
        """Whether an object of that kind takes what was granted on it along when it is dropped (PostgreSQL), or leaves
        it behind for the next one of that name (MySQL).
        """
