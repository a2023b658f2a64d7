"""The settings of a server that a snapshot keeps, and in which two environments are compared."""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap.dialects.base import Session
from bootstrap.dialects.postgresql.capabilities import database_locale

# What values and statements mean, what is refused, who may connect. Costs, memory and logging are left out.
_NAMES = (
    "array_nulls", "bytea_output", "DateStyle", "default_table_access_method", "default_tablespace",
    "default_text_search_config", "default_toast_compression", "default_transaction_deferrable",
    "default_transaction_isolation", "default_transaction_read_only", "idle_in_transaction_session_timeout",
    "IntervalStyle", "lc_monetary", "lc_numeric", "lc_time", "lock_timeout",
    "max_connections", "max_locks_per_transaction", "max_prepared_transactions", "password_encryption",
    "rds.force_ssl", "row_security", "search_path", "session_replication_role", "ssl", "standard_conforming_strings",
    "statement_timeout", "TimeZone", "timezone_abbreviations", "transform_null_equals", "wal_level", "xmloption",
)  # fmt: skip


def server_settings(session: Session) -> Mapping[str, str]:
    """The values that a plain session of this account has here, the server's version, and how the database sorts.

    A setting that this account may not read is left out.
    """
    rows = session.query(
        "SELECT name, coalesce(reset_val, '') || coalesce(' ' || unit, '') FROM pg_settings WHERE name = ANY (%s)",
        [list(_NAMES)],
    )
    locale = database_locale(session.server.capabilities)
    [(encoding, collate, ctype, provider)] = session.query(
        f"SELECT pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, trim({locale})"
        " FROM pg_database d WHERE d.datname = current_database()"
    )
    return {
        "vendor": session.server.vendor,
        "version": ".".join(map(str, session.server.version)),
        "database encoding": str(encoding),
        "database collation": " ".join(filter(None, (str(collate), str(provider)))),
        "database character classes": str(ctype),
        **{str(name): str(value) for name, value in rows},
    }
