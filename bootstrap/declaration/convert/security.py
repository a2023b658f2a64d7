"""Roles, grants and default privileges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.declaration.convert.assembly import Builder, facts, listed
from bootstrap.declaration.model import Position
from bootstrap.declaration.parts import Cursor
from bootstrap.declaration.privileges import privileges_on
from bootstrap.declaration.report import near, shown
from bootstrap.declaration.shapes.security import DefaultPrivilegeShape, RoleShape
from bootstrap.sql.lexer import SqlTextError, scan

FLAGS = ("login", "superuser", "createdb", "createrole", "replication", "bypassrls")
TEXTS = ("connection_limit", "valid_until", "plugin", "require")
OBJECT_KINDS = ("tables", "sequences", "functions", "types", "schemas", "large_objects")


def read_role(builder: Builder, name: str, value: RoleShape | None, position: Position) -> None:
    """A role; attributes that say what holds anyway are left out, because roles are compared as they are declared."""
    shape = value or RoleShape()
    attributes = {flag: "true" for flag in FLAGS if getattr(shape, flag)}
    if not shape.inherit:
        attributes["inherit"] = "false"
    attributes |= {key: str(getattr(shape, key)) for key in TEXTS if getattr(shape, key) is not None}
    attributes |= {f"set {key}": item for key, item in (shape.set or {}).items()}
    attributes |= shape.attributes or {}
    role = Role(
        name=name,
        attributes=tuple(sorted(attributes.items())),
        member_of=tuple(sorted(set(listed(shape.member_of)))),
        **facts(shape, "comment", "password_secret", "renamed_from"),
    )
    builder.assembly.add(role, position)


def read_grants(builder: Builder, grants: Any, on: Ref | None) -> None:
    """The ``grants:`` of an object; ``on`` None is the database."""
    for grantee, privileges in (grants or {}).items():
        position = builder.reading.position(grants, grantee)
        builder.assembly.grantees.add((on, grantee))
        for text in listed(privileges):
            for privilege, column, grantable, revoked in _privilege(builder, text, position, on.kind if on else None):
                grant = Grant(
                    grantee=grantee, privilege=privilege, on=on, column=column, grantable=grantable, revoked=revoked
                )
                builder.assembly.grants[grant] = position


def _privilege(
    builder: Builder, text: str, position: Position, what: Kind | str | None
) -> Iterator[tuple[str, str, bool, bool]]:
    """The privileges that a text gives; ``what`` they are for, as :func:`privileges_on` takes it."""
    found = builder.parsed(position, "grant", lambda: parse_privilege(text, builder.engine))
    if found is None:
        return
    privilege, columns, grantable, revoked = found
    known = privileges_on(what, builder.engine)
    if privilege not in known:
        there = near(privilege, known, f"there are {', '.join(sorted(known))}")
        kind = str(what or "database").replace("_", " ")
        builder.problem(position, f"grants: {shown(privilege)} is no privilege on a {kind.removesuffix('s')}", there)
        return
    for column in columns or ("",):
        yield privilege, column, grantable, revoked


def parse_privilege(text: str, engine: str) -> tuple[str, tuple[str, ...], bool, bool]:
    """``update (a, b) with grant option``: privilege, columns, with grant option, revoked. Raises SqlTextError."""
    cursor = Cursor(text, scan(text, engine))
    revoked = cursor.take("revoke")
    words = []
    while cursor.current is not None and cursor.current.kind == "word" and not cursor.at("with", "grant", "option"):
        words.append(cursor.next("a privilege").text.upper())
    if not words:
        raise SqlTextError("expected a privilege", 0)
    columns = cursor.names("columns") if cursor.at("(") else ()
    grantable = cursor.take("with", "grant", "option")
    cursor.end()
    return " ".join(words), columns, grantable, revoked


def read_default_privileges(builder: Builder, shape: DefaultPrivilegeShape) -> None:
    """One entry of ``default_privileges``."""
    for kind in OBJECT_KINDS:
        grants = getattr(shape, kind)
        for grantee, privileges in (grants or {}).items():
            position = builder.reading.position(grants, grantee)
            for text in listed(privileges):
                for privilege, _, grantable, revoked in _privilege(builder, text, position, kind):
                    builder.assembly.default_privileges.add(
                        DefaultPrivilege(
                            owner=shape.owner,
                            schema=shape.schema or "",
                            object_kind=kind.replace("_", " "),
                            grantee=grantee,
                            privilege=privilege,
                            grantable=grantable,
                            revoked=revoked,
                        )
                    )
