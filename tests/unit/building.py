"""Short ways to say what a catalog holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import Alter, AlterColumn, AlterConstraint, AlterIndex, Change
from bootstrap.catalog.code import Routine, Trigger, View
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, ForeignKey, KeyConstraint
from bootstrap.catalog.diff import Difference, diff
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.plan.planner import planned_changes
from bootstrap.plan.rules import Joining

SCHEMA = "app"


@dataclass
class FakeRules:
    """Laws of order that a test chooses: which changes replace, and what each change disturbs."""

    inline_indexes: bool = False
    inline_keys: bool = False
    joining: Joining | None = None
    follows_renames: bool = True
    refuses_dependents: bool = False
    atomic: bool = False
    gone_with_column: frozenset[Kind] = frozenset({Kind.INDEX})
    replaced: frozenset[Ref] = frozenset()
    disturbed: Mapping[Ref, frozenset[Kind]] = field(default_factory=dict)

    def replaces(self, change: Alter | AlterColumn | AlterConstraint | AlterIndex) -> bool:
        return change.ref in self.replaced

    def rebuilt_tables(self, current: Catalog, desired: Catalog) -> frozenset[Ref]:  # noqa: ARG002  # none is
        return frozenset()

    def lets_go_of_partitions(self, before: Table, after: Table) -> bool:  # noqa: ARG002  # none does
        return False

    def drops_privileges(self, kind: Kind) -> bool:  # noqa: ARG002  # the same for every kind
        return True

    def disturbs(self, change: Change, current: Catalog) -> Mapping[Ref, frozenset[Kind]]:  # noqa: ARG002
        if isinstance(change, Alter | AlterColumn) and change.ref in self.disturbed:
            return {change.ref: self.disturbed[change.ref]}
        return {}


def catalog(
    *objects: DatabaseObject, needs: Mapping[Ref, Iterable[Ref]] | None = None, grants: Iterable[Grant] = ()
) -> Catalog:
    """A catalog of these objects; ``needs`` is what a server would say depends on what."""
    return Catalog(
        objects={item.ref: item for item in objects},
        dependencies={ref: frozenset(wanted) for ref, wanted in (needs or {}).items()},
        grants=frozenset(grants),
    )


def table(name: str, *columns: Column | str, schema: str = SCHEMA, **parts: Any) -> Table:
    """A table; a column given as text is an integer of that name."""
    made = tuple(column(item) if isinstance(item, str) else item for item in columns)
    return Table(schema=schema, name=name, columns=made, **parts)


def column(name: str, type_: str = "integer", **parts: Any) -> Column:
    return Column(name=name, type=type_, **parts)


def primary_key(name: str, *columns: str) -> KeyConstraint:
    return KeyConstraint(kind=Kind.PRIMARY_KEY, name=name, columns=parts(*columns))


def unique(name: str, *columns: str) -> KeyConstraint:
    return KeyConstraint(kind=Kind.UNIQUE, name=name, columns=parts(*columns))


def foreign_key(name: str, source: str, target: str, target_column: str = "id", **rest: Any) -> ForeignKey:
    return ForeignKey(
        name=name, columns=(source,), ref_schema=SCHEMA, ref_table=target, ref_columns=(target_column,), **rest
    )


def check(name: str, expression: str) -> Check:
    return Check(name=name, expression=expression)


def index(name: str, *columns: str, **rest: Any) -> Index:
    return Index(name=name, parts=parts(*columns), **rest)


def parts(*columns: str) -> tuple[IndexPart, ...]:
    return tuple(IndexPart(column=name) for name in columns)


def view(name: str, definition: str = "SELECT 1", **rest: Any) -> View:
    return View(schema=SCHEMA, name=name, definition=definition, **rest)


def function(name: str, body: str = "select 1", **rest: Any) -> Routine:
    return Routine(kind=Kind.FUNCTION, schema=SCHEMA, name=name, returns="integer", body=body, **rest)


def trigger(name: str, on: str, *, schema: str = SCHEMA, **rest: Any) -> Trigger:
    return Trigger(schema=schema, table=on, name=name, timing="before", events=("insert",), **rest)


def nothing(_: Ref) -> bool:
    """Nothing that is not declared is managed."""
    return False


def everything(_: Ref) -> bool:
    """As with ``--exact``."""
    return True


def difference(before: Catalog, after: Catalog, **rest: Any) -> Difference:
    managed = rest.pop("managed", everything)
    return diff(before, after, managed=managed, everything=managed is everything, **rest)


def steps(before: Catalog, after: Catalog, rules: FakeRules | None = None, **rest: Any) -> list[str]:
    """The ordered plan, one word and one path per change: what a test can read."""
    rules = rules or FakeRules()
    found = difference(before, after, inline_indexes=rules.inline_indexes, **rest)
    return [step(change) for change in planned_changes(found, rules)]


def step(change: Change) -> str:
    """A change in one line: ``DropColumn app.t.a``."""
    name = type(change).__name__
    ref = getattr(change, "ref", None)
    if ref is not None:
        kind = f"{ref.kind} " if name in ("Create", "Drop", "Alter", "Rename") else ""
        return f"{name} {kind}{ref.path}"
    privilege = getattr(change, "after", None) or getattr(change, "before", None)
    on = getattr(privilege, "on", None)
    return f"{name} {privilege.privilege} {on.path if on else ''} {privilege.grantee}"  # type: ignore[union-attr]  # one of both is set
