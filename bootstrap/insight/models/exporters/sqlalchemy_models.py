"""Print what SQLAlchemy's own DDL compiler makes of an application's metadata: 1.4 and 2, SQLModel, Flask-SQLAlchemy.

Runs in the application's interpreter, from Python 3.8 on.
Arguments: the file for the answer, module:Base, the vendor, the server's version, more modules to import.
"""

from __future__ import annotations

import importlib
import sys

from common import place, report


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
        raise NoModelsError(
            "{} has no tables: name the modules that define them with --import MODULE".format(source)  # noqa: UP032
        )
    models = {}
    for metadata in metadatas:
        for table in metadata.tables.values():
            models[table.fullname] = {"model": "{}:{}".format(source.partition(":")[0], table.name)}  # noqa: UP032
    for table, model in _mapped(metadatas):
        models[table] = place(model)
    return {"statements": statements, "models": models, "module": getattr(module, "__file__", None)}


def _metadatas(module, module_name, path):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  # types of the application
    from sqlalchemy import MetaData  # noqa: PLC0415  # an application without it says so in its own words

    def of(value):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
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
                raise NoModelsError("{} has no {}; it has {}".format(module_name, part, ", ".join(known) or "no models"))
            value = getattr(value, part)
        found = of(value)
        if not found:
            raise NoModelsError(
                "{}:{} is no metadata: name a declarative base, a MetaData or a Flask-SQLAlchemy object".format(
                    module_name, path
                )
            )
        return found
    distinct = {tuple(map(id, found)): found for found in named.values() if found}
    if len(distinct) != 1:
        raise NoModelsError(
            "{} has {} metadata objects: name one as {}:NAME".format(module_name, len(distinct) or "no", module_name)
        )
    return next(iter(distinct.values()))


def _statements(metadata, vendor, version):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    from sqlalchemy import create_mock_engine  # noqa: PLC0415  # as above

    url = {"postgresql": "postgresql://", "mysql": "mysql://", "mariadb": "mariadb://"}[vendor]
    statements: list[str] = []

    def keep(statement, *_, **__):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN202
        text = statement if isinstance(statement, str) else str(statement.compile(dialect=engine.dialect))
        statements.append(text.strip())

    engine = create_mock_engine(url, keep)
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if numbers:  # else as SQLAlchemy assumes
        engine.dialect.server_version_info = numbers
        if vendor == "postgresql":
            engine.dialect.supports_virtual_generated_columns = numbers >= (18,)
    metadata.create_all(engine, checkfirst=False)
    return statements


def _mapped(metadatas):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Yield the tables that classes are mapped to, with these."""
    import gc  # noqa: PLC0415  # registries of 1.4 and 2 are kept in no list that is public

    from sqlalchemy.orm import registry  # noqa: PLC0415  # as above

    for found in gc.get_objects():
        if isinstance(found, registry):
            for mapper in found.mappers:
                table = getattr(mapper, "local_table", None)
                if table is not None and getattr(table, "metadata", None) in metadatas and not mapper.single:
                    yield table.fullname, mapper.class_


if __name__ == "__main__":
    answer, given, server, server_version = sys.argv[1:5]
    report(answer, lambda: export(given, server, server_version, sys.argv[5:]))
