"""What belongs to a table: keys, foreign keys, checks, exclusions, indexes."""

from __future__ import annotations

from collections.abc import Iterable

from bootstrap.catalog.constraints import Check, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.declaration.parts import write_part
from bootstrap.declaration.writer.context import Writing
from bootstrap.declaration.writer.emit import Flow, Plain
from bootstrap.declaration.writer.given import given

_PART = ("column", "expression", "descending", "nulls_first", "collation", "opclass", "opclass_options", "length",
         "statistics")  # fmt: skip
_KEY = (
    "include", "nulls_not_distinct", "deferrable", "initially_deferred", "options", "tablespace", "comment", "parent",
    "visible", "without_overlaps", "index_type", "index_comment", "clustered", "replica_identity", "renamed_from",
)  # fmt: skip
_INDEX = (
    "unique", "method", "where", "include", "nulls_not_distinct", "options", "tablespace", "comment", "visible",
    "parser", "valid", "clustered", "replica_identity", "parent", "renamed_from",
)  # fmt: skip


def write_parts(parts: Iterable[IndexPart], engine: str) -> list[Plain]:
    """Keys of an index or a constraint."""
    return [_part(part, engine) for part in parts]


def _part(part: IndexPart, engine: str) -> Plain:
    short = write_part(part, engine)
    if short is not None:
        return short
    return Flow(given(part, *_PART))


def write_key(key: KeyConstraint, engine: str, *, named: bool) -> Plain:
    """A primary key or unique constraint; ``named``: its name is written beside it already."""
    columns = write_parts(key.columns, engine)
    rest = given(key, *_KEY)
    name: dict[str, Plain] = {"name": key.name} if key.name and not named else {}
    return Flow(name | {"columns": columns} | rest) if rest or name else columns


def write_uniques(keys: Iterable[KeyConstraint], engine: str) -> Plain:
    """Unique constraints, by name or, where none has one, as a list."""
    found = list(keys)
    if found and not any(key.name for key in found):
        return [write_key(key, engine, named=True) for key in found]
    return {key.name: write_key(key, engine, named=True) for key in found}


def write_foreign_keys(keys: Iterable[ForeignKey], writing: Writing, schema: str) -> Plain:
    """Foreign keys, by column or by name."""
    found = list(keys)
    by_name = {key.name or key.columns[0]: _foreign_key(key, writing, schema) for key in found}
    if len(by_name) == len(found) and all(key.name or len(key.columns) == 1 for key in found):
        return by_name
    return [_foreign_key(key, writing, schema, listed=True) for key in found]


def _foreign_key(key: ForeignKey, writing: Writing, schema: str, *, listed: bool = False) -> Plain:
    target = writing.reference(key.ref_schema, key.ref_table, key.ref_columns, beside=schema)
    rest = given(key, "on_delete_columns", "deferrable", "initially_deferred", "validated", "enforced", "comment",
                 "renamed_from")  # fmt: skip
    actions = {
        name: getattr(key, name).lower()
        for name, usual in (("on_delete", "NO ACTION"), ("on_update", "NO ACTION"), ("match", "SIMPLE"))
        if getattr(key, name) != usual or name in key.explicit_actions
    }
    if not key.name and not listed:
        if not rest and "match" not in actions and not key.explicit_actions:
            words = [f"{name.replace('_', ' ')} {action}" for name, action in actions.items()]
            return " ".join([target, *words])
        return Flow({"references": target} | actions | rest)
    columns: Plain = key.columns[0] if len(key.columns) == 1 else list(key.columns)
    return Flow({"columns": columns, "references": target} | actions | rest)


def write_checks(checks: Iterable[Check]) -> Plain:
    """Check constraints, by name or as a list."""
    found = list(checks)
    if found and not any(check.name for check in found):
        return [_check(check) for check in found]
    return {check.name: _check(check) for check in found}


def _check(check: Check) -> Plain:
    rest = given(check, "validated", "no_inherit", "enforced", "inherited", "comment", "renamed_from")
    return Flow({"expression": check.expression, **rest}) if rest else check.expression


def write_exclusion(exclusion: Exclusion, engine: str) -> Plain:
    """An exclusion constraint."""
    short = [write_part(part, engine) for part, _ in exclusion.elements]
    elements: Plain
    if None not in short and len(set(short)) == len(short):
        pairs = zip(short, exclusion.elements, strict=True)
        elements = Flow({str(text): operator for text, (_, operator) in pairs})
    else:
        elements = [Flow({**given(part, *_PART), "operator": operator}) for part, operator in exclusion.elements]
    rest = given(
        exclusion, "method", "include", "where", "deferrable", "initially_deferred", "options", "tablespace", "comment",
        "index_comment", "renamed_from",
    )  # fmt: skip
    return {"elements": elements, **rest}


def write_indexes(indexes: Iterable[Index], engine: str) -> Plain:
    """Indexes, by name or as a list."""
    found = list(indexes)
    if found and not any(index.name for index in found):
        return [_index(index, engine) for index in found]
    return {index.name: _index(index, engine) for index in found}


def _index(index: Index, engine: str) -> Plain:
    rest = given(index, *_INDEX)
    columns = write_parts(index.parts, engine)
    return Flow({"columns": columns} | rest) if rest else columns
