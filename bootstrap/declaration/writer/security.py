"""Roles, grants and default privileges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.declaration.convert.security import FLAGS, OBJECT_KINDS, TEXTS
from bootstrap.declaration.writer.emit import Flow, Number, Plain
from bootstrap.declaration.writer.given import given, one_or_list, text
from bootstrap.sql.lexer import POSTGRESQL, identifier

_ORDER = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "USAGE", "EXECUTE", "CREATE",
    "CONNECT",
)  # fmt: skip


def write_role(role: Role) -> Plain:
    """A role."""
    content: dict[str, Plain] = {}
    rest = dict(role.attributes)
    for flag in FLAGS:
        if rest.get(flag) == "true":
            content[flag] = True
            del rest[flag]
    if rest.get("inherit") == "false":
        content["inherit"] = False
        del rest["inherit"]
    for key in TEXTS:
        if key in rest and (key != "connection_limit" or rest[key].lstrip("-").isdigit()):
            value = rest.pop(key)
            content[key] = Number(value) if key == "connection_limit" else value
    settings = {name.removeprefix("set "): text(rest.pop(name)) for name in list(rest) if name.startswith("set ")}
    if settings:
        content["set"] = Flow(settings)
    if rest:
        content["attributes"] = {name: text(value) for name, value in rest.items()}
    if role.member_of:
        content["member_of"] = one_or_list(role.member_of)
    content |= given(role, "password_secret", "comment", "renamed_from")
    return Flow(content) if content else None


def write_grants(grants: Iterable[Grant], engine: str) -> dict[str, Plain]:
    """Privileges by role, those of columns together."""
    columns: dict[tuple[str, str, bool, bool], list[str]] = defaultdict(list)
    for grant in grants:
        columns[grant.grantee, grant.privilege, grant.grantable, grant.revoked].append(grant.column)
    by_role: dict[str, list[str]] = defaultdict(list)
    for (grantee, privilege, grantable, revoked), names in sorted(columns.items(), key=_grant_order):
        whole = [""] if "" in names else []
        for group in (whole, sorted(name for name in names if name)):
            if group:
                by_role[grantee].append(
                    _privilege(
                        privilege,
                        [identifier(name, engine) for name in group if name],
                        grantable=grantable,
                        revoked=revoked,
                    )
                )
    return {grantee: list(texts) for grantee, texts in by_role.items()}


def _grant_order(item: tuple[tuple[str, str, bool, bool], list[str]]) -> tuple[Any, ...]:
    (grantee, privilege, grantable, revoked), names = item
    place = _ORDER.index(privilege) if privilege in _ORDER else len(_ORDER)
    return grantee, revoked, place, privilege, grantable, sorted(names)


def _privilege(privilege: str, columns: list[str], *, grantable: bool, revoked: bool) -> str:
    found = ("revoke " if revoked else "") + privilege.lower()
    if columns:
        found += f" ({', '.join(columns)})"
    return found + (" with grant option" if grantable else "")


def write_default_privileges(items: Iterable[DefaultPrivilege]) -> list[Plain]:
    """One entry per owner and schema."""
    groups: dict[tuple[str, str], dict[str, list[Grant]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        as_grant = Grant(
            grantee=item.grantee, privilege=item.privilege, on=None, grantable=item.grantable, revoked=item.revoked
        )
        groups[item.owner, item.schema][item.object_kind.replace(" ", "_")].append(as_grant)
    entries: list[Plain] = []
    for (owner, schema), kinds in sorted(groups.items()):
        entry: dict[str, Plain] = {"owner": owner}
        if schema:
            entry["schema"] = schema
        entry |= {kind: write_grants(kinds[kind], POSTGRESQL) for kind in OBJECT_KINDS if kind in kinds}
        entries.append(entry)
    return entries
