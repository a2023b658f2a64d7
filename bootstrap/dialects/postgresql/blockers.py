"""Who is in the way of a change."""

from __future__ import annotations

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import ServerError, Session

_SHOWN = 5

# pg_blocking_pids knows only who waits at this moment, and the statement that waited has been given up: so all who
# hold a lock on the table, the longest transaction first.
_HOLDERS = """
SELECT 'process ' || a.pid || coalesce(', user ' || a.usename, '')
       || coalesce(', ' || nullif(a.application_name, ''), '') || ', ' || coalesce(a.state, 'state hidden')
       || coalesce(', in a transaction since ' || to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS TZ'), '')
FROM pg_stat_activity a
WHERE a.pid <> pg_backend_pid() AND a.pid IN (
  SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND c.relname = %s AND (%s = '' OR n.nspname = %s))
ORDER BY a.xact_start NULLS LAST
LIMIT %s
"""


def blockers(session: Session, subject: Ref) -> list[str]:
    """Sessions that hold a lock on the object or on the table that it belongs to."""
    try:
        rows = session.query(_HOLDERS, (subject.table or subject.name, subject.schema, subject.schema, _SHOWN))
    except ServerError:
        return []  # it only makes a message better
    return [str(row[0]) for row in rows]
