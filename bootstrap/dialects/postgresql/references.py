"""Rows that refer to each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import Session


@contextmanager
def references_deferred(session: Session, keys: Sequence[tuple[Ref, ForeignKey]]) -> Iterator[None]:
    """Check these foreign keys at the end of the block instead of at each statement; inside of a transaction.

    A constraint that is not deferrable is made so for the time of the block; the transaction hides it from others.
    """
    rigid = [(table, key) for table, key in keys if not key.deferrable and key.name]
    for table, key in rigid:
        session.execute(f"ALTER TABLE {_name(table)} ALTER CONSTRAINT {_quote(key.name)} DEFERRABLE")
    session.execute("SET CONSTRAINTS ALL DEFERRED")
    yield
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")  # checks now; and ALTER TABLE refuses while checks are pending
    for table, key in rigid:
        session.execute(f"ALTER TABLE {_name(table)} ALTER CONSTRAINT {_quote(key.name)} NOT DEFERRABLE")


def _name(table: Ref) -> str:
    return f"{_quote(table.schema)}.{_quote(table.name)}"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
