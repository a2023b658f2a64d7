"""What needs what: read out of the texts that the server printed in its canonical form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.code import Trigger, View
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.introspection.lexer import Token, TokenKind, tokens_of
from bootstrap.dialects.mysql.keys import supports, table_keys
from bootstrap.dialects.mysql.text import unquote_name

_BEFORE_RELATION = frozenset({"from", "join", "straight_join"})


def dependencies_of(objects: Mapping[Ref, DatabaseObject]) -> dict[Ref, frozenset[Ref]]:
    """For each object, also a column, constraint or index, what it needs beyond what the model itself says."""
    needs: dict[Ref, set[Ref]] = defaultdict(set)
    for item in objects.values():
        if isinstance(item, View):
            needs[item.ref] |= set(_of_view(item, objects))
        elif isinstance(item, Trigger):
            needs[item.ref] |= set(_of_trigger(item, objects))
        elif isinstance(item, Table):
            for ref, need in _of_table(item):
                if ref != need:
                    needs[ref].add(need)
    return {ref: frozenset(found) for ref, found in needs.items() if found}


def _of_trigger(trigger: Trigger, objects: Mapping[Ref, DatabaseObject]) -> Iterator[Ref]:
    """The trigger that fires right before it: it is made as the one that follows."""
    for other in siblings(trigger, objects.values()):
        if other.order == trigger.order - 1:
            yield other.ref


def siblings(trigger: Trigger, objects: Iterable[DatabaseObject]) -> Iterator[Trigger]:
    """The other triggers of the same table, time and event."""
    for other in objects:
        if isinstance(other, Trigger) and other.name != trigger.name:
            same = (other.table, other.timing, other.events) == (trigger.table, trigger.timing, trigger.events)
            if same:
                yield other


def _of_view(view: View, objects: Mapping[Ref, DatabaseObject]) -> Iterator[Ref]:
    """Tables and views behind FROM and JOIN, functions that are called, and columns of those tables.

    Columns: every name in the text that a table of the view has as a column; one too many costs nothing but a view
    that is created again.
    """
    tokens = list(tokens_of(view.definition))
    names = {unquote_name(token.text) for token in tokens if token.kind is TokenKind.NAME}
    for name in relations(tokens):
        for kind in (Kind.TABLE, Kind.VIEW, Kind.SEQUENCE):
            ref = Ref(kind, "", name)
            if ref in objects and ref != view.ref:
                yield ref
                item = objects[ref]
                if isinstance(item, Table):
                    yield from (ref.child(Kind.COLUMN, c.name) for c in item.columns if c.name in names)
    for name in _called(tokens):
        ref = Ref(Kind.FUNCTION, "", name)
        if ref in objects:
            yield ref


def relations(tokens: list[Token]) -> Iterator[str]:
    """Names behind FROM or JOIN, through opening parentheses; those of other databases are left out."""
    for place, token in enumerate(tokens):
        if token.kind is not TokenKind.NAME:
            continue
        before = place - 1
        while before >= 0 and tokens[before].text == "(":
            before -= 1
        if before < 0 or tokens[before].text.lower() not in _BEFORE_RELATION:
            continue
        if tokens[place + 1].text != ".":
            yield unquote_name(token.text)


def _called(tokens: list[Token]) -> Iterator[str]:
    for token, following in pairwise(tokens):
        if token.kind is TokenKind.NAME and following.text == "(" and following.start == token.end:
            yield unquote_name(token.text)


def _of_table(table: Table) -> Iterator[tuple[Ref, Ref]]:
    names = {column.name for column in table.columns}
    for column in table.columns:
        ref = table.ref.child(Kind.COLUMN, column.name)
        yield from ((ref, table.ref.child(Kind.COLUMN, name)) for name in mentioned(_expressions(column), names))
        yield from ((ref, need) for need in _of_default(column.default or ""))
    for check in table.checks:
        ref = table.ref.child(Kind.CHECK, check.name)
        yield from ((ref, table.ref.child(Kind.COLUMN, name)) for name in mentioned(check.expression, names))
    for key in table_keys(table):
        ref = table.ref.child(key.kind, key.name)
        for part in key.parts:
            yield from ((ref, table.ref.child(Kind.COLUMN, name)) for name in mentioned(part.expression or "", names))
    for foreign_key in table.foreign_keys:
        yield from _of_foreign_key(table, foreign_key)


def _of_default(default: str) -> Iterator[Ref]:
    """The sequence of a nextval()."""
    if "nextval" in default:
        for token in tokens_of(default):
            if token.kind is TokenKind.NAME:
                yield Ref(Kind.SEQUENCE, "", unquote_name(token.text))


def _of_foreign_key(table: Table, key: ForeignKey) -> Iterator[tuple[Ref, Ref]]:
    """A foreign key needs an index on its own columns: the one that has them, where there is only one."""
    behind = [index for index in table_keys(table) if supports(index, key.columns)]
    if len(behind) == 1:
        yield table.ref.child(Kind.FOREIGN_KEY, key.name), table.ref.child(behind[0].kind, behind[0].name)


def _expressions(column: Column) -> str:
    generated = column.generated.expression if column.generated else ""
    return f"{generated} {column.check or ''} {column.default or ''}"


def mentioned(expression: str, names: set[str]) -> Iterator[str]:
    """The column names that an expression mentions."""
    if "`" not in expression:
        return
    for token in tokens_of(expression):
        if token.kind is TokenKind.NAME:
            name = unquote_name(token.text)
            if name in names:
                yield name
