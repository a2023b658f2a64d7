"""Former names (``renamed_from``): of an object in its own schema, so that a rename is never missed in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.former_names import FormerName, names_of
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Position
from bootstrap.declaration.names import split_path
from bootstrap.declaration.report import Problems, shown
from bootstrap.sql.lexer import SqlTextError


def with_bare_former_name(item: DatabaseObject, position: Position, problems: Problems) -> DatabaseObject:
    """The object with its former name as the catalog has it: without a schema, which is the object's own."""
    if isinstance(item, Table):
        for member in (*item.columns, *item.constraints, *item.indexes):
            _refuse_path(member, position, problems)
    former = names_of(getattr(item, "renamed_from", None))
    if all(len(_parts(name)) <= 1 for name in former):
        return item
    for name in former:
        if len(_parts(name)) > 1 and _parts(name)[:-1] != (getattr(item, "schema", ""),):
            problems.add(
                position,
                f"renamed_from: {shown(name)} is not in the schema of {item.ref}, which a rename does not leave",
                "move it in a step with phase: before (ALTER … SET SCHEMA), and give renamed_from the bare name, or"
                " none",
            )
    changed: Any = item  # it has former names: asked just above
    bare = [(_parts(name) or (name,))[-1] for name in former]
    return replace(changed, renamed_from=FormerName(bare))  # type: ignore[no-any-return]  # the same class


def _refuse_path(member: Any, position: Position, problems: Problems) -> None:
    for name in names_of(member.renamed_from):
        if len(_parts(name)) > 1:
            what = f"renamed_from: {shown(name)} of {member.name} is more than a name"
            problems.add(position, what, f"write {_parts(name)[-1]}")


def _parts(former: str) -> tuple[str, ...]:
    """The parts of a former name; none where it is a name like any other."""
    if "." not in former:
        return ()
    try:
        return split_path(former)
    except SqlTextError:
        return ()
