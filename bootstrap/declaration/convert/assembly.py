"""The catalog while it is being put together from many files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.former_names import FormerName
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant
from bootstrap.declaration.convert.former_names import with_bare_former_name
from bootstrap.declaration.decode import Reading
from bootstrap.declaration.model import Position, TextPosition
from bootstrap.declaration.names import quote_lower, split_path
from bootstrap.declaration.report import Problems, shown
from bootstrap.sql.lexer import MYSQL, SqlTextError

_T = TypeVar("_T")


class Assembly:
    """Everything declared so far, whatever the file."""

    def __init__(self, engine: str, default_schema: str, problems: Problems) -> None:
        self.engine = engine
        self.default_schema = default_schema
        self.problems = problems
        self.objects: dict[Ref, DatabaseObject] = {}
        self.sources: dict[Ref, Position] = {}
        self.bodies: dict[Ref, TextPosition] = {}
        self.grants: dict[Grant, Position] = {}
        self.grantees: set[tuple[Ref | None, str]] = set()
        self.default_privileges: set[DefaultPrivilege] = set()
        self.settings: dict[str, str] = {}
        self.written_in: dict[str, str] = {}
        self.keeps_columns: set[Ref] = set()  # tables that list their inherited columns themselves

    def add(self, item: DatabaseObject, position: Position) -> None:
        """Put an object in; one that is there already is a problem."""
        item = with_bare_former_name(item, position, self.problems)
        first = self.sources.get(item.ref)
        if item.ref in self.objects:
            self.problems.add(position, f"{item.ref} is declared twice (first in {first})", "remove one of them")
            return
        self.objects[item.ref] = item
        self.sources[item.ref] = position

    def catalog(self) -> Catalog:
        """What was put together."""
        return Catalog(
            objects=self.objects,
            grants=frozenset(self.grants),
            default_privileges=frozenset(self.default_privileges),
            grantees=frozenset(self.grantees),
            settings=self.settings | ({"default_schema": self.default_schema} if self.default_schema else {}),
        )


class Builder:
    """One schema file on its way into the assembly."""

    def __init__(self, reading: Reading, assembly: Assembly) -> None:
        self.reading = reading
        self.assembly = assembly
        self.engine = assembly.engine

    def problem(self, position: Position, what: str, remedy: str) -> None:
        """Note a problem."""
        self.reading.problems.add(position, what, remedy)

    def name(self, text: str, position: Position, what: str) -> tuple[str, str]:
        """Schema and name of an object; ("", name) on MySQL. A bad name is a problem and is taken as it is."""
        try:
            parts = split_path(text)
        except SqlTextError:
            self.problem(position, f"{what} {shown(text)} is not a name", "write name or schema.name")
            return self.assembly.default_schema, text
        if self.engine == MYSQL:
            if len(parts) > 1:
                self.problem(
                    position,
                    f"{what} {shown(text)} has a schema, which is the database itself on mysql",
                    f'write {parts[-1]}, or "{shown(text)}" in double quotes for a name with a dot',
                )
            return "", parts[-1]
        if len(parts) > 2:  # noqa: PLR2004  # schema and name
            self.problem(position, f"{what} {shown(text)} has more than a schema in front", "write schema.name")
        return (parts[-2] if len(parts) > 1 else self.assembly.default_schema), parts[-1]

    def qualified(self, text: str) -> str:
        """A function or table as the catalog mentions it inside of other objects: ``schema.name``, quoted as needed."""
        try:
            parts = split_path(text)
        except SqlTextError:
            return text
        if self.engine == MYSQL or (len(parts) > 1 and '"' in text):
            return text
        if len(parts) == 1:
            parts = (self.assembly.default_schema, *parts)
        return ".".join(quote_lower(part) for part in parts)

    def parsed(self, position: Position, what: str, read: Callable[[], _T]) -> _T | None:
        """The result of reading a short form; what cannot be read is a problem."""
        try:
            return read()
        except SqlTextError as error:
            remedy = error.remedy or "write it as SQL does, or use the long form"
            self.problem(position, f"{what}: {shown(str(error), 120)}", remedy)
            return None


def facts(shape: msgspec.Struct, *names: str) -> dict[str, Any]:
    """Keys of a shape that have the same name in the catalog, in the catalog's form; what is not given is left out."""
    result: dict[str, Any] = {}
    for name in names:
        value = getattr(shape, name)
        if value is None:
            continue
        if isinstance(value, Mapping):
            value = tuple(value.items())
        elif isinstance(value, list) and name == "renamed_from":
            value = FormerName(value) if value else None
        elif isinstance(value, list):
            value = tuple(value)
        result[name] = value
    return result


def listed(value: str | list[str] | None) -> tuple[str, ...]:
    """One or several texts."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def statement(text: str) -> str:
    """SQL text without surrounding white space and the semicolon at its end."""
    return text.strip().rstrip(";").rstrip()
