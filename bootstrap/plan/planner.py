"""From a difference to an ordered plan."""

from __future__ import annotations

from collections.abc import Container

from bootstrap.catalog.changes import Change, Create, Drop, DropColumn
from bootstrap.catalog.diff import Difference
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.plan.circles import with_open_circles
from bootstrap.plan.inline_keys import with_inline_keys
from bootstrap.plan.joining import joined
from bootstrap.plan.operations import PlannedOperation
from bootstrap.plan.order import order_changes, ordered_groups
from bootstrap.plan.positions import with_positions
from bootstrap.plan.precedence import precedence
from bootstrap.plan.rebuild import with_rebuilds
from bootstrap.plan.rules import Rules


def planned_groups(difference: Difference, rules: Rules) -> list[tuple[Change, ...]]:
    """The changes of a difference with all that must happen around them, in an order the server accepts, those that
    must be done together or not at all in one group.
    """
    changes = with_positions(with_rebuilds(difference, rules), difference.desired)
    changes = with_open_circles(changes, difference.current, difference.desired)
    if rules.inline_keys:
        ordered = order_changes(changes, difference.current, difference.desired, rules)
        return [(change,) for change in with_inline_keys(ordered, difference.current)]
    return ordered_groups(changes, difference.current, difference.desired, rules)


def planned_changes(difference: Difference, rules: Rules) -> list[Change]:
    """The same changes, one after the other."""
    return [change for group in planned_groups(difference, rules) for change in group]


def operation_groups(
    difference: Difference, groups: list[tuple[Change, ...]], rules: Rules, apart: Container[Ref] = ()
) -> list[tuple[PlannedOperation, ...]]:
    """The groups as operations: what the engine can do to one table together is one of them, but for what is to stand
    ``apart``.
    """
    if rules.joining is None:
        return [*groups]
    changes = [change for group in groups for change in group]
    before = precedence(changes, difference.current, difference.desired, rules)
    return joined(groups, before, difference.current, difference.desired, rules.joining, apart)


def created_tables(changes: list[Change]) -> frozenset[Ref]:
    """Tables and materialized views that a plan makes: nothing in them can be lost, nobody waits for their locks."""
    kinds = (Kind.TABLE, Kind.MATERIALIZED_VIEW)
    return frozenset(change.ref for change in changes if isinstance(change, Create) and change.ref.kind in kinds)


def dropped_objects(changes: list[Change]) -> frozenset[Ref]:
    """Objects and columns that a plan drops: what is altered around them need not think of them any more."""
    return frozenset(change.ref for change in changes if isinstance(change, Drop | DropColumn))
