"""Objects in words: what a person reads of a column, a key or any other part of a catalog."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, Constraint, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import PartitionBy, PartitionOf

_OF_COLUMN = frozenset({"name", "type", "nullable", "default", "generated", "comment"})
_NAMES = frozenset({"name", "schema", "table", "kind", "comment", "identity"})
_OF_TABLE = frozenset(
    {"columns", "primary_key", "uniques", "foreign_keys", "checks", "exclusions", "indexes", "name", "schema",
     "comment"}
)  # fmt: skip
_OF_INDEX = frozenset({"name", "parts", "unique", "method", "where", "include", "kind"})
_OF_KEY = frozenset({"kind", "name", "columns", "include"})
_OF_REFERENCE = frozenset({"name", "columns", "ref_schema", "ref_table", "ref_columns", "on_update", "on_delete"})
_OF_CHECK = frozenset({"name", "expression"})
_OF_EXCLUSION = frozenset({"name", "elements", "method", "where"})
_CODE = frozenset({"body", "definition"})
_ELSEWHERE = frozenset({"indexes", "materialized"})  # of views: shown below them, and said by their kind
_NEGATED = {"nullable": "not null", "enabled": "disabled", "valid": "invalid", "visible": "invisible"}
_HIDDEN = frozenset({"unsaid", "header", "column_types", "renamed_from", "password_secret", "renamed_labels"})


def column_words(column: Column) -> str:
    """Everything about a column but its name and type: ``not null, default 0``."""
    found = [] if column.nullable else ["not null"]
    if column.default is not None:
        found.append(f"default {column.default}")
    if column.generated:
        found.append(f"generated ({column.generated.expression}) {column.generated.kind}")
    return ", ".join([*found, *properties(column, _OF_COLUMN)])


def constraint_words(item: Constraint) -> str:
    """A constraint as SQL says it, without its name; the table that a foreign key refers to is left out."""
    match item:
        case KeyConstraint():
            word = "primary key" if item.kind is Kind.PRIMARY_KEY else "unique"
            include = f" include ({', '.join(item.include)})" if item.include else ""
            return _with(f"{word} ({_parts(item.columns)}){include}", item, _OF_KEY)
        case ForeignKey():
            return f"foreign key ({', '.join(item.columns)}) references"
        case Check():
            return _with(f"check ({item.expression})", item, _OF_CHECK)
        case Exclusion():
            elements = ", ".join(f"{_parts([part])} with {operator}" for part, operator in item.elements)
            where = f" where ({item.where})" if item.where else ""
            return _with(f"exclude using {item.method} ({elements}){where}", item, _OF_EXCLUSION)


def reference_words(key: ForeignKey) -> str:
    """What stands behind the table that a foreign key refers to."""
    columns = f"({', '.join(key.ref_columns)})" if key.ref_columns else ""
    actions = [
        f"on {event} {action.lower()}"
        for event, action in (("delete", key.on_delete), ("update", key.on_update))
        if action != "NO ACTION"
    ]
    return " ".join([columns, *actions, *properties(key, _OF_REFERENCE)]).strip()


def index_words(index: Index) -> str:
    """An index as SQL says it, without its name."""
    unique = "unique " if index.unique else ""
    method = "" if index.method == "btree" else f" using {index.method}"
    include = f" include ({', '.join(index.include)})" if index.include else ""
    where = f" where {index.where}" if index.where else ""
    return _with(f"{unique}index{method} ({_parts(index.parts)}){include}{where}", index, _OF_INDEX)


def table_words(table: Any) -> list[str]:
    """The properties of a table beside its members."""
    return properties(table, _OF_TABLE)


def object_words(item: Any) -> list[str]:
    """The properties of any other object beside its name and its code."""
    return properties(item, _NAMES | _CODE | _ELSEWHERE)


def code_of(item: Any) -> str:
    """The SQL text of a view, routine, trigger or event; "" for what has none."""
    return next((str(getattr(item, name)) for name in sorted(_CODE) if getattr(item, name, None)), "")


def grant_words(grants: Iterable[Grant]) -> Mapping[str, str]:
    """Each grantee with its privileges: ``SELECT, UPDATE (status)``."""
    found: dict[str, list[str]] = defaultdict(list)
    for grant in grants:
        column = f" ({grant.column})" if grant.column else ""
        option = " with grant option" if grant.grantable else ""
        found[grant.grantee].append(f"{'not ' if grant.revoked else ''}{grant.privilege}{column}{option}")
    return {grantee: ", ".join(words) for grantee, words in found.items()}


def properties(item: Any, without: frozenset[str]) -> list[str]:
    """The properties that are not what they are by default: ``collation C``, ``auto increment``."""
    found = []
    for field in fields(item):
        if field.name in without or field.name in _HIDDEN:
            continue
        value = getattr(item, field.name)
        usual = field.default if field.default_factory is MISSING else field.default_factory()
        if value == usual or value is None or value == "":
            continue
        name = field.name.replace("_", " ")
        found.append(
            name if value is True else _NEGATED.get(name, f"no {name}") if value is False else f"{name} {shown(value)}"
        )
    return found


def shown(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, IndexPart):
        return _parts([value])
    if isinstance(value, PartitionBy):
        return f"{value.strategy} ({_parts(value.keys)})"
    if isinstance(value, PartitionOf):
        return f"{value.schema}.{value.table} {value.bound}"
    if isinstance(value, tuple | frozenset):
        pair = isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, str) for part in value)  # noqa: PLR2004
        return (" = " if pair else ", ").join(map(shown, value))
    if is_dataclass(value) and not isinstance(value, type) and hasattr(value, "expression"):
        return str(value.expression)
    if is_dataclass(value) and not isinstance(value, type):
        named = str(getattr(value, "name", ""))
        return " ".join([named, *properties(value, frozenset({"name"}))]).strip() or "by default"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _with(text: str, item: Any, said: frozenset[str]) -> str:
    return ", ".join([text, *properties(item, said | {"comment"})])


def _parts(parts: Iterable[IndexPart]) -> str:
    return ", ".join(_part(part) for part in parts)


def _part(part: IndexPart) -> str:
    name = part.column or f"({part.expression})"
    length = f"({part.length})" if part.length is not None else ""
    more = properties(part, frozenset({"column", "expression", "descending", "length"}))
    return " ".join([f"{name}{length}", *(["desc"] if part.descending else []), *more])
