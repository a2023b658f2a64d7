"""What must change in the structure of one database: from both catalogs to a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bootstrap.catalog.borrow import borrowed
from bootstrap.catalog.catalog import Catalog, DatabaseObject, table_members
from bootstrap.catalog.changes import Change, Rename
from bootstrap.catalog.diff import Difference, diff
from bootstrap.catalog.kept import nothing_kept
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.renames import carry_declared
from bootstrap.catalog.roles import unknown_roles
from bootstrap.catalog.table_diff import order_notes
from bootstrap.catalog.tables import Table
from bootstrap.catalog.texts import with_live_texts
from bootstrap.dialects.base import Dialect, Endpoint, Introspection, Locate, RenderContext, Scope, Session, TableSize
from bootstrap.plan.keeping import hazards_of_keeping
from bootstrap.plan.likely_renames import asking, likely_renames
from bootstrap.plan.operations import PlannedOperation, changes_of
from bootstrap.plan.planner import created_tables, dropped_objects, operation_groups, planned_groups
from bootstrap.plan.statement import PASSWORD, Operation, Plan, Statement
from bootstrap.plan.transactions import Rendered, in_transactions
from bootstrap.plan.undeclared import Undeclared
from bootstrap.plan.way import Way
from bootstrap.problems import BootstrapError, DeclarationError
from bootstrap.redact import remember
from bootstrap.run.history import History
from bootstrap.run.ledger import Ledger, named_alone
from bootstrap.run.records import Run
from bootstrap.service.work import Work
from bootstrap.target.passwords import fetch_password


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The comparison of one moment: what differs, the plan for it, and the catalogs that were compared.

    ``differences`` are what a person would name; the plan also holds what must be rebuilt around them. ``kept`` stays
    in the database though it is not in ``desired``.
    """

    plan: Plan
    differences: tuple[Change, ...]
    current: Catalog
    desired: Catalog
    kept: frozenset[Ref] = frozenset()


def plan_structure(work: Work, desired: Catalog | None = None) -> Structure:
    """Compare the live database with the declaration.

    Args:
        work: what to compare.
        desired: the canonical declaration where it is known already: nothing is built in a scratch place then.

    Raises:
        DeclarationError: the server does not accept what is declared.
        Refused: a change cannot be expressed.
    """
    fingerprint = work.fingerprint()
    current = work.dialect.introspect(work.session, work.scope).catalog
    if desired is None:
        desired = canonical_declaration(work)
    _check_roles(work, current, desired)
    earlier = Ledger(History(work.session, work.dialect)).managed()
    difference = diff(
        current,
        with_live_texts(desired, work.declaration.catalog, current),
        managed=managed_by(work, current, earlier),
        everything=work.request.exact,
        inline_indexes=work.dialect.rules.inline_indexes,
        follows_renames=work.dialect.rules.follows_renames,
        account=work.session.server.account,
        keeps=earlier.__contains__ if work.keeps_removed else nothing_kept,
    )
    return replace(plan_difference(work, difference, fingerprint), current=current, desired=desired)


def plan_difference(work: Work, difference: Difference, fingerprint: str) -> Structure:
    """Plan a difference, which starts from the structure with that fingerprint."""
    groups = planned_groups(difference, work.dialect.rules)
    plan = Plan(
        operations=_operations(work, difference, groups),
        fingerprint=fingerprint,
        unmanaged=difference.unmanaged,
        kept=named_alone(difference.kept),
        notes=difference.notes,
    ).with_hazards(hazards_of_keeping(difference))
    return Structure(
        plan=plan,
        differences=difference.changes,
        current=difference.current,
        desired=difference.desired,
        kept=difference.kept,
    )


def _check_roles(work: Work, current: Catalog, desired: Catalog) -> None:
    """Raise DeclarationError, naming each role that is given something and does not exist; a step may make one."""
    declaration = work.declaration
    steps = " ".join(statement.sql for step in declaration.steps for statement in step.statements)
    lacking = unknown_roles(desired, current, work.session.server.account)
    lines = [
        f"{declaration.locate(ref) + ': ' if ref else ''}role {name} does not exist: create it, declare it in roles, or"
        " correct the name"
        for name, ref in lacking.items()
        if name.partition("@")[0] not in steps
    ]
    if lines:
        raise BootstrapError("\n".join(sorted(lines)))


def proven_structure(work: Work, run: Run) -> Structure:
    """The comparison with a database that a run has proven to be what is declared: only what is reported is left.

    Nothing is built in a scratch place. What that run recorded as declared has the server's own names.
    """
    current = work.dialect.introspect(work.session, work.scope).catalog
    ledger = Ledger(History(work.session, work.dialect))
    declared, managed = work.declaration.catalog, ledger.managed()
    kept = ledger.kept() if work.keeps_removed else frozenset()
    unmanaged: list[Ref] = []
    for ref, item in sorted(current.objects.items()):
        members = table_members(item) if isinstance(item, Table) and ref in managed else []
        unmanaged += (found for found in (ref, *members) if found not in managed and found.kind is not Kind.ROLE)
    notes = [
        note
        for table in declared.of(Table)
        if isinstance(live := current.objects.get(table.ref), Table)
        for note in order_notes(live, table)
    ]
    plan = Plan(
        fingerprint=run.fingerprint_after, unmanaged=tuple(unmanaged), kept=named_alone(kept), notes=tuple(notes)
    )
    return Structure(plan=plan, differences=(), current=current, desired=current, kept=kept)


def canonical_declaration(work: Work) -> Catalog:
    """What the server makes of the declaration, with what only the declaration can say."""
    declared = work.declaration.catalog
    return carry_declared(
        declared,
        normalised(work.session, work.dialect, declared, locate=work.declaration.locate, scratch=work.scratch),
    )


def normalised(
    session: Session, dialect: Dialect, declared: Catalog, *, locate: Locate, scratch: Endpoint | None
) -> Catalog:
    """What the server makes of a declaration. What that names and does not declare is borrowed from the live database.

    Raises:
        DeclarationError: the server does not accept it.
    """
    beside: dict[Ref, DatabaseObject] = {}
    while True:
        together = replace(declared, objects={**declared.objects, **beside})
        try:
            found = dialect.normalise(session, together, locate=locate, scratch=scratch)
        except DeclarationError as error:  # bodies are looked at last: they may lack more than what was lacking before
            live = _with_borrowable(dialect.introspect(session, Scope())) if error.lacking else Catalog()
            more = borrowed(live, together, error.lacking)
            if not more:
                raise
            beside |= more
        else:
            return replace(found, objects={ref: item for ref, item in found.objects.items() if ref not in beside})


def _with_borrowable(found: Introspection) -> Catalog:
    """Everything live that a declaration can refer to."""
    beside = {table.ref: table for table in found.borrowable}
    return replace(found.catalog, objects={**beside, **found.catalog.objects})


def managed_by(work: Work, current: Catalog, earlier: frozenset[Ref]) -> Callable[[Ref], bool]:
    """Whether something that is not declared may be dropped.

    With ``--exact`` everything in scope may, but never a role: those belong to the whole cluster. Else only what an
    earlier run declared, and what one that was killed left behind of its own means.
    """
    if work.request.exact:
        return lambda ref: ref.kind is not Kind.ROLE
    return lambda ref: ref in earlier or work.dialect.is_leftover(ref, current)


def _operations(work: Work, difference: Difference, groups: list[tuple[Change, ...]]) -> tuple[Operation, ...]:
    changes = [change for group in groups for change in group]
    context = RenderContext(
        server=work.session.server,
        current=difference.current,
        desired=difference.desired,
        sizes=_sizes(work.dialect, work.session, difference.current, changes),
        policy=work.policy,
        created=created_tables(changes),
        dropped=dropped_objects(changes),
        exact=work.request.exact,
    )
    return operations_of(work.dialect, difference, groups, context)


def operations_of(
    dialect: Dialect, difference: Difference, groups: list[tuple[Change, ...]], context: RenderContext
) -> tuple[Operation, ...]:
    """Give the operations of each group the hazards of their changes, and their statements."""
    renames = likely_renames(change for group in groups for change in group)
    undeclared = Undeclared(difference, (change for group in groups for change in group), dialect.rules)

    def render(planned: PlannedOperation, way: Way) -> Rendered:
        here = replace(context, way=way)
        blocked = (hazard for change in changes_of(planned) for hazard in undeclared.hazards(change))
        hazards = [asking(hazard, renames) for hazard in dialect.hazards(planned, here)]
        return [*hazards, *blocked], list(dialect.render(planned, here))

    return tuple(
        operation
        for group in operation_groups(difference, groups, dialect.rules)
        for operation in in_transactions(group, render)
    )


def with_passwords(work: Work, plan: Plan) -> Plan:
    """The plan with the passwords of the roles that it creates. Only an apply needs them: nothing else fetches one.

    Raises:
        TargetError: a password cannot be had.
    """

    def filled(statement: Statement) -> Statement:
        if statement.password_secret is None:
            return statement
        password = fetch_password(statement.password_secret, work.destination.region, work.request.environ)
        literal = work.dialect.password_for(work.session, statement.subject, password)
        remember(literal)
        return replace(statement, sql=statement.sql.replace(PASSWORD, literal))

    operations = (replace(item, statements=tuple(map(filled, item.statements))) for item in plan.operations)
    return replace(plan, operations=tuple(operations))


def _sizes(dialect: Dialect, session: Session, current: Catalog, changes: list[Change]) -> dict[Ref, TableSize]:
    """The sizes of all tables, asked for by the names that they have before any rename: a change also reaches tables
    that have no change of their own (partitions, inheritance children, columns of a type).
    """
    if not changes:
        return {}
    names = {change.ref: change.before.ref for change in changes if isinstance(change, Rename)}
    tables = {table.ref: names.get(table.ref, table.ref) for table in current.of(Table)}
    found = dialect.table_sizes(session, set(tables.values()))
    return {now: found[then] for now, then in tables.items() if then in found}
