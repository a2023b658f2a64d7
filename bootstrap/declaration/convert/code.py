"""Views, routines, triggers, rules, policies, events."""

from __future__ import annotations

import re

from bootstrap.catalog.code import Event, EventTrigger, Policy, Routine, Rule, Trigger, View, routine_attributes
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.declaration.convert.assembly import Builder, facts, listed, statement
from bootstrap.declaration.convert.members import named, read_indexes
from bootstrap.declaration.convert.routines import identity_of, parse_fires, routine_key, signature
from bootstrap.declaration.convert.security import read_grants
from bootstrap.declaration.model import Position
from bootstrap.declaration.shapes.code import (
    AggregateShape,
    EventShape,
    EventTriggerShape,
    PolicyShape,
    RoutineShape,
    RuleShape,
    TriggerShape,
    ViewShape,
)
from bootstrap.declaration.shapes.types import MaterializedViewShape

_BODY = ("definer", "sql_mode", "charset", "collation")
# Attributes of a routine that have a key of their own: key → attribute. Flags have one possible text.
ATTRIBUTES = {
    "volatility": "volatility", "security": "security", "parallel": "parallel", "cost": "cost", "rows": "rows",
    "support": "support", "library": "library", "transform": "transform", "data_access": "data access",
    "sql_security": "sql security",
}  # fmt: skip
FLAGS = {
    "strict": ("strict", "true"),
    "leakproof": ("leakproof", "true"),
    "window": ("window", "true"),
    "deterministic": ("deterministic", "deterministic"),
    "aggregate": ("aggregate", "true"),
}
MYSQL_FLAGS = frozenset({"deterministic", "aggregate"})
AGGREGATE_FLAGS = frozenset({"FINALFUNC_EXTRA", "MFINALFUNC_EXTRA", "HYPOTHETICAL"})
_VIEW = (
    "columns", "options", "column_comments", "comment", "owner", "renamed_from", "check_option", "column_defaults",
    "algorithm", "definer", "sql_security", "charset", "collation", "with_data", "tablespace", "access_method",
)  # fmt: skip


def read_view(
    builder: Builder, key: str, value: str | ViewShape | MaterializedViewShape, position: Position, *, stored: bool
) -> None:
    """A view or materialized view."""
    schema, name = builder.name(key, position, "view")
    if isinstance(value, str):
        view = View(schema=schema, name=name, definition=statement(value), materialized=stored)
        builder.assembly.add(view, position)
        return
    indexes = list(read_indexes(builder, value.indexes)) if isinstance(value, MaterializedViewShape) else []
    given = facts(value, *(item for item in _VIEW if hasattr(value, item)))
    view = View(
        schema=schema,
        name=name,
        definition=statement(value.definition),
        materialized=stored,
        indexes=tuple(sorted((index for index, _ in indexes), key=lambda index: index.name)),
        **given,
    )
    builder.assembly.add(view, position)
    for index, place in indexes:
        builder.assembly.sources.setdefault(view.ref.child(Kind.INDEX, index.name), place)
    read_grants(builder, value.grants, view.ref)
    for rule_name, rule, place in named(builder, value.rules):
        read_rule(builder, view.ref, rule_name, rule, place)
    if isinstance(value, ViewShape):
        for trigger_name, trigger, place in named(builder, value.triggers):
            read_trigger(builder, view.ref, trigger_name, trigger, place)


def read_routine(builder: Builder, kind: Kind, key: str, shape: RoutineShape, position: Position) -> None:
    """A function or procedure."""
    read = builder.parsed(position, f"{kind} {key}", lambda: signature(key, shape.arguments, builder.engine))
    if read is None:
        return
    path, arguments, identity = read
    schema, name = builder.name(path, position, str(kind))
    if shape.body is None and shape.library is None:
        builder.problem(position, f"{kind} {key} has no body", "add body:")
    attributes = {name: getattr(shape, key) for key, name in ATTRIBUTES.items() if getattr(shape, key) is not None}
    attributes |= dict(pair for key, pair in FLAGS.items() if getattr(shape, key))
    attributes |= {f"set {key}": value for key, value in (shape.set or {}).items()}
    attributes |= shape.attributes or {}
    routine = Routine(
        kind=kind,
        schema=schema,
        name=name,
        identity=identity if schema else "",  # MySQL has no overloads
        arguments=arguments,
        body=shape.body or "",
        attributes=routine_attributes(attributes),
        **facts(shape, "returns", "language", "atomic", "comment", "owner", *_BODY),
    )
    builder.assembly.add(routine, position)
    builder.assembly.bodies.setdefault(routine.ref, builder.reading.text_position(shape, "body"))
    read_grants(builder, shape.grants, routine.ref)


def read_aggregate(builder: Builder, key: str, shape: AggregateShape, position: Position) -> None:
    """An aggregate function."""
    split = builder.parsed(position, "aggregate", lambda: routine_key(key))
    if split is None:
        return
    path, identity = split
    schema, name = builder.name(path, position, "aggregate")
    if identity is None:
        identity = builder.parsed(position, f"aggregate {key}", lambda: identity_of(shape.arguments, builder.engine))
    options = {option.upper(): text for option, text in shape.options.items()}
    attributes = {key: "" if key in AGGREGATE_FLAGS and text == "true" else text for key, text in options.items()}
    routine = Routine(
        kind=Kind.AGGREGATE,
        schema=schema,
        name=name,
        identity=identity or "",
        language="internal",
        attributes=tuple(sorted(attributes.items())),
        **facts(shape, "arguments", "returns", "comment", "owner"),
    )
    builder.assembly.add(routine, position)
    read_grants(builder, shape.grants, routine.ref)


def read_trigger(builder: Builder, owner: Ref, name: str, shape: TriggerShape, position: Position) -> None:
    """A trigger of a table or view."""
    fires = builder.parsed(position, f"trigger {name}", lambda: parse_fires(shape.fires))
    if fires is None:
        return
    wanted = "body" if builder.engine == "mysql" else "function"
    if getattr(shape, wanted) is None:
        builder.problem(position, f"trigger {name} has no {wanted}", f"add {wanted}:")
    trigger = Trigger(
        schema=owner.schema,
        table=owner.name,
        name=name,
        timing=fires[0],
        events=fires[1],
        function=None if shape.function is None else _trigger_function(builder, shape.function),
        from_table=None if shape.from_table is None else builder.qualified(shape.from_table),
        **facts(
            shape,
            "level",
            "when",
            "arguments",
            "constraint",
            "deferrable",
            "initially_deferred",
            "old_table",
            "new_table",
            "enabled",
            "comment",
            "body",
            "order",
            "header",
            *_BODY,
        ),
    )
    builder.assembly.add(trigger, position)


def read_rule(builder: Builder, owner: Ref, name: str, value: str | RuleShape, position: Position) -> None:
    """A rewrite rule of a table or view."""
    definition = value if isinstance(value, str) else value.definition
    given = {} if isinstance(value, str) else facts(value, "enabled", "comment")
    rule = Rule(schema=owner.schema, table=owner.name, name=name, definition=statement(definition), **given)
    builder.assembly.add(rule, position)


def read_policy(builder: Builder, owner: Ref, name: str, shape: PolicyShape, position: Position) -> None:
    """A row level security policy of a table."""
    roles = tuple(sorted(role for role in listed(shape.roles) if role.lower() != "public"))
    given = facts(shape, "command", "permissive", "using", "check", "comment")
    policy = Policy(schema=owner.schema, table=owner.name, name=name, roles=roles, **given)
    builder.assembly.add(policy, position)


def _trigger_function(builder: Builder, text: str) -> str:
    """The function that a trigger calls. It takes no arguments: SQL's empty brackets may stand behind the name."""
    return builder.qualified(text.removesuffix("()"))


def read_event(builder: Builder, name: str, shape: EventShape, position: Position) -> None:
    """A scheduled event."""
    schedule = re.sub(r"\s+", " ", shape.schedule.strip()) if "'" not in shape.schedule else shape.schedule.strip()
    given = facts(shape, "body", "preserve", "enabled", "time_zone", "comment", *_BODY)
    builder.assembly.add(Event(name=name, schedule=schedule, **given), position)


def read_event_trigger(builder: Builder, name: str, shape: EventTriggerShape, position: Position) -> None:
    """An event trigger."""
    given = facts(shape, "event", "tags", "enabled", "comment", "owner")
    trigger = EventTrigger(name=name, function=_trigger_function(builder, shape.function), **given)
    builder.assembly.add(trigger, position)
