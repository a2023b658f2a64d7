"""The differences between two catalogs, as typed changes in no particular order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import Alter, Change, Create, CreateIndex, Drop, GrantPrivilege, RevokePrivilege
from bootstrap.catalog.code import Event, Trigger, View
from bootstrap.catalog.former_names import named_before, with_present_names
from bootstrap.catalog.kept import Keeps, nothing_kept, with_kept
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.renames import apply_renames
from bootstrap.catalog.security import Grant
from bootstrap.catalog.table_diff import diff_indexes, diff_table, order_notes, table_contents
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Extension, Schema, Sequence
from bootstrap.catalog.undeclared_columns import with_columns_of_parents

# What may be left to the server: of code also what MySQL keeps with it from the session that made it.
_LEFT_OPEN = ("owner", "definer", "charset", "collation", "sql_mode", "time_zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What must change, what was never declared, and what is only worth saying.

    ``current`` is the live catalog as it will be once the renames among the changes are done: what the other changes
    start from. ``desired`` also has what is ``kept`` though it is declared no longer.
    """

    changes: tuple[Change, ...]
    unmanaged: tuple[Ref, ...]
    notes: tuple[str, ...]
    current: Catalog
    desired: Catalog
    kept: frozenset[Ref] = frozenset()


def diff(
    current: Catalog,
    desired: Catalog,
    *,
    managed: Callable[[Ref], bool],
    everything: bool = False,
    inline_indexes: bool = False,
    follows_renames: bool = True,
    account: str = "",
    keeps: Keeps = nothing_kept,
) -> Difference:
    """Compare two catalogs that the same server printed.

    ``managed`` says of something that is not declared whether it may be dropped (an earlier run declared it, or
    everything is managed); the rest is reported as unmanaged. ``everything``: also privileges of grantees that the
    declaration does not name are revoked, and what has no declared owner (MySQL's code: definer) becomes that of
    ``account``, who applies; else it keeps the one it has. ``inline_indexes``: CREATE TABLE brings its indexes.
    ``follows_renames``: the server rewrites views and expressions itself when a table or column is renamed.
    ``keeps`` says of something that is not declared that it stays as it is, because an earlier run declared it. Both
    are asked by the names of today.
    """
    desired = with_present_names(_without_implied_schema(desired, current), current)
    renames, current = apply_renames(current, desired, follows_renames=follows_renames)
    current = _places_among_declared(current, desired)
    managed, keeps = _asked_before(managed, renames), _asked_before(keeps, renames)
    declared = desired.members
    desired = with_kept(desired, current, keeps)
    desired = adopt_undeclared_properties(desired, current, account=account if everything else "")
    desired = with_columns_of_parents(desired, current, managed)
    changes: list[Change] = list(renames)
    unmanaged: list[Ref] = []
    notes: list[str] = []
    for ref in sorted(current.objects.keys() | desired.objects.keys()):
        before, after = current.objects.get(ref), desired.objects.get(ref)
        if before is None and after is not None:
            changes += creation(after, inline_indexes=inline_indexes)
        elif after is None and before is not None:
            if managed(ref):
                changes.append(Drop(before))
            elif ref.kind is not Kind.ROLE:  # those of other databases of the cluster are nobody's business here
                unmanaged.append(ref)
        elif isinstance(before, Table) and isinstance(after, Table):
            found = diff_table(before, after, managed)
            changes += found.changes
            unmanaged += found.unmanaged
            notes += order_notes(before, after)
        elif isinstance(before, View) and isinstance(after, View):
            changes += [Alter(before, after)] if replace(before, indexes=()) != replace(after, indexes=()) else []
            found = diff_indexes(ref, before.indexes, after.indexes, managed)
            changes += found.changes
            unmanaged += found.unmanaged
        elif before is not None and after is not None and before != after:
            changes.append(Alter(before, after))
    changes += _privileges(current, desired, managed, everything=everything)
    return Difference(
        changes=tuple(changes),
        unmanaged=tuple(unmanaged),
        notes=tuple(notes),
        current=current,
        desired=desired,
        kept=frozenset(ref for ref in desired.members - declared if keeps(ref)),
    )


def _asked_before(question: Callable[[Ref], bool], renames: Iterable[Change]) -> Callable[[Ref], bool]:
    """The question, asked of the name that something had before the renames: that is what an earlier run declared."""
    before = named_before(renames)
    return lambda ref: question(before(ref))


def _without_implied_schema(desired: Catalog, current: Catalog) -> Catalog:
    """A new PostgreSQL database has a schema public. Where nothing is declared in it, one that lacks it needs none."""
    public = Schema(name="public")
    needed = public.ref in current.objects or any(ref.schema == "public" for ref in desired.objects)
    if needed or desired.objects.get(public.ref) != public:
        return desired
    return replace(desired, objects={ref: item for ref, item in desired.objects.items() if ref != public.ref})


def creation(after: DatabaseObject, *, inline_indexes: bool) -> Iterator[Change]:
    """The changes that make one object with all that belongs to it."""
    yield Create(after)
    if isinstance(after, Table):
        yield from table_contents(after, inline_indexes=inline_indexes)
    elif isinstance(after, View):
        yield from (CreateIndex(after.ref, index) for index in after.indexes)


def adopt_undeclared_properties(desired: Catalog, current: Catalog, *, account: str = "") -> Catalog:
    """Fill what a declaration may leave open (owner, definer, extension version …) with what the database has.

    ``account``: who objects and MySQL's code belong to, where that is to be made so.
    """
    adopted = {}
    for ref, after in desired.objects.items():
        before = current.objects.get(ref)
        if before is None or type(before) is not type(after):
            continue
        left_open = {name: getattr(before, name) for name in _LEFT_OPEN if getattr(after, name, "") is None}
        for name in ("owner", "definer") if account and not _follows_another(after) else ():
            if left_open.get(name) is not None:
                left_open[name] = account
        if isinstance(after, Event) and isinstance(before, Event) and " STARTS " not in after.schedule:
            left_open |= _same_start(before.schedule, after.schedule)
        if isinstance(after, Table) and isinstance(before, Table) and not account:
            left_open |= {name: getattr(before, name) for name in after.unsaid}
        left_open |= _same_mode(getattr(before, "sql_mode", None), getattr(after, "sql_mode", None))
        if any(value is not None for value in left_open.values()):
            adopted[ref] = replace(after, **left_open)
        elif isinstance(after, Extension) and isinstance(before, Extension) and after.version is None:
            adopted[ref] = replace(after, version=before.version)
    return replace(desired, objects={**desired.objects, **adopted}) if adopted else desired


def _places_among_declared(current: Catalog, desired: Catalog) -> Catalog:
    """MySQL's triggers, counted among those that are declared: what else fires at that moment moves none of them."""
    together: dict[tuple[object, ...], list[Trigger]] = defaultdict(list)
    for trigger in current.of(Trigger):
        if trigger.ref in desired.objects:
            together[trigger.table, trigger.timing, trigger.events].append(trigger)
    counted = {
        trigger.ref: replace(trigger, order=place)
        for triggers in together.values()
        for place, trigger in enumerate(sorted(triggers, key=lambda item: item.order), start=1)
        if trigger.order > place
    }
    return replace(current, objects={**current.objects, **counted}) if counted else current


def _follows_another(item: DatabaseObject) -> bool:
    """Whether the owner is that of a column's table, or of the database."""
    owned = isinstance(item, Sequence) and item.owned_by is not None
    return owned or item.ref == Ref(Kind.SCHEMA, "", "public")


def _same_start(before: str, after: str) -> dict[str, str]:
    """A schedule that is the live one but for the moment of its first run, which was left to the server."""
    head, word, tail = before.partition(" STARTS ")
    _, ends, end = tail.partition(" ENDS ")
    return {"schedule": before} if word and f"{head}{ends}{end}" == after else {}


def _same_mode(before: str | None, after: str | None) -> dict[str, str]:
    """Code written under the mode that MariaDB has, MySQL has no more, and that only ever was about GRANT."""
    if before is None or after is None or before == after:
        return {}
    modes = [set(text.split(",")) - {"NO_AUTO_CREATE_USER", ""} for text in (before, after)]
    return {"sql_mode": before} if modes[0] == modes[1] else {}


def _privileges(
    current: Catalog, desired: Catalog, managed: Callable[[Ref], bool], *, everything: bool
) -> Iterator[Change]:
    """What is declared of one grantee on one object is complete; other grantees are left alone."""
    for grant in sorted(desired.grants - current.grants, key=_grant_order):
        yield GrantPrivilege(grant)
    for grant in sorted(current.grants - desired.grants, key=_grant_order):
        if _revocable(grant, desired, managed, everything=everything):
            yield RevokePrivilege(grant)
    for added in sorted(desired.default_privileges - current.default_privileges):
        yield GrantPrivilege(added)
    declared = {(item.owner, item.schema, item.object_kind, item.grantee) for item in desired.default_privileges}
    for removed in sorted(current.default_privileges - desired.default_privileges):
        if everything or (removed.owner, removed.schema, removed.object_kind, removed.grantee) in declared:
            yield RevokePrivilege(removed)


def _revocable(grant: Grant, desired: Catalog, managed: Callable[[Ref], bool], *, everything: bool) -> bool:
    on = grant.on
    if on is not None and not {on, on.owner} & desired.objects.keys() and not managed(on):
        return False
    named = (on, grant.grantee) in desired.grantees
    named = named or any(other.grantee == grant.grantee and other.on == grant.on for other in desired.grants)
    return everything or named


def _grant_order(grant: Grant) -> tuple[object, ...]:
    return (grant.grantee, grant.on is not None, str(grant.on), grant.column, grant.privilege, grant.grantable)
