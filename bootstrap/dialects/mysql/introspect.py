"""Reading the live catalog of one database."""

from __future__ import annotations

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import Introspection, Scope, Unsupported
from bootstrap.dialects.mysql.grants import grant_sight
from bootstrap.dialects.mysql.introspection.code import (
    read_event,
    read_routine,
    read_sequence,
    read_trigger,
    read_view,
)
from bootstrap.dialects.mysql.introspection.columns import Collations
from bootstrap.dialects.mysql.introspection.create_table import read_table
from bootstrap.dialects.mysql.introspection.dependencies import dependencies_of
from bootstrap.dialects.mysql.introspection.lexer import UnknownSyntaxError
from bootstrap.dialects.mysql.introspection.literals import with_readable_bytes, without_introducers
from bootstrap.dialects.mysql.introspection.reading import Reading, read
from bootstrap.dialects.mysql.introspection.security import read_grants, read_roles
from bootstrap.dialects.mysql.introspection.unprintable import printed_whole, with_all_characters
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.problems import StatementError

__all__ = ["introspect", "introspect_database"]


def introspect(session: MySqlSession, scope: Scope) -> Introspection:
    """Read the session's own database. Raises StatementError where the account may not see something."""
    missing = session.privileges.missing_sight
    if missing:
        raise StatementError(grant_sight(missing, session.database, session.server))
    return introspect_database(session, session.database, scope)


def introspect_database(session: MySqlSession, database: str, scope: Scope) -> Introspection:
    """Read one database of the server, and make it the current one."""
    reading = read(session, database, scope)
    unsupported: list[Unsupported] = []
    objects: dict[Ref, DatabaseObject] = {}
    for item in _objects(session, reading, unsupported):
        objects[item.ref] = item
    for role in read_roles(reading):
        objects[role.ref] = role
    settings = reading.lists["settings"][0] if reading.lists["settings"] else ("", "", 0)
    catalog = Catalog(
        objects=objects,
        grants=read_grants(reading, objects, session.server),
        dependencies=dependencies_of(objects),
        settings={
            "charset": str(settings[0]),
            "collation": str(settings[1]),
            "names": str(settings[2]),
            "database": database,
        },
    )
    return Introspection(catalog, tuple(unsupported))


def _objects(session: MySqlSession, reading: Reading, unsupported: list[Unsupported]) -> list[DatabaseObject]:
    found: list[DatabaseObject] = []
    introduced = "prints_introducers" in session.server.capabilities
    defaults = {str(name): str(collation) for name, collation in reading.lists["charsets"]}
    for name, table_type, collation in reading.lists["tables"]:
        try:
            if table_type in ("BASE TABLE", "SYSTEM VERSIONED"):
                collations = Collations(defaults=defaults, table=str(collation))
                text = printed_whole(reading.text("table", name, 1), str(name), session)
                table = read_table(with_readable_bytes(text), database=reading.database, collations=collations)
                table = with_all_characters(table, session)
                found.append(without_introducers(table) if introduced else table)
            elif table_type == "SEQUENCE":
                found.append(read_sequence(name, reading))
        except UnknownSyntaxError as reason:
            unsupported.append(Unsupported(str(table_type).lower(), str(name), str(reason)))
    for row in reading.lists["routines"]:
        try:
            found.append(read_routine(row, reading))
        except UnknownSyntaxError as reason:
            unsupported.append(Unsupported(str(row[0]).lower(), str(row[1]), str(reason)))
    for what, read_one in (("view", read_view), ("trigger", read_trigger), ("event", read_event)):
        for row in reading.lists[f"{what}s"]:
            try:
                found.append(read_one(row, reading))
            except UnknownSyntaxError as reason:
                unsupported.append(Unsupported(what, str(row[0]), str(reason)))
    return found
