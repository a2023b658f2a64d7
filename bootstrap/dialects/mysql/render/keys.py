"""Adding, dropping and altering keys, checks and foreign keys."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.changes import (
    AddConstraint,
    AlterConstraint,
    AlterIndex,
    CreateIndex,
    DropConstraint,
    DropIndex,
)
from bootstrap.catalog.constraints import Check, ForeignKey, KeyConstraint
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.mysql.keys import Key, key_of, supports, table_keys
from bootstrap.dialects.mysql.render.counting import carried_by, resume_counting, stop_counting
from bootstrap.dialects.mysql.render.parts import check_definition, foreign_key_definition, hidden, key_definition
from bootstrap.dialects.mysql.render.statements import Cost, alter, live_rows, note
from bootstrap.dialects.mysql.render.states import live_table, wanted_table
from bootstrap.dialects.mysql.render.versioning import new_period_first
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard, Statement
from bootstrap.problems import Refused


def add_constraint(change: AddConstraint, context: RenderContext) -> list[Statement]:
    """ADD a key, a check or a foreign key."""
    match change.after:
        case KeyConstraint() as constraint:
            return _add_key(change.table, key_of(constraint), change.ref, context)
        case Check() as check:
            return [alter(change.table, [f"ADD {check_definition(check)}"], context, subject=change.ref,
                          cost=Cost.COPY if check.enforced else Cost.INPLACE,
                          hazards=_validation(change.ref, "rows that break the check", context))]  # fmt: skip
        case ForeignKey() as key:
            return [_add_foreign_key(change, key, context)]
        case other:
            raise Refused(f"{change.ref}: {other.kind} does not exist on MySQL and MariaDB")


def _add_foreign_key(change: AddConstraint, key: ForeignKey, context: RenderContext) -> Statement:
    hazards = _validation(change.ref, "rows that point to nothing", context)
    settings: tuple[tuple[str, str], ...] = ()
    if is_dangling(change.table, key, context):
        settings = (("foreign_key_checks", "0"),)
        hazards = [Hazard(
            kind=HazardKind.UNTRACKED_DEPENDENCY, subject=change.ref, blocking=not key.ref_schema,
            message=f"the table {key.ref_table} that it references is not declared: it is made unchecked",
            advice="declare that table too",
        )]  # fmt: skip
    clauses = [*_explicit_index(change.table, key, context), f"ADD {foreign_key_definition(key)}"]
    return alter(change.table, clauses, context, subject=change.ref, cost=Cost.COPY, hazards=hazards, settings=settings)


def _explicit_index(table: Table, key: ForeignKey, context: RenderContext) -> list[str]:
    """Make an index that the server once made for a foreign key one of our own, in the same ALTER.

    The server would silently put another in its place, under the new foreign key's name. Whether it made the index
    shows only in the name, that of the first column or of a foreign key.
    """
    if table.ref in context.created:
        return []
    live, staying = live_table(table, context), set(table_keys(wanted_table(table, context)))
    for index in table_keys(live):
        exact = len(index.parts) == len(key.columns) and supports(index, key.columns)
        if exact and index in staying and _may_be_the_servers(index, live):
            return [_drop_clause(index), f"ADD {key_definition(index, context.server)}"]
    return []


def _may_be_the_servers(index: Key, live: Table) -> bool:
    """Whether the server may have made the index for a foreign key."""
    names = {index.parts[0].column, *(key.name for key in live.foreign_keys)}
    return index.kind is Kind.INDEX and index.name in names


def is_dangling(table: Table, key: ForeignKey, context: RenderContext) -> bool:
    """Whether nothing that we know of is at the other end. In another database it may well be: there only a new table,
    which has no rows to check, is taken to be.
    """
    if key.ref_schema:
        return table.ref in context.created
    return Ref(Kind.TABLE, "", key.ref_table) not in context.desired.objects


def drop_constraint(change: DropConstraint, context: RenderContext) -> list[Statement]:
    """DROP a key, a check or a foreign key."""
    match change.before:
        case KeyConstraint() as constraint:
            return _drop_key(change.table, key_of(constraint), change.ref, context)
        case Check(name=name):
            clause, cost = f"DROP {_check_word(context)} {quote(name)}", Cost.INSTANT
        case ForeignKey(name=name):
            clause, cost = f"DROP FOREIGN KEY {quote(name)}", Cost.INSTANT
        case other:
            raise Refused(f"{change.ref}: {other.kind} does not exist on MySQL and MariaDB")
    return [alter(change.table, [clause], context, subject=change.ref, cost=cost)]


def alter_constraint(change: AlterConstraint, context: RenderContext) -> list[Statement]:
    """Change a key in one ALTER, so that what needs it never misses it; a foreign key in two."""
    match change.before, change.after:
        case KeyConstraint() as before, KeyConstraint() as after:
            return _alter_key(change.table, key_of(before), key_of(after), change.ref, context)
        case Check() as before, Check() as after:
            if (
                replace(before, enforced=after.enforced) == after
                and "not_enforced_checks" in context.server.capabilities
            ):
                clauses = [f"ALTER CHECK {quote(after.name)} {'' if after.enforced else 'NOT '}ENFORCED"]
            else:
                clauses = [f"DROP {_check_word(context)} {quote(before.name)}", f"ADD {check_definition(after)}"]
            return [alter(change.table, clauses, context, subject=change.ref, cost=Cost.COPY,
                          hazards=_validation(change.ref, "rows that break the check", context))]  # fmt: skip
        case ForeignKey() as before, ForeignKey() as after:
            dropped = drop_constraint(DropConstraint(change.table, before), context)
            return dropped + add_constraint(AddConstraint(change.table, after), context)
        case _:
            raise Refused(f"{change.ref}: this change does not exist on MySQL and MariaDB")


def create_index(change: CreateIndex, context: RenderContext) -> list[Statement]:
    """ADD INDEX."""
    return _add_key(_table(change.owner, context), key_of(change.after), change.ref, context)


def drop_index(change: DropIndex, context: RenderContext) -> list[Statement]:
    """DROP INDEX."""
    return _drop_key(_table(change.owner, context), key_of(change.before), change.ref, context)


def alter_index(change: AlterIndex, context: RenderContext) -> list[Statement]:
    """Rename or hide an index, or make it anew in one ALTER."""
    return _alter_key(_table(change.owner, context), key_of(change.before), key_of(change.after), change.ref, context)


def _table(owner: Ref, context: RenderContext) -> Table:
    for catalog in (context.desired, context.current):
        found = catalog.objects.get(owner)
        if isinstance(found, Table):
            return found
    return Table(name=owner.name)


def _check_word(context: RenderContext) -> str:
    return "CHECK" if "not_enforced_checks" in context.server.capabilities else "CONSTRAINT"


def _validation(ref: Ref, what: str, context: RenderContext) -> list[Hazard]:
    table = Ref(Kind.TABLE, "", ref.table)
    if table in context.created:
        return []
    rows = live_rows(table, context)
    message = f"{what} make the statement fail (about {rows:,} are looked at); nothing is changed then"
    return [note(HazardKind.VALIDATION_MAY_FAIL, ref, message, "mend them by a step that runs before")]


def _cost(key: Key) -> Cost:
    return Cost.SHARED if key.method in ("fulltext", "spatial") else Cost.INPLACE


def _unique_hazards(key: Key, ref: Ref, context: RenderContext) -> list[Hazard]:
    return _validation(ref, "rows that are equal in these columns", context) if key.unique else []


def _add_key(table: Table, key: Key, ref: Ref, context: RenderContext) -> list[Statement]:
    if carried_by(table, key, context) is not None or _replaces_on_drop(table, key, context) is not None:
        return []  # it came with the column that needs it, or with the drop of the key before it
    clauses = [f"ADD {key_definition(key, context.server)}", *resume_counting(table, key, context)]
    if key.without_overlaps:
        clauses = new_period_first(live_table(table, context), wanted_table(table, context), context) + clauses
    return [alter(table, clauses, context, subject=ref, cost=_cost(key), hazards=_unique_hazards(key, ref, context))]


def _drop_key(table: Table, key: Key, ref: Ref, context: RenderContext) -> list[Statement]:
    for after in table_keys(wanted_table(table, context)):
        if (after.kind, after.name) == (key.kind, key.name) and carried_by(table, after, context) is not None:
            return []  # a new column that counts brings the key of that name, and takes this one away
    clauses = [_drop_clause(key)]
    heir = _heir(table, key, context)
    hazards: list[Hazard] = []
    if heir is not None:
        clauses.append(f"ADD {key_definition(heir, context.server)}")
        hazards = _unique_hazards(heir, ref, context)
    else:
        clauses += stop_counting(table, context, without=frozenset({key.name}))
    return [alter(table, clauses, context, subject=ref, cost=_cost(heir or key), hazards=hazards)]


def _drop_clause(key: Key) -> str:
    return "DROP PRIMARY KEY" if key.kind is Kind.PRIMARY_KEY else f"DROP INDEX {quote(key.name)}"


def _heir(table: Table, key: Key, context: RenderContext) -> Key | None:
    """The new key that a foreign key lives on once this one is gone: both change in one ALTER.

    Only a key over columns that are there already, and only where nothing else that stays could take over.
    """
    live, wanted = live_table(table, context), wanted_table(table, context)
    if table.ref in context.created or live.ref not in context.desired.objects:
        return None
    staying = set(table_keys(live)) & set(table_keys(wanted))
    for foreign_key in live.foreign_keys:
        if foreign_key not in wanted.foreign_keys or not supports(key, foreign_key.columns):
            continue
        if any(supports(other, foreign_key.columns) for other in staying):
            continue
        for other in table_keys(wanted):
            names = {part.column for part in other.parts}
            exists = all(name is not None and live.column(name) is not None for name in names)
            new = not any((item.kind, item.name) == (other.kind, other.name) for item in table_keys(live))
            if supports(other, foreign_key.columns) and exists and new:
                return other
    return None


def _replaces_on_drop(table: Table, key: Key, context: RenderContext) -> Key | None:
    """The dropped key whose DROP brings this one along."""
    wanted = {(item.kind, item.name) for item in table_keys(wanted_table(table, context))}
    for other in table_keys(live_table(table, context)):
        if (other.kind, other.name) in wanted:
            continue
        heir = _heir(table, other, context)
        if heir is not None and (heir.kind, heir.name) == (key.kind, key.name):
            return other
    return None


def _alter_key(table: Table, before: Key, after: Key, ref: Ref, context: RenderContext) -> list[Statement]:
    if carried_by(table, after, context) is not None:
        return []
    if before.kind is not Kind.PRIMARY_KEY and replace(before, name=after.name) == after:
        ours = not _may_be_the_servers(before, live_table(table, context))
        if ours and "rename_index" in context.server.capabilities:
            clause = f"RENAME INDEX {quote(before.name)} TO {quote(after.name)}"
            clauses = [clause, *resume_counting(table, after, context)]
            return [alter(table, clauses, context, subject=ref, cost=Cost.INSTANT)]
    elif replace(before, visible=after.visible) == after:
        clause = f"ALTER INDEX {quote(after.name)} {hidden(context.server, hide=not after.visible)}"
        return [alter(table, [clause], context, subject=ref, cost=Cost.INSTANT)]
    if before.parser != after.parser:
        # In one ALTER MySQL takes the two for the same index, and does nothing.
        dropped = alter(table, [_drop_clause(before)], context, subject=ref, cost=Cost.INPLACE)
        added = alter(table, [f"ADD {key_definition(after, context.server)}"], context, subject=ref, cost=_cost(after))
        return [dropped, added]
    clauses = [_drop_clause(before), f"ADD {key_definition(after, context.server)}"]
    resumed = resume_counting(table, after, context)
    clauses += resumed or stop_counting(table, context, without=frozenset({before.name}), altered=True)
    return [
        alter(table, clauses, context, subject=ref, cost=_cost(after), hazards=_unique_hazards(after, ref, context))
    ]
