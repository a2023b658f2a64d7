"""What a declaration uses and this server does not have yet: named before the server calls it a syntax error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.columns import GeneratedKind
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.base import Locate
from bootstrap.dialects.postgresql.capabilities import first_version
from bootstrap.plan.server import Server
from bootstrap.problems import DeclarationError, Problem

_STORED = "declare it stored"
_LEAVE_OUT = "leave it out"


def refuse_too_new(declared: Catalog, server: Server, locate: Locate) -> None:
    """Raise DeclarationError with everything declared that needs a newer server."""
    problems = []
    for ref, what, capability, remedy in _uses(declared):
        if capability not in server.capabilities:
            file, _, line = locate(ref).rpartition(":")
            since, version = first_version(capability), server.version[0]
            problems.append(
                Problem(
                    file, int(line) if line.isdigit() else 0,
                    f"{ref}: {what} needs PostgreSQL {since}, and this server is PostgreSQL {version}",
                    f"{remedy}, or upgrade the server",
                )
            )  # fmt: skip
    if problems:
        raise DeclarationError(problems)


_Use: TypeAlias = tuple[Ref, str, str, str]  # of what, what is used in words, the capability, what else to declare


def _uses(declared: Catalog) -> Iterator[_Use]:
    for table in declared.of(Table):
        yield from _columns(table)
        yield from _members(table)
    for sequence in declared.of(Sequence):
        if sequence.unlogged:
            yield sequence.ref, "an unlogged sequence", "unlogged_sequences", _LEAVE_OUT


def _columns(table: Table) -> Iterator[_Use]:
    for column in table.columns:
        if column.generated and column.generated.kind is GeneratedKind.VIRTUAL:
            ref = table.ref.child(Kind.COLUMN, column.name)
            yield ref, "a virtual generated column", "virtual_generated_columns", _STORED


def _members(table: Table) -> Iterator[_Use]:
    for unique in table.uniques:
        if unique.nulls_not_distinct:
            yield table.ref.child(unique.kind, unique.name), "NULLS NOT DISTINCT", "nulls_not_distinct", _LEAVE_OUT
    for index in table.indexes:
        if index.nulls_not_distinct:
            yield table.ref.child(Kind.INDEX, index.name), "NULLS NOT DISTINCT", "nulls_not_distinct", _LEAVE_OUT
    for key in table.foreign_keys:
        ref = table.ref.child(key.kind, key.name)
        if key.on_delete_columns:
            yield ref, f"ON DELETE {key.on_delete} (columns)", "set_null_columns", "leave out the columns"
        if not key.enforced:
            yield ref, "NOT ENFORCED", "unenforced_constraints", _LEAVE_OUT
    for check in table.checks:
        if not check.enforced:
            yield table.ref.child(check.kind, check.name), "NOT ENFORCED", "unenforced_constraints", _LEAVE_OUT
