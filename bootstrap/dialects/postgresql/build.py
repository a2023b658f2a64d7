"""Making declared objects in a scratch database: batch by batch, put off what needs something that is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import AddConstraint, Alter, Change, Create, CreateIndex
from bootstrap.catalog.code import Policy as RowPolicy
from bootstrap.catalog.code import Routine, View
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import Scope, ServerError
from bootstrap.dialects.postgresql.inert import has_body, inert, with_domains, without_domain_checks
from bootstrap.dialects.postgresql.introspect import introspect
from bootstrap.dialects.postgresql.names import split_qualified
from bootstrap.dialects.postgresql.render import render
from bootstrap.dialects.postgresql.session import PostgresSession
from bootstrap.plan.circles import without_checks
from bootstrap.plan.context import Policy, RenderContext
from bootstrap.problems import DeclarationError, Problem

# 100 objects take fewer than 2000 locks; a server at default settings guarantees 6400.
_BATCH = 100
_ORDER = (
    Kind.SCHEMA, Kind.EXTENSION, Kind.COLLATION, Kind.DICTIONARY, Kind.TEXT_SEARCH,
    Kind.ENUM, Kind.COMPOSITE, Kind.RANGE, Kind.DOMAIN,
    Kind.SEQUENCE, Kind.FUNCTION, Kind.PROCEDURE, Kind.AGGREGATE, Kind.OPERATOR,
    Kind.TABLE, Kind.INDEX, Kind.FOREIGN_KEY, Kind.VIEW,
    Kind.MATERIALIZED_VIEW, Kind.STATISTICS, Kind.TRIGGER, Kind.RULE, Kind.POLICY, Kind.EVENT_TRIGGER,
    Kind.PUBLICATION, Kind.PUBLISHED_TABLE,
)  # fmt: skip
_RANK = {kind: place for place, kind in enumerate(_ORDER)}


@dataclass(frozen=True, slots=True)
class Unit:
    """One change and its SQL."""

    change: Change
    statements: tuple[str, ...]

    @property
    def ref(self) -> Ref:
        """What is made, as the declaration calls it."""
        return _ref(self.change)

    @property
    def sql(self) -> str:
        """All statements in one string: one round trip, one transaction."""
        return ";\n".join(self.statements)


@dataclass(frozen=True, slots=True)
class _Failure:
    unit: Unit
    error: ServerError


def build(session: PostgresSession, declared: Catalog, locate: Callable[[Ref], str]) -> Catalog:
    """Make everything that is declared in the database of the session, roles and privileges left out; read it back.

    Raises:
        DeclarationError: with every object that the server refused, in its words.
    """
    context = _context(session, declared)
    with session.declared_sql():
        failed = _create(session, list(units(context)), context)
    domains = without_domain_checks(session)
    with session.declared_sql():
        failed += _create(session, list(bodies(context)), context)
    if failed:
        raise _refused([failure for failure in failed if not failure.error.missing_object] or failed, locate)
    return with_domains(introspect(session, Scope()).catalog, domains)


def _create(session: PostgresSession, waiting: Sequence[Unit], context: RenderContext) -> list[_Failure]:
    """Try what is left until nothing more can be created; what fails for good is returned."""
    while waiting:
        failed = _round(session, waiting)
        wrong = [failure for failure in failed if not failure.error.missing_object]
        parts = [failure.unit for failure in failed]
        if len(failed) == len(waiting):  # a circle, or something that is nowhere
            parts = [part for unit in parts for part in _in_parts(unit, context)]
        if wrong or len(parts) == len(waiting):
            return wrong or failed
        waiting = parts
    return []


def _round(session: PostgresSession, waiting: Sequence[Unit]) -> list[_Failure]:
    """Try everything once; what fails is returned."""
    failed: list[_Failure] = []
    for start in range(0, len(waiting), _BATCH):
        failed += _batch(session, waiting[start : start + _BATCH])
    return failed


def _batch(session: PostgresSession, batch: Sequence[Unit]) -> list[_Failure]:
    """Try a batch whole; halve it where it fails, so that one bad object costs few round trips."""
    try:
        session.execute(";\n".join(unit.sql for unit in batch))
    except ServerError as error:
        if error.connection_lost:
            raise
        if len(batch) == 1:
            return [_Failure(batch[0], error)]
        middle = len(batch) // 2
        return _batch(session, batch[:middle]) + _batch(session, batch[middle:])
    return []


def _refused(failures: Sequence[_Failure], locate: Callable[[Ref], str]) -> DeclarationError:
    lacking = [failure.unit.sql for failure in failures if failure.error.missing_object]
    return DeclarationError([_problem(failure, locate) for failure in failures], lacking=lacking)


def _problem(failure: _Failure, locate: Callable[[Ref], str]) -> Problem:
    file, _, line = locate(failure.unit.ref).rpartition(":")
    what = f"{failure.unit.ref}: the server refuses it: {failure.error}"
    number = int(line) if line.isdigit() else 0
    return Problem(file or line or "declaration", number, what, "correct it as the server says")


def units(context: RenderContext) -> Iterator[Unit]:
    """The statements that make every object, in an order that mostly holds."""
    catalog = context.desired
    changes = [change for item in catalog.objects.values() for change in _changes(inert(item))]
    depth = _depths(catalog)
    partitioned = frozenset(item.ref for item in catalog.of(Table) if item.partition_by)
    for change in sorted(changes, key=lambda change: _place(change, depth, partitioned)):
        yield from _unit(change, context)


def bodies(context: RenderContext) -> Iterator[Unit]:
    """The statements that give routines the bodies that they are declared with."""
    for item in context.desired.of(Routine):
        if has_body(item):
            yield from _unit(Alter(inert(item), item), context)


def _context(session: PostgresSession, declared: Catalog) -> RenderContext:
    catalog = replace(declared, objects={ref: _unowned(item, declared) for ref, item in declared.objects.items()})
    return RenderContext(
        server=session.server,
        desired=catalog,
        policy=Policy(online=False, lock_timeout_ms=0),
        created=frozenset(catalog.objects),
    )


def _unit(change: Change, context: RenderContext) -> Iterator[Unit]:
    statements = tuple(statement.sql for statement in render(change, context))
    if statements:
        yield Unit(change, statements)


def _in_parts(unit: Unit, context: RenderContext) -> Iterator[Unit]:
    """A table without its checks, and then these: what they call may need the table."""
    change = unit.change
    if not isinstance(change, Create) or not isinstance(change.after, Table):
        yield unit
        return
    bare, checks = without_checks(change.after, lambda _: True)
    yield from _unit(Create(bare), context)
    for check in checks:
        yield from _unit(AddConstraint(change.after, check), context)


def _ref(change: Change) -> Ref:
    if isinstance(change, Create | CreateIndex | AddConstraint | Alter):
        return change.ref
    raise TypeError(change)


def _place(change: Change, depth: dict[Ref, int], partitioned: frozenset[Ref]) -> tuple[float, int, str]:
    ref = _ref(change)
    owner = ref.owner or ref
    level = depth.get(owner, 0)
    if isinstance(change, CreateIndex):
        # A parent's index takes in what it finds on the partitions: what belongs to it comes before, deepest first,
        # and what stands beside it after.
        beside = change.after.parent is None and owner not in partitioned
        return _RANK[ref.kind] + beside / 2, -level, str(ref)
    return _RANK[ref.kind], level, str(ref)


def _changes(item: DatabaseObject) -> Iterator[Change]:
    if isinstance(item, Role) or item.ref == Ref(Kind.SCHEMA, "", "public"):
        return
    yield Create(item)
    if isinstance(item, Table | View):
        yield from (CreateIndex(item.ref, index) for index in item.indexes)
    if isinstance(item, Table):
        yield from (AddConstraint(item, key) for key in item.foreign_keys)


def _depths(catalog: Catalog) -> dict[Ref, int]:
    """How many parents a table has above it: partitions and children come after them."""
    depths: dict[Ref, int] = {}

    def depth(ref: Ref, seen: frozenset[Ref]) -> int:
        if ref in depths or ref in seen:
            return depths.get(ref, 0)
        item = catalog.objects.get(ref)
        parents = _parents(item) if isinstance(item, Table) else []
        depths[ref] = 1 + max((depth(parent, seen | {ref}) for parent in parents), default=-1)
        return depths[ref]

    for ref in catalog.objects:
        depth(ref, frozenset())
    return depths


def _parents(table: Table) -> list[Ref]:
    parents = [split_qualified(name) for name in table.inherits]
    if table.partition_of:
        parents.append((table.partition_of.schema, table.partition_of.table))
    return [Ref(Kind.TABLE, schema or table.schema, name) for schema, name in parents]


def _unowned(item: DatabaseObject, declared: Catalog) -> DatabaseObject:
    """Without what belongs to the cluster: owners, roles of policies. They are put back into what is read."""
    if isinstance(item, RowPolicy):
        return replace(item, roles=())
    if isinstance(item, Table) and item.partition_of and not item.columns and _has_members(item):
        parent = declared.objects.get(_parents(item)[0])
        if isinstance(parent, Table):
            columns = tuple(replace(column, inherited=True, comment=None) for column in parent.columns)
            checks = tuple(replace(check, inherited=True) for check in parent.checks)
            item = replace(item, columns=columns, checks=(*item.checks, *checks))
    return replace(item, owner=None) if getattr(item, "owner", None) is not None else item  # type: ignore[arg-type]  # has an owner: asked here


def _has_members(table: Table) -> bool:
    return bool(table.primary_key or table.uniques or table.checks or table.exclusions)
