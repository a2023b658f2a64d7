"""Whether what we use, and what our statements set off, belongs to somebody we trust.

Whoever may create a schema can create one that is named like that of our history, with tables whose triggers, defaults
or views run as the account that writes to or reads them, and with rows that say what was declared. And whoever owns the
function of an event trigger decides what runs as the account that creates so much as a temporary table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.dialects.postgresql.history import SCHEMA
from bootstrap.dialects.postgresql.names import quote
from bootstrap.problems import Refused

if TYPE_CHECKING:
    from bootstrap.dialects.base import Row, Session

# Trusted are the account itself, superusers, and the groups that the account acts for. A role that logs in is no group:
# until PostgreSQL 15 it can make anybody its member. To a superuser nobody but superusers is trusted.
_TRUSTED = """
WITH RECURSIVE groups (oid) AS (
  SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user
  UNION
  SELECT m.roleid FROM groups g JOIN pg_auth_members m ON m.member = g.oid
), trusted (oid) AS (
  SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user OR r.rolsuper
  UNION
  SELECT r.oid FROM groups g JOIN pg_roles r ON r.oid = g.oid JOIN pg_roles me ON me.rolname = current_user
  WHERE NOT r.rolcanlogin AND NOT me.rolsuper
)
"""
# What is not trusted: what it is, its name and owner, whether reading it can run nothing, and the function it calls.
_FOUND = f"""
{_TRUSTED}
SELECT 'EVENT TRIGGER', quote_ident(e.evtname), pg_get_userbyid(p.proowner), false, p.oid::regprocedure::text
FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid
WHERE e.evtenabled IN ('O', 'A') AND p.proowner NOT IN (SELECT oid FROM trusted)
UNION ALL
SELECT 'SCHEMA', quote_ident(n.nspname), pg_get_userbyid(n.nspowner), true, ''
FROM pg_namespace n WHERE n.nspname = %s AND n.nspowner NOT IN (SELECT oid FROM trusted)
UNION ALL
SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                      WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
       format('%%I.%%I', n.nspname, c.relname), pg_get_userbyid(c.relowner),
       c.relkind IN ('r', 'S') AND NOT EXISTS (
         SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           AND t.typnamespace <> 'pg_catalog'::regnamespace), ''
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind NOT IN ('i', 'I', 't', 'c') AND c.relowner NOT IN (SELECT oid FROM trusted)
UNION ALL
SELECT 'TRIGGER', format('%%I ON %%I.%%I', t.tgname, n.nspname, c.relname), pg_get_userbyid(p.proowner), true, ''
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE n.nspname = %s AND NOT t.tgisinternal AND p.proowner NOT IN (SELECT oid FROM trusted)
"""
_REMEDY = (
    "  run as the account that owns it; or, where you know how it came about, run these statements as a superuser; or,"
    f" to begin a new history: ALTER SCHEMA {SCHEMA} RENAME TO {SCHEMA}_found"
)


def check_trust(session: Session, *, writing: bool) -> None:
    """Look at the owners of our history and all that is in it, and of what event triggers call.

    An account that only reads need not own the history: it is enough that reading cannot run anything.

    Raises:
        Refused: with each that is not trusted, and what to run.
    """
    account = session.server.account
    found = session.query(_FOUND, [SCHEMA] * 3)
    lines = [
        f"event trigger {name} calls {function}, which role {quote(owner)} owns, so that it would run as {account}:"
        f" ALTER FUNCTION {function} OWNER TO a superuser once you have read it, or ALTER EVENT TRIGGER {name} DISABLE"
        for kind, name, owner, _, function in found
        if kind == "EVENT TRIGGER"
    ]
    if lines:
        raise Refused("\n".join(lines))
    only_reads = not writing and "superuser" not in session.server.capabilities
    if not found or (only_reads and all(harmless for *_, harmless, _ in found)):
        return
    head = f"the history in {session.database} is not this account's own, so none of it was used:"
    raise Refused("\n".join([head, *(_line(row, account) for row in found), _REMEDY]))


def _line(row: Row, account: str) -> str:
    kind, name, owner, *_ = row
    if kind == "TRIGGER":
        return f"  trigger {name} calls a function of role {quote(owner)}: DROP TRIGGER {name};"
    return f"  {kind.lower()} {name} belongs to role {quote(owner)}: ALTER {kind} {name} OWNER TO {quote(account)};"
