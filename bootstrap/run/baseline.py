"""Steps that only change rows of tables which a run creates: in a new environment there are no rows to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import Change, Create
from bootstrap.catalog.code import Trigger
from bootstrap.catalog.former_names import names_of
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Phase, Step
from bootstrap.run.records import Outcome
from bootstrap.run.step_skips import Skip
from bootstrap.run.step_states import StepState, ordered
from bootstrap.sql.effects import Effect, effect_of
from bootstrap.sql.lexer import scan
from bootstrap.sql.row_changes import TableName, changed_tables

_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW)


def baseline(
    steps: Sequence[Step], known: dict[str, StepState], new: NewTables, engine: str, database: str
) -> list[Skip]:
    """Return the pending steps that only change rows of tables that this run creates.

    The steps are looked at in the order in which they run: what one of them may fill is not empty for those after it.
    """
    found: list[Skip] = []
    for phase in Phase:
        for step in (item for item in ordered(steps) if item.phase is phase):
            begun = known.get(step.name)
            untouched = begun is None or (begun.position == 0 and begun.state is Outcome.FAILED)
            tables = _only_changes(step, new, engine, database) if untouched else None
            if tables:
                named = ", ".join(sorted(".".join(filter(None, name)) for name in tables))
                found.append(Skip(step, f"baseline: this run creates {named}, so there are no rows to change"))
            else:
                new = new.filled_by(step, engine)
    return found


def _only_changes(step: Step, new: NewTables, engine: str, database: str) -> frozenset[TableName]:
    """The new tables that a step changes rows of, where it does nothing else; none where it may do more."""
    found: set[TableName] = set()
    for statement in step.statements:
        if effect_of(statement.sql, engine, database) is Effect.SESSION:
            continue
        tables = changed_tables(statement.sql, engine)
        if tables is None or not all(new.has(name, database) for name in tables):
            return frozenset()
        found |= tables
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class NewTables:
    """Tables that a run creates, and that are empty until a step fills them.

    ``tables`` are their identities, and those that they had before a declared rename. ``others`` are names that also
    mean something else in the live database. ``triggers`` are tables with declared triggers.
    """

    tables: frozenset[Ref] = frozenset()
    others: frozenset[str] = frozenset()
    triggers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, changes: Iterable[Change], current: Catalog, desired: Catalog) -> NewTables:
        """Take what a comparison found."""
        created = {change.ref: change.after for change in changes if isinstance(change, Create)}
        tables = {ref: item for ref, item in created.items() if isinstance(item, Table)}
        inherited = {parent for item in desired.of(Table) if item.ref not in tables for parent in _parents(item)}
        names = set()
        for ref, item in tables.items():
            if ref.name in inherited:  # rows of its partitions or inheritance children are its own
                continue
            names.add(ref)
            declared = desired.objects.get(ref, item)
            former = (replace(ref, name=name) for name in names_of(getattr(declared, "renamed_from", None)))
            names |= {name for name in former if name not in current.objects}
        return cls(
            tables=frozenset(names),
            others=frozenset(ref.name for ref in current.objects if ref.kind in _RELATIONS),
            triggers=frozenset(trigger.table for trigger in desired.of(Trigger)),
        )

    def has(self, name: TableName, database: str) -> bool:
        """Whether a name in a statement certainly means one of them. ``database`` may qualify it (MySQL)."""
        if name.schema:
            return any((ref.schema or database, ref.name) == name for ref in self.tables)
        return name.name not in self.others and any(ref.name == name.name for ref in self.tables)

    def filled_by(self, step: Step, engine: str) -> NewTables:
        """Those that are still empty after a step that runs."""
        mentioned: set[str] = set()
        for statement in step.statements:
            tokens = scan(statement.sql, engine)
            mentioned |= {token.name.lower() for token in tokens if token.name is not None}
            if effect_of(statement.sql, engine) is Effect.OPAQUE:
                return NewTables()
        if mentioned & {name.lower() for name in self.triggers}:
            return NewTables()
        left = (ref for ref in self.tables if ref.name.lower() not in mentioned)
        return replace(self, tables=frozenset(left))


def _parents(table: Table) -> list[str]:
    """Names without their schema: a name too many only means that a step runs."""
    parents = [name.rpartition(".")[2].strip('"') for name in table.inherits]
    return [*parents, table.partition_of.table] if table.partition_of else parents
