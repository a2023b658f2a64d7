"""Print what SQLAlchemy's own DDL compiler makes of an application's metadata: 1.4 and 2, SQLModel, Flask-SQLAlchemy.

Runs in the application's interpreter, from Python 3.8 on.
Arguments: the file for the answer, module:Base, the vendor, the server's version, more modules to import.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any, Iterator  # noqa: UP035  # Python 3.8

from db_bootstrap_exporting import place, report  # type: ignore[import-not-found]  # beside this script, not in the package


class NoModelsError(Exception):
    """The name leads to no metadata with tables."""


def export(source: str, vendor: str, version: str, more: list[str]) -> dict[str, object]:
    """Import the application and return the statements that ``create_all()`` would run."""
    module_name, _, path = source.partition(":")
    for name in more:
        importlib.import_module(name)
    module = importlib.import_module(module_name)
    metadatas = _metadatas(module, module_name, path)
    statements: list[str] = []
    for metadata in metadatas:
        statements += [text for text in _statements(metadata, vendor, version) if text not in statements]
    if not any(metadata.tables for metadata in metadatas):
        raise NoModelsError(f"{source} has no tables: name the modules that define them with --import MODULE")
    models = {}
    for metadata in metadatas:
        for table in metadata.tables.values():
            models[table.fullname] = {"model": f"{module_name}:{table.name}"}
    for table, model in _mapped(metadatas):
        models[table] = place(model)
    return {"statements": statements, "models": models, "module": getattr(module, "__file__", None)}


def _metadatas(module: Any, module_name: str, path: str) -> list[Any]:
    """Return the metadata that a name leads to, or the only one of the module."""
    from sqlalchemy import MetaData  # an application without it says so in its own words

    def of(value: Any) -> list[Any]:
        if isinstance(value, MetaData):
            return [value]
        several = getattr(value, "metadatas", None)  # Flask-SQLAlchemy: one for each bind
        if isinstance(several, dict):
            return [found for found in several.values() if isinstance(found, MetaData)]
        found = getattr(value, "metadata", None)
        return [found] if isinstance(found, MetaData) else []

    named = {name: of(value) for name, value in vars(module).items() if not name.startswith("__")}
    if path:
        value = module
        for part in path.split("."):
            if not hasattr(value, part):
                known = sorted(name for name, found in named.items() if found)
                raise NoModelsError(
                    "{} has no {}; it has {}".format(module_name, part, ", ".join(known) or "no models")
                )
            value = getattr(value, part)
        found = of(value)
        if not found:
            raise NoModelsError(
                f"{module_name}:{path} is no metadata: name a declarative base, a MetaData or a Flask-SQLAlchemy object"
            )
        return found
    distinct = {tuple(map(id, found)): found for found in named.values() if found}
    if len(distinct) != 1:
        raise NoModelsError(
            f"{module_name} has {len(distinct) or 'no'} metadata objects: name one as {module_name}:NAME"
        )
    return next(iter(distinct.values()))


def _statements(metadata: Any, vendor: str, version: str) -> list[str]:
    """Return what create_all() would run on a server of that kind."""
    from sqlalchemy import create_mock_engine  # as above

    url = {"postgresql": "postgresql://", "mysql": "mysql://", "mariadb": "mariadb://"}[vendor]
    statements: list[str] = []

    def keep(statement: Any, *_: Any, **__: Any) -> None:
        text = statement if isinstance(statement, str) else str(statement.compile(dialect=engine.dialect))
        statements.append(text.strip())

    engine: Any = create_mock_engine(url, keep)
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if numbers:  # else as SQLAlchemy assumes
        engine.dialect.server_version_info = numbers
        if vendor == "postgresql":
            engine.dialect.supports_virtual_generated_columns = numbers >= (18,)
    if vendor == "postgresql":  # create_all() needs them and creates none
        quote = engine.dialect.identifier_preparer.quote
        schemas = sorted({table.schema for table in metadata.tables.values() if table.schema})
        statements += [f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}" for schema in schemas]
    metadata.create_all(engine, checkfirst=False)
    return statements


def _mapped(metadatas: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the tables that classes are mapped to, with these."""
    import gc  # registries of 1.4 and 2 are kept in no list that is public

    from sqlalchemy.orm import registry  # as above

    for found in gc.get_objects():
        if isinstance(found, registry):
            for mapper in found.mappers:
                table = getattr(mapper, "local_table", None)
                if table is not None and getattr(table, "metadata", None) in metadatas and not mapper.single:
                    yield table.fullname, mapper.class_


if __name__ == "__main__":
    answer, given, server, server_version = sys.argv[1:5]
    report(answer, lambda: export(given, server, server_version, sys.argv[5:]))
