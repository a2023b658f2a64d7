"""Former names (``renamed_from``): of an object in its own schema, so that a rename is never missed in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bootstrap.catalog.catalog import DatabaseObject
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
    former = getattr(item, "renamed_from", None)
    parts = _parts(former)
    if len(parts) <= 1:
        return item
    changed: Any = item  # it has a former name: asked just above
    if parts[:-1] == (getattr(item, "schema", ""),):
        return replace(changed, renamed_from=parts[-1])  # type: ignore[no-any-return]  # the same class
    problems.add(
        position,
        f"renamed_from: {shown(str(former))} is not in the schema of {item.ref}, which a rename does not leave",
        "move it in a step with phase: before (ALTER … SET SCHEMA), and give renamed_from the bare name, or none",
    )
    return item


def _refuse_path(member: Any, position: Position, problems: Problems) -> None:
    if len(_parts(member.renamed_from)) > 1:
        what = f"renamed_from: {shown(member.renamed_from)} of {member.name} is more than a name"
        problems.add(position, what, f"write {_parts(member.renamed_from)[-1]}")


def _parts(former: str | None) -> tuple[str, ...]:
    """The parts of a former name; none where it is a name like any other."""
    if not former or "." not in former:
        return ()
    try:
        return split_path(former)
    except SqlTextError:
        return ()
