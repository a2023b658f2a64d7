"""Rows move between partitions, to where they belong: in one statement, while these are tables of their own, so that
neither foreign keys nor the triggers of their parent see the rows go and come.

Rows of a partition that is still to come wait in the default partition. Where there is none they wait in a partition of
the same bounds, made for as long as that.
"""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import PartitionOf, Table
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.render.constraints import constraint_sql
from bootstrap.dialects.postgresql.render.row_security import seeing_all
from bootstrap.dialects.postgresql.render.type_values import aside_name
from bootstrap.plan.context import RenderContext

_PROBE = "db_bootstrap_bound"
DEFAULT = "DEFAULT"


def attach(table: Table, part: PartitionOf) -> str:
    """``ATTACH PARTITION``."""
    return (
        f"ALTER TABLE {qualified(part.schema, part.table)}"
        f" ATTACH PARTITION {qualified(table.schema, table.name)} {part.bound}"
    )


class Regrouping:
    """The partitions of one table that are there, those with other bounds, and those that are still to come."""

    def __init__(self, part: PartitionOf, context: RenderContext) -> None:
        """``part`` says of which table."""
        self.context = context
        self.parent = Ref(Kind.TABLE, part.schema, part.table)
        self.name = qualified(part.schema, part.table)
        wanted = _places(self.parent, context.desired)
        there = {item.ref: place for item, place in _places(self.parent, context.current) if not self._goes(item)}
        self.coming = [(item, place) for item, place in wanted if item.ref not in there]
        self.changed = [(item, place) for item, place in wanted if there.get(item.ref, place) != place]
        self.default = next((item for item, place in wanted if item.ref in there and place.bound == DEFAULT), None)
        self._rest = qualified(part.schema, aside_name(part.table))
        self._probe = qualified(part.schema, _PROBE)

    def _goes(self, item: Table) -> bool:
        return item.ref in self.context.created or item.ref not in self.context.desired.objects

    @property
    def is_new(self) -> bool:
        """Whether the table itself is made in this plan."""
        return self.parent in self.context.created

    def lets_wait(self) -> bool:
        """Whether rows wait in partitions of the bounds of those to come, this time or since a run that ended early."""
        if any(self.waits_for(item) for item, _ in self.coming):
            return True
        if self.default is not None:
            return False
        return (not self.is_new and bool(self.changed and self.coming)) or self._is_filled()

    def waits_for(self, table: Table) -> bool:
        """Whether a run that ended early left rows that wait for a partition: they are in one of its bounds."""
        there = self.context.current.partitions.get(self.parent, ())
        return aside_name(table.name) in {item.name for item in there}

    def _is_filled(self) -> bool:
        """Whether the table is a new partition, and gets rows that waited for it."""
        table = self.context.desired.objects.get(self.parent)
        if not self.is_new or self.parent in self.context.current.objects or not isinstance(table, Table):
            return False
        above = Regrouping(table.partition_of, self.context) if table.partition_of else None
        return above is not None and (above.lets_wait() or (above.default is not None and not above.is_new))

    def rebound(self) -> str:
        """Give all partitions that have others their bounds, each with the rows within."""
        moved = [(item, place) for item, place in self.changed if place.bound != DEFAULT]
        leaving = [item for item, _ in self.changed]
        rest = _of(self.default) if self.default else self._rest
        if self.default is None:
            # It has no key: where a publication has all tables, rows can be deleted from it only so.
            steps = [
                f"CREATE TABLE {rest} (LIKE {self.name} INCLUDING GENERATED)",
                f"ALTER TABLE {rest} REPLICA IDENTITY FULL",
            ]
        else:
            steps = []
            leaving += [] if self.default in leaving else [self.default]
        steps += [*self._keys_dropped(), *(self._detach(_of(item)) for item in leaving)]
        for number, (_, place) in enumerate(moved, 1):
            steps += [*self._asked(self._probe, place.bound, number), f"DROP TABLE {self._probe}"]
        steps += [self._move(_of(item), rest, number, "NOT ") for number, (item, _) in enumerate(moved, 1)]
        for number, (item, place) in enumerate(moved, 1):
            steps += [self._move(rest, _of(item), number), attach(item, place)]
        steps += [f"ALTER TABLE {self.name} ATTACH PARTITION {rest} DEFAULT"] if self.default else self._waiting()
        involved = [item for item, _ in self.changed]
        involved += [self.default] if self.default and self.default not in involved else []
        return _block(seeing_all(involved, self.context, [*steps, *self._keys_added()]))

    def _waiting(self) -> Iterator[str]:
        """What is left waits for the partitions that come; the server says so where none is to come."""
        for item, place in sorted(self.coming, key=lambda found: found[1].bound == DEFAULT):
            waiting = _aside(item)
            yield from (
                *self._asked(waiting, place.bound, 1),
                self._detach(waiting),
                self._move(self._rest, waiting, 1),
            )
            yield f"ALTER TABLE {self.name} ATTACH PARTITION {waiting} {place.bound}"
        nowhere = f"rows of {self.parent} belong to none of its partitions"
        refusal = f"RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = {literal(nowhere)}"
        yield f"IF EXISTS (SELECT FROM {self._rest}) THEN {refusal}; END IF"
        yield f"DROP TABLE {self._rest}"

    def taken_in(self, table: Table, part: PartitionOf) -> str:
        """Attach a partition with the rows that wait for it."""
        waiting = _aside(table)
        if self.default is not None and not self.waits_for(table):
            rest, belongs = _of(self.default), [*self._asked(self._probe, part.bound, 1), f"DROP TABLE {self._probe}"]
            steps = [*self._keys_dropped(), self._detach(rest), *belongs, *self._inner(table)]
            steps += [self._move(rest, _of(table), 1), attach(table, part)]
            steps += [f"ALTER TABLE {self.name} ATTACH PARTITION {rest} DEFAULT", *self._keys_added()]
            return _block(seeing_all([table, self.default], self.context, steps))
        steps = [*self._keys_dropped(), self._detach(waiting), *self._inner(table)]
        steps += [f"INSERT INTO {_of(table)}{self._columns()} FROM {waiting}", f"DROP TABLE {waiting}"]
        steps += [attach(table, part), *self._keys_added()]
        there = f"IF to_regclass({literal(waiting)}) IS NULL THEN\n    {attach(table, part)};\n  ELSE"
        filled = [f"{there}\n    " + ";\n    ".join(steps) + ";\n  END IF"]
        return _block(seeing_all([table], self.context, filled))

    def _inner(self, table: Table) -> Iterator[str]:
        """A new partition that is partitioned itself takes rows before its own partitions come."""
        if table.ref in self.context.created and table.ref not in self.context.current.objects:
            for item, place in _places(table.ref, self.context.desired):
                yield f"CREATE TABLE {_aside(item)} PARTITION OF {_of(table)} {place.bound}"

    def _detach(self, name: str) -> str:
        return f"ALTER TABLE {self.name} DETACH PARTITION {name}"

    def _asked(self, name: str, bound: str, number: int) -> Iterator[str]:
        """The server itself says, of a partition of these bounds, which rows belong within."""
        yield f"CREATE TABLE {name} PARTITION OF {self.name} {bound}"
        yield f"belongs[{number}] := coalesce(pg_get_partition_constraintdef({literal(name)}::regclass), 'true')"

    def _columns(self) -> str:
        shape = self.context.current.objects.get(self.parent) or self.context.desired.objects[self.parent]
        columns = shape.columns if isinstance(shape, Table) else ()
        names = ", ".join(quote(column.name) for column in columns if column.generated is None)
        return f" ({names}) OVERRIDING SYSTEM VALUE SELECT {names}" if names else " SELECT"

    def _move(self, source: str, target: str, number: int, negation: str = "") -> str:
        query = f"INSERT INTO {target}{self._columns()} FROM moved"
        return (
            f"EXECUTE {literal(f'WITH moved AS (DELETE FROM {source} WHERE {negation}(')} || belongs[{number}]"
            f" || {literal(f') RETURNING *) {query}')}"
        )

    def _keys_dropped(self) -> list[str]:
        found = references_to(self.parent, self.context)
        return [f"ALTER TABLE {owner} DROP CONSTRAINT {quote(key.name)}" for owner, key, _ in found]

    def _keys_added(self) -> list[str]:
        found = references_to(self.parent, self.context)
        return [f"ALTER TABLE {owner} ADD {definition}" for owner, _, definition in found]


def is_awaited(waiting: Table, context: RenderContext) -> bool:
    """Whether a partition only holds rows for another that is still to come: with that one it goes."""
    if waiting.partition_of is None:
        return False
    around = Regrouping(waiting.partition_of, context)
    return any(aside_name(item.name) == waiting.name for item, _ in around.coming)


def _places(parent: Ref, catalog: Catalog) -> list[tuple[Table, PartitionOf]]:
    found = catalog.partitions.get(parent, ())
    return [(item, item.partition_of) for item in found if item.partition_of]


def references_to(parent: Ref, context: RenderContext) -> Iterator[tuple[str, ForeignKey, str]]:
    """Foreign keys to the parent, which would hold back the rows that move, each with what makes it again."""
    for item in context.current.of(Table):
        after = context.desired.objects.get(item.ref)
        for key in item.foreign_keys:
            refers = (key.ref_schema, key.ref_table) == (parent.schema, parent.name)
            if refers and isinstance(after, Table) and key in after.foreign_keys:
                yield qualified(item.schema, item.name), key, constraint_sql(key, validated=key.validated)


def _of(table: Table) -> str:
    return qualified(table.schema, table.name)


def _aside(table: Table) -> str:
    return qualified(table.schema, aside_name(table.name))


def _block(steps: list[str]) -> str:
    body = "".join(f"  {step};\n" for step in steps)
    return f"DO $do$\nDECLARE\n  belongs text[];\nBEGIN\n{body}END\n$do$"
