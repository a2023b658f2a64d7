"""Triggers, rules, policies and event triggers."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.code import EventTrigger, Policy, Rule, Trigger
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.render.statements import (
    comment_change,
    is_created,
    owner_change,
    statement,
    target_sql,
)
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement

_STATES = {"origin": "ENABLE", "disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}


def trigger_sql(item: Trigger, *, replace_it: bool = False) -> str:
    """``CREATE TRIGGER``."""
    word = "CREATE OR REPLACE " if replace_it else "CREATE "
    word += "CONSTRAINT TRIGGER" if item.constraint else "TRIGGER"
    events = " OR ".join(_event(event) for event in item.events)
    sql = f"{word} {quote(item.name)} {item.timing.upper()} {events} ON {qualified(item.schema, item.table)}"
    if item.from_table:
        sql += f" FROM {item.from_table}"
    if item.deferrable:
        sql += " DEFERRABLE INITIALLY DEFERRED" if item.initially_deferred else " DEFERRABLE"
    transitions = [f"OLD TABLE AS {quote(item.old_table)}"] if item.old_table else []
    transitions += [f"NEW TABLE AS {quote(item.new_table)}"] if item.new_table else []
    if transitions:
        sql += f" REFERENCING {' '.join(transitions)}"
    sql += f" FOR EACH {item.level.upper()}"
    if item.when:
        sql += f" WHEN ({item.when})"
    arguments = ", ".join(literal(argument).strip() for argument in item.arguments)
    return f"{sql} EXECUTE FUNCTION {item.function}({arguments})"


def _event(event: str) -> str:
    if event.lower().startswith("update of "):
        return "UPDATE OF " + event[10:]
    return event.upper()


def create_trigger(item: Trigger, context: RenderContext) -> list[Statement]:
    """``CREATE TRIGGER`` with its state and comment."""
    new = is_created(item.ref, context)
    made = [statement(trigger_sql(item), item.ref, context, creates=new)]
    if item.enabled != "origin":
        made.append(_trigger_state(item, context))
    return made + comment_change(item.ref, None, item.comment, context)


def _trigger_state(item: Trigger, context: RenderContext) -> Statement:
    sql = f"ALTER TABLE {qualified(item.schema, item.table)} {_STATES[item.enabled]} TRIGGER {quote(item.name)}"
    return statement(sql, item.ref, context, creates=is_created(item.ref, context))


def alter_trigger(before: Trigger, after: Trigger, context: RenderContext) -> list[Statement]:
    """State and comment in place; anything else replaces the trigger."""
    made = []
    same = replace(before, enabled=after.enabled, comment=after.comment) == after
    if not same:
        made.append(statement(trigger_sql(after, replace_it=True), after.ref, context))
    if before.enabled != after.enabled or (not same and after.enabled != "origin"):
        made.append(_trigger_state(after, context))
    return made + comment_change(after.ref, before.comment, after.comment, context)


def drop_member(ref: Ref, context: RenderContext) -> list[Statement]:
    """Drop a trigger, rule or policy."""
    return [statement(f"DROP {target_sql(ref)}", ref, context)]


def create_rule(item: Rule, context: RenderContext, *, replace_it: bool = False) -> list[Statement]:
    """``CREATE RULE``."""
    new = is_created(item.ref, context)
    word = "CREATE OR REPLACE RULE" if replace_it else "CREATE RULE"
    made = [statement(f"{word} {quote(item.name)} AS {item.definition}", item.ref, context, creates=new)]
    if item.enabled != "origin":
        made.append(_rule_state(item, context))
    return made if replace_it else made + comment_change(item.ref, None, item.comment, context)


def _rule_state(item: Rule, context: RenderContext) -> Statement:
    sql = f"ALTER TABLE {qualified(item.schema, item.table)} {_STATES[item.enabled]} RULE {quote(item.name)}"
    return statement(sql, item.ref, context, creates=is_created(item.ref, context))


def alter_rule(before: Rule, after: Rule, context: RenderContext) -> list[Statement]:
    """Replace the definition, set the state."""
    made = create_rule(after, context, replace_it=True) if before.definition != after.definition else []
    if before.enabled != after.enabled:
        made = [item for item in made if " RULE " not in item.sql or "CREATE" in item.sql]
        made.append(_rule_state(after, context))
    return made + comment_change(after.ref, before.comment, after.comment, context)


def create_policy(item: Policy, context: RenderContext) -> list[Statement]:
    """``CREATE POLICY``."""
    new = is_created(item.ref, context)
    sql = f"CREATE POLICY {quote(item.name)} ON {qualified(item.schema, item.table)}"
    if not item.permissive:
        sql += " AS RESTRICTIVE"
    if item.command != "all":
        sql += f" FOR {item.command.upper()}"
    if item.roles:
        sql += f" TO {roles_sql(item.roles)}"
    sql += _policy_expressions(item)
    made = [statement(sql, item.ref, context, creates=new)]
    return made + comment_change(item.ref, None, item.comment, context)


def _policy_expressions(item: Policy) -> str:
    text = f" USING ({item.using})" if item.using is not None else ""
    return text + (f" WITH CHECK ({item.check})" if item.check is not None else "")


def roles_sql(roles: tuple[str, ...]) -> str:
    """Names of roles; PUBLIC and the session's own are words of the language."""
    words = ("public", "current_user", "session_user", "current_role")
    return ", ".join(role.upper() if role.lower() in words else quote(role) for role in roles)


def is_alterable_policy(before: Policy, after: Policy) -> bool:
    """ALTER POLICY changes roles and expressions, but takes none away."""
    same = (before.command, before.permissive) == (after.command, after.permissive)
    loses = (before.using is not None and after.using is None) or (before.check is not None and after.check is None)
    return same and not loses


def alter_policy(before: Policy, after: Policy, context: RenderContext) -> list[Statement]:
    """``ALTER POLICY``."""
    made = []
    if replace(before, comment=after.comment) != after:
        sql = f"ALTER POLICY {quote(after.name)} ON {qualified(after.schema, after.table)}"
        if before.roles != after.roles:
            sql += f" TO {roles_sql(after.roles or ('public',))}"
        changed = replace(
            after,
            using=after.using if before.using != after.using else None,
            check=after.check if before.check != after.check else None,
        )
        sql += _policy_expressions(changed)
        made.append(statement(sql, after.ref, context))
    return made + comment_change(after.ref, before.comment, after.comment, context)


def create_event_trigger(item: EventTrigger, context: RenderContext) -> list[Statement]:
    """``CREATE EVENT TRIGGER``."""
    tags = ", ".join(literal(tag).strip() for tag in item.tags)
    when = f" WHEN TAG IN ({tags})" if tags else ""
    sql = f"CREATE EVENT TRIGGER {quote(item.name)} ON {item.event}{when} EXECUTE FUNCTION {item.function}()"
    made = [statement(sql, item.ref, context)]
    if item.enabled != "origin":
        made.append(_event_state(item, context))
    made += owner_change(item.ref, None, item.owner, context)
    return made + comment_change(item.ref, None, item.comment, context)


def _event_state(item: EventTrigger, context: RenderContext) -> Statement:
    return statement(f"ALTER EVENT TRIGGER {quote(item.name)} {_STATES[item.enabled]}", item.ref, context)


def alter_event_trigger(before: EventTrigger, after: EventTrigger, context: RenderContext) -> list[Statement]:
    """State, owner and comment."""
    made = [_event_state(after, context)] if before.enabled != after.enabled else []
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)
