"""Roles and privileges, from the rows of the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.dialects.postgresql.introspection.reader import Names, Rows

_FLAGS = ("superuser", "createrole", "createdb", "login", "replication", "bypassrls")


def read_roles(rows: Rows) -> Iterator[Role]:
    """All roles of the server that are not the system's own; attributes only where they differ from CREATE ROLE's."""
    for row in rows["roles"]:
        attributes = {name: "true" for name in _FLAGS if row[name]}
        if not row["inherit"]:
            attributes["inherit"] = "false"
        if row["connection_limit"] != -1:
            attributes["connection_limit"] = str(row["connection_limit"])
        if row["valid_until"] is not None:
            attributes["valid_until"] = row["valid_until"] + "+00"
        for setting in row["settings"] or ():
            name, _, value = setting.partition("=")
            attributes[f"set {name}"] = value
        yield Role(
            name=row["name"],
            attributes=tuple(sorted(attributes.items())),
            member_of=tuple(row["member_of"] or ()),
            comment=row["comment"],
        )


def read_grants(rows: Rows, names: Names, sequences: Mapping[int, Ref]) -> frozenset[Grant]:
    """What was given beyond the server's defaults, and what of them was taken away.

    ``sequences`` are those that belong to columns: where their privileges are declared.
    """
    found = set()
    for row in rows["grants"]:
        on: Ref | None = None
        column = ""
        if row["class"] != "pg_database":
            own = sequences.get(row["id"]) if row["class"] == "pg_class" else None
            on = own or names.find(row["class"], row["id"])
            if on is None or on.kind is Kind.EXTENSION:
                continue
            if row["number"]:
                column = _column_name(rows, row["id"], row["number"])
        found.add(
            Grant(
                grantee=row["grantee"],
                privilege=row["privilege"],
                on=on,
                column=column,
                grantable=row["grantable"],
                revoked=row["revoked"],
            )
        )
    return frozenset(found)


def _column_name(rows: Rows, relation: int, number: int) -> str:
    return next(str(row["name"]) for row in rows["columns"] if row["relation"] == relation and row["number"] == number)


def read_default_privileges(rows: Rows) -> frozenset[DefaultPrivilege]:
    """``ALTER DEFAULT PRIVILEGES`` of all roles."""
    return frozenset(
        DefaultPrivilege(
            owner=row["owner"],
            schema=row["schema"],
            object_kind=row["kind"],
            grantee=row["grantee"],
            privilege=row["privilege"],
            grantable=row["grantable"],
            revoked=row["revoked"],
        )
        for row in rows["default_privileges"]
    )
