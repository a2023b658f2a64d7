"""Copies of values that a run loses, in tables of the history, and the statements that bring values back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import Session
from bootstrap.plan.losses import Kept


class Copies(Protocol):
    """What one engine says. ``keys`` and ``columns`` map columns of a table to columns of its copy."""

    def place(self, name: str) -> Ref:
        """The table of the history that has this name."""

    def copy(self, session: Session, kept: Kept, name: str) -> None:
        """Copy the values to a new table that nobody else may read."""

    def drop(self, name: str) -> str:
        """The statement that drops a copy, if it is there."""

    def missing(self, session: Session, table: Ref, keys: Mapping[str, str], name: str) -> int:
        """How many rows of the table have no values in the copy."""

    def value(self, table: Table, column: str, keys: Mapping[str, str], copied: str, name: str) -> str:
        """The kept value of a column, as an expression over the table's rows."""

    def values_back(
        self, table: Table, columns: Mapping[str, str], keys: Mapping[str, str], name: str
    ) -> Sequence[str]:
        """The statements that give rows their kept values again; rows that are not in the copy stay as they are."""

    def rows_back(self, table: Table, columns: Mapping[str, str], name: str) -> Sequence[str]:
        """The statements that insert the kept rows into an empty table."""
