"""The settings of a server that a snapshot keeps, and in which two environments are compared."""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap.dialects.base import Session

# What values and statements mean, what is refused, who may connect. Sizes of buffers and the like are left out.
_NAMES = (
    "autocommit", "binlog_format", "character_set_server", "check_constraint_checks", "collation_server",
    "default_authentication_plugin", "default_collation_for_utf8mb4", "default_storage_engine",
    "default_week_format", "div_precision_increment", "event_scheduler", "explicit_defaults_for_timestamp",
    "foreign_key_checks", "group_concat_max_len", "init_connect", "innodb_lock_wait_timeout", "innodb_strict_mode",
    "lc_time_names", "local_infile", "log_bin_trust_function_creators", "lower_case_table_names", "max_allowed_packet",
    "max_connections", "max_user_connections", "old_mode", "read_only", "require_secure_transport",
    "sql_generate_invisible_primary_key", "sql_mode", "sql_require_primary_key", "system_time_zone", "time_zone",
    "transaction_isolation", "tx_isolation", "wait_timeout",
)  # fmt: skip


def server_settings(session: Session) -> Mapping[str, str]:
    """The global values of the settings that this server has, its version, and how the database sorts."""
    wanted = ", ".join(f"'{name}'" for name in _NAMES)
    found = {
        str(name).lower(): str(value)
        for name, value in session.query(f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({wanted})")
    }
    if "sql_mode" in found:
        found["sql_mode"] = ",".join(sorted(found["sql_mode"].split(",")))
    [(charset, collation)] = session.query("SELECT @@character_set_database, @@collation_database")
    return {
        "vendor": session.server.vendor,
        "version": ".".join(map(str, session.server.version)),
        "database character set": str(charset),
        "database collation": str(collation),
        **found,
    }
