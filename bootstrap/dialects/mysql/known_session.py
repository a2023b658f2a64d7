"""Which session variables we set, which we leave to the server, and why: the one list.

Three kinds of variables change what our statements do:

- Those that decide what values mean stay what a plain session of this server has, so that a run stores what the
  application would store: ``time_zone``, ``explicit_defaults_for_timestamp``, ``character_set_server``,
  ``default_collation_for_utf8mb4``, ``div_precision_increment``, ``lc_time_names``, ``default_week_format``,
  ``old_mode``, and the parts of ``sql_mode`` in ``_PLAIN_MODES``. So do those that need a privilege which an account of
  RDS lacks: ``sql_require_primary_key``, ``sql_generate_invisible_primary_key``, ``innodb_strict_mode``.
- Those with which the server would do something else than the statement says are set to a known value, below.
- Those with which nothing that we do would hold are refused by name, in ``writable.py``.
"""

from __future__ import annotations

from bootstrap.plan.server import Server

# Strict, so that no value is cut off or zeroed in silence. NO_AUTO_VALUE_ON_ZERO: a row whose key is 0 keeps it through
# a copying ALTER. ANSI_QUOTES, NO_BACKSLASH_ESCAPES, PIPES_AS_CONCAT and the like are off: declared SQL is read so.
_STRICT = (
    "STRICT_ALL_TABLES", "STRICT_TRANS_TABLES", "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_VALUE_ON_ZERO",
    "NO_ENGINE_SUBSTITUTION",
)  # fmt: skip
# Where a plain session of the server has them, ours must not be laxer, or store other values.
_PLAIN_MODES = (
    "NO_ZERO_DATE", "NO_ZERO_IN_DATE", "ONLY_FULL_GROUP_BY", "NO_UNSIGNED_SUBTRACTION", "TIME_TRUNCATE_FRACTIONAL",
    "TIME_ROUND_FRACTIONAL",
)  # fmt: skip

LOCK_WAIT_SECONDS, ROW_LOCK_WAIT_SECONDS = 5, 10

_UNLIMITED = "18446744073709551615"
# The value that each is set to, and what it would do otherwise.
_SETTINGS = {
    "foreign_key_checks": "1",  # orphans
    "unique_checks": "1",  # duplicates
    "sql_safe_updates": "0",  # UPDATE and DELETE refused (1175)
    "sql_select_limit": _UNLIMITED,  # rows of the catalog, of the history and of comparisons missing
    "max_join_size": _UNLIMITED,  # joins of large tables refused (1104)
    "sql_big_selects": "1",  # likewise
    "sql_auto_is_null": "0",  # WHERE id IS NULL finds the row inserted last
    "completion_type": "0",  # COMMIT begins another transaction, or ends the session
    "timestamp": "DEFAULT",  # NOW() stands still
    "default_storage_engine": "InnoDB",  # tables without transactions and foreign keys
    "sql_quote_show_create": "1",  # names that are printed unquoted
    "group_concat_max_len": "1048576",  # texts of the catalog cut off
    "lock_wait_timeout": str(LOCK_WAIT_SECONDS),  # a year of waiting
    "innodb_lock_wait_timeout": str(ROW_LOCK_WAIT_SECONDS),
    "net_read_timeout": "120",
    "net_write_timeout": "120",
}
_MYSQL = {
    "transaction_isolation": "'REPEATABLE-READ'",  # a run that reads other rows from one statement to the next
    "transaction_read_only": "0",  # everything refused
    "default_tmp_storage_engine": "InnoDB",  # staged rows that no transaction holds
    "max_execution_time": "0",  # queries cut off
    "old_alter_table": "0",  # every ALTER copies
    "information_schema_stats_expiry": "0",  # sizes of yesterday
    "show_gipk_in_create_table_and_information_schema": "1",  # generated primary keys hidden
}
_MARIADB = {
    "tx_isolation": "'REPEATABLE-READ'",  # as MySQL's transaction_isolation, which MariaDB has from 11.1
    "tx_read_only": "0",
    "max_statement_time": "0",  # statements cut off
    "check_constraint_checks": "1",  # rows that break a CHECK
    "alter_algorithm": "'DEFAULT'",  # every ALTER copies, or is refused
    "sql_if_exists": "0",  # DROP of what is not there passes in silence
    "system_versioning_alter_history": "'ERROR'",  # history rewritten in silence; set where that is meant
    "system_versioning_asof": "DEFAULT",  # rows of another time
    "system_versioning_insert_history": "0",
}
_SINCE = {
    "show_gipk_in_create_table_and_information_schema": (8, 0, 30),
    "sql_if_exists": (10, 5, 2),
    "system_versioning_alter_history": (10, 3, 4),
    "system_versioning_asof": (10, 3, 4),
    "system_versioning_insert_history": (10, 11, 0),
}


def known_settings(server: Server, plain_mode: str) -> dict[str, str]:
    """The variables of a session and their values as SQL; ``plain_mode`` is the sql_mode that it began with."""
    own = _MARIADB if server.vendor == "mariadb" else _MYSQL
    possible = {name: value for name, value in own.items() if server.version >= _SINCE.get(name, (0,))}
    plain = plain_mode.split(",")
    modes = [*_STRICT, *(mode for mode in _PLAIN_MODES if mode in plain), *_no_accounts(server)]
    return {**_SETTINGS, **possible, "sql_mode": f"'{','.join(modes)}'"}


def tolerant_mode(server: Server) -> str:
    """The sql_mode that recreates what older servers took: '0000-00-00' as a default, a view that groups by half."""
    return ",".join([*_STRICT, *_no_accounts(server)])


def _no_accounts(server: Server) -> tuple[str, ...]:
    """A GRANT to an account that does not exist would make one without a password."""
    return ("NO_AUTO_CREATE_USER",) if server.vendor == "mariadb" else ()
