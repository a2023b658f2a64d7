"""Views, routines, triggers, rules, policies, events."""

from __future__ import annotations

from bootstrap.catalog.code import Event, EventTrigger, Policy, Routine, Rule, Trigger, View
from bootstrap.catalog.ref import Kind
from bootstrap.declaration.convert.code import AGGREGATE_FLAGS, ATTRIBUTES, FLAGS, MYSQL_FLAGS
from bootstrap.declaration.convert.routines import identity_of
from bootstrap.declaration.names import join_path
from bootstrap.declaration.writer.context import Writing
from bootstrap.declaration.writer.emit import Flow, Plain
from bootstrap.declaration.writer.given import given, text
from bootstrap.declaration.writer.members import write_indexes
from bootstrap.sql.lexer import SqlTextError

_BODY = ("definer", "sql_mode", "charset", "collation")
# Values that a key with a fixed choice takes; anything else goes to ``attributes``.
_CHOICES = {
    "volatility": ("volatile", "stable", "immutable"),
    "security": ("definer", "invoker"),
    "parallel": ("safe", "restricted", "unsafe"),
    "data_access": ("contains sql", "no sql", "reads sql data", "modifies sql data"),
    "sql_security": ("definer", "invoker"),
}
_ENGINE_KEYS = {"mysql": ("data_access", "sql_security"), "postgresql": tuple(
    key for key in ATTRIBUTES if key not in {"data_access", "sql_security"}
)}  # fmt: skip


def write_view(view: View, writing: Writing) -> Plain:
    """A view or materialized view."""
    # With a line break at the end, which is not read, the block looks as a person would have begun it.
    definition = view.definition + ("\n" if "\n" in view.definition else "")
    content: dict[str, Plain] = {"definition": definition}
    content |= given(
        view, "columns", "options", "check_option", "column_comments", "column_defaults", "with_data", "tablespace",
        "access_method", "comment", "owner", "algorithm", "definer", "sql_security", "charset", "collation",
        "renamed_from",
    )  # fmt: skip
    if view.indexes:
        content["indexes"] = write_indexes(view.indexes, writing.engine)
    content |= write_attached(writing, view.schema, view.name)
    content |= writing.grants(view.ref)
    return definition if len(content) == 1 else content


def write_attached(writing: Writing, schema: str, name: str) -> dict[str, Plain]:
    """Triggers, rules and policies of a table or view."""
    triggers: dict[str, Plain] = {}
    rules: dict[str, Plain] = {}
    policies: dict[str, Plain] = {}
    for item in writing.attached.get((schema, name), ()):
        if isinstance(item, Trigger):
            triggers[item.name] = _trigger(item, writing)
        elif isinstance(item, Rule):
            rest = given(item, "enabled", "comment")
            rules[item.name] = Flow({"definition": item.definition, **rest}) if rest else item.definition
        elif isinstance(item, Policy):
            policies[item.name] = Flow(given(item, "command", "permissive", "roles", "using", "check", "comment"))
    found = {"triggers": triggers, "rules": rules, "policies": policies}
    return {key: value for key, value in found.items() if value}


def _trigger(trigger: Trigger, writing: Writing) -> Plain:
    content: dict[str, Plain] = {"fires": f"{trigger.timing} {' or '.join(trigger.events)}"}
    content |= given(trigger, "level", "when")
    if trigger.function is not None:
        content["function"] = writing.qualified(trigger.function)
    if trigger.from_table is not None:
        content["from_table"] = writing.qualified(trigger.from_table)
    content |= given(
        trigger, "arguments", "constraint", "deferrable", "initially_deferred", "old_table", "new_table", "enabled",
        "comment", "order", *_BODY, "header", "body",
    )  # fmt: skip
    return Flow(content)


def routine_name(routine: Routine, writing: Writing) -> str:
    """The key of a routine: with its argument types where the argument list or an overload does not say them."""
    path = writing.key(routine.schema, routine.name)
    if not routine.schema:  # MySQL has no overloads: brackets at the end belong to the name, which quotes say
        return _quoted(path, writing, routine) if path.endswith(")") else path
    try:
        derived = identity_of(routine.arguments, writing.engine)
    except SqlTextError:
        derived = None
    if (
        writing.overloads[routine.kind, routine.schema, routine.name] == 1
        and derived == routine.identity
        and not path.endswith(")")
    ):
        return path
    return f"{_quoted(path, writing, routine)}({routine.identity})"


def _quoted(path: str, writing: Writing, routine: Routine) -> str:
    if "(" not in routine.name and ")" not in routine.name:
        return path
    quoted = '"' + routine.name.replace('"', '""') + '"'
    schema = "" if routine.schema == writing.default_schema else routine.schema
    return (join_path(schema) + "." if schema else "") + quoted


def write_routine(routine: Routine, writing: Writing) -> Plain:
    """A function, procedure or aggregate."""
    if routine.kind is Kind.AGGREGATE:
        return _aggregate(routine, writing)
    content = given(routine, "arguments", "returns", "language", "atomic")
    rest = dict(routine.attributes)
    for key in _ENGINE_KEYS[writing.engine]:
        name = ATTRIBUTES[key]
        if name in rest and (key not in _CHOICES or rest[name] in _CHOICES[key]):
            content[key] = text(rest.pop(name))
    for key, (name, usual) in FLAGS.items():
        if rest.get(name) == usual and (key in MYSQL_FLAGS) == (writing.engine == "mysql"):
            content[key] = True
            del rest[name]
    if writing.engine != "mysql":
        settings = {name.removeprefix("set "): text(rest.pop(name)) for name in list(rest) if name.startswith("set ")}
        content |= {"set": Flow(settings)} if settings else {}
    if rest:
        content["attributes"] = {name: text(value) for name, value in rest.items()}
    content |= given(routine, "comment", "owner", *_BODY) | writing.grants(routine.ref)
    content["body"] = routine.body
    return content


def _aggregate(routine: Routine, writing: Writing) -> Plain:
    options: dict[str, Plain] = {
        name.lower(): True if name in AGGREGATE_FLAGS and not value else text(value)
        for name, value in routine.attributes
    }
    content: dict[str, Plain] = {"arguments": routine.arguments, **given(routine, "returns")}
    content["options"] = options
    return content | given(routine, "comment", "owner") | writing.grants(routine.ref)


def write_event(event: Event) -> Plain:
    """A scheduled event."""
    content: dict[str, Plain] = {"schedule": event.schedule}
    return content | given(event, "preserve", "enabled", "time_zone", "comment", *_BODY) | {"body": event.body}


def write_event_trigger(trigger: EventTrigger, writing: Writing) -> Plain:
    """An event trigger."""
    content: dict[str, Plain] = {"event": trigger.event, "function": writing.qualified(trigger.function)}
    return Flow(content | given(trigger, "tags", "enabled", "comment", "owner"))
