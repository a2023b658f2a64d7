"""Keys, checks and foreign keys as clauses of an ALTER TABLE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.changes import (
    AddConstraint,
    AlterConstraint,
    AlterIndex,
    CreateIndex,
    DropConstraint,
    DropIndex,
)
from bootstrap.catalog.constraints import Check, Constraint, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.mysql.keys import Key, key_of, supports, table_keys
from bootstrap.dialects.mysql.render.parts import check_definition, foreign_key_definition, hidden, key_definition
from bootstrap.dialects.mysql.render.statements import Clause, Cost, Place, live_rows, note
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Hazard
from bootstrap.problems import Refused


def drop_member(change: DropConstraint | DropIndex, context: RenderContext) -> Clause:
    """DROP a key, a check or a foreign key."""
    return _dropped(change.before, change.ref, context.server)


def add_member(change: AddConstraint | CreateIndex, operation: AlterTable, context: RenderContext) -> Iterator[Clause]:
    """ADD a key, a check or a foreign key."""
    match change.after:
        case ForeignKey() as key:
            yield from _explicit_index(operation, key, change.ref, context.server)
            yield _foreign_key(operation, key, change.ref, context)
        case Check() as check:
            yield Clause(text=f"ADD {check_definition(check)}", place=Place.CONSTRAINT, subject=change.ref,
                         cost=Cost.COPY if check.enforced else Cost.METADATA,
                         hazards=_validation(operation, change.ref, "rows that break the check", context))  # fmt: skip
        case KeyConstraint() | Index() as item:
            yield _added(key_of(item), operation, change.ref, context)
        case other:
            raise Refused(f"{change.ref}: {other.kind} does not exist on MySQL and MariaDB")


def alter_member(
    change: AlterConstraint | AlterIndex, operation: AlterTable, context: RenderContext
) -> Iterator[Clause]:
    """Change a key or a check in place where the server can, else drop it and add it in the same ALTER."""
    before, after = change.before, change.after
    in_place = _in_place(change, operation, context)
    if in_place is not None:
        yield in_place
        return
    yield _dropped(before, change.ref, context.server)
    adding = (
        CreateIndex(change.owner, change.after) if isinstance(change, AlterIndex)
        else AddConstraint(change.table, after)  # type: ignore[arg-type]  # a constraint
    )  # fmt: skip
    yield from add_member(adding, operation, context)


def swaps_parser(change: AlterIndex) -> bool:
    """Whether another parser reads the texts: in one ALTER MySQL takes the two for the same index, and does nothing."""
    return change.before.parser != change.after.parser


def _in_place(change: AlterConstraint | AlterIndex, operation: AlterTable, context: RenderContext) -> Clause | None:
    """RENAME, hide or enforce, where nothing else differs."""
    before, after = change.before, change.after
    abilities = context.server.capabilities
    if isinstance(before, Check) and isinstance(after, Check):
        if replace(before, enforced=after.enforced) != after or "not_enforced_checks" not in abilities:
            return None
        text = f"ALTER CHECK {quote(after.name)} {'' if after.enforced else 'NOT '}ENFORCED"
        return Clause(text=text, place=Place.CONSTRAINT, cost=Cost.COPY, subject=change.ref,
                      hazards=_validation(operation, change.ref, "rows that break the check", context))  # fmt: skip
    if not isinstance(before, KeyConstraint | Index) or not isinstance(after, KeyConstraint | Index):
        return None
    old, new = key_of(before), key_of(after)
    text = ""
    if old.kind is not Kind.PRIMARY_KEY and replace(old, name=new.name) == new:
        if "rename_index" in abilities and not _may_be_the_servers(old, operation):
            text = f"RENAME INDEX {quote(old.name)} TO {quote(new.name)}"
    elif replace(old, visible=new.visible) == new:
        text = f"ALTER INDEX {quote(new.name)} {hidden(context.server, hide=not new.visible)}"
    return Clause(text=text, place=Place.KEY, cost=Cost.METADATA, subject=change.ref) if text else None


def _dropped(item: Constraint | Index, ref: Ref, server: Server) -> Clause:
    match item:
        case Check(name=name):
            word = "CHECK" if "not_enforced_checks" in server.capabilities else "CONSTRAINT"
            return Clause(text=f"DROP {word} {quote(name)}", place=Place.DROP, cost=Cost.INSTANT, subject=ref)
        case ForeignKey(name=name):
            return Clause(text=f"DROP FOREIGN KEY {quote(name)}", place=Place.DROP, cost=Cost.METADATA, subject=ref)
        case KeyConstraint() | Index():
            return _dropped_key(key_of(item), ref)
        case other:
            raise Refused(f"{ref}: {other.kind} does not exist on MySQL and MariaDB")


def _dropped_key(key: Key, ref: Ref) -> Clause:
    """The rows lie in the order of the primary key: without it they are rewritten."""
    if key.kind is Kind.PRIMARY_KEY:
        return Clause(text="DROP PRIMARY KEY", place=Place.DROP, cost=Cost.REBUILD, subject=ref)
    return Clause(text=f"DROP INDEX {quote(key.name)}", place=Place.DROP, cost=Cost.INDEX, subject=ref)


def _added(key: Key, operation: AlterTable, ref: Ref, context: RenderContext) -> Clause:
    cost = Cost.SHARED if key.method in ("fulltext", "spatial") else Cost.INDEX
    hazards = _validation(operation, ref, "rows that are equal in these columns", context) if key.unique else ()
    text = f"ADD {key_definition(key, context.server)}"
    if key.kind is Kind.PRIMARY_KEY:
        cost = Cost.REBUILD
    return Clause(text=text, place=Place.KEY, cost=cost, subject=ref, hazards=hazards)


def _foreign_key(operation: AlterTable, key: ForeignKey, ref: Ref, context: RenderContext) -> Clause:
    hazards = _validation(operation, ref, "rows that point to nothing", context)
    if key.name in operation.dangling:
        hazards = (Hazard(
            kind=HazardKind.UNTRACKED_DEPENDENCY, subject=ref, blocking=not key.ref_schema,
            message=f"the table {key.ref_table} that it references is not declared: it is made unchecked",
            advice="declare that table too",
        ),)  # fmt: skip
    text = f"ADD {foreign_key_definition(key)}"
    return Clause(text=text, place=Place.CONSTRAINT, cost=Cost.COPY, subject=ref, hazards=hazards,
                  references=True)  # fmt: skip


def _explicit_index(operation: AlterTable, key: ForeignKey, ref: Ref, server: Server) -> Iterator[Clause]:
    """Make an index that the server may have made for a foreign key one of our own, in the same ALTER.

    The server would silently put another in its place, under the new foreign key's name, and nothing that it prints
    says which indexes are its own.
    """
    if operation.is_new:
        return
    before, after = set(table_keys(operation.before)), table_keys(operation.after)
    for index in after:
        exact = len(index.parts) == len(key.columns) and supports(index, key.columns)
        if exact and index in before and index.kind is Kind.INDEX and not index.unique:
            yield _dropped_key(index, ref)
            yield Clause(text=f"ADD {key_definition(index, server)}", place=Place.KEY, cost=Cost.INDEX, subject=ref)


def _may_be_the_servers(key: Key, operation: AlterTable) -> bool:
    """Whether the server may have made the index for a foreign key: such a one cannot be renamed for good."""
    return key.kind is Kind.INDEX and any(supports(key, found.columns) for found in operation.before.foreign_keys)


def _validation(operation: AlterTable, ref: Ref, what: str, context: RenderContext) -> tuple[Hazard, ...]:
    if operation.is_new:
        return ()
    rows = live_rows(operation.ref, context)
    message = f"{what} make the statement fail (about {rows:,} are looked at); nothing is changed then"
    return (note(HazardKind.VALIDATION_MAY_FAIL, ref, message, "update them in a step with phase: before"),)
