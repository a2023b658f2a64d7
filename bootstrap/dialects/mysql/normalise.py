"""What is declared, as the server prints it: built in a scratch database by our own renderer, and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import AddConstraint, Create
from bootstrap.catalog.code import Event, Routine, Trigger, View
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import Endpoint, Scope, ServerError
from bootstrap.dialects.mysql.introspect import introspect_database
from bootstrap.dialects.mysql.introspection.lexer import without_database
from bootstrap.dialects.mysql.privileges import canonical_grants, canonical_role, is_role
from bootstrap.dialects.mysql.render import render
from bootstrap.dialects.mysql.render.tables import create_table_with_keys
from bootstrap.dialects.mysql.scratch import scratch_database
from bootstrap.dialects.mysql.session import MySqlSession, connect
from bootstrap.plan.context import RenderContext
from bootstrap.plan.inline_keys import referenced_first
from bootstrap.plan.joining import is_dangling
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Statement
from bootstrap.problems import DeclarationError, Problem, Refused

# The order in which most things exist when they are needed; what does not is tried again.
_ORDER = (Kind.SEQUENCE, Kind.FUNCTION, Kind.PROCEDURE, Kind.TABLE, Kind.VIEW, Kind.TRIGGER, Kind.EVENT)
_OPEN = ("definer", "charset", "collation", "sql_mode", "time_zone")


@dataclass(slots=True)
class _Job:
    """One object to be made, and what the server said the last time."""

    ref: Ref
    statements: list[Statement]
    error: ServerError | None = None


def normalise(
    session: MySqlSession, declared: Catalog, *, locate: Callable[[Ref], str], scratch: Endpoint | None = None
) -> Catalog:
    """Build the declared objects in a scratch database and read them back. Raises DeclarationError, Refused."""
    if scratch is not None:
        other = connect(scratch, application_name=session.application_name)
        try:
            return _normalise(other, declared, locate, live=session)
        finally:
            other.close()
    return _normalise(session, declared, locate, live=session)


def _normalise(
    session: MySqlSession, declared: Catalog, locate: Callable[[Ref], str], *, live: MySqlSession
) -> Catalog:
    roles = {ref: canonical_role(item, live.server) for ref, item in declared.objects.items() if isinstance(item, Role)}
    _refuse_several_defaults(roles.values(), live.server, locate)
    structure = [_local(item, live.database) for item in declared.objects.values() if not isinstance(item, Role)]
    grants = canonical_grants(declared, live.server, _known_roles(live) if declared.grants else frozenset())
    if not structure:
        return Catalog(objects={item.ref: item for item in roles.values()}, grants=grants)
    with scratch_database(session, live, declared.settings) as name:
        with session.tolerant():  # no rows here, and what is declared may be old
            build(session, structure, locate)
        found = introspect_database(session, name, Scope())
    problems = [
        _problem(locate, Ref(Kind.TABLE, "", item.name), f"{item.what} {item.name} cannot be managed", item.reason)
        for item in found.unsupported
    ]
    problems += _dropped_in_silence(structure, found.catalog, locate)
    if problems:
        raise DeclarationError(problems)
    objects: dict[Ref, DatabaseObject] = {
        ref: keep_open(declared.objects[ref], item) if ref in declared.objects else item
        for ref, item in found.catalog.objects.items()
        if ref.kind is not Kind.ROLE
    }
    return replace(found.catalog, objects={**objects, **{item.ref: item for item in roles.values()}}, grants=grants)


def _dropped_in_silence(declared: list[DatabaseObject], found: Catalog, locate: Callable[[Ref], str]) -> list[Problem]:
    """What the server took without an error and did not keep: foreign keys and checks of an engine without them."""
    problems = []
    for table in declared:
        kept = found.objects.get(table.ref)
        if not isinstance(table, Table) or not isinstance(kept, Table):
            continue
        engine = kept.engine or "of this table"
        for word, wanted, there in (
            ("foreign key", table.foreign_keys, kept.foreign_keys),
            ("CHECK constraint", table.checks, kept.checks),
        ):
            if len(there) < len(wanted):
                names = ", ".join(item.name or "unnamed" for item in wanted)
                what = f"{table.ref}: the engine {engine} does not keep its {word} ({names})"
                remedy = f"declare an engine that does (engine: InnoDB), or take the {word} out"
                problems.append(_problem(locate, table.ref, what, remedy))
    return problems


def _known_roles(session: MySqlSession) -> frozenset[str]:
    """Roles without a host that MariaDB has already, where this account may see them."""
    if "named_roles" not in session.server.capabilities:
        return frozenset()
    [answer] = session.batch(["SELECT user FROM mysql.user WHERE is_role = 'Y'"])
    return frozenset() if isinstance(answer, ServerError) else frozenset(str(row[0]) for row in answer)


def _refuse_several_defaults(roles: Iterable[Role], server: Server, locate: Callable[[Ref], str]) -> None:
    """MariaDB gives an account one role at most when it logs in. Raises DeclarationError."""
    problems = [
        _problem(
            locate, role.ref, f"{role.ref} is a member of {len(role.member_of)} roles: MariaDB activates one at login",
            "name it: attributes: {default_role: ROLE} (or none), or make that role a member of the others",
        )
        for role in roles
        if server.vendor == "mariadb" and len(role.member_of) > 1 and not is_role(role)
        and "default_role" not in dict(role.attributes)
    ]  # fmt: skip
    if problems:
        raise DeclarationError(problems)


def _local(item: DatabaseObject, live: str) -> DatabaseObject:
    """The database's own name taken out of a view's text: in the scratch place it would mean the live tables."""
    if isinstance(item, View) and live:
        return replace(item, definition=without_database(item.definition, live))
    return item


def build(session: MySqlSession, objects: list[DatabaseObject], locate: Callable[[Ref], str]) -> None:
    """Make everything, again and again as long as that gets on: what names something that is not there yet waits."""
    jobs, late = _jobs(session, objects, locate)
    while jobs:
        failed = _run(session, jobs)
        if len(failed) == len(jobs):
            if not late:
                lacking = [statement.sql for job in failed for statement in job.statements]
                raise DeclarationError([_refusal(locate, job) for job in failed], lacking=lacking)
            failed = _split_cycles(failed, late)
        jobs = failed
        refused = [job for job in jobs if job.error is not None and not job.error.missing_object]
        if refused:
            raise DeclarationError([_refusal(locate, job) for job in refused])


def _jobs(
    session: MySqlSession, objects: list[DatabaseObject], locate: Callable[[Ref], str]
) -> tuple[list[_Job], dict[Ref, list[_Job]]]:
    desired = Catalog(objects={item.ref: item for item in objects})
    context = RenderContext(server=session.server, desired=desired, created=frozenset(desired.objects))
    jobs: list[_Job] = []
    late: dict[Ref, list[_Job]] = {}
    problems: list[Problem] = []
    for item in _in_order(objects):
        try:
            if isinstance(item, Table) and item.foreign_keys and not _has_dangling(item, context):
                jobs.append(_Job(item.ref, create_table_with_keys(item, context)))
                alone = _Job(item.ref, render(Create(item), context))
                late[item.ref] = [alone, *_key_jobs(item, context)]
            else:
                jobs.append(_Job(item.ref, render(Create(item), context)))
                if isinstance(item, Table):
                    jobs += _key_jobs(item, context)
        except Refused as reason:
            problems.append(_problem(locate, item.ref, str(item.ref), str(reason)))
    if problems:
        raise DeclarationError(problems)
    return jobs, late


def _key_jobs(table: Table, context: RenderContext) -> list[_Job]:
    """One for each foreign key: any may be the one that the server refuses."""
    return [
        _Job(table.ref.child(Kind.FOREIGN_KEY, key.name), render(_adding(table, key, context.desired), context))
        for key in table.foreign_keys
    ]


def _adding(table: Table, key: ForeignKey, desired: Catalog) -> AlterTable:
    dangling = frozenset({key.name} if is_dangling(key, desired.objects, is_new=True) else ())
    action = AddConstraint(table, key)
    return AlterTable(before=table, after=table, actions=(action,), is_new=True, dangling=dangling)


def _has_dangling(table: Table, context: RenderContext) -> bool:
    return any(is_dangling(key, context.desired.objects, is_new=True) for key in table.foreign_keys)


def _in_order(objects: list[DatabaseObject]) -> list[DatabaseObject]:
    """By kind, and tables behind those that they reference: what is made at the first attempt is made once."""
    tables = sorted((item for item in objects if isinstance(item, Table)), key=lambda table: table.name)
    placed = [table.name for table in referenced_first(tables)]
    places = {name: place for place, name in enumerate(placed)}
    return sorted(objects, key=lambda item: (*_rank(item)[:2], places.get(item.ref.name, 0), item.ref))


def _rank(item: DatabaseObject) -> tuple[int, int, Ref]:
    order = item.order if isinstance(item, Trigger) else 0
    return (_ORDER.index(item.ref.kind) if item.ref.kind in _ORDER else len(_ORDER), order, item.ref)


def _split_cycles(failed: list[_Job], late: dict[Ref, list[_Job]]) -> list[_Job]:
    """Tables that reference each other: made without their foreign keys, which follow."""
    split = []
    for job in failed:
        split += late.pop(job.ref, []) or [job]
    late.clear()
    return [replace(job, error=None) for job in sorted(split, key=lambda job: job.ref.kind is Kind.FOREIGN_KEY)]


def _run(session: MySqlSession, jobs: list[_Job]) -> list[_Job]:
    """Run what needs no settings in one round trip, the rest one by one. Returns what failed."""
    failed = []
    simple = [job for job in jobs if len(job.statements) == 1 and not job.statements[0].session_settings]
    for job, answer in (
        zip(simple, session.batch([job.statements[0].sql for job in simple]), strict=True) if simple else ()
    ):
        if isinstance(answer, ServerError):
            failed.append(_Job(job.ref, job.statements, answer))
    for job in jobs:
        if job in simple:
            continue
        try:
            for statement in job.statements:
                with session.settings(statement.session_settings):
                    session.execute(statement.sql)
        except ServerError as error:
            if error.connection_lost:
                raise
            failed.append(_Job(job.ref, job.statements, error))
    return failed


def _refusal(locate: Callable[[Ref], str], job: _Job) -> Problem:
    return _problem(locate, job.ref, str(job.ref), f"the server refuses it: {job.error}")


def _problem(locate: Callable[[Ref], str], ref: Ref, what: str, remedy: str) -> Problem:
    file, _, line = locate(ref).rpartition(":")
    return Problem(file or "declaration", int(line) if line.isdigit() else 0, what, remedy)


def keep_open(declared: DatabaseObject, found: DatabaseObject) -> DatabaseObject:
    """What a declaration leaves open stays open: the database's own word is taken for it later."""
    if not isinstance(found, View | Routine | Trigger | Event):
        return found
    open_fields = {name: None for name in _OPEN if hasattr(found, name) and getattr(declared, name, None) is None}
    given = {name: getattr(declared, name) for name in ("definer",) if getattr(declared, name, None) is not None}
    found = replace(found, **open_fields, **given)  # type: ignore[arg-type]  # names of fields that this class has
    if isinstance(found, Event) and isinstance(declared, Event) and " STARTS " not in f" {declared.schedule.upper()} ":
        return replace(found, schedule=without_start(found.schedule))
    return found


def without_start(schedule: str) -> str:
    """An event's schedule without the moment that the server chose for its first run."""
    before, word, after = schedule.partition(" STARTS ")
    if not word:
        return schedule
    _, ends, end = after.partition(" ENDS ")
    return f"{before}{ends}{end}"
