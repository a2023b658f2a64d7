"""Views, routines, triggers, rules, policies, statistics, from the rows of the catalog."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.code import EventTrigger, Policy, Routine, Rule, Trigger, View, routine_attributes
from bootstrap.catalog.options import Options
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.types import Statistics
from bootstrap.dialects.postgresql.introspection.reader import CatalogRow, Names, Rows
from bootstrap.dialects.postgresql.introspection.tables import TableReader, pairs
from bootstrap.dialects.postgresql.names import quote, split_top_level, unwrapped

ENABLED = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}
_COMMANDS = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}
_ROUTINES = {"f": Kind.FUNCTION, "w": Kind.FUNCTION, "p": Kind.PROCEDURE, "a": Kind.AGGREGATE}
_VOLATILITY = {"i": "immutable", "s": "stable"}
_PARALLEL = {"s": "safe", "r": "restricted"}
_STATISTICS = {"d": "ndistinct", "f": "dependencies", "m": "mcv"}
# Bits of pg_trigger.tgtype, from the server's catalog/pg_trigger.h
_ROW, _BEFORE, _INSERT, _DELETE, _UPDATE, _TRUNCATE, _INSTEAD = 1, 2, 4, 8, 16, 32, 64


def read_code(rows: Rows, names: Names, tables: TableReader) -> Iterator[DatabaseObject]:
    """All objects whose body is SQL text."""
    yield from _views(rows, names, tables)
    for row in rows["routines"]:
        routine = _routine(row)
        names.put("pg_proc", row["id"], routine.ref)
        yield routine
    for row in rows["triggers"]:
        trigger = _trigger(row)
        names.put("pg_trigger", row["id"], trigger.ref)
        yield trigger
    yield from _rules(rows, names)
    for row in rows["policies"]:
        policy = _policy(row)
        names.put("pg_policy", row["id"], policy.ref)
        yield policy
    for row in rows["event_triggers"]:
        event_trigger = EventTrigger(
            name=row["name"], event=row["event"], function=row["function"], tags=tuple(row["tags"] or ()),
            enabled=ENABLED[row["enabled"]], comment=row["comment"], owner=row["owner"],
        )  # fmt: skip
        names.put("pg_event_trigger", row["id"], event_trigger.ref)
        yield event_trigger
    for row in rows["statistics"]:
        statistics = _statistics(row)
        names.put("pg_statistic_ext", row["id"], statistics.ref)
        yield statistics


def _views(rows: Rows, names: Names, tables: TableReader) -> Iterator[View]:
    columns: dict[int, list[CatalogRow]] = defaultdict(list)
    for row in rows["columns"]:
        columns[row["relation"]].append(row)
    for row in rows["relations"]:
        if row["kind"] not in "vm":
            continue
        materialized = row["kind"] == "m"
        ref = Ref(Kind.MATERIALIZED_VIEW if materialized else Kind.VIEW, row["schema"], row["name"])
        names.put("pg_class", row["id"], ref)
        options = dict(pairs(row["options"]))
        check_option = options.pop("check_option", None)
        mine = columns[row["id"]]
        yield View(
            schema=row["schema"],
            name=row["name"],
            definition=row["definition"].strip(),
            materialized=materialized,
            with_data=row["populated"] or not materialized,
            options=Options(options.items()),
            check_option=check_option,
            indexes=tables.indexes(row["id"], ref),
            column_comments=tuple((item["name"], item["comment"]) for item in mine if item["comment"] is not None),
            column_types=tuple((item["name"], item["type"]) for item in mine),
            column_defaults=tuple((item["name"], item["default"]) for item in mine if item["default"] is not None),
            tablespace=row["tablespace"],
            access_method=row["access_method"],
            comment=row["comment"],
            owner=row["owner"],
        )


def _routine(row: CatalogRow) -> Routine:
    kind = _ROUTINES[row["kind"]]
    if kind is Kind.AGGREGATE:
        attributes = {name: text for name, text in row["aggregate"].items() if text is not None}
        body, atomic = "", False
    else:
        attributes = _attributes(row)
        atomic = row["sql_body"] is not None
        body = row["sql_body"] if atomic else row["source"]
    return Routine(
        kind=kind,
        schema=row["schema"],
        name=row["name"],
        arguments=row["arguments"],
        identity=row["identity"],
        returns=row["returns"],
        language="internal" if kind is Kind.AGGREGATE else row["language"],
        body=body,
        atomic=atomic,
        attributes=routine_attributes(attributes),
        comment=row["comment"],
        owner=row["owner"],
    )


def _attributes(row: CatalogRow) -> dict[str, str]:
    chosen: dict[str, str | None] = {
        "volatility": _VOLATILITY.get(row["volatility"]),
        "strict": "true" if row["strict"] else None,
        "security": "definer" if row["security_definer"] else None,
        "leakproof": "true" if row["leakproof"] else None,
        "window": "true" if row["window"] else None,
        "parallel": _PARALLEL.get(row["parallel"]),
        "cost": _number(row["cost"]),
        "rows": _number(row["rows"]),
        "support": row["support"],
        "library": row["binary"],
        "transform": ", ".join(f"FOR TYPE {name}" for name in row["transforms"] or ()) or None,
    }
    for setting in row["settings"] or ():
        name, _, value = setting.partition("=")
        chosen[f"set {name}"] = value
    return {name: text for name, text in chosen.items() if text is not None}


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def _trigger(row: CatalogRow) -> Trigger:
    bits = row["type"]
    update = "update of " + ", ".join(map(quote, row["columns"])) if row["columns"] else "update"
    events = ((_INSERT, "insert"), (_UPDATE, update), (_DELETE, "delete"), (_TRUNCATE, "truncate"))
    arguments = bytes.fromhex(row["arguments"] or "").decode("utf-8", "surrogateescape")
    return Trigger(
        schema=row["schema"],
        table=row["table"],
        name=row["name"],
        timing="before" if bits & _BEFORE else "instead of" if bits & _INSTEAD else "after",
        events=tuple(name for bit, name in events if bits & bit),
        level="row" if bits & _ROW else "statement",
        when=_condition(row["definition"]),
        function=row["function"],
        arguments=tuple(arguments.split("\0")[:-1]),
        constraint=row["constraint"],
        deferrable=row["deferrable"],
        initially_deferred=row["deferred"],
        from_table=row["from_table"],
        old_table=row["old_table"],
        new_table=row["new_table"],
        enabled=ENABLED[row["enabled"]],
        comment=row["comment"],
    )


def _condition(definition: str | None) -> str | None:
    """The text between ``WHEN (`` and ``) EXECUTE FUNCTION`` of a trigger definition."""
    if definition is None:
        return None
    tail = definition.partition(" FOR EACH ")[2].partition(" WHEN (")[2]
    return unwrapped(tail.rpartition(") EXECUTE FUNCTION ")[0])


def _rules(rows: Rows, names: Names) -> Iterator[Rule]:
    for row in rows["rules"]:
        if row["name"] == "_RETURN":
            owner = names.find("pg_class", row["relation"])
            if owner is not None:
                names.put("pg_rewrite", row["id"], owner)
            continue
        rule = Rule(
            schema=row["schema"],
            table=row["table"],
            name=row["name"],
            definition=row["definition"].removeprefix(f"CREATE RULE {quote(row['name'])} AS").strip().rstrip(";"),
            enabled=ENABLED[row["enabled"]],
            comment=row["comment"],
        )
        names.put("pg_rewrite", row["id"], rule.ref)
        yield rule


def _policy(row: CatalogRow) -> Policy:
    return Policy(
        schema=row["schema"],
        table=row["table"],
        name=row["name"],
        command=_COMMANDS[row["command"]],
        permissive=row["permissive"],
        roles=tuple(row["roles"] or ()),
        using=row["using_expression"],
        check=row["check_expression"],
        comment=row["comment"],
    )


def _statistics(row: CatalogRow) -> Statistics:
    expressions = tuple(split_top_level(row["columns"]))
    kinds = tuple(sorted(_STATISTICS[kind] for kind in row["kinds"] if kind in _STATISTICS))
    return Statistics(
        schema=row["schema"],
        name=row["name"],
        table=row["table"],
        kinds=kinds,
        expressions=expressions,
        target=None if row["target"] == -1 else row["target"],
        table_schema="" if row["table_schema"] == row["schema"] else row["table_schema"],
        comment=row["comment"],
        owner=row["owner"],
    )
