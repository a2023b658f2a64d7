"""What deleting rows takes along: rows of other tables, by the foreign keys that pass a deletion on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import RowLoss, Session

_CASCADE = "CASCADE"
_NAMED_KEYS = 5


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key of ``table`` to ``parent``, and what it does when a row there is deleted: ``CASCADE``, ``SET NULL``
    or ``SET DEFAULT``. ``equal`` are the operators of ``parent_columns`` with ``columns``."""

    table: Ref
    columns: tuple[str, ...]
    parent: Ref
    parent_columns: tuple[str, ...]
    action: str
    equal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deletion:
    """Rows of one table that are to go. ``condition`` is true of them, where the table has the alias ``t``."""

    table: Ref
    condition: str
    key: Sequence[str]  # quoted columns


@dataclass(frozen=True, slots=True)
class Losses:
    """Counts on one server. ``relation`` and ``quote`` write a table and a column as the engine does."""

    session: Session
    relation: Callable[[Ref], str]
    quote: Callable[[str], str]
    references: Callable[[], Sequence[Reference]]  # those of every table

    def of(self, deletion: Deletion) -> tuple[RowLoss, ...]:
        """What the deletion takes: first rows of the table itself, then those of others. Nothing where no row goes."""
        source = f"{self.relation(deletion.table)} t"
        doomed = f"{source} WHERE {deletion.condition}"
        number = self._count(doomed)
        if not number:
            return ()
        own = RowLoss(deletion.table, "", number, of=self._count(source), keys=tuple(self._keys(deletion, doomed)))
        return (own, *self._others(deletion))

    def _count(self, source: str) -> int:
        return int(self.session.query(f"SELECT count(*) FROM {source}")[0][0])

    def _keys(self, deletion: Deletion, doomed: str) -> Iterator[str]:
        if deletion.key:
            names = ", ".join(f"t.{name}" for name in deletion.key)
            for row in self.session.query(f"SELECT {names} FROM {doomed} ORDER BY {names} LIMIT {_NAMED_KEYS}"):
                yield ", ".join("NULL" if value is None else str(value) for value in row)

    def _others(self, deletion: Deletion) -> Iterator[RowLoss]:
        """Rows of the tables that refer to the deleted rows, and so on; each foreign key once on a path."""
        by_parent: dict[Ref, list[Reference]] = {}
        for reference in self.references():
            by_parent.setdefault(reference.parent, []).append(reference)
        found: dict[tuple[Ref, str], RowLoss] = {}
        paths: list[tuple[tuple[Reference, ...], Reference]] = [((), one) for one in by_parent.get(deletion.table, ())]
        while paths:
            before, reference = paths.pop(0)
            path = (*before, reference)
            rows = self._count(self._reached(deletion, path))
            if not rows:
                continue
            place = (reference.table, reference.action)
            known = found.get(place)
            found[place] = RowLoss(*place, rows + (known.rows if known else 0), repeated=known is not None)
            if reference.action == _CASCADE:
                paths += [(path, further) for further in by_parent.get(reference.table, ()) if further not in path]
        yield from found.values()

    def _reached(self, deletion: Deletion, path: Sequence[Reference]) -> str:
        """The rows at the end of a path of references that begins at the deleted rows."""
        condition = deletion.condition
        source = f"{self.relation(deletion.table)} t"
        parent = "t"
        for depth, reference in enumerate(path):
            alias = f"c{depth}"
            joined = " AND ".join(
                f"{parent}.{self.quote(other)} {equal} {alias}.{self.quote(column)}"
                for column, other, equal in zip(
                    reference.columns, reference.parent_columns, reference.equal, strict=True
                )
            )
            condition = f"EXISTS (SELECT 1 FROM {source} WHERE {joined} AND {condition})"
            source, parent = f"{self.relation(reference.table)} {alias}", alias
        return f"{source} WHERE {condition}"
