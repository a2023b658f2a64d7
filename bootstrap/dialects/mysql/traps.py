"""Settings of the server that make runs fail, or could: those of the parameter group, as the session finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.code import Event, Routine, Trigger
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.findings import Trap

_SMALL_PACKET = 1 << 20  # bytes: MariaDB's and MySQL's smallest default; statements of ours keep below it
_NAMES = (
    "log_bin", "log_bin_trust_function_creators", "lower_case_table_names", "max_allowed_packet",
    "require_secure_transport", "event_scheduler", "default_storage_engine",
)  # fmt: skip


def traps(session: MySqlSession, declared: Catalog) -> Iterator[Trap]:
    """The settings in the order in which a run would meet them."""
    names = ", ".join(f"'{name}'" for name in _NAMES)
    found = {
        str(name).lower(): str(value)
        for name, value in session.query(f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})")
    }
    refused = "routines_refused_by_binary_log" in session.server.capabilities
    checks: dict[str, Callable[[], tuple[str, str]]] = {
        "log_bin_trust_function_creators": lambda: _functions(declared, refused=refused),
        "lower_case_table_names": lambda: _lower_case(declared, found["lower_case_table_names"]),
        "max_allowed_packet": lambda: _packet(int(found["max_allowed_packet"])),
        "event_scheduler": lambda: _events(declared, found["event_scheduler"]),
        "default_storage_engine": lambda: _engine(found["default_storage_engine"]),
        "require_secure_transport": lambda: ("", ""),
    }
    for name, check in checks.items():
        if name in found:
            trips, wanted = check()
            yield Trap(name, found[name], trips, wanted)


def _functions(declared: Catalog, *, refused: bool) -> tuple[str, str]:
    code: list[Routine | Trigger] = [*declared.of(Routine), *declared.of(Trigger)]
    if not refused or not code:
        return "", ""
    return f"with the binary log on, the server refuses {code[0].ref} (1419) to an account without SUPER", "1"


def _lower_case(declared: Catalog, value: str) -> tuple[str, str]:
    """The server changes the case of names; RDS takes the setting only when an instance is created."""
    upper = [table.name for table in declared.of(Table) if table.name != table.name.lower()]
    if value == "0" or not upper:
        return "", ""
    return f"the server stores table {upper[0]} in lower case (or declare it so: RDS sets this at creation only)", "0"


def _packet(size: int) -> tuple[str, str]:
    if size >= _SMALL_PACKET:
        return "", ""
    return "longer statements, routines and rows are refused (1153)", str(16 * _SMALL_PACKET)


def _events(declared: Catalog, value: str) -> tuple[str, str]:
    events = declared.of(Event)
    if not events or value.upper() in ("ON", "1"):
        return "", ""
    return f"the server never runs {events[0].ref}", "ON"


def _engine(value: str) -> tuple[str, str]:
    if value.lower() == "innodb":
        return "", ""
    return "tables without a declared engine get no transactions and no foreign keys", "InnoDB"
