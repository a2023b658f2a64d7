"""Accounts and privileges in one spelling: ``user@host``, upper case, ALL taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.security import Grant, Role
from bootstrap.dialects.mysql.accounts import listed
from bootstrap.plan.server import Server

# What a server takes when nothing is said; an account that moved from one to the other is the same account.
DEFAULT_PLUGINS = frozenset({"", "mysql_native_password", "caching_sha2_password"})
_TABLE = (
    "ALTER", "CREATE", "CREATE VIEW", "DELETE", "DROP", "INDEX", "INSERT", "REFERENCES", "SELECT", "SHOW VIEW",
    "TRIGGER", "UPDATE",
)  # fmt: skip
_DATABASE = (
    *_TABLE, "ALTER ROUTINE", "CREATE ROUTINE", "CREATE TEMPORARY TABLES", "EVENT", "EXECUTE", "LOCK TABLES",
)  # fmt: skip
_ROUTINE = ("ALTER ROUTINE", "EXECUTE")
_MARIADB_TABLE = ("DELETE HISTORY",)


def canonical_account(name: str, roles: frozenset[str], server: Server) -> str:
    """A name without a host is a role of MariaDB where one of that name is declared, else an account of any host."""
    if "@" in name:
        return name
    return name if server.vendor == "mariadb" and name in roles else f"{name}@%"


def is_role(role: Role) -> bool:
    """Whether nobody logs in as this."""
    attributes = dict(role.attributes)
    if "login" in attributes:
        return attributes["login"] == "false"
    return "@" not in role.name and role.password_secret is None and "plugin" not in attributes


def canonical_role(role: Role, server: Server) -> Role:
    """A declared role under the name by which the server knows it."""
    names = frozenset({role.name}) if is_role(role) else frozenset[str]()
    members = tuple(sorted(canonical_account(name, frozenset(role.member_of), server) for name in role.member_of))
    attributes = {**dict(role.attributes), "login": "false" if is_role(role) else "true"}
    if attributes.get("plugin") in DEFAULT_PLUGINS:
        del attributes["plugin"]
    if "require" in attributes:
        attributes["require"] = attributes["require"].lower()
    for name in {"admin_of", "default_role"} & attributes.keys():
        attributes[name] = _canonical_list(attributes[name], members, server)
    if not members or listed(attributes.get("default_role")) == list(members):
        attributes.pop("default_role", None)
    return replace(role, name=canonical_account(role.name, names, server), member_of=members,
                   attributes=tuple(sorted(attributes.items())), comment=None)  # fmt: skip


def _canonical_list(names: str, members: tuple[str, ...], server: Server) -> str:
    """Roles that an attribute names, as the memberships name them; ``none`` is no role."""
    found = {name if name in members else canonical_account(name, frozenset(members), server) for name in listed(names)}
    return ",".join(sorted(found & set(members))) or "none"


def canonical_grants(declared: Catalog, server: Server, known: frozenset[str] = frozenset()) -> frozenset[Grant]:
    """All declared grants as the server keeps them; ``known`` are roles that it has already."""
    roles = known | frozenset(item.name for item in declared.of(Role) if is_role(item))
    return frozenset(
        replace(grant, grantee=canonical_account(grant.grantee, roles, server), privilege=privilege)
        for grant in declared.grants
        for privilege in _taken_apart(grant, server)
    )


def _taken_apart(grant: Grant, server: Server) -> Iterator[str]:
    privilege = " ".join(grant.privilege.upper().split())
    if privilege not in ("ALL", "ALL PRIVILEGES"):
        yield privilege
        return
    extra = _MARIADB_TABLE if server.vendor == "mariadb" else ()
    if grant.on is None:
        yield from (*_DATABASE, *extra)
        if server.vendor == "mariadb" and server.version >= (11, 3):
            yield "SHOW CREATE ROUTINE"
    elif grant.on.kind in (Kind.FUNCTION, Kind.PROCEDURE):
        yield from _ROUTINE
    else:
        yield from (*_TABLE, *extra)
