"""The declared rows of one table, which may come from several seeds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bootstrap.catalog.ref import Ref
from bootstrap.declaration.contents import digest_of_seeds
from bootstrap.declaration.model import Seed, SeedRow
from bootstrap.dialects.base import RowKeys, SeedCounts
from bootstrap.dialects.row_keys import named


@dataclass(frozen=True, slots=True)
class DeclaredRows:
    """The seeds of one table."""

    table: Ref
    seeds: tuple[Seed, ...]

    @property
    def digest(self) -> str:
        """Of all that is declared for the table."""
        return digest_of_seeds(seed.digest for seed in self.seeds)

    @property
    def columns(self) -> list[str]:
        """The columns whose values are declared; an expression's value is not known beforehand."""
        names = (name for seed in self.seeds for name in seed.columns if name not in seed.computed)
        return sorted(set(names))


def by_table(seeds: Sequence[Seed]) -> dict[Ref, DeclaredRows]:
    """The seeds of each table, in the order of the declaration."""
    tables = dict.fromkeys(seed.table for seed in seeds)
    return {table: DeclaredRows(table, tuple(seed for seed in seeds if seed.table == table)) for table in tables}


def all_inserted(item: DeclaredRows, named_rows: int) -> SeedCounts:
    """What the seeds do in a table that is not there yet; names the keys of so many rows."""
    number = 0
    keys: list[str] = []
    for seed in item.seeds:
        names = seed.key or seed.columns
        places = [seed.columns.index(name) for name in names]
        for row in seed.rows():
            number += 1
            if len(keys) < named_rows:
                keys.append(named(names, [row.values[place] for place in places]))
    return SeedCounts(inserted=number, keys=RowKeys(inserted=tuple(keys)))


def narrowed(item: DeclaredRows, names: frozenset[str]) -> DeclaredRows | None:
    """The seeds with those of their columns that are there; None where the keys are not among them."""
    if not all(seed.key and names.issuperset(seed.key) for seed in item.seeds):
        return None
    return replace(item, seeds=tuple(_with_columns(seed, names) for seed in item.seeds))


def _with_columns(seed: Seed, names: frozenset[str]) -> Seed:
    places = [place for place, name in enumerate(seed.columns) if name in names]

    def rows() -> Iterator[SeedRow]:
        for row in seed.rows():
            yield row._replace(values=tuple(row.values[place] for place in places))

    columns = tuple(seed.columns[place] for place in places)
    return replace(
        seed, columns=columns, rows=rows, expressions=seed.expressions & names, computed=seed.computed & names
    )
