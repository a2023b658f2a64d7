"""Hazards of what decides who may do what: privileges, policies, roles, owners."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.changes import GrantPrivilege, PrivilegeChange, RevokePrivilege
from bootstrap.catalog.code import Policy
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant, Role
from bootstrap.dialects.postgresql.hazards.making import note
from bootstrap.dialects.postgresql.render.security import bool_text, object_sql, role_clauses, stays_granted
from bootstrap.dialects.postgresql.render.statements import is_created
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard


def privilege(change: PrivilegeChange, context: RenderContext) -> list[Hazard]:
    """Return what somebody may do from now on, or no longer; default privileges are of objects to come."""
    match change:
        case GrantPrivilege(after=Grant() as item):
            return [_no_longer(item, context) if item.revoked else _may(item, context)]
        case RevokePrivilege(before=Grant() as item) if item.revoked or not stays_granted(item, context):
            return [_may(item, context) if item.revoked else _no_longer(item, context)]
        case _:
            return []


def _may(item: Grant, context: RenderContext) -> Hazard:
    message = f"{item.grantee} may {item.privilege} on {object_sql(item.on, context)}"
    return note(HazardKind.PRIVILEGE_CHANGE, _subject(item), message)


def _no_longer(item: Grant, context: RenderContext) -> Hazard:
    message = f"{item.grantee} may no longer {item.privilege} on {object_sql(item.on, context)}"
    return note(HazardKind.PRIVILEGE_CHANGE, _subject(item), message)


def _subject(item: Grant) -> Ref:
    return item.on or Ref(Kind.ROLE, "", item.grantee)


def policy_changed(item: Policy, context: RenderContext) -> list[Hazard]:
    """Return that a policy of a table that exists is added or changed."""
    if is_created(item.ref, context):
        return []
    message = f"{item.ref} changes who sees which rows: review it"
    return [note(HazardKind.PRIVILEGE_CHANGE, item.ref, message)]


def policy_altered(before: Policy, after: Policy, context: RenderContext) -> list[Hazard]:
    """Return that a policy changes in more than its comment."""
    return policy_changed(after, context) if replace(before, comment=after.comment) != after else []


def role_altered(before: Role, after: Role) -> list[Hazard]:
    """Return what a role may do from now on."""
    found = []
    if role_clauses(before, after):
        found.append(note(HazardKind.PRIVILEGE_CHANGE, after.ref, f"{after.ref} changes what it may do"))
    return found + [joined(after, group) for group in after.member_of if group not in before.member_of]


def joined(item: Role, group: str) -> Hazard:
    """Return what a membership gives to a role."""
    return note(HazardKind.PRIVILEGE_CHANGE, item.ref, f"{item.name} gets everything that {group} may")


def owner_changed(before: DatabaseObject, after: DatabaseObject) -> list[Hazard]:
    """Return that an object gets another owner."""
    old, new = getattr(before, "owner", None), getattr(after, "owner", None)
    if new is None or old is None or new == old:
        return []
    return [note(HazardKind.PRIVILEGE_CHANGE, after.ref, f"the owner of {after.ref} changes")]


def role_dropped(item: Role) -> Hazard:
    """A role that is declared no longer: somebody may log in with it."""
    login = bool_text(dict(item.attributes).get("login", "false"))
    return note(
        HazardKind.BREAKS_RUNNING_CODE, item.ref,
        f"dropping {item.ref}: " + ("nobody can log in with it any more, " if login else "")
        + "what it owns in this database becomes ours, and its privileges are revoked",
        "take away its login first (login: false), and drop it when nothing has failed", blocking=login,
    )  # fmt: skip
