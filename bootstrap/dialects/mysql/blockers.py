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

_OTHER = """
SELECT CONCAT('connection ', p.id, ', user ', p.user, ' from ', p.host, ', ', LOWER(p.command), ' for ', p.time, ' s',
              IFNULL(CONCAT(', its transaction ', TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), ' s old'), ''),
              IFNULL(CONCAT(': ', LEFT(p.info, 80)), ''))
FROM information_schema.processlist p LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id
WHERE p.id IN ({holders}) ORDER BY t.trx_started LIMIT 5
"""
# Where each vendor says who holds a row that a connection waits for, and who holds a table.
_HOLDERS_OF = (
    "SELECT b.trx_mysql_thread_id FROM information_schema.innodb_lock_waits w"
    " JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id"
    " JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id WHERE r.trx_mysql_thread_id = %s",
    "SELECT b.processlist_id FROM performance_schema.data_lock_waits w"
    " JOIN performance_schema.threads r ON r.thread_id = w.requesting_thread_id"
    " JOIN performance_schema.threads b ON b.thread_id = w.blocking_thread_id WHERE r.processlist_id = %s",
    "SELECT b.processlist_id FROM performance_schema.threads r"
    " JOIN performance_schema.metadata_locks p ON p.owner_thread_id = r.thread_id AND p.lock_status = 'PENDING'"
    " JOIN performance_schema.metadata_locks h ON h.lock_status = 'GRANTED' AND h.object_schema = p.object_schema"
    " AND h.object_name = p.object_name AND h.owner_thread_id <> p.owner_thread_id"
    " JOIN performance_schema.threads b ON b.thread_id = h.owner_thread_id WHERE r.processlist_id = %s",
)
# MariaDB does not say who holds a table: whoever has a transaction open in the database may be it.
_ANYBODY = (
    "SELECT t.trx_mysql_thread_id FROM information_schema.innodb_trx t JOIN information_schema.processlist p"
    " ON p.id = t.trx_mysql_thread_id JOIN information_schema.processlist w ON w.id = %s AND w.db = p.db"
    " WHERE p.id <> w.id AND w.state LIKE 'Waiting for table metadata lock%%'"
)


def waits_for(session: Session, backend: str) -> list[str]:
    """Connections that hold what another one waits for."""
    for query in (*_HOLDERS_OF, _ANYBODY):
        holders = {int(line) for line in _lines(session, query, (int(backend),)) if line.isdigit()}
        if holders - {int(backend)}:
            numbers = ", ".join(str(number) for number in sorted(holders - {int(backend)}))
            return _lines(session, _OTHER.replace("{holders}", numbers), ())
    return []


def blockers(session: Session, subject: Ref) -> list[str]:
    """Connections that hold a lock on the object's table, or have a transaction open where that cannot be known."""
    table = subject.table or subject.name
    return _lines(session, _HOLDERS, (table, _SHOWN)) or _lines(session, _TRANSACTIONS, (_SHOWN,))


def _lines(session: Session, sql: str, parameters: tuple[str | int, ...]) -> list[str]:
    try:
        return [str(row[0]) for row in session.query(sql, parameters)]
    except ServerError:
        return []  # no privilege, or switched off: it only makes a message better
