"""Estimates of tables, and who stands in whose way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from bootstrap.catalog.ref import Kind
from bootstrap.dialects.postgresql.names import qualified
from bootstrap.plan.context import TableSize

if TYPE_CHECKING:
    from bootstrap.catalog.ref import Ref
    from bootstrap.dialects.base import Session

# reltuples is -1 before the first ANALYZE and may be 0 long after: only an empty file proves an empty table, so that
# everything else counts for at least one row. A table has the rows of its partitions and inheritance children too: a
# change of it is one of theirs.
_SIZES = """
WITH RECURSIVE tree (root, relid) AS (
  SELECT c.oid, c.oid FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN unnest(%s::text[], %s::text[]) AS wanted (schema, name) ON wanted.schema = n.nspname AND wanted.name = c.relname
  WHERE c.relkind IN ('r', 'p', 'm')
  UNION  -- a table that inherits from another in two ways counts once
  SELECT tree.root, i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.relid
)
SELECT n.nspname, r.relname,
       coalesce(sum(CASE WHEN c.relkind = 'p' OR pg_relation_size(c.oid) = 0 THEN 0
                         WHEN c.relkind = 'f' THEN greatest(1, c.reltuples)
                         WHEN c.reltuples > 0 THEN c.reltuples
                         ELSE greatest(1, pg_relation_size(c.oid) / 100) END), 0)::bigint,
       coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
FROM tree
JOIN pg_class r ON r.oid = tree.root
JOIN pg_namespace n ON n.oid = r.relnamespace
JOIN pg_class c ON c.oid = tree.relid
GROUP BY n.nspname, r.relname
"""
_BLOCKERS = """
SELECT DISTINCT 'process ' || a.pid || ', ' || coalesce(a.usename, '?') || ' ('
       || coalesce(nullif(a.application_name, ''), 'unnamed') || ') from '
       || coalesce(a.client_addr::text, 'the local socket') || ', ' || coalesce(a.state, 'unknown state')
       || ' since ' || coalesce(to_char(a.xact_start, 'HH24:MI:SS TZ'), '?') || ', holds ' || l.mode
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.granted AND l.pid <> pg_backend_pid() AND l.relation = to_regclass(%s)
"""

_WAITS_FOR = r"""
SELECT 'process ' || a.pid || ', ' || coalesce(a.usename, '?') || ' ('
       || coalesce(nullif(a.application_name, ''), 'unnamed') || ') from '
       || coalesce(a.client_addr::text, 'the local socket') || ', ' || coalesce(a.state, 'unknown state')
       || ', its transaction ' || coalesce(extract(epoch FROM clock_timestamp() - a.xact_start)::int::text, '?')
       || ' s old' || coalesce(': ' || nullif(left(regexp_replace(a.query, '\s+', ' ', 'g'), 80), ''), '')
FROM unnest(pg_blocking_pids(%s)) b (pid) JOIN pg_stat_activity a USING (pid)
ORDER BY a.xact_start LIMIT 5
"""

# The lock table is everybody's. It is sure to hold max_locks_per_transaction times max_connections locks, 6400 with the
# server's defaults; nearly full, it lets other sessions fail with 53200. One transaction takes a third of it.
_FULL = """
SELECT count(*) >= least(2000, current_setting('max_locks_per_transaction')::bigint
                               * current_setting('max_connections')::bigint / 3)
FROM pg_locks WHERE pid = pg_backend_pid()
"""


def table_sizes(session: Session, tables: Iterable[Ref]) -> Mapping[Ref, TableSize]:
    """Estimated rows and bytes; 0 rows only where the table is empty for certain."""
    wanted = {(ref.schema, ref.name): ref for ref in tables}
    if not wanted:
        return {}
    rows = session.query(_SIZES, [[schema for schema, _ in wanted], [name for _, name in wanted]])
    return {wanted[schema, name]: TableSize(rows=count, bytes=size) for schema, name, count, size in rows}


def transaction_is_full(session: Session) -> bool:
    """Whether the open transaction has taken its share of the server's lock table."""
    return bool(session.query(_FULL)[0][0])


def waits_for(session: Session, backend: str) -> list[str]:
    """Who holds what a backend waits for, the oldest first; also transactions that an index build waits for."""
    return [str(row[0]) for row in session.query(_WAITS_FOR, [int(backend)])]


def blockers(session: Session, subject: Ref) -> list[str]:
    """Who holds locks on the table that a change waits for."""
    table = subject.owner or subject
    if table.kind not in (Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.SEQUENCE, Kind.INDEX):
        return []
    return [str(row[0]) for row in session.query(_BLOCKERS, [qualified(table.schema, table.name)])]
