"""The one way to a plan: from two catalogs to ordered operations with their hazards and statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddColumn, Change, Create, Rename
from bootstrap.catalog.diff import Difference, diff
from bootstrap.catalog.kept import Keeps, nothing_kept
from bootstrap.catalog.ref import Ref
from bootstrap.plan.context import Policy, RenderContext, TableSize
from bootstrap.plan.engine import Engine
from bootstrap.plan.keeping import hazards_of_keeping
from bootstrap.plan.likely_renames import asking, likely_renames
from bootstrap.plan.operations import PlannedOperation, changes_of
from bootstrap.plan.planner import created_tables, dropped_objects, operation_groups, planned_groups
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Operation, Plan, Statement
from bootstrap.plan.transactions import Rendered, in_transactions
from bootstrap.plan.undeclared import Undeclared
from bootstrap.plan.way import Way

_NONE: Mapping[Ref, Sequence[Statement]] = MappingProxyType({})


def everything(_: Ref) -> bool:
    """Manage every object."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Management:
    """How much of the database a plan may change.

    Attributes:
        managed: whether an object that the desired catalog lacks may be dropped.
        exact: whether privileges go that no declared grantee has, and those that the server gives to new objects.
        account: with ``exact``, the owner of what has no declared owner.
        keeps: whether an object that the desired catalog lacks stays as it is.
        partial: the catalogs hold a part of the database: tables of others may inherit from those in it.
    """

    managed: Callable[[Ref], bool] = everything
    exact: bool = False
    account: str = ""
    keeps: Keeps = nothing_kept
    partial: bool = False


def plan_between(
    current: Catalog,
    desired: Catalog,
    *,
    engine: Engine,
    server: Server,
    management: Management,
    sizes: Mapping[Ref, TableSize],
    policy: Policy,
    fingerprint: str = "",
    back: Mapping[Ref, Sequence[Statement]] = _NONE,
) -> Plan:
    """Plan the way from one catalog to another. Pure: the same arguments give the same plan.

    Args:
        current: the live catalog.
        desired: what it is to become, as the same server prints it.
        engine: what changes mean, what can go wrong with them, and their SQL.
        server: version and abilities of the server that runs the plan.
        management: how much of the database the plan may change.
        sizes: of the live tables, as far as they are known. Read only if something is to change.
        policy: limits that decide which hazards block.
        fingerprint: of the live structure.
        back: statements that follow the creation of a table or the addition of a column, and bring its values back.

    Raises:
        Refused: a change cannot be expressed.
    """
    difference = diff(
        current,
        desired,
        managed=management.managed,
        everything=management.exact,
        inline_indexes=engine.rules.inline_indexes,
        follows_renames=engine.rules.follows_renames,
        account=management.account,
        keeps=management.keeps,
    )
    groups = planned_groups(difference, engine.rules)
    changes = [change for group in groups for change in group]
    context = RenderContext(
        server=server,
        current=difference.current,
        desired=difference.desired,
        sizes=_by_new_names(sizes, changes, difference.current) if changes else {},
        policy=policy,
        created=created_tables(changes),
        dropped=dropped_objects(changes),
        exact=management.exact,
        partial=management.partial,
    )
    return Plan(
        operations=tuple(_operations(engine, difference, groups, context, back)),
        differences=difference.changes,
        fingerprint=fingerprint,
        unmanaged=difference.unmanaged,
        keeps=difference.kept,
        notes=difference.notes,
    ).with_hazards(hazards_of_keeping(difference))


def _by_new_names(
    sizes: Mapping[Ref, TableSize], changes: Iterable[Change], current: Catalog
) -> Mapping[Ref, TableSize]:
    """The sizes by the names that the tables have once the renames are done."""
    renames = {change.ref: change.before.ref for change in changes if isinstance(change, Rename)}
    names = {ref: renames.get(ref, ref) for ref in current.objects}
    return {now: sizes[then] for now, then in names.items() if then in sizes}


def _operations(
    engine: Engine,
    difference: Difference,
    groups: list[tuple[Change, ...]],
    context: RenderContext,
    back: Mapping[Ref, Sequence[Statement]],
) -> Iterator[Operation]:
    """The operations of each group, with the hazards of their changes and with their statements."""
    changes = [change for group in groups for change in group]
    renames = likely_renames(changes)
    undeclared = Undeclared(difference, changes, engine.rules)

    def render(planned: PlannedOperation, way: Way) -> Rendered:
        here = replace(context, way=way)
        blocked = (hazard for change in changes_of(planned) for hazard in undeclared.hazards(change))
        hazards = [asking(hazard, renames) for hazard in engine.hazards(planned, here)]
        made = (change.ref for change in changes_of(planned) if isinstance(change, Create | AddColumn))
        follow = dict.fromkeys(statement for ref in made for statement in back.get(ref, ()))
        return [*hazards, *blocked], [*engine.render(planned, here), *follow]

    for group in operation_groups(difference, groups, engine.rules, back):
        yield from in_transactions(group, render)
