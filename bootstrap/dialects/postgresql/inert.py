"""What is created in a scratch database so that the server runs nobody's code while the rest is built.

The server calls functions when an index on an expression is created, a literal of a domain is read, a materialized view
is filled, a partition's bound is computed, or an event trigger fires: as the account that builds. Whoever owns a
function in the target could have it run that way by everybody who imports, plans or verifies. So routines are created
with a body that does nothing, and get their own when everything else is there and nothing will be called any more.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import EventTrigger, Routine, View
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.types import Domain
from bootstrap.dialects.base import Scope
from bootstrap.dialects.postgresql.introspect import introspect
from bootstrap.dialects.postgresql.session import PostgresSession

# Only superusers create functions in these, and the body names code that is on the server already.
_COMPILED = frozenset({"c", "internal"})
_ONLY_OF_THEIR_LANGUAGE = frozenset({"transform"})
_DOMAIN_CHECKS = """
SELECT format('ALTER DOMAIN %I.%I DROP CONSTRAINT %I', n.nspname, t.typname, c.conname)
FROM pg_constraint c JOIN pg_type t ON t.oid = c.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE c.contype = 'c' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
"""
# What a plain RETURN ends: no single value is given back.
_WITHOUT_RESULT = re.compile(r"\s*(void|setof|table)\b", re.IGNORECASE)
_OUTPUT = re.compile(r"(?:^|,)\s*(?:out|inout)\b", re.IGNORECASE)
_NO_TYPE_OF_A_VALUE = re.compile(r"\s*(record|trigger|event_trigger|any\w*|\w+_handler)\s*$", re.IGNORECASE)


def inert(item: DatabaseObject) -> DatabaseObject:
    """The object as it is created first: it has the identity and properties of its own, and runs nothing."""
    match item:
        case Routine() if has_body(item):
            return _routine(item)
        case View(materialized=True):
            return replace(item, with_data=False)
        case EventTrigger():
            return replace(item, enabled="disabled")
        case _:
            return item


def restored(item: DatabaseObject, source: DatabaseObject) -> DatabaseObject:
    """What was read back, with what was never created as declared."""
    match item, source:
        case View(materialized=True), View():
            return replace(item, with_data=source.with_data)
        case EventTrigger(), EventTrigger():
            return replace(item, enabled=source.enabled)
        case _:
            return item


def has_body(item: DatabaseObject) -> bool:
    """Whether it is a routine whose body is a program."""
    return isinstance(item, Routine) and item.kind is not Kind.AGGREGATE and item.language.lower() not in _COMPILED


def without_domain_checks(session: PostgresSession) -> Catalog:
    """Drop the checks of all domains; what was read of the database before that, nothing where there are none."""
    drops = [sql for (sql,) in session.query(_DOMAIN_CHECKS)]
    if not drops:
        return Catalog()
    found = introspect(session, Scope()).catalog
    session.execute(";\n".join(drops))
    return found


def with_domains(found: Catalog, before: Catalog) -> Catalog:
    """What was read in the end, with the domains as they were, and what they need."""
    domains = {item.ref: item for item in before.of(Domain)}
    needs = {
        ref: found.dependencies.get(ref, frozenset()) | before.dependencies.get(ref, frozenset())
        for ref in {*found.dependencies, *before.dependencies}
    }
    return replace(found, objects={**found.objects, **domains}, dependencies=needs)


def _routine(item: Routine) -> Routine:
    attributes = tuple(pair for pair in item.attributes if pair[0] not in _ONLY_OF_THEIR_LANGUAGE)
    language, body = _nothing(item)
    return replace(item, language=language, body=body, atomic=False, attributes=attributes)


def _nothing(item: Routine) -> tuple[str, str]:
    """A language, and a body in it that gives NULL or no rows."""
    returns = item.returns or ""
    if item.kind is Kind.PROCEDURE or not returns or _WITHOUT_RESULT.match(returns) or _OUTPUT.search(item.arguments):
        return "plpgsql", "BEGIN RETURN; END"
    if item.language.lower() == "sql" and not _NO_TYPE_OF_A_VALUE.match(returns):
        # The server looks into such a function where it asks whether an expression is immutable.
        return "sql", f"SELECT NULL::{returns}"
    return "plpgsql", "BEGIN RETURN NULL; END"
