"""Rows that refer to each other in a circle, or to a later row of their own table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import ServerError, Session


@contextmanager
def references_deferred(session: Session, keys: Sequence[tuple[Ref, ForeignKey]]) -> Iterator[None]:
    """Check these foreign keys at the end of the block instead of at each row; inside of a transaction.

    InnoDB checks row by row and cannot defer. So its checks are off for the block, and what they would have found is
    looked for at its end.

    Raises:
        ServerError: a row refers to none.
    """
    session.execute("SET SESSION foreign_key_checks = 0")
    try:
        yield
    finally:
        session.execute("SET SESSION foreign_key_checks = 1")
    for table, key in keys:
        orphans = session.query(_orphans(table, key))
        if orphans:
            values = ", ".join(map(str, orphans[0]))
            raise ServerError(
                f"foreign key {key.name} of {table.name}: Key ({', '.join(key.columns)})=({values}) is not present in"
                f" {key.ref_table}"
            )


def _orphans(table: Ref, key: ForeignKey) -> str:
    pairs = list(zip(key.columns, key.ref_columns, strict=True))
    joined = " AND ".join(f"c.{_quote(own)} = p.{_quote(other)}" for own, other in pairs)
    given = " AND ".join(f"c.{_quote(own)} IS NOT NULL" for own, _ in pairs)
    columns = ", ".join(f"c.{_quote(own)}" for own, _ in pairs)
    return (
        f"SELECT {columns} FROM {_quote(table.name)} c LEFT JOIN {_quote(key.ref_table)} p ON {joined}"
        f" WHERE {given} AND p.{_quote(pairs[0][1])} IS NULL LIMIT 1"
    )


def _quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
