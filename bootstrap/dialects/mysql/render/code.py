"""Views, routines, triggers, events and sequences."""

from __future__ import annotations

from bootstrap.catalog.code import Event, Routine, Trigger, View
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.mysql.introspection.dependencies import siblings
from bootstrap.dialects.mysql.render.statements import note, plain
from bootstrap.dialects.mysql.text import literal, quote, quote_all, trigger_header
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard, Statement
from bootstrap.problems import Refused

Code = View | Routine | Trigger | Event


def create_code(item: Code, context: RenderContext, *, before: Code | None = None) -> list[Statement]:
    """CREATE, or where the server can do it in one step, CREATE OR REPLACE or ALTER of what is there."""
    _refused_beyond_us(before, context)
    replaces = before is not None
    match item:
        case View():
            sql = _view(item, context, replaces=replaces)
        case Routine():
            if item.kind is Kind.FUNCTION:  # a procedure is no part of a statement that is logged
                _refused_by_binary_log(item.ref, context)
            _refused_aggregate(item, context)
            sql = _routine(item, context, replaces=replaces)
        case Trigger():
            _refused_by_binary_log(item.ref, context)
            sql = _trigger(item, context, replaces=replaces)
        case Event():
            sql = _event(item, context, replaces=replaces)
    hazards = _definer_hazards(item, context)
    return [
        plain(sql, item.ref, creates=not replaces, hazards=hazards, settings=_settings(item, context), context=context)
    ]


def drop_code(item: Code, context: RenderContext) -> list[Statement]:
    """DROP of a view, routine, trigger or event: nothing is stored in them."""
    word = {Kind.MATERIALIZED_VIEW: "VIEW"}.get(item.ref.kind, item.ref.kind.upper())
    if item.ref.kind is Kind.TRIGGER and context.server.vendor == "mariadb":  # MySQL lets it go
        _refused_by_binary_log(item.ref, context)
    _refused_beyond_us(item, context)
    hazards = []
    if item.ref not in context.desired.objects:
        hazards.append(note(HazardKind.BREAKS_RUNNING_CODE, item.ref, "code that still uses it fails from now on"))
    return [plain(f"DROP {word} {quote(item.name)}", item.ref, hazards=hazards, context=context)]


def _settings(item: Code, context: RenderContext) -> list[tuple[str, str]]:
    """What the server keeps with the code from the session that made it."""
    settings = []
    sql_mode = getattr(item, "sql_mode", None)
    if sql_mode and "no_auto_create_user" not in context.server.capabilities:
        # It says who GRANT creates, and nothing about code.
        sql_mode = ",".join(mode for mode in sql_mode.split(",") if mode != "NO_AUTO_CREATE_USER")
    if not isinstance(item, View):
        settings.append(("sql_mode", "@@GLOBAL.sql_mode" if sql_mode is None else literal(sql_mode)))
    if item.charset:
        settings.append(("character_set_client", item.charset))
    if item.collation:
        settings.append(("collation_connection", item.collation))
    if isinstance(item, Event) and item.time_zone:
        settings.append(("time_zone", literal(item.time_zone)))
    return settings


def _definer(item: Code, context: RenderContext) -> str:
    if item.definer is None:
        return ""
    if _foreign_definer(item, context):
        return "DEFINER=CURRENT_USER "
    user, _, host = item.definer.rpartition("@")
    return f"DEFINER={quote(user)}@{quote(host)} " if user else f"DEFINER={quote(host)} "


def _foreign_definer(item: Code, context: RenderContext) -> bool:
    """Whether the account may not make something that runs as that definer (error 1227)."""
    server = context.server
    if not server.account or item.definer in (None, server.account):
        return False
    return _is_beyond_us(item, context) or "any_definer" not in server.capabilities


def _is_beyond_us(item: Code, context: RenderContext) -> bool:
    """Whether its definer has SYSTEM_USER, and this account has not."""
    server = context.server
    return item.definer in server.system_users and server.account not in server.system_users


def _definer_hazards(item: Code, context: RenderContext) -> list[Hazard]:
    if not _foreign_definer(item, context):
        return []
    return [Hazard(
        kind=HazardKind.PRIVILEGE_CHANGE, subject=item.ref, blocking=True,
        message=f"this account may not create it for the definer {item.definer}: allowed, it runs as"
        f" {context.server.account} instead",
        advice=f"grant {_permission(item, context)}; or leave definer"
        " out of the declaration: then it is the one that applies, and verify finds no difference",
    )]  # fmt: skip


def _permission(item: Code, context: RenderContext) -> str:
    """What an account needs to make code for that definer."""
    permission = "SET_ANY_DEFINER (MySQL from 8.2), SET_USER_ID (MySQL 8.0) or SET USER (MariaDB)"
    return f"SYSTEM_USER and {permission}" if item.definer in context.server.system_users else permission


def _refused_beyond_us(item: Code | None, context: RenderContext) -> None:
    """What MySQL lets nobody else change or drop (1227). Views and triggers of such an account it does."""
    if isinstance(item, Routine | Event) and _is_beyond_us(item, context):
        raise Refused(
            f"{item.ref}: its definer {item.definer} has SYSTEM_USER, and this account has not, so that MySQL does not"
            " let it be changed or dropped (1227): change it as that account, or grant this one SYSTEM_USER"
        )


def _refused_by_binary_log(ref: Ref, context: RenderContext) -> None:
    if "routines_refused_by_binary_log" in context.server.capabilities:
        raise Refused(
            f"{ref}: the server would answer 1419: binary logging is on, and this account has no SUPER. Set"
            " log_bin_trust_function_creators = 1 in the parameter group of the database, and run again"
        )


def _refused_aggregate(routine: Routine, context: RenderContext) -> None:
    if "aggregate" in dict(routine.attributes) and "aggregate_functions" not in context.server.capabilities:
        raise Refused(f"{routine.ref}: only MariaDB, from 10.3, has aggregate functions written in SQL")


def _view(view: View, context: RenderContext, *, replaces: bool) -> str:
    text = "CREATE OR REPLACE " if replaces else "CREATE "
    if view.algorithm:
        text += f"ALGORITHM={view.algorithm.upper()} "
    text += _definer(view, context)
    text += f"SQL SECURITY {(view.sql_security or 'definer').upper()} VIEW {quote(view.name)}"
    if view.columns:
        text += f" ({quote_all(view.columns)})"
    text += f" AS {view.definition}"
    return f"{text} WITH {view.check_option.upper()} CHECK OPTION" if view.check_option else text


def _routine(routine: Routine, context: RenderContext, *, replaces: bool) -> str:
    attributes = dict(routine.attributes)
    text = ("CREATE OR REPLACE " if replaces else "CREATE ") + _definer(routine, context)
    text += "AGGREGATE " if "aggregate" in attributes else ""
    text += f"{routine.kind.upper()} {quote(routine.name)}({routine.arguments})"
    if routine.returns:
        oracle = "ORACLE" in (routine.sql_mode or "").split(",")
        text += f" {'RETURN' if oracle else 'RETURNS'} {routine.returns}"
    lines = [text]
    if "deterministic" in attributes:
        lines.append(
            "    DETERMINISTIC" if attributes["deterministic"] != "not deterministic" else "    NOT DETERMINISTIC"
        )
    if attributes.get("data access"):
        lines.append(f"    {attributes['data access'].upper()}")
    if attributes.get("sql security"):
        lines.append(f"    SQL SECURITY {attributes['sql security'].upper()}")
    if routine.comment:
        lines.append(f"    COMMENT {literal(routine.comment)}")
    lines.append(routine.body)
    return "\n".join(lines)


def _trigger(trigger: Trigger, context: RenderContext, *, replaces: bool) -> str:
    text = ("CREATE OR REPLACE " if replaces else "CREATE ") + _definer(trigger, context)
    text += trigger.header or trigger_header(trigger)
    previous = _previous(trigger, context)
    if previous is not None:
        text += f" FOLLOWS {quote(previous)}"
    return f"{text}{'' if text[-1].isspace() else ' '}{trigger.body}"


def _previous(trigger: Trigger, context: RenderContext) -> str | None:
    """The trigger that fires right before this one."""
    for other in siblings(trigger, context.desired.objects.values()):
        if other.order == trigger.order - 1:
            return other.name
    return None


def _event(event: Event, context: RenderContext, *, replaces: bool) -> str:
    text = ("ALTER " if replaces else "CREATE ") + _definer(event, context)
    text += f"EVENT {quote(event.name)} ON SCHEDULE {event.schedule}"
    text += f" ON COMPLETION {'' if event.preserve else 'NOT '}PRESERVE"
    text += f" {_enabled(event, context)} COMMENT {literal(event.comment or '')}"
    return f"{text} DO {event.body}"


def _enabled(event: Event, context: RenderContext) -> str:
    word = event.enabled.upper()
    if word == "DISABLE ON SLAVE" and context.server.vendor == "mysql" and context.server.version >= (8, 3):
        return "DISABLE ON REPLICA"
    return word
