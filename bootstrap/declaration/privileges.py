"""The privileges that there are, so that a misspelt one is found when the declaration is read.

Sources: PostgreSQL's manual, "Privileges" (table 5.2); MySQL's, "Privileges Provided by MySQL", and MariaDB's, "GRANT",
both without those that hold for the whole server.
"""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap.catalog.ref import Kind

_ALL = frozenset({"ALL", "ALL PRIVILEGES"})
_RELATION = frozenset(
    {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"}
)  # MAINTAIN: from 17 on
_SEQUENCE, _EXECUTE, _USAGE = frozenset({"USAGE", "SELECT", "UPDATE"}), frozenset({"EXECUTE"}), frozenset({"USAGE"})
_SCHEMA, _DATABASE = frozenset({"USAGE", "CREATE"}), frozenset({"CREATE", "CONNECT", "TEMPORARY", "TEMP"})
_TYPES = (Kind.ENUM, Kind.COMPOSITE, Kind.RANGE, Kind.DOMAIN)
_POSTGRESQL: Mapping[Kind | str | None, frozenset[str]] = {
    None: _DATABASE,
    Kind.TABLE: _RELATION, Kind.VIEW: _RELATION, Kind.MATERIALIZED_VIEW: _RELATION,
    Kind.SEQUENCE: _SEQUENCE, Kind.SCHEMA: _SCHEMA,
    Kind.FUNCTION: _EXECUTE, Kind.PROCEDURE: _EXECUTE, Kind.AGGREGATE: _EXECUTE,
    **dict.fromkeys(_TYPES, _USAGE),
    "tables": _RELATION, "sequences": _SEQUENCE, "functions": _EXECUTE, "types": _USAGE, "schemas": _SCHEMA,
    "large_objects": frozenset({"SELECT", "UPDATE"}),
}  # fmt: skip
_MYSQL_RELATION = frozenset(
    {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER", "CREATE VIEW",
     "SHOW VIEW", "TRIGGER", "DELETE HISTORY", "DELETE VERSIONING ROWS"}
)  # fmt: skip
_MYSQL_ROUTINE = frozenset({"EXECUTE", "ALTER ROUTINE", "SHOW CREATE ROUTINE"})
_MYSQL: Mapping[Kind | str | None, frozenset[str]] = {
    None: _MYSQL_RELATION | _MYSQL_ROUTINE | {"CREATE ROUTINE", "EVENT", "LOCK TABLES", "CREATE TEMPORARY TABLES"},
    Kind.TABLE: _MYSQL_RELATION, Kind.VIEW: _MYSQL_RELATION, Kind.SEQUENCE: _MYSQL_RELATION,
    Kind.FUNCTION: _MYSQL_ROUTINE, Kind.PROCEDURE: _MYSQL_ROUTINE,
}  # fmt: skip


def privileges_on(what: Kind | str | None, engine: str) -> frozenset[str]:
    """The privileges that can be granted on one kind of object, in capitals.

    Args:
        what: the object's kind, the key of ``default_privileges``, or None: the database.
        engine: of the declaration.
    """
    return (_POSTGRESQL if engine == "postgresql" else _MYSQL).get(what, frozenset()) | _ALL
