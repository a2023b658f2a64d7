"""What an account must be granted for a command: the statements, for whoever owns the database to run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.code import EventTrigger, View
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Schema
from bootstrap.dialects.base import Session
from bootstrap.dialects.postgresql.history import SCHEMA
from bootstrap.dialects.postgresql.names import literal, qualified, quote


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


def lacking_rights(session: Session, database: str, declared: Catalog, *, scratch: bool) -> list[str]:
    """The grants for an apply that the session's account does not have.

    Args:
        session: of the account.
        database: the name of its database.
        declared: what it is to change.
        scratch: scratch databases are made on another server.
    """
    account = session.server.account
    needed = [
        right
        for right in _needed(quote(database), quote(account), declared)
        if right.held and not (scratch and right.for_scratch)
    ]
    [answers] = session.query("SELECT " + ", ".join(f"({right.held})" for right in needed))
    lacking = [right.statement for right, held in zip(needed, answers, strict=True) if not held]
    return [*lacking, *_not_owned(session, declared)]


def _not_owned(session: Session, declared: Catalog) -> list[str]:
    """Declared tables and views that exist and belong to a role that the account is no member of."""
    names = _relations(declared)
    if not names:
        return []
    found = session.query(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.oid = ANY (SELECT to_regclass(name)"
        " FROM unnest(%s::text[]) AS name) AND NOT pg_has_role(c.relowner, 'USAGE') ORDER BY 1",
        [names],
    )
    role = quote(session.server.account)
    return [f"ALTER TABLE {name} OWNER TO {role};" for (name,) in found]


@dataclass(frozen=True, slots=True)
class _Right:
    """A grant, and the SQL that says whether the current role has what it gives; "" for a comment."""

    statement: str
    held: str = ""
    for_scratch: bool = False


def _changing(name: str, role: str, declared: Catalog) -> Iterator[str]:
    return (right.statement for right in _needed(name, role, declared))


def _needed(name: str, role: str, declared: Catalog) -> Iterator[_Right]:
    yield _Right(
        f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {name} TO {role};",
        "has_database_privilege(current_database(), 'CREATE') AND has_database_privilege(current_database(), 'TEMP')",
    )
    yield _Right("-- the scratch database; or name a development server with --scratch-url:")
    yield _Right(
        f"ALTER ROLE {role} CREATEDB;",
        "(SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user)",
        for_scratch=True,
    )
    made = {item.name for item in declared.of(Schema)}
    for schema in _schemas(declared):
        if schema == "public" or schema not in made:
            text = literal(quote(schema))
            yield _Right(
                f"GRANT USAGE, CREATE ON SCHEMA {quote(schema)} TO {role};",
                f"to_regnamespace({text}) IS NULL OR has_schema_privilege(to_regnamespace({text}), 'USAGE')"
                f" AND has_schema_privilege(to_regnamespace({text}), 'CREATE')",
            )
    owners = sorted({owner for item in declared.objects.values() if (owner := getattr(item, "owner", None))})
    if owners:
        yield _Right("-- the declared owners, which only their members can make owners of something:")
    for owner in owners:
        if quote(owner) != role:
            text = literal(quote(owner))
            held = f"to_regrole({text}) IS NULL OR pg_has_role(to_regrole({text}), 'MEMBER')"
            yield _Right(f"GRANT {quote(owner)} TO {role};", held)
    roles = declared.of(Role)
    if roles:
        names = ", ".join(literal(item.name) for item in roles)
        yield _Right("-- the declared roles; of those that exist already it must be an administrator:")
        yield _Right(
            f"ALTER ROLE {role} CREATEROLE;",
            "(SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user)"
            f" OR (SELECT count(*) FROM pg_roles WHERE rolname IN ({names})) = {len(roles)}",
        )
    for item in roles:
        if quote(item.name) != role:
            yield _Right(f"-- GRANT {quote(item.name)} TO {role} WITH ADMIN OPTION;")
    yield _Right(
        "-- what others have made and the declaration changes must belong to the account: ALTER TABLE … OWNER TO"
    )
    if declared.of(EventTrigger):
        yield _Right("-- event triggers are made by superusers only (on RDS: GRANT rds_superuser)")


def _schemas(declared: Catalog) -> list[str]:
    relations: list[Table | View] = [*declared.of(Table), *declared.of(View)]
    return sorted({item.schema for item in relations if item.schema})


def _relations(declared: Catalog) -> list[str]:
    relations: list[Table | View] = [*declared.of(Table), *declared.of(View)]
    return sorted(qualified(item.schema, item.name) for item in relations)
