"""Which roles of a cluster one database has to do with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.code import Policy
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.security import Role

_SUPERUSER = "superuser"
_MEANS_SOMEBODY = {"", "public", "current_user", "current_role", "session_user"}
_OF_THE_SERVER = re.compile(r"(pg_|rds|aws_)")  # predefined ones, and those of RDS: read as nobody's


def without_strangers(catalog: Catalog, applying: str = "") -> Catalog:
    """The catalog without the roles that have nothing to do with it: a cluster's roles serve all its databases.

    Args:
        catalog: as the server printed it.
        applying: who applies declarations; must exist before anything can be applied.

    What stays: owners, grantees, those that policies and default privileges name, the roles that these are members
    of, and their members. Not so the roles that ``applying`` is a member of: from PostgreSQL 16 on, those are all that
    it ever created, for whatever database. Superusers go: they are the server's, not the application's, and no managed
    service lets one be made.
    """
    roles = {role.name: role for role in catalog.of(Role)}
    used = _named(catalog)
    while True:
        parents = {name for role in roles.values() if role.name in used - {applying} for name in role.member_of}
        members = {role.name for role in roles.values() if used & set(role.member_of)}
        if parents | members <= used:
            break
        used |= parents | members
    kept = {name for name in used - {applying} if name in roles and not _is_superuser(roles[name])}
    objects = {ref: item for ref, item in catalog.objects.items() if not isinstance(item, Role) or item.name in kept}
    return replace(catalog, objects=objects)


def unknown_roles(desired: Catalog, current: Catalog, applying: str = "") -> dict[str, Ref | None]:
    """The roles that a declaration gives something to and that neither it nor the server has, and one place of each.

    Nothing is known where this account may not read the server's roles: then there are none to be found.
    """
    there = {role.name for catalog in (desired, current) for role in catalog.of(Role)} | _MEANS_SOMEBODY | {applying}
    if not any(current.of(Role)):
        return {}
    found: dict[str, Ref | None] = {}
    for name, place in _given_to(desired):
        if name.lower() not in there and name not in there and not _OF_THE_SERVER.match(name):
            found.setdefault(name, place)
    return found


def _given_to(catalog: Catalog) -> Iterator[tuple[str, Ref | None]]:
    yield from ((grant.grantee, grant.on) for grant in catalog.grants if not grant.revoked)
    yield from ((name, None) for item in catalog.default_privileges for name in (item.owner or "", item.grantee))
    for ref, item in catalog.objects.items():
        yield getattr(item, "owner", None) or "", ref
        yield from ((name, ref) for name in getattr(item, "roles", ()) or getattr(item, "member_of", ()))


def _named(catalog: Catalog) -> set[str]:
    owners = {getattr(item, "owner", None) for item in catalog.objects.values()}
    grantees = {grant.grantee for grant in catalog.grants}
    defaults = {name for item in catalog.default_privileges for name in (item.owner, item.grantee)}
    policies = {name for policy in catalog.of(Policy) for name in policy.roles}
    definers = {getattr(item, "definer", None) for item in catalog.objects.values()}
    return {name for name in owners | grantees | defaults | policies | definers if name}


def _is_superuser(role: Role) -> bool:
    return any(name == _SUPERUSER and value.lower() in {"true", "yes", "on", "1"} for name, value in role.attributes)
