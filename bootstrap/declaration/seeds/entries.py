"""What each place of a declaration says about the rows of a table, and what an overlay takes over from the base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bootstrap.catalog.ref import Ref
from bootstrap.declaration.model import Position, SeedMode
from bootstrap.declaration.report import Problems
from bootstrap.declaration.seeds.rows import RowSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The seeds of one table in one place. ``mode`` and ``key`` are None where that place does not give them."""

    table: Ref
    mode: SeedMode | None
    key: tuple[str, ...] | None
    source: RowSource
    position: Position
    replaces: bool
    delete_limit: int | None


def merged(base: Sequence[Entry], overlay: Sequence[Entry], problems: Problems) -> list[Entry]:
    """Return the entries of an environment: those of the base that no overlay replaces, and those of the overlay.

    An entry of the overlay without a mode or key has those of the base's entries of the same table.
    """
    replaced = {entry.table for entry in overlay if entry.replaces}
    kept = [_with_default(entry) for entry in base]
    found = [entry for entry in kept if entry.table not in replaced]
    return [*found, *_inheriting(kept, overlay, problems)]


def _inheriting(base: Sequence[Entry], overlay: Sequence[Entry], problems: Problems) -> Iterator[Entry]:
    for entry in overlay:
        ways = dict.fromkeys((other.mode, other.key) for other in base if other.table == entry.table)
        modes = dict.fromkeys(mode for mode, _ in ways)
        if entry.mode is None and len(modes) > 1:
            named = " and ".join(f"mode {mode}" for mode in modes)
            problems.add(
                entry.position,
                f"seeds of {entry.table.name} without a mode; the base declares this table with {named}",
                "write the mode of these rows",
            )
            continue
        mode = entry.mode or next(iter(modes), None)
        keys = dict.fromkeys(key for other, key in ways if other == mode)
        inherited = next(iter(keys)) if len(keys) == 1 else None
        yield _with_default(replace(entry, mode=mode, key=entry.key or inherited))


def _with_default(entry: Entry) -> Entry:
    return entry if entry.mode else replace(entry, mode=SeedMode.INSERT)
