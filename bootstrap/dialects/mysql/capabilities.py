"""What each vendor and version can do, as named abilities: the one place that compares versions.

The versions are those of the vendors' manuals. Proven by tests on the servers that start there (MariaDB 10.11, MySQL
9.7); the boundaries in between are the manuals' word.
"""

from __future__ import annotations

import re

from bootstrap.plan.server import Server

_NEVER = (999,)

# name: (since which MySQL, since which MariaDB)
_SINCE: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "check_constraints": ((8, 0, 16), (10, 2, 1)),
    "column_checks": (_NEVER, (10, 2, 1)),  # a CHECK written at a column stays a part of that column
    "no_auto_create_user": (_NEVER, (5, 1, 0)),  # the sql_mode of that name; MySQL has it no more
    "not_enforced_checks": ((8, 0, 16), _NEVER),
    "functional_indexes": ((8, 0, 13), _NEVER),
    "invisible_indexes": ((8, 0, 0), _NEVER),
    "ignored_indexes": (_NEVER, (10, 6, 0)),
    "random_defaults": (_NEVER, (10, 2, 1)),  # a new column's rows are filled with uuid(), rand()
    "descending_indexes": ((8, 0, 1), (10, 8, 1)),
    "json_type": ((5, 7, 8), _NEVER),  # MariaDB: an alias of longtext with a check
    "prints_labels": (_NEVER, _NEVER),  # ENUM and SET labels with all their characters
    "prints_defaults": ((5, 7, 0), _NEVER),  # literal defaults, likewise: in hexadecimal digits
    "prints_introducers": ((8, 0, 0), _NEVER),  # _utf8mb4'x' for each 'x' in an expression
    "prints_expressions": (_NEVER, (10, 2, 1)),  # expressions of columns and checks, likewise
    "rename_column": ((8, 0, 0), (10, 5, 2)),
    "rename_index": ((5, 7, 0), (10, 5, 2)),
    "sequences": (_NEVER, (10, 3, 0)),
    "system_versioning": (_NEVER, (10, 3, 4)),
    "application_periods": (_NEVER, (10, 4, 3)),  # PERIOD FOR name (start, end); WITHOUT OVERLAPS since 10.5.3
    "aggregate_functions": (_NEVER, (10, 3, 3)),  # CREATE AGGREGATE FUNCTION with a body in SQL
    "packages": (_NEVER, (10, 3, 5)),
    "column_srid": ((8, 0, 3), _NEVER),
    "generated_pk": ((8, 0, 30), _NEVER),  # sql_generate_invisible_primary_key
    # 8.0.29 to 8.0.31 wrote redo that could not be replayed after an INSTANT change: not asked for before 8.0.32.
    "instant": ((8, 0, 32), (10, 4, 0)),
    "instant_metadata": (_NEVER, (10, 4, 0)),  # what no row shows is INSTANT too, and goes with other INSTANT changes
    "instant_expressions": (_NEVER, (10, 4, 0)),  # a new column's default may be an expression of one value
    "renames_in_expressions": (_NEVER, (10, 5, 2)),  # RENAME COLUMN rewrites what names the column in its table
    "instant_order": (_NEVER, (10, 4, 0)),  # the order of columns without a rebuild
    "nocopy": (_NEVER, (10, 3, 0)),  # ALGORITHM=NOCOPY
    "max_statement_time": (_NEVER, (10, 1, 1)),
    "or_replace_code": (_NEVER, (10, 1, 3)),  # CREATE OR REPLACE for routines, triggers, events, atomically
    "named_roles": (_NEVER, (10, 0, 5)),  # roles without a host
    "account_roles": ((8, 0, 0), _NEVER),  # roles are accounts
    "super_read_only": ((5, 7, 8), _NEVER),
    "view_algorithms": (_NEVER, (10, 0, 0)),  # information_schema.views.algorithm
    "view_usage": ((8, 0, 13), _NEVER),  # information_schema.view_table_usage
}


def capabilities(vendor: str, version: tuple[int, ...]) -> frozenset[str]:
    """The names of all that this server can do."""
    column = 1 if vendor == "mariadb" else 0
    return frozenset(name for name, since in _SINCE.items() if version >= since[column])


def identify(version_text: str) -> Server:
    """What ``SELECT VERSION()`` says about the server: ``8.0.36``, ``10.11.19-MariaDB-log``, ``5.5.5-10.6.12-MariaDB``.

    Aurora MySQL answers with the version of the MySQL that it is compatible with.
    """
    vendor = "mariadb" if "mariadb" in version_text.lower() else "mysql"
    text = version_text
    if vendor == "mariadb" and text.startswith("5.5.5-"):
        text = text[len("5.5.5-") :]  # the prefix MariaDB puts before its version for old replication clients
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    version = tuple(int(part) for part in found.groups("0")) if found else (0,)
    return Server(vendor=vendor, version=version, version_text=version_text, capabilities=capabilities(vendor, version))
