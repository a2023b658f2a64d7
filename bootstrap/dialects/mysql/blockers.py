"""Who is in the way of a change."""

from __future__ import annotations

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import ServerError, Session

_SHOWN = 5

# MySQL 8 knows who holds the metadata lock.
_HOLDERS = """
SELECT CONCAT('connection ', p.id, ', user ', p.user, ', ', LOWER(p.command), ' for ', p.time, ' s')
FROM performance_schema.metadata_locks l
JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
JOIN information_schema.processlist p ON p.id = t.processlist_id
WHERE l.object_schema = DATABASE() AND l.object_name = %s AND l.lock_status = 'GRANTED' AND p.id <> CONNECTION_ID()
ORDER BY p.time DESC LIMIT %s
"""
# MariaDB does not without a plugin: whoever has a transaction open may be it, the oldest first.
_TRANSACTIONS = """
SELECT CONCAT('connection ', p.id, ', user ', p.user, ', ', LOWER(p.command),
              ', in a transaction since ', t.trx_started)
FROM information_schema.innodb_trx t
JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
WHERE p.db = DATABASE() AND p.id <> CONNECTION_ID()
ORDER BY t.trx_started LIMIT %s
"""


def blockers(session: Session, subject: Ref) -> list[str]:
    """Connections that hold a lock on the object's table, or have a transaction open where that cannot be known."""
    table = subject.table or subject.name
    return _lines(session, _HOLDERS, (table, _SHOWN)) or _lines(session, _TRANSACTIONS, (_SHOWN,))


def _lines(session: Session, sql: str, parameters: tuple[str | int, ...]) -> list[str]:
    try:
        return [str(row[0]) for row in session.query(sql, parameters)]
    except ServerError:
        return []  # no privilege, or switched off: it only makes a message better
