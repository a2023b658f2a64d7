"""Attributes of an account, as CREATE USER and ALTER USER say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bootstrap.catalog.security import Role
from bootstrap.dialects.mysql.text import account, literal
from bootstrap.plan.server import Server

# Attributes of the same names say how many of each; 0 is no limit.
LIMITS = {
    "connection_limit": "MAX_USER_CONNECTIONS",
    "max_queries_per_hour": "MAX_QUERIES_PER_HOUR",
    "max_updates_per_hour": "MAX_UPDATES_PER_HOUR",
    "max_connections_per_hour": "MAX_CONNECTIONS_PER_HOUR",
}
CERTIFICATE = ("issuer", "subject", "cipher")
_NO_ROLE = "none"


def requirements(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The clauses that turn the attributes of an account into others; nothing for those that are the same."""
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return "".join(f" {clause}" for clause in _clauses(changed, after))


def _clauses(changed: set[str], after: Mapping[str, str]) -> Iterator[str]:
    if changed & {"require", *CERTIFICATE}:
        parts = [f"{name.upper()} {literal(after[name])}" for name in CERTIFICATE if name in after]
        yield f"REQUIRE {' AND '.join(parts) or after.get('require', 'none').upper()}"
    limits = [f"{word} {int(after.get(name, '0'))}" for name, word in LIMITS.items() if name in changed]
    if limits:
        yield f"WITH {' '.join(limits)}"
    for name, clause in (
        ("password_lifetime", "PASSWORD EXPIRE"),
        ("password_history", "PASSWORD HISTORY"),
        ("password_reuse_interval", "PASSWORD REUSE"),
    ):
        if name in changed:
            yield f"{clause} {_period(name, after.get(name))}"
    if "password_require_current" in changed:
        words = {None: " DEFAULT", "false": " OPTIONAL", "true": ""}
        yield f"PASSWORD REQUIRE CURRENT{words[after.get('password_require_current')]}"
    if changed & {"failed_login_attempts", "password_lock_time"}:
        days = after.get("password_lock_time", "0")
        yield f"FAILED_LOGIN_ATTEMPTS {int(after.get('failed_login_attempts', '0'))}"
        yield f"PASSWORD_LOCK_TIME {'UNBOUNDED' if days == 'unbounded' else int(days)}"
    if "locked" in changed:
        yield "ACCOUNT LOCK" if after.get("locked") == "true" else "ACCOUNT UNLOCK"


def _period(name: str, value: str | None) -> str:
    if value is None:
        return "INTERVAL DEFAULT" if name == "password_reuse_interval" else "DEFAULT"
    if value == "never":
        return "NEVER"
    return str(int(value)) if name == "password_history" else f"INTERVAL {int(value)} DAY"


def listed(names: str | None) -> list[str]:
    """The names of an attribute that holds several."""
    return [name.strip() for name in (names or "").split(",") if name.strip()]


def memberships(before: Role | None, after: Role) -> Iterator[str]:
    """GRANT and REVOKE of roles. The right to grant a role on goes with the membership, which is granted again."""
    name = account(after.name)
    old = _memberships(before) if before else {}
    new = _memberships(after)
    for role in sorted(old):
        if role not in new or (old[role] and not new[role]):
            yield f"REVOKE {account(role)} FROM {name}"
    for role in sorted(new):
        if role not in old or old[role] != new[role]:
            yield f"GRANT {account(role)} TO {name}{' WITH ADMIN OPTION' if new[role] else ''}"


def _memberships(role: Role) -> dict[str, bool]:
    admin = listed(dict(role.attributes).get("admin_of"))
    return {name: name in admin for name in role.member_of}


def default_roles(role: Role, server: Server) -> str:
    """SET DEFAULT ROLE: which of its roles an account has when it logs in; all, unless it is declared otherwise."""
    word = "FOR" if server.vendor == "mariadb" else "TO"
    said = dict(role.attributes).get("default_role")
    names = [] if said == _NO_ROLE else listed(said) or role.member_of
    return f"SET DEFAULT ROLE {', '.join(account(name) for name in names) or 'NONE'} {word} {account(role.name)}"


def said_default_roles(members: list[str], active: list[str]) -> dict[str, str]:
    """The attribute of an account whose roles are not all active when it logs in."""
    if not members or sorted(active) == sorted(members):
        return {}
    return {"default_role": ",".join(sorted(active)) or _NO_ROLE}
