"""What an account must be granted for a command: the statements, for whoever owns the database to run."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.code import EventTrigger, View
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Schema
from bootstrap.dialects.postgresql.history import SCHEMA
from bootstrap.dialects.postgresql.names import qualified, quote


def rights(database: str, account: str, declared: Catalog, *, command: str) -> Iterator[str]:
    """The statements that let an account run ``verify``, ``plan`` or ``apply``.

    Args:
        database: its name.
        account: the role, which exists.
        declared: what it is to read or change.
        command: one of the three.
    """
    name, role = quote(database), quote(account)
    if command == "apply":
        yield from _changing(name, role, declared)
        return
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {role};"
    for schema in _schemas(declared):
        yield f"GRANT USAGE ON SCHEMA {quote(schema)} TO {role};"
    for relation in _relations(declared):
        yield f"GRANT SELECT ON {relation} TO {role};"
    yield "-- once the first apply has made the history:"
    yield f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role};"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {role};"
    yield "-- then apply once more: privileges are a part of the structure that a run proves"
    if command == "plan":
        yield "-- for a declaration that has changed since; or name a development server with --scratch-url:"
        yield f"ALTER ROLE {role} CREATEDB;"


def _changing(name: str, role: str, declared: Catalog) -> Iterator[str]:
    yield f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {name} TO {role};"
    yield "-- the scratch database; or name a development server with --scratch-url:"
    yield f"ALTER ROLE {role} CREATEDB;"
    made = {item.name for item in declared.of(Schema)}
    for schema in _schemas(declared):
        if schema == "public" or schema not in made:
            yield f"GRANT USAGE, CREATE ON SCHEMA {quote(schema)} TO {role};"
    owners = sorted({owner for item in declared.objects.values() if (owner := getattr(item, "owner", None))})
    if owners:
        yield "-- the declared owners, which only their members can make owners of something:"
    for owner in owners:
        if quote(owner) != role:
            yield f"GRANT {quote(owner)} TO {role};"
    if declared.of(Role):
        yield "-- the declared roles; of those that exist already it must be an administrator:"
        yield f"ALTER ROLE {role} CREATEROLE;"
    for item in declared.of(Role):
        if quote(item.name) != role:
            yield f"-- GRANT {quote(item.name)} TO {role} WITH ADMIN OPTION;"
    yield "-- what others have made and the declaration changes must belong to the account: ALTER TABLE … OWNER TO"
    if declared.of(EventTrigger):
        yield "-- event triggers are made by superusers only (on RDS: GRANT rds_superuser)"


def _schemas(declared: Catalog) -> list[str]:
    relations: list[Table | View] = [*declared.of(Table), *declared.of(View)]
    return sorted({item.schema for item in relations if item.schema})


def _relations(declared: Catalog) -> list[str]:
    relations: list[Table | View] = [*declared.of(Table), *declared.of(View)]
    return sorted(qualified(item.schema, item.name) for item in relations)
