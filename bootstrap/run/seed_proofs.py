"""Proofs that the rows of seeds are in the database.

The proof is the server's digest of the rows, taken after the last load. Where it still holds, not a row is read or
sent. Where anything in the table changed, by hand or by the application, the rows are compared again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from bootstrap.dialects.base import ServerError
from bootstrap.run.history import History
from bootstrap.run.ledger import Ledger

if TYPE_CHECKING:
    from bootstrap.catalog.ref import Ref
    from bootstrap.dialects.base import Dialect, Session
    from bootstrap.run.ledger import SeedProof


class Rows(Protocol):
    """What is declared for one table."""

    @property
    def table(self) -> Ref:
        """The table."""

    @property
    def columns(self) -> Sequence[str]:
        """The columns whose values are declared."""

    @property
    def digest(self) -> str:
        """Of all that is declared for the table."""


class SeedProofs:
    """The proofs in one database."""

    def __init__(self, session: Session, dialect: Dialect) -> None:
        self.session, self.dialect = session, dialect

    def holding(self, declared: Sequence[Rows]) -> list[SeedProof]:
        """The proofs of the tables whose rows are what the last load left and whose seeds are still the same.

        This takes two queries at most.
        """
        if not declared:
            return []
        rows = {item.table: item for item in declared}
        known = Ledger(History(self.session, self.dialect)).seeds(rows)
        asked = [proof for proof in known.values() if proof.proof and proof.digest == rows[proof.table].digest]
        try:
            found = self.digests([rows[proof.table] for proof in asked])
        except ServerError as error:
            if not error.missing_object:
                raise
            return []  # a table or column is gone: the structure comes first
        return [proof for proof in asked if found[proof.table] == proof.proof]

    def digests(self, declared: Sequence[Rows]) -> dict[Ref, str]:
        """The server's digests of the rows that are in these tables now."""
        if not declared:
            return {}
        parts = [self.dialect.rows_digest(item.table, item.columns) for item in declared]
        sql = f"SELECT {', '.join(parts)}"
        try:
            [row] = self.session.query(sql)
        except ServerError as error:
            if not error.permission_denied:
                raise
            with self.session.transaction(), self.dialect.every_row(self.session, [item.table for item in declared]):
                [row] = self.session.query(sql)
        return {item.table: str(value) for item, value in zip(declared, row, strict=True)}
