"""Accounts, roles and privileges, as far as this account may see them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant, Role
from bootstrap.dialects.base import Row
from bootstrap.dialects.mysql.accounts import CERTIFICATE, LIMITS, said_default_roles
from bootstrap.dialects.mysql.introspection.lexer import Reader
from bootstrap.dialects.mysql.introspection.reading import Reading
from bootstrap.dialects.mysql.privileges import DEFAULT_PLUGINS
from bootstrap.dialects.mysql.text import account_name
from bootstrap.plan.server import Server

_SYSTEM = frozenset({
    "mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "rdsadmin", "rdsrepladmin", "rdstopmgr",
    "rdsproxyadmin", "aws_connect",
})  # fmt: skip


def read_roles(reading: Reading) -> Iterator[Role]:
    """All accounts that are not the server's own."""
    memberships: dict[str, list[_Membership]] = defaultdict(list)
    for user, host, role, role_host, admin, default in reading.lists["memberships"]:
        member = _Membership(account_name(role, role_host), admin=str(admin) == "Y", active=str(default) == "Y")
        memberships[account_name(user, host)].append(member)
    for user, host, plugin, is_role, *rest in reading.lists["accounts"]:
        if str(user) in _SYSTEM or not user:
            continue
        name, login = account_name(user, host), str(is_role) != "Y"
        attributes = {"login": "true" if login else "false", **dict(_attributes(rest))}
        if plugin and str(plugin) not in DEFAULT_PLUGINS and login:
            attributes["plugin"] = str(plugin)
        members = sorted(member.role for member in memberships[name])
        if login:
            attributes |= said_default_roles(members, [it.role for it in memberships[name] if it.active])
        admin = sorted(member.role for member in memberships[name] if member.admin)
        if admin:
            attributes["admin_of"] = ",".join(admin)
        open_to_passwords = login and not {"plugin", "locked"} & set(attributes)
        yield Role(
            name=name, attributes=tuple(sorted(attributes.items())), member_of=tuple(members),
            password_secret=_secret(str(user)) if open_to_passwords else None,
        )  # fmt: skip


class _Membership(NamedTuple):
    role: str
    admin: bool  # may grant it on
    active: bool  # when the account logs in


def _attributes(row: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """What an account has beside the defaults, from the columns behind the plugin and the kind."""
    locked, tls, issuer, subject, cipher, *rest = row
    limits, (lifetime, history, reuse, current, attempts, days) = rest[: len(LIMITS)], rest[len(LIMITS) :]
    if str(locked) == "Y":
        yield "locked", "true"
    require = {"ANY": "ssl", "X509": "x509"}.get(str(tls))
    if require:
        yield "require", require
    yield from ((name, str(text)) for name, text in zip(CERTIFICATE, (issuer, subject, cipher), strict=True) if text)
    yield from ((name, str(int(number))) for name, number in zip(LIMITS, limits, strict=True) if int(number))
    if lifetime is not None:
        yield "password_lifetime", str(lifetime) if int(lifetime) else "never"
    yield from ((name, str(number)) for name, number in (
        ("password_history", history), ("password_reuse_interval", reuse)) if number is not None)  # fmt: skip
    if current is not None:
        yield "password_require_current", "true" if str(current) == "Y" else "false"
    if attempts is not None:
        yield "failed_login_attempts", str(attempts)
        yield "password_lock_time", "unbounded" if int(days) < 0 else str(days)


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
