"""What must change in the structure of one database: from both catalogs to a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from bootstrap.catalog.borrow import borrowed
from bootstrap.catalog.catalog import Catalog, DatabaseObject, table_members
from bootstrap.catalog.kept import nothing_kept
from bootstrap.catalog.other_tools import tool_of
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.renames import carry_declared
from bootstrap.catalog.roles import unknown_roles
from bootstrap.catalog.table_diff import order_notes
from bootstrap.catalog.tables import Table
from bootstrap.catalog.texts import with_live_texts
from bootstrap.dialects.base import Dialect, Endpoint, Introspection, Locate, Scope, Session
from bootstrap.plan.between import Management, plan_between
from bootstrap.plan.statement import PASSWORD, Plan, Statement
from bootstrap.problems import BootstrapError, DeclarationError
from bootstrap.redact import remember
from bootstrap.run.history import History
from bootstrap.run.ledger import Ledger
from bootstrap.run.records import Run
from bootstrap.service.live_sizes import LiveSizes
from bootstrap.service.work import Work
from bootstrap.target.passwords import fetch_password

_NONE: Mapping[Ref, Sequence[Statement]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The comparison of one moment: the plan, and the catalogs that were compared."""

    plan: Plan
    current: Catalog
    desired: Catalog


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
    management = Management(
        managed=managed_by(work, current, earlier),
        exact=work.request.exact,
        account=work.session.server.account,
        keeps=earlier.__contains__ if work.keeps_removed else nothing_kept,
    )
    wanted = with_live_texts(desired, work.declaration.catalog, current)
    return replace(plan_to(work, current, wanted, management, fingerprint), desired=desired)


def plan_to(
    work: Work,
    current: Catalog,
    desired: Catalog,
    management: Management,
    fingerprint: str,
    *,
    back: Mapping[Ref, Sequence[Statement]] = _NONE,
) -> Structure:
    """Plan the way from the live catalog, which has that fingerprint, to another one. ``back`` are statements that
    bring values back to a table or column, once it is there again.
    """
    plan = plan_between(
        current,
        desired,
        engine=work.dialect,
        server=work.session.server,
        management=replace(management, partial=work.scope != Scope()),
        sizes=LiveSizes(work.dialect, work.session, current),
        policy=work.policy,
        fingerprint=fingerprint,
        back=back,
    )
    return Structure(plan=plan, current=current, desired=desired)


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
    plan = Plan(fingerprint=run.fingerprint_after, unmanaged=tuple(unmanaged), keeps=kept, notes=tuple(notes))
    return Structure(plan=plan, current=current, desired=current)


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

    With ``--exact`` everything in scope may, but never a role: those belong to the whole cluster. The history table of
    another tool never may. Else only what an
    earlier run declared, and what one that was killed left behind of its own means.
    """
    if work.request.exact:
        return lambda ref: ref.kind is not Kind.ROLE and tool_of(ref) is None
    return lambda ref: (ref in earlier and tool_of(ref) is None) or work.dialect.is_leftover(ref, current)


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
