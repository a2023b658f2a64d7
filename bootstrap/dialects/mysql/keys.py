"""Keys of a table, whatever the model files them under: MySQL knows only indexes, some of them unique."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bootstrap.catalog.constraints import KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key, as CREATE TABLE and ALTER TABLE write it."""

    kind: Kind  # PRIMARY_KEY, UNIQUE, INDEX
    name: str
    parts: tuple[IndexPart, ...]
    unique: bool
    method: str = "btree"
    using: str | None = None
    comment: str | None = None
    visible: bool = True
    parser: str | None = None
    without_overlaps: bool = False
    options: tuple[tuple[str, str], ...] = ()


def key_of(item: KeyConstraint | Index) -> Key:
    """A constraint or index as a key."""
    options = tuple((name, value) for name, value in item.options if name != "using")
    using = dict(item.options).get("using")
    if isinstance(item, KeyConstraint):
        return Key(
            kind=item.kind, name=item.name, parts=item.columns, unique=True, using=item.index_type or using,
            comment=item.index_comment or item.comment, visible=item.visible, options=options,
            without_overlaps=item.without_overlaps,
        )  # fmt: skip
    if item.method not in ("btree", "fulltext", "spatial"):
        using = item.method
    return Key(
        kind=Kind.INDEX, name=item.name, parts=item.parts, unique=item.unique, method=item.method, using=using,
        comment=item.comment, visible=item.visible, parser=item.parser, options=options,
    )  # fmt: skip


def table_keys(table: Table) -> Iterator[Key]:
    """All keys, the primary key first."""
    if table.primary_key:
        yield key_of(table.primary_key)
    yield from (key_of(item) for item in table.uniques)
    yield from (key_of(item) for item in table.indexes)


def supports(key: Key, columns: Sequence[str]) -> bool:
    """Whether a foreign key over these columns can live on this key: they are its first, in any order, in full."""
    first = key.parts[: len(columns)]
    return (
        key.method not in ("fulltext", "spatial")
        and len(first) == len(columns)
        and {part.column for part in first} == set(columns)
        and all(part.length is None for part in first)
    )


def leads_with(key: Key, column: str) -> bool:
    """Whether the key begins with that column: what AUTO_INCREMENT asks for."""
    return key.method not in ("fulltext", "spatial") and bool(key.parts) and key.parts[0].column == column


def changes_block_size(before: Table, after: Table) -> bool:
    """Whether all keys must be recreated: MariaDB's keep the block size that their table had when they were made."""
    return dict(before.options).get("key_block_size") != dict(after.options).get("key_block_size")
