"""Tables that need what needs them: a check calls a function over the table's own rows, policies of two tables read
the other one through a view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddConstraint, Change, Create, Drop, DropConstraint
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.plan.needs import needs_of

_ROUTINES = frozenset({Kind.FUNCTION, Kind.AGGREGATE, Kind.OPERATOR})
_READERS = frozenset({Kind.POLICY, Kind.RULE})


def with_open_circles(changes: Sequence[Change], current: Catalog, desired: Catalog) -> list[Change]:
    """The same changes, where a table in such a circle is made without its check, which comes when all is there; and
    gives up its check, and the policies and rules that need what goes too, before it is dropped.
    """
    new = any(isinstance(change, Create) and isinstance(change.after, Table) for change in changes)
    gone = any(isinstance(change, Drop) and isinstance(change.before, Table) for change in changes)
    wanted = needs_of(desired) if new else {}
    had = needs_of(current) if gone else {}
    going = {change.ref for change in changes if isinstance(change, Drop)}
    return [
        part
        for change in changes
        for part in (*_without_readers(change, current, had, going), *_opened(change, had, wanted))
    ]


def _without_readers(change: Change, current: Catalog, had: Mapping[Ref, set[Ref]], going: set[Ref]) -> Iterator[Drop]:
    """The policies and rules that would go with their table, but stand in the way of something that goes before it."""
    if not isinstance(change, Drop) or not isinstance(change.before, Table):
        return
    for ref in current.belongings.get(change.ref, ()):
        if ref.kind in _READERS and ref not in going and had.get(ref, set()) & (going - {change.ref}):
            yield Drop(current.objects[ref])


def _opened(change: Change, had: Mapping[Ref, set[Ref]], wanted: Mapping[Ref, set[Ref]]) -> Iterator[Change]:
    if isinstance(change, Create) and isinstance(change.after, Table):
        table = change.after
        bare, checks = without_checks(table, lambda ref: _comes_back(ref, table.ref, wanted))
        yield replace(change, after=bare) if checks else change
        yield from (AddConstraint(table, check) for check in checks)
    elif isinstance(change, Drop) and isinstance(change.before, Table):
        table = change.before
        bare, checks = without_checks(table, lambda ref: _comes_back(ref, table.ref, had))
        yield from (DropConstraint(table, check) for check in checks)
        yield replace(change, before=bare) if checks else change
    else:
        yield change


def without_checks(table: Table, chosen: Callable[[Ref], bool]) -> tuple[Table, list[Check]]:
    """A table without those of its own checks that are chosen by their identity, and these checks."""
    checks = [
        check for check in table.checks if not check.inherited and chosen(table.ref.child(Kind.CHECK, check.name))
    ]
    return replace(table, checks=tuple(check for check in table.checks if check not in checks)), checks


def _comes_back(member: Ref, table: Ref, needs: Mapping[Ref, set[Ref]]) -> bool:
    """Whether a member calls a function that needs its table, or something that needs it."""
    waiting = [need for need in needs.get(member, ()) if need.kind in _ROUTINES]
    seen = set(waiting)
    while waiting:
        need = waiting.pop()
        if table in (need, need.owner):
            return True
        fresh = needs.get(need, set()) - seen
        seen |= fresh
        waiting += fresh
    return False
