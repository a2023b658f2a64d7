"""What MySQL and MariaDB would take without a word, and nobody would want."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from bootstrap.catalog.security import Role
from bootstrap.declaration.report import near, shown
from bootstrap.declaration.validate.context import Context

_OURS = "db_bootstrap_"
# Plugins that ask for a password, and let an account without one log in with an empty one.
_PASSWORD_PLUGINS = frozenset({
    "", "mysql_native_password", "caching_sha2_password", "sha256_password", "mysql_old_password", "ed25519", "parsec",
})  # fmt: skip

_NUMBER = r"\d+"
# What further attributes an account may have, and their values.
ACCOUNT_ATTRIBUTES = {
    "locked": "true|false",
    "issuer": ".+",
    "subject": ".+",
    "cipher": ".+",
    "max_queries_per_hour": _NUMBER,
    "max_updates_per_hour": _NUMBER,
    "max_connections_per_hour": _NUMBER,
    "password_lifetime": rf"{_NUMBER}|never",
    "password_history": _NUMBER,
    "password_reuse_interval": _NUMBER,
    "password_require_current": "true|false",
    "failed_login_attempts": _NUMBER,
    "password_lock_time": rf"{_NUMBER}|unbounded",
    "default_role": ".+",
    "admin_of": ".+",
}
_OF_THE_SHAPE = frozenset({"login", "plugin", "require", "connection_limit"})


def check_mysql(context: Context) -> None:
    """Accounts that anybody may use, names of ours, comments that would not be stored as they are."""
    for ref, item in context.catalog.objects.items():
        if isinstance(item, Role):
            _check_account(context, item)
        elif ref.name.lower().startswith(_OURS):
            context.problem(
                ref, f"{ref.kind} {shown(ref.name)}: names that begin with {_OURS} are db-bootstrap's own", "rename it"
            )
        if beyond := next((character for text in _comments(item) for character in text if character > "\uffff"), ""):
            context.problem(
                ref, f"a comment of {ref} has {beyond!r}, which the server stores as a question mark",
                "use characters up to U+FFFF in comments",
            )  # fmt: skip


def _check_attributes(context: Context, role: Role) -> None:
    for name, value in role.attributes:
        values = ACCOUNT_ATTRIBUTES.get(name)
        if name in _OF_THE_SHAPE or (values and re.fullmatch(values, value)):
            continue
        what = f"attribute {shown(name)} of account {shown(role.name)}"
        if values is None:
            context.problem(role.ref, f"unknown {what}", near(name, ACCOUNT_ATTRIBUTES, "remove it"))
        else:
            context.problem(role.ref, f"{what}: unknown value {shown(value)}", f"give it a value like {values}")


def _check_account(context: Context, role: Role) -> None:
    _check_attributes(context, role)
    attributes = dict(role.attributes)
    named = "@" in role.name or "plugin" in attributes or attributes.get("login") == "true"
    if attributes.get("login") == "false" or attributes.get("locked") == "true" or not named:
        return
    if role.password_secret is None and attributes.get("plugin", "").lower() in _PASSWORD_PLUGINS:
        context.problem(
            role.ref, f"account {shown(role.name)} would have an empty password",
            "give it a password_secret or a plugin without passwords, or lock it: attributes: {locked: \"true\"}",
        )  # fmt: skip


def _comments(item: object) -> Iterator[str]:
    """The comments of an object and of everything in it."""
    if isinstance(item, tuple):
        for part in item:
            yield from _comments(part)
    elif is_dataclass(item):
        for field in fields(item):
            value = getattr(item, field.name)
            if field.name.endswith("comment"):
                yield value or ""
            else:
                yield from _comments(value)
