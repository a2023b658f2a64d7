"""Codes of errors: for texts in which the message is missing or in another language.

PostgreSQL: appendix A of its manual (SQLSTATE). MySQL and MariaDB: their server error references. Others: the ORMs'
and drivers' documented codes, and the classes that drivers name after a condition.
"""

from __future__ import annotations

import re

from bootstrap.insight.diagnose.causes import Cause

SQLSTATES: dict[str, Cause] = {
    "42P01": Cause.MISSING_TABLE, "42703": Cause.MISSING_COLUMN, "42883": Cause.MISSING_FUNCTION,
    "42704": Cause.MISSING_TYPE_OR_EXTENSION, "3F000": Cause.MISSING_SCHEMA_OR_SEARCH_PATH,
    "42P10": Cause.MISSING_UNIQUE_CONSTRAINT, "3D000": Cause.MISSING_DATABASE, "42501": Cause.PERMISSION,
    "22P02": Cause.TYPE_MISMATCH, "42804": Cause.TYPE_MISMATCH, "23502": Cause.NOT_NULL,
    "23505": Cause.UNIQUE_VIOLATION, "25006": Cause.READ_ONLY, "26000": Cause.POOLER_PREPARED_STATEMENT,
    "42P05": Cause.POOLER_PREPARED_STATEMENT, "53300": Cause.TOO_MANY_CONNECTIONS, "55P03": Cause.LOCK_TIMEOUT,
    "40P01": Cause.DEADLOCK, "42P07": Cause.ALREADY_EXISTS, "42701": Cause.ALREADY_EXISTS,
    "42710": Cause.ALREADY_EXISTS, "42P06": Cause.ALREADY_EXISTS, "42P04": Cause.ALREADY_EXISTS,
    "28P01": Cause.AUTH_PASSWORD, "22P05": Cause.CHARSET, "22021": Cause.CHARSET, "42S02": Cause.MISSING_TABLE,
    "42S22": Cause.MISSING_COLUMN, "42S01": Cause.ALREADY_EXISTS, "42S21": Cause.ALREADY_EXISTS,
    "25001": Cause.DDL_NOT_SUPPORTED,
}  # fmt: skip

ERRNOS: dict[str, Cause] = {
    "1146": Cause.MISSING_TABLE, "1051": Cause.MISSING_TABLE, "4091": Cause.MISSING_TABLE,
    "1054": Cause.MISSING_COLUMN, "1072": Cause.MISSING_COLUMN, "1305": Cause.MISSING_FUNCTION,
    "1049": Cause.MISSING_DATABASE, "1046": Cause.SEARCH_PATH, "1356": Cause.BROKEN_VIEW,
    "1265": Cause.ENUM_VALUE_MISSING,
    "1366": Cause.TYPE_MISMATCH, "1292": Cause.TYPE_MISMATCH, "1364": Cause.NOT_NULL_NO_DEFAULT,
    "1048": Cause.NOT_NULL, "1062": Cause.UNIQUE_VIOLATION, "1586": Cause.UNIQUE_VIOLATION,
    "1142": Cause.PERMISSION, "1143": Cause.PERMISSION, "1370": Cause.PERMISSION, "1044": Cause.PERMISSION,
    "1227": Cause.PERMISSION, "1419": Cause.PERMISSION, "1792": Cause.READ_ONLY, "1290": Cause.READ_ONLY_FAILOVER,
    "1836": Cause.READ_ONLY_FAILOVER, "1205": Cause.LOCK_TIMEOUT, "3572": Cause.LOCK_TIMEOUT,
    "1213": Cause.DEADLOCK, "1045": Cause.AUTH_PASSWORD, "1698": Cause.AUTH_PASSWORD,
    "3159": Cause.TLS_REQUIRED, "1040": Cause.TOO_MANY_CONNECTIONS, "1203": Cause.TOO_MANY_CONNECTIONS,
    "1226": Cause.TOO_MANY_CONNECTIONS, "1130": Cause.AUTH_USER_MISSING, "1243": Cause.POOLER_PREPARED_STATEMENT,
    "1615": Cause.SCHEMA_CHANGED_UNDER_CONNECTION, "1412": Cause.SCHEMA_CHANGED_UNDER_CONNECTION,
    "1050": Cause.ALREADY_EXISTS, "1060": Cause.ALREADY_EXISTS, "1061": Cause.ALREADY_EXISTS,
    "1267": Cause.CHARSET, "1273": Cause.CHARSET, "1115": Cause.CHARSET, "3988": Cause.CHARSET,
    "1845": Cause.DDL_NOT_SUPPORTED, "1846": Cause.DDL_NOT_SUPPORTED, "2005": Cause.NETWORK_DNS,
    "1138": Cause.NOT_NULL_BACKFILL_MISSING,
}  # fmt: skip

_NAMES: dict[str, Cause] = {
    "undefinedtable": Cause.MISSING_TABLE, "undefined_table": Cause.MISSING_TABLE,
    "er_no_such_table": Cause.MISSING_TABLE, "p2021": Cause.MISSING_TABLE,
    "undefinedcolumn": Cause.MISSING_COLUMN, "undefined_column": Cause.MISSING_COLUMN,
    "er_bad_field_error": Cause.MISSING_COLUMN, "p2022": Cause.MISSING_COLUMN,
    "undefinedfunction": Cause.MISSING_FUNCTION, "undefined_function": Cause.MISSING_FUNCTION,
    "er_sp_does_not_exist": Cause.MISSING_FUNCTION, "undefinedobject": Cause.MISSING_TYPE_OR_EXTENSION,
    "invalidschemaname": Cause.MISSING_SCHEMA_OR_SEARCH_PATH, "invalidcatalogname": Cause.MISSING_DATABASE,
    "er_bad_db_error": Cause.MISSING_DATABASE, "nodatabaseerror": Cause.MISSING_DATABASE,
    "p1003": Cause.MISSING_DATABASE,
    "er_view_invalid": Cause.BROKEN_VIEW, "insufficientprivilege": Cause.PERMISSION,
    "er_tableaccess_denied_error": Cause.PERMISSION, "er_dbaccess_denied_error": Cause.PERMISSION,
    "p1010": Cause.PERMISSION,
    "notnullviolation": Cause.NOT_NULL, "er_bad_null_error": Cause.NOT_NULL, "p2011": Cause.NOT_NULL,
    "er_no_default_for_field": Cause.NOT_NULL_NO_DEFAULT, "uniqueviolation": Cause.UNIQUE_VIOLATION,
    "recordnotunique": Cause.UNIQUE_VIOLATION, "uniqueconstrainterror": Cause.UNIQUE_VIOLATION,
    "er_dup_entry": Cause.UNIQUE_VIOLATION, "p2002": Cause.UNIQUE_VIOLATION,
    "readonlysqltransaction": Cause.READ_ONLY, "invalidsqlstatementname": Cause.POOLER_PREPARED_STATEMENT,
    "toomanyconnections": Cause.TOO_MANY_CONNECTIONS, "er_con_count_error": Cause.TOO_MANY_CONNECTIONS,
    "er_too_many_user_connections": Cause.TOO_MANY_CONNECTIONS, "p2024": Cause.TOO_MANY_CONNECTIONS,
    "p2037": Cause.TOO_MANY_CONNECTIONS, "locknotavailable": Cause.LOCK_TIMEOUT, "lockwaittimeout": Cause.LOCK_TIMEOUT,
    "er_lock_wait_timeout": Cause.LOCK_TIMEOUT, "deadlockdetected": Cause.DEADLOCK, "er_lock_deadlock": Cause.DEADLOCK,
    "p2034": Cause.DEADLOCK, "invalidpassword": Cause.AUTH_PASSWORD, "er_access_denied_error": Cause.AUTH_PASSWORD,
    "p1000": Cause.AUTH_PASSWORD, "p1011": Cause.TLS_CA_MISSING, "p1001": Cause.NETWORK_REFUSED,
    "duplicatetable": Cause.ALREADY_EXISTS, "duplicatecolumn": Cause.ALREADY_EXISTS,
    "duplicateobject": Cause.ALREADY_EXISTS, "er_table_exists_error": Cause.ALREADY_EXISTS,
    "er_secure_transport_required": Cause.TLS_REQUIRED, "er_option_prevents_statement": Cause.READ_ONLY_FAILOVER,
    "warn_data_truncated": Cause.ENUM_VALUE_MISSING, "cannotconnectnow": Cause.NETWORK_REFUSED,
    "unresolvedlinkfailure": Cause.NETWORK_REFUSED,
}  # fmt: skip

_SQLSTATE = re.compile(
    r"(?:SQLSTATE|sqlState|SQL state|code|ERROR|PostgresException[^:\n]*|Postgrex\.Error\) ERROR)"
    r"['\"]?\s*[:=\[(]{0,2}\s*['\"]?(?P<code>[0-9A-Z]{5})\b"
)
# Numbers stand everywhere in logs, such as a process in "[1146]:ERROR": what drivers print around a code must be there.
# Error 1146 and errno: 1146; (1146, "…") and MyXQL's (1146); SQLSTATE[HY000] [1146], [1146] [42S02] and … [1146]
_ERRNO = re.compile(
    r"(?:\b(?:errno|errorno|err(?:or)?number|error(?: code)?|mysql_errno|no)['\"]?\s*[:=#]?\s*['\"]?"
    r"|(?:^|\w)\s*\((?=\d+, ?[\"'])|\)\s*\((?=\d+(?:, ?[\"']|\)))"
    r"|\]\s*\[(?=\d+\])|\[(?=\d+\]\s*(?:\[|\Z)))"
    r"(?P<code>[1-4]\d{3})\b(?!\d)",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = re.compile(r"\b(?:ER_[A-Z_]+|WARN_[A-Z_]+|P[1-3]\d{3}|[A-Z]?[A-Za-z_]{8,40}?)(?=Error\b|Exception\b|\b)")


def code_of(text: str) -> tuple[str, Cause] | None:
    """Return the first code of an error text that names a cause, with that cause; None where there is none."""
    for pattern, known in ((_SQLSTATE, SQLSTATES), (_ERRNO, ERRNOS)):
        for found in pattern.finditer(text):
            if found["code"] in known:
                return found["code"], known[found["code"]]
    for found in _WORD.finditer(text):
        cause = _NAMES.get(found[0].lower())
        if cause is not None:
            return found[0], cause
    return None
