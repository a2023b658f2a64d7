"""The declaration as the server prints it: built in a scratch database, read back, and joined with what belongs to
the cluster and was never built there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import EventTrigger, Policy, Routine
from bootstrap.catalog.default_privileges import given_by_default
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.catalog.types import Extension, Schema
from bootstrap.dialects.base import Endpoint, Locate
from bootstrap.dialects.postgresql import inert
from bootstrap.dialects.postgresql.bodies import check_bodies
from bootstrap.dialects.postgresql.build import build
from bootstrap.dialects.postgresql.names import quote
from bootstrap.dialects.postgresql.role_attributes import normalised_roles
from bootstrap.dialects.postgresql.scratch import scratch_database
from bootstrap.dialects.postgresql.session import PostgresSession
from bootstrap.dialects.postgresql.too_new import refuse_too_new

_ROUTINES = frozenset({Kind.FUNCTION, Kind.PROCEDURE, Kind.AGGREGATE})
_TABLE = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_ALL: Mapping[Kind | None, tuple[str, ...]] = {
    None: ("CREATE", "CONNECT", "TEMPORARY"),
    Kind.TABLE: _TABLE,
    Kind.VIEW: _TABLE,
    Kind.MATERIALIZED_VIEW: _TABLE,
    Kind.SEQUENCE: ("USAGE", "SELECT", "UPDATE"),
    Kind.SCHEMA: ("USAGE", "CREATE"),
    Kind.FUNCTION: ("EXECUTE",),
    Kind.PROCEDURE: ("EXECUTE",),
    Kind.AGGREGATE: ("EXECUTE",),
}
_ALL_BY_WORD = {
    "tables": _TABLE, "sequences": _ALL[Kind.SEQUENCE], "functions": ("EXECUTE",), "routines": ("EXECUTE",),
    "types": ("USAGE",), "schemas": _ALL[Kind.SCHEMA],
}  # fmt: skip
_OF_COLUMNS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
# What PUBLIC has without being given it.
_EVERYBODYS = frozenset(
    {(None, "CONNECT"), (None, "TEMPORARY")}
    | {(kind, "EXECUTE") for kind in _ROUTINES}
    | {(kind, "USAGE") for kind in (Kind.ENUM, Kind.COMPOSITE, Kind.RANGE, Kind.DOMAIN)}
)


def normalise(
    session: PostgresSession, declared: Catalog, *, locate: Locate, scratch: Endpoint | None = None
) -> Catalog:
    """Build the declared objects in a scratch database and read them back."""
    refuse_too_new(declared, session.server, locate)
    if not any(not isinstance(item, Role | Schema) for item in declared.objects.values()):
        return _joined(_with_schemas(declared), declared, session)
    with scratch_database(session, scratch) as inside:
        set_search_path(inside, declared)
        found = build(inside, declared, locate)
        with inside.declared_sql():
            check_bodies(inside, _canonical_refs(found, declared), locate)
    return _joined(found, declared, session)


def _with_schemas(declared: Catalog) -> Catalog:
    public = Schema(name="public")
    return Catalog(objects={public.ref: public, **declared.objects})


def set_search_path(inside: PostgresSession, declared: Catalog) -> None:
    """What a session of the application would have, and the schemas of the extensions, whose types have no schema in
    most declarations."""
    path = inside.declared_path
    first = declared.settings.get("default_schema")
    parts = ([quote(first)] if first else []) + [path]
    parts += [quote(item.schema) for item in declared.of(Extension) if item.schema and item.schema not in path]
    inside.declared_path = ", ".join(part for part in parts if part)


def _joined(found: Catalog, declared: Catalog, session: PostgresSession) -> Catalog:
    places = _canonical_refs(found, declared)
    objects: dict[Ref, DatabaseObject] = {
        ref: _unmanaged_owner(item) for ref, item in found.objects.items() if not isinstance(item, Role)
    }
    for role in normalised_roles(declared.of(Role), session):
        objects[role.ref] = role
    for ref, item in declared.objects.items():
        if isinstance(item, Role):
            continue
        if places.get(ref, ref) in objects:
            objects[places.get(ref, ref)] = _restored(objects[places.get(ref, ref)], item)
    grants = frozenset(one for grant in declared.grants for one in _grants(grant, places, session))
    known = {(grant.on, grant.grantee) for grant in grants}
    known |= {(places.get(on, on) if on else None, _public(grantee)) for on, grantee in declared.grantees}
    joined = Catalog(
        objects=objects,
        default_privileges=frozenset(one for item in declared.default_privileges for one in _defaults(item, session)),
        dependencies=found.dependencies,
        settings={**declared.settings, "database": session.database},
        grantees=frozenset(known),
    )
    by_default = (grant for grant in given_by_default(joined, session.server.account) if _is_given(grant))
    more = {grant for grant in by_default if (grant.on, grant.grantee) not in known}
    return replace(joined, grants=grants | more)


def _is_given(grant: Grant) -> bool:
    """Whether it says more than what the server gives everybody anyway."""
    kind = grant.on.kind if grant.on else None
    return grant.revoked or grant.grantee != "public" or (kind, grant.privilege) not in _EVERYBODYS


def _public(grantee: str) -> str:
    return "public" if grantee.lower() == "public" else grantee


def _unmanaged_owner(item: DatabaseObject) -> DatabaseObject:
    return replace(item, owner=None) if hasattr(item, "owner") else item  # type: ignore[arg-type]  # has an owner: asked here


def _restored(item: DatabaseObject, source: DatabaseObject) -> DatabaseObject:
    """Put back what was left out of the scratch database."""
    item = inert.restored(item, source)
    if isinstance(item, Policy) and isinstance(source, Policy):
        roles = tuple(sorted(role for role in source.roles if role.lower() != "public"))
        return replace(item, roles=roles)
    if isinstance(item, Extension) and isinstance(source, Extension):
        return replace(item, version=source.version)
    if isinstance(item, Schema) and isinstance(source, Schema):
        return replace(item, owner=source.owner, comment=source.comment)  # public is not made: it is there
    if isinstance(item, EventTrigger) and isinstance(source, EventTrigger):
        return replace(item, owner=source.owner)
    owner = getattr(source, "owner", None)
    return replace(item, owner=owner) if owner is not None else item


def _canonical_refs(found: Catalog, declared: Catalog) -> dict[Ref, Ref]:
    """Declared routines under the names of their argument types as the server prints them."""
    unmatched: dict[tuple[Kind, str, str], list[Ref]] = {}
    for item in found.of(Routine):
        if item.ref not in declared.objects:
            unmatched.setdefault((item.kind, item.schema, item.name), []).append(item.ref)
    places: dict[Ref, Ref] = {}
    for routine in declared.of(Routine):
        if routine.ref in found.objects:
            continue
        candidates = unmatched.get((routine.kind, routine.schema, routine.name), [])
        if len(candidates) == 1:
            places[routine.ref] = candidates[0]
        else:
            places |= _closest(routine, candidates)
    return places


def _closest(routine: Routine, candidates: list[Ref]) -> dict[Ref, Ref]:
    """Among overloads the one with as many arguments, where there is only one."""
    count = _arguments(routine.ref)
    same = [ref for ref in candidates if _arguments(ref) == count]
    return {routine.ref: same[0]} if len(same) == 1 else {}


def _arguments(ref: Ref) -> int:
    inner = ref.name.rpartition("(")[2].rstrip(")")
    return inner.count(",") + 1 if inner.strip() else 0


def _grants(item: Grant, places: Mapping[Ref, Ref], session: PostgresSession) -> list[Grant]:
    on = places.get(item.on, item.on) if item.on else None
    kind = on.kind if on else None
    privilege = item.privilege.upper().removesuffix(" PRIVILEGES")
    names: tuple[str, ...] = (privilege,)
    if privilege == "ALL":
        names = _OF_COLUMNS if item.column else _ALL.get(kind, ("USAGE",))
        if not item.column and names is _TABLE and "maintain_privilege" in session.server.capabilities:
            names = (*names, "MAINTAIN")
    names = tuple("TEMPORARY" if name == "TEMP" else name for name in names)
    made = [replace(item, on=on, privilege=name, grantee=_public(item.grantee)) for name in names]
    return [one for one in made if _is_given(one)]


def _defaults(item: DefaultPrivilege, session: PostgresSession) -> list[DefaultPrivilege]:
    privilege = item.privilege.upper().removesuffix(" PRIVILEGES")
    kind = "functions" if item.object_kind.lower() == "routines" else item.object_kind.lower()
    names: tuple[str, ...] = (privilege,)
    if privilege == "ALL":
        names = _ALL_BY_WORD.get(kind, ("USAGE",))
        if kind == "tables" and "maintain_privilege" in session.server.capabilities:
            names = (*names, "MAINTAIN")
    return [replace(item, privilege=name, object_kind=kind, grantee=_public(item.grantee)) for name in names]
