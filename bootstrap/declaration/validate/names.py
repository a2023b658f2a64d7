"""Names: too long, with characters that no server takes, or twice where the server allows one."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.code import View
from bootstrap.catalog.former_names import names_of
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.report import shown
from bootstrap.declaration.validate.context import Context
from bootstrap.sql.lexer import MYSQL

_BYTES = 63  # PostgreSQL: NAMEDATALEN - 1; what is longer is cut with no more than a notice
_CHARACTERS = 64  # MySQL: "Identifier Length Limits"
# MySQL's "Identifier Case Sensitivity": tables and triggers depend on the file system, all others never.
_FOLDED = frozenset(
    {Kind.TABLE, Kind.VIEW, Kind.COLUMN, Kind.INDEX, Kind.UNIQUE, Kind.FUNCTION, Kind.PROCEDURE, Kind.EVENT,
     Kind.TRIGGER, Kind.FOREIGN_KEY, Kind.CHECK, Kind.SEQUENCE}
)  # fmt: skip
_RELATIONS = frozenset({Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.SEQUENCE, Kind.COMPOSITE})
_TYPES = frozenset({Kind.ENUM, Kind.DOMAIN, Kind.COMPOSITE, Kind.RANGE, Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW})
_BACKED = frozenset({Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.EXCLUSION, Kind.INDEX})
_CONSTRAINTS = frozenset({Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.CHECK, Kind.EXCLUSION, Kind.FOREIGN_KEY})


def check_names(context: Context) -> None:
    """Every name on its own, and against the others."""
    for ref, text in _all_names(context):
        _check_name(context, ref, text)
    if context.engine == MYSQL:
        _check_folded(context)
        _check_twice(context, _mysql_spaces(context))
    else:
        _check_twice(context, _postgresql_spaces(context))


def _all_names(context: Context) -> Iterator[tuple[Ref, str]]:
    for ref, item in context.catalog.objects.items():
        yield ref, getattr(item, "name", ref.name)
        if isinstance(item, Table | View):
            for member in _members(item):
                yield member, member.name


def _members(item: Table | View) -> Iterator[Ref]:
    ref = item.ref
    if isinstance(item, Table):
        yield from (ref.child(Kind.COLUMN, column.name) for column in item.columns)
        yield from (ref.child(member.kind, member.name) for member in item.constraints if member.name)
    yield from (ref.child(Kind.INDEX, index.name) for index in item.indexes if index.name)


def _check_name(context: Context, ref: Ref, name: str) -> None:
    what = f"the name of {ref.kind} {shown(name)}"
    if not name:
        context.problem(ref, f"a {ref.kind} without a name", "give it one")
    elif "\0" in name:
        context.problem(ref, f"{what} has a NUL character", "remove it")
    elif name != name.rstrip(" "):
        context.problem(ref, f"{what} ends in a space", "remove the space")
    elif context.engine == MYSQL:
        if len(name) > _CHARACTERS and ref.kind is not Kind.ROLE:
            context.problem(ref, f"{what} has {len(name)} characters", f"shorten it to {_CHARACTERS}")
        elif any(character > "\uffff" for character in name):
            context.problem(ref, f"{what} has a character beyond U+FFFF, which mysql does not take", "choose another")
    elif len(name.encode()) > _BYTES:
        context.problem(
            ref, f"{what} has {len(name.encode())} bytes, and postgresql would cut it", f"shorten it to {_BYTES} bytes"
        )


def _check_folded(context: Context) -> None:
    """Names that differ only in case: the same to MySQL, always or depending on where it runs."""
    seen: dict[tuple[str, str, str], tuple[Ref, str]] = {}
    for ref, name in _all_names(context):
        if ref.kind not in _FOLDED:
            continue
        space = "relation" if ref.kind in _RELATIONS else str(ref.kind)
        identity = (space, ref.table, name.lower())
        first = seen.setdefault(identity, (ref, name))
        if first[1] != name:
            context.problem(
                ref, f"{ref.kind} {shown(name)} differs from {shown(first[1])} only in case",
                "rename one: depending on the server they are the same",
            )  # fmt: skip


def _check_twice(context: Context, names: Iterator[tuple[str, str, Ref]]) -> None:
    seen: dict[tuple[str, str], Ref] = {}
    for space, name, ref in names:
        first = seen.setdefault((space, name), ref)
        if first is not ref:
            context.problem(ref, f"the name {shown(name)} of {ref.kind} is taken by {first}", "rename one of the two")


def _postgresql_spaces(context: Context) -> Iterator[tuple[str, str, Ref]]:
    """Where a name may stand only once: relations and their indexes per schema, types per schema, constraints per
    table.
    """
    for ref, item in context.catalog.objects.items():
        if ref.kind in _RELATIONS:
            yield f"relation {ref.schema}", ref.name, ref
        if ref.kind in _TYPES:
            yield f"type {ref.schema}", ref.name, ref
        if isinstance(item, Table | View):
            for member in _members(item):
                if member.kind in _BACKED:
                    yield f"relation {ref.schema}", member.name, member
                if member.kind in _CONSTRAINTS:
                    yield f"constraint {ref.path}", member.name, member


def _mysql_spaces(context: Context) -> Iterator[tuple[str, str, Ref]]:
    """Tables and views per database, indexes and keys per table, foreign keys per database."""
    for ref, item in context.catalog.objects.items():
        if ref.kind in _RELATIONS:
            yield "relation", ref.name, ref
        if isinstance(item, Table):
            for member in _members(item):
                if member.kind in {Kind.UNIQUE, Kind.INDEX}:
                    yield f"index {ref.name}", member.name, member
                elif member.kind is Kind.CHECK:
                    yield f"check {ref.name}", member.name, member
                elif member.kind is Kind.FOREIGN_KEY:
                    yield "foreign key", member.name, member


def check_renames(context: Context) -> None:
    """Former names that are still declared: then it is no rename."""
    for ref, item in context.catalog.objects.items():
        for origin in names_of(getattr(item, "renamed_from", None)):
            if Ref(ref.kind, ref.schema, origin, ref.table) in context.catalog.objects:
                context.problem(
                    ref, f"{ref} is renamed_from {shown(origin)}, which is declared too", "remove one of the two"
                )
        if isinstance(item, Table):
            for column in item.columns:
                for origin in filter(item.column, names_of(column.renamed_from)):
                    context.problem(
                        ref.child(Kind.COLUMN, column.name),
                        f"column {column.name} is renamed_from {shown(origin)}, which is declared too",
                        "remove one of the two",
                    )
