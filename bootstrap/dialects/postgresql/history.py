"""Our own tables on PostgreSQL: the schema ``db_bootstrap``, the proof of seeded rows, and a lost run's backend."""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap.dialects.base import HistoryFacts, Session

SCHEMA = "db_bootstrap"

# clock_timestamp(), because now() would be the start of the transaction.
FACTS = HistoryFacts(now="pg_catalog.clock_timestamp()", user="session_user::text")

# Version 1. A later version appends ALTER TABLE … ADD COLUMN IF NOT EXISTS, so that the whole list stays idempotent.
_STATEMENTS = (
    "CREATE SCHEMA IF NOT EXISTS db_bootstrap",
    "COMMENT ON SCHEMA db_bootstrap IS 'History of db-bootstrap: what was run here, by whom, with what outcome'",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.version (
  version integer NOT NULL PRIMARY KEY
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.runs (
  id bigint NOT NULL PRIMARY KEY,
  action text NOT NULL,
  environment text NOT NULL,
  outcome text NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  db_user text NOT NULL,
  os_user text NOT NULL DEFAULT '',
  principal text NOT NULL DEFAULT '',
  host text NOT NULL DEFAULT '',
  backend text NOT NULL,
  source text NOT NULL DEFAULT '',
  git_revision text NOT NULL DEFAULT '',
  tool_version text NOT NULL DEFAULT '',
  declaration_digest text NOT NULL DEFAULT '',
  plan_digest text NOT NULL DEFAULT '',
  fingerprint_before text NOT NULL DEFAULT '',
  fingerprint_after text NOT NULL DEFAULT '',
  ready_token text NOT NULL DEFAULT '',
  error text NOT NULL DEFAULT ''
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.statements (
  run bigint NOT NULL REFERENCES db_bootstrap.runs (id) ON DELETE CASCADE,
  seq integer NOT NULL,
  subject text NOT NULL DEFAULT '',
  sql_text text NOT NULL,
  sql_hash text NOT NULL,
  outcome text NOT NULL,
  recorded_at timestamptz NOT NULL,
  duration_ms bigint,
  attempts integer NOT NULL DEFAULT 1,
  error text NOT NULL DEFAULT '',
  PRIMARY KEY (run, seq)
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.steps (
  name text NOT NULL PRIMARY KEY,
  checksum text NOT NULL,
  phase text NOT NULL,
  state text NOT NULL,
  position integer NOT NULL DEFAULT 0,
  total integer NOT NULL DEFAULT 0,
  run bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  duration_ms bigint,
  error text NOT NULL DEFAULT ''
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.managed (
  id text NOT NULL PRIMARY KEY,
  kind text NOT NULL,
  schema_name text NOT NULL,
  table_name text NOT NULL,
  name text NOT NULL,
  run bigint NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.seeds (
  id text NOT NULL PRIMARY KEY,
  table_name text NOT NULL,
  digest text NOT NULL,
  proof text NOT NULL,
  row_count bigint NOT NULL,
  run bigint NOT NULL,
  changed_at timestamptz NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.facts (
  name text NOT NULL PRIMARY KEY,
  value text NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.catalogs (
  digest text NOT NULL PRIMARY KEY,
  content text NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.run_catalogs (
  run bigint NOT NULL,
  moment text NOT NULL,
  digest text NOT NULL,
  planned text NOT NULL,
  PRIMARY KEY (run, moment)
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.chain (
  run bigint NOT NULL PRIMARY KEY,
  previous bigint NOT NULL,
  digest_before text NOT NULL,
  digest text NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS db_bootstrap.trash (
  run bigint NOT NULL,
  seq integer NOT NULL,
  content text NOT NULL,
  proof text NOT NULL,
  days integer NOT NULL,
  kept_at timestamptz NOT NULL,
  PRIMARY KEY (run, seq)
)""",
)


def history_schema() -> Sequence[str]:
    """Idempotent statements that make or upgrade the history's tables; they may share one transaction."""
    return _STATEMENTS


def history_table(name: str) -> str:
    """The quoted name of one of our own tables."""
    return f'"{SCHEMA}"."{name}"'


def rows_digest(table: str, columns: Sequence[str]) -> str:
    """A scalar subquery: how many rows the table has and the sum of their hashes, whatever their order.

    Args:
        table: its quoted, qualified name.
        columns: quoted names of the columns that count.
    """
    row = f"ROW({', '.join(columns)})::text"
    return (
        f"(SELECT count(*)::text || ':' || coalesce(sum(pg_catalog.hashtextextended({row}, 0)), 0)::text FROM {table})"
    )


def end_backend(session: Session, backend: str) -> bool:
    """End the backend of a lost connection of ours, so that what it still waits for is never applied.

    Only a backend that carries our application name, works in this database and belongs to this user: the number may
    have been given to somebody else since.

    Returns:
        Whether there was one.
    """
    rows = session.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND pid <> pg_backend_pid()"
        " AND application_name LIKE 'db-bootstrap%%' AND datname = current_database() AND usename = current_user",
        (int(backend),),
    )
    return bool(rows)
