"""Accounts, roles and privileges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.dialects.mysql.accounts import default_roles, memberships, requirements
from bootstrap.dialects.mysql.render.statements import note, plain
from bootstrap.dialects.mysql.text import account, quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import PASSWORD, Hazard, Statement
from bootstrap.problems import Refused


def create_role(role: Role, context: RenderContext) -> list[Statement]:
    """CREATE USER or CREATE ROLE, and its memberships."""
    attributes = dict(role.attributes)
    name, clauses = account(role.name), requirements({}, attributes)
    if attributes.get("login") == "false":
        statements = [plain(f"CREATE ROLE IF NOT EXISTS {name}", role.ref, creates=True)]
    else:
        secret = _authentication(role, context)
        sql = f"CREATE USER IF NOT EXISTS {name}{secret}{clauses}"
        display = f"CREATE USER IF NOT EXISTS {name} IDENTIFIED BY '***'{clauses}" if role.password_secret else None
        made = plain(sql, role.ref, creates=True, display=display)
        statements = [replace(made, password_secret=role.password_secret)]
    return statements + _memberships(None, role, context)


def _authentication(role: Role, context: RenderContext) -> str:
    plugin = dict(role.attributes).get("plugin")
    with_plugin = f" IDENTIFIED WITH {plugin}" if plugin else ""
    if plugin == "AWSAuthenticationPlugin":
        return f"{with_plugin} AS 'RDS'"
    if role.password_secret:
        if plugin and context.server.vendor == "mariadb":
            return f" IDENTIFIED VIA {plugin} USING PASSWORD({PASSWORD})"
        return f"{with_plugin} BY {PASSWORD}" if plugin else f" IDENTIFIED BY {PASSWORD}"
    if plugin and context.server.vendor == "mariadb":
        return f" IDENTIFIED VIA {plugin}"
    return with_plugin


def alter_role(before: Role, after: Role, context: RenderContext) -> list[Statement]:
    """ALTER USER, and memberships that came or went. The password of an account that exists is never touched."""
    clauses = requirements(dict(before.attributes), dict(after.attributes))
    statements = [plain(f"ALTER USER {account(after.name)}{clauses}", after.ref, context=context)] if clauses else []
    return statements + _memberships(before, after, context)


def _memberships(before: Role | None, after: Role, context: RenderContext) -> list[Statement]:
    """Memberships, and which of the roles an account has when it logs in."""
    sqls = list(memberships(before, after))
    said = dict(before.attributes).get("default_role") if before else None
    other = dict(after.attributes).get("default_role") != said or bool(before and before.member_of != after.member_of)
    if dict(after.attributes).get("login") == "true" and (sqls or other):
        sqls.append(default_roles(after, context.server))
    return [plain(sql, after.ref, context=context if before else None) for sql in sqls]


def drop_role(role: Role, context: RenderContext) -> list[Statement]:
    """DROP USER or DROP ROLE. Raises Refused where MySQL would not drop the definer of what is there."""
    word = "USER" if "@" in role.name or context.server.vendor == "mysql" else "ROLE"
    defined = _defined_by(role, context)
    if defined and context.server.vendor == "mysql" and "any_definer" not in context.server.capabilities:
        raise Refused(
            f"{role.ref} is the definer of {', '.join(defined)}, and MySQL does not drop it (4006): give these another"
            " definer first, or grant this account SET_ANY_DEFINER (MySQL 8.0: SET_USER_ID)"
        )
    return [plain(f"DROP {word} {account(role.name)}", role.ref, hazards=[_dropped(role, defined)], context=context)]


def _dropped(role: Role, defined: Sequence[str]) -> Hazard:
    if dict(role.attributes).get("login") == "false":
        return note(HazardKind.PRIVILEGE_CHANGE, role.ref, "its members lose the privileges that it has")
    message = "no application can log in with this account any more"
    if defined:
        message += f", and {', '.join(defined)} cannot run: this account is the definer"
    return Hazard(
        kind=HazardKind.PRIVILEGE_CHANGE, subject=role.ref, blocking=True, message=message,
        advice="lock it first (attributes: {locked: true}) and drop it when nothing has missed it",
    )  # fmt: skip


def _defined_by(role: Role, context: RenderContext) -> list[str]:
    """What runs as an account, and does so after this run too unless it is dropped."""
    return [
        str(ref)
        for ref, item in sorted(context.current.objects.items())
        if getattr(item, "definer", None) == role.name
        and getattr(context.desired.objects.get(ref, item), "definer", None) in (role.name, None)
    ]


def rename_role(before: Role, after: Role, context: RenderContext) -> list[Statement]:
    """RENAME USER."""
    if "@" not in before.name and context.server.vendor == "mariadb":
        raise Refused(f"{after.ref}: MariaDB cannot rename a role: declare the new one, and drop the old one")
    return [plain(f"RENAME USER {account(before.name)} TO {account(after.name)}", after.ref, context=context)]


def grant(item: Grant | DefaultPrivilege, context: RenderContext, *, database: str) -> list[Statement]:
    """GRANT one privilege."""
    text, subject = _privilege(item, database)
    option = " WITH GRANT OPTION" if item.grantable else ""
    hazard = note(HazardKind.PRIVILEGE_CHANGE, subject, f"{item.grantee} may {item.privilege.lower()} from now on")
    return [plain(f"GRANT {text} TO {account(item.grantee)}{option}", subject, hazards=[hazard], context=context)]


def revoke(item: Grant | DefaultPrivilege, context: RenderContext, *, database: str) -> list[Statement]:
    """REVOKE one privilege, with the right to hand it on where nothing is left that needs it."""
    text, subject = _privilege(item, database)
    hazard = note(HazardKind.PRIVILEGE_CHANGE, subject, f"{item.grantee} may not {item.privilege.lower()} any more")
    statements = [plain(f"REVOKE {text} FROM {account(item.grantee)}", subject, hazards=[hazard], context=context)]
    if isinstance(item, DefaultPrivilege):
        return statements
    beside = [other for other in context.desired.grants if (other.grantee, other.on) == (item.grantee, item.on)]
    if _ends_grant_option(item, context):
        target = text.partition(" ON ")[2]
        sql = f"REVOKE GRANT OPTION ON {target} FROM {account(item.grantee)}"
        statements.insert(0, plain(sql, subject, context=context))
    if not item.column:
        # A privilege on a table takes the same one on its columns along.
        lost = [other for other in beside if other.column and other.privilege == item.privilege]
        statements += [made for other in sorted(lost) for made in grant(other, context, database=database)]
    return statements


def _ends_grant_option(item: Grant, context: RenderContext) -> bool:
    """Whether this is where the right to hand on goes: it is kept once for the whole object, not for each privilege."""
    after = {other for other in context.desired.grants if (other.grantee, other.on) == (item.grantee, item.on)}
    if not item.grantable or any(other.grantable for other in after):
        return False
    before = {other for other in context.current.grants if (other.grantee, other.on) == (item.grantee, item.on)}
    return item == min(before - after, default=item)


def moved_privileges(before: Ref, after: Ref, context: RenderContext, *, database: str) -> list[Statement]:
    """What was granted on something that has been renamed: the server leaves it at the old name.

    ``context.current`` is the catalog as it is once the renames are done.
    """
    moved = sorted(item for item in context.current.grants if item.on == after)
    routine = before.kind in (Kind.FUNCTION, Kind.PROCEDURE)  # dropped and recreated: the old ones are gone
    old = [] if routine else [replace(item, on=before) for item in moved]
    return _granted_instead(old, moved, context, database)


def moved_column_privileges(
    table: Ref, before: str, after: str, context: RenderContext, *, database: str
) -> list[Statement]:
    """What was granted on a column that has been renamed."""
    moved = sorted(item for item in context.current.grants if item.on == table and item.column == after)
    old = [replace(item, column=before) for item in moved]
    return _granted_instead(old, moved, context, database)


def _granted_instead(
    before: Sequence[Grant], after: Sequence[Grant], context: RenderContext, database: str
) -> list[Statement]:
    statements = [made for item in after for made in grant(item, context, database=database)]
    # Those on columns first: with a table's privilege the server takes the same one from all of its columns.
    for item in sorted(before, key=lambda item: not item.column):
        statements += revoke(item, context, database=database)
    return statements


def _privilege(item: Grant | DefaultPrivilege, database: str) -> tuple[str, Ref]:
    if isinstance(item, DefaultPrivilege):
        raise Refused(f"default privileges of {item.owner}: MySQL and MariaDB have none; grant on the database instead")
    column = f" ({quote(item.column)})" if item.column else ""
    subject = item.on or Ref(Kind.ROLE, "", item.grantee)
    if item.on is None:
        target = f"{quote(database)}.*"
    else:
        word = {Kind.FUNCTION: "FUNCTION ", Kind.PROCEDURE: "PROCEDURE "}.get(item.on.kind, "")
        target = f"{word}{quote(database)}.{quote(item.on.name)}"
    return f"{item.privilege.upper()}{column} ON {target}", subject
