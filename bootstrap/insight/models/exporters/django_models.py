"""Print what Django's own schema editor makes of an application's models, without a connection.

Runs in the application's interpreter, from Python 3.8 on.
Arguments: the file for the answer, the settings module, the vendor, the server's version.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from db_bootstrap_exporting import place, report  # type: ignore[import-not-found]  # beside this script, not in the package

_ENGINES = {"postgresql": "django.db.backends.postgresql", "mysql": "django.db.backends.mysql"}


def export(settings: str, vendor: str, version: str) -> dict[str, object]:
    """Set Django up and return the statements that create the tables of all models that it manages."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django  # an application without it says so in its own words

    django.setup()
    from django.apps import apps  # only after setup()
    from django.db import router

    connection = _connection("postgresql" if vendor == "postgresql" else "mysql")
    _know_the_server(connection, vendor, version)
    models = [
        model
        for model in apps.get_models()
        if model._meta.can_migrate(connection)
        and not model._meta.swapped
        and router.allow_migrate_model(connection.alias, model)
    ]
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        if connection.vendor == "mysql":
            editor.quote_value = _quoted
        for model in models:
            editor.create_model(model)
    known = {}
    for model in models:
        known[model._meta.db_table] = place(model)
        for field in model._meta.local_many_to_many:
            known[field.m2m_db_table()] = place(model)
    module = sys.modules[settings]
    return {"statements": list(editor.collected_sql), "models": known, "module": getattr(module, "__file__", None)}


def _connection(vendor: str) -> Any:
    """Return the configured connection of this vendor, or one of its own where settings have SQLite for development."""
    from django.db import connections  # only after setup()

    for alias in connections:
        if connections[alias].vendor == vendor:
            return connections[alias]
    settings = dict(connections.settings["default"], ENGINE=_ENGINES[vendor], NAME="models")
    connections.settings["default"] = settings
    del connections["default"]
    return connections["default"]


def _know_the_server(connection: Any, vendor: str, version: str) -> None:
    """Tell Django about the server what it would ask it."""
    numbers = [int(part) for part in version.split(".") if part.isdigit()] or (
        [15] if vendor == "postgresql" else [8, 0]
    )
    if vendor == "postgresql":
        connection.__dict__["pg_version"] = numbers[0] * 10000 + (numbers[1] if len(numbers) > 1 else 0)
        return
    text = ".".join(map(str, [*numbers, 0, 0][:3])) + ("-MariaDB" if vendor == "mariadb" else "")
    connection.__dict__["mysql_server_data"] = {
        "version": text, "sql_mode": "STRICT_TRANS_TABLES", "default_storage_engine": "InnoDB",
        "sql_auto_is_null": False, "lower_case_table_names": False, "has_zoneinfo_database": True,
    }  # fmt: skip
    connection.introspection.get_storage_engine = lambda *_: "InnoDB"
    connection.cursor = lambda: None  # is only handed to the line above


def _quoted(value: object) -> str:
    """Return a literal: Django's own way on MySQL asks the server."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    return "'{}'".format(str(value).replace("\\", "\\\\").replace("'", "''"))


if __name__ == "__main__":
    report(sys.argv[1], lambda: export(*sys.argv[2:5]))
