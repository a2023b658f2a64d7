"""Accounts, roles and privileges, as far as this account may see them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant, Role
from bootstrap.dialects.base import Row, Server
from bootstrap.dialects.mysql.introspection.lexer import Reader
from bootstrap.dialects.mysql.introspection.reading import Reading
from bootstrap.dialects.mysql.privileges import DEFAULT_PLUGINS
from bootstrap.dialects.mysql.text import account_name

_SYSTEM = frozenset({
    "mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "rdsadmin", "rdsrepladmin", "rdstopmgr",
    "rdsproxyadmin", "aws_connect",
})  # fmt: skip


def read_roles(reading: Reading) -> Iterator[Role]:
    """All accounts that are not the server's own."""
    members: dict[str, list[str]] = defaultdict(list)
    for user, host, role, role_host in reading.lists["memberships"]:
        members[account_name(user, host)].append(account_name(role, role_host))
    for user, host, plugin, is_role, locked, tls, connections in reading.lists["accounts"]:
        if str(user) in _SYSTEM or not user:
            continue
        name = account_name(user, host)
        attributes = {"login": "false" if str(is_role) == "Y" else "true"}
        if plugin and str(plugin) not in DEFAULT_PLUGINS and str(is_role) != "Y":
            attributes["plugin"] = str(plugin)
        if str(locked) == "Y":
            attributes["locked"] = "true"
        require = {"ANY": "ssl", "X509": "x509"}.get(str(tls))
        if require:
            attributes["require"] = require
        if int(connections):
            attributes["connection_limit"] = str(int(connections))
        open_to_passwords = not {"plugin", "locked"} & set(attributes) and str(is_role) != "Y"
        yield Role(
            name=name, attributes=tuple(sorted(attributes.items())), member_of=tuple(sorted(members[name])),
            password_secret=_secret(str(user)) if open_to_passwords else None,
        )  # fmt: skip


def _secret(user: str) -> str:
    """What an import says of a password, which cannot be read: where it comes from when the account is created."""
    return f"env:{re.sub(r'[^A-Z0-9]', '_', user.upper())}_PASSWORD"


def read_grants(reading: Reading, objects: Iterable[Ref], server: Server) -> frozenset[Grant]:
    """Privileges on the database and on what is in it, but for those of the server's accounts and of our own."""
    kinds = {ref.name: ref for ref in objects if ref.kind in (Kind.TABLE, Kind.VIEW, Kind.SEQUENCE)}
    found = [*_on_database(reading.lists["database_privileges"]), *_on_tables(reading.lists["table_privileges"], kinds),
             *_on_routines(reading.lists["routine_privileges"])]  # fmt: skip
    return frozenset(
        grant for grant in found if grant.grantee != server.account and grant.grantee.rpartition("@")[0] not in _SYSTEM
    )


def _on_database(rows: list[Row]) -> Iterator[Grant]:
    for grantee, privilege, grantable in rows:
        yield Grant(
            grantee=_grantee(str(grantee)), privilege=str(privilege).upper(), on=None, grantable=grantable == "YES"
        )


def _on_tables(rows: list[Row], kinds: dict[str, Ref]) -> Iterator[Grant]:
    for grantee, table, column, privilege, grantable in rows:
        on = kinds.get(str(table))
        if on is not None:
            yield Grant(
                grantee=_grantee(str(grantee)), privilege=str(privilege).upper(), on=on, column=str(column),
                grantable=grantable == "YES",
            )  # fmt: skip


def _on_routines(rows: list[Row]) -> Iterator[Grant]:
    for user, host, kind, name, privileges in rows:
        names = [item.strip().upper() for item in str(privileges).split(",")]
        on = Ref(Kind.FUNCTION if str(kind).upper() == "FUNCTION" else Kind.PROCEDURE, "", str(name))
        for privilege in names:
            if privilege and privilege != "GRANT":
                yield Grant(grantee=account_name(user, host), privilege=privilege, on=on, grantable="GRANT" in names)


def _grantee(text: str) -> str:
    """``'app'@'%'`` without its quotes."""
    reader = Reader(text)
    user = reader.string()
    reader.expect("@")
    return account_name(user, reader.string())
