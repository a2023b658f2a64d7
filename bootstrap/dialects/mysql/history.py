"""Our own tables on MySQL and MariaDB, ``db_bootstrap_*`` in the managed database; the proof of seeded rows, and a
lost run's connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bootstrap.dialects.base import RUN_LOCK, HistoryFacts, ServerError
from bootstrap.dialects.mysql.text import literal

if TYPE_CHECKING:
    from bootstrap.dialects.base import Row
    from bootstrap.dialects.mysql.session import MySqlSession

PREFIX = "db_bootstrap_"

# DATETIME in UTC, whatever the session's time zone is.
FACTS = HistoryFacts(now="UTC_TIMESTAMP(6)", user="USER()", sealed=True)

# Names and digests are compared byte by byte. utf8mb4 whatever the database's own character set is: statements and
# messages hold any text. The engine is named because a server's default may be one without transactions, the row format
# because a server's default may allow no index over a text of 255 characters.
TABLE_OPTIONS = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
_OPTIONS = f"{TABLE_OPTIONS} COMMENT='History of db-bootstrap'"

# Version 1. MySQL has no ADD COLUMN IF NOT EXISTS: a later version asks information_schema in a prepared statement.
_TABLES = (
    """version (
  version int NOT NULL PRIMARY KEY
)""",
    """runs (
  id bigint NOT NULL PRIMARY KEY,
  action varchar(32) NOT NULL,
  environment varchar(255) NOT NULL,
  outcome varchar(32) NOT NULL,
  started_at datetime(6) NOT NULL,
  finished_at datetime(6) NULL,
  db_user varchar(400) NOT NULL,
  os_user varchar(255) NOT NULL DEFAULT '',
  principal varchar(2048) NOT NULL DEFAULT '',
  host varchar(255) NOT NULL DEFAULT '',
  backend varchar(64) NOT NULL,
  source varchar(2048) NOT NULL DEFAULT '',
  git_revision varchar(255) NOT NULL DEFAULT '',
  tool_version varchar(64) NOT NULL DEFAULT '',
  declaration_digest varchar(128) NOT NULL DEFAULT '',
  plan_digest varchar(128) NOT NULL DEFAULT '',
  fingerprint_before varchar(128) NOT NULL DEFAULT '',
  fingerprint_after varchar(128) NOT NULL DEFAULT '',
  ready_token varchar(128) NOT NULL DEFAULT '',
  error mediumtext NULL
)""",
    """statements (
  run bigint NOT NULL,
  seq int NOT NULL,
  subject varchar(1024) NOT NULL DEFAULT '',
  sql_text longtext NOT NULL,
  sql_hash varchar(128) NOT NULL,
  outcome varchar(32) NOT NULL,
  recorded_at datetime(6) NOT NULL,
  duration_ms bigint NULL,
  attempts int NOT NULL DEFAULT 1,
  error mediumtext NULL,
  PRIMARY KEY (run, seq)
)""",
    """steps (
  name varchar(255) NOT NULL PRIMARY KEY,
  checksum varchar(128) NOT NULL,
  phase varchar(32) NOT NULL,
  state varchar(32) NOT NULL,
  position int NOT NULL DEFAULT 0,
  total int NOT NULL DEFAULT 0,
  run bigint NOT NULL,
  changed_at datetime(6) NOT NULL,
  duration_ms bigint NULL,
  error mediumtext NULL
)""",
    """managed (
  id varchar(128) NOT NULL PRIMARY KEY,
  kind varchar(64) NOT NULL,
  schema_name varchar(255) NOT NULL,
  table_name varchar(255) NOT NULL,
  name varchar(1024) NOT NULL,
  run bigint NOT NULL
)""",
    """seeds (
  id varchar(128) NOT NULL PRIMARY KEY,
  table_name varchar(255) NOT NULL,
  digest varchar(128) NOT NULL,
  proof varchar(255) NOT NULL,
  row_count bigint NOT NULL,
  run bigint NOT NULL,
  changed_at datetime(6) NOT NULL
)""",
    """facts (
  name varchar(255) NOT NULL PRIMARY KEY,
  value mediumtext NOT NULL
)""",
    """catalogs (
  digest varchar(128) NOT NULL PRIMARY KEY,
  content longtext NOT NULL
)""",
    """run_catalogs (
  run bigint NOT NULL,
  moment varchar(32) NOT NULL,
  digest varchar(128) NOT NULL,
  planned mediumtext NOT NULL,
  PRIMARY KEY (run, moment)
)""",
    """chain (
  run bigint NOT NULL PRIMARY KEY,
  previous bigint NOT NULL,
  digest_before varchar(128) NOT NULL,
  digest varchar(128) NOT NULL
)""",
    """trash (
  run bigint NOT NULL,
  seq int NOT NULL,
  content mediumtext NOT NULL,
  proof varchar(255) NOT NULL,
  days int NOT NULL,
  kept_at datetime(6) NOT NULL,
  PRIMARY KEY (run, seq)
)""",
    # Holds no rows: its comment is the seal, which whoever may only write rows cannot change.
    """seal (
  nothing int NOT NULL PRIMARY KEY
)""",
)


def history_schema() -> Sequence[str]:
    """Idempotent statements that make or upgrade the history's tables; each commits by itself."""
    return tuple(f"CREATE TABLE IF NOT EXISTS {PREFIX}{table} {_OPTIONS}" for table in _TABLES)


def history_table(name: str) -> str:
    """The quoted name of one of our own tables."""
    return f"`{PREFIX}{name}`"


def read_sealed(session: MySqlSession, sql: str) -> tuple[list[Row], str]:
    """The rows of a query on our own tables, and the seal; one round trip. A table that is missing has no rows, and is
    held to no seal: whoever may drop it may change the seal.
    """
    place = f"table_schema = {literal(session.database)} AND table_name = {literal(PREFIX + 'seal')}"
    rows, comment = session.batch([sql, f"SELECT table_comment FROM information_schema.tables WHERE {place}"])
    if isinstance(comment, ServerError):
        raise comment
    if isinstance(rows, ServerError):
        if not rows.missing_object:
            raise rows
        return [], ""
    return rows, str(comment[0][0]) if comment else ""


def seal_statement(text: str) -> str:
    """The statement that replaces the seal."""
    return f"ALTER TABLE {history_table('seal')} COMMENT = {literal(text)}"


def rows_digest(table: str, columns: Sequence[str]) -> str:
    """A scalar subquery: how many rows the table has and the sum of their hashes, whatever their order.

    The bytes of each value are taken, in hexadecimal: MySQL does not join binary with text, and NULL stays apart from
    'NULL'. The first 64 bits of SHA-256 (MySQL 9.7 has no MD5 any more) are summed as DECIMAL, so that nothing
    overflows and equal rows do not cancel each other out. A row longer than max_allowed_packet has no digest: then the
    answer is another one each time, and proves nothing.

    Args:
        table: its quoted name.
        columns: quoted names of the columns that count.
    """
    row = ", ',', ".join(f"IF({column} IS NULL, '-', HEX(CAST({column} AS BINARY)))" for column in columns)
    number = f"CAST(CONV(LEFT(SHA2(CONCAT({row}), 256), 16), 16, 10) AS UNSIGNED)"
    unknown = f"IF(COUNT(*) > COUNT({number}), CONCAT(':', RAND()), '')"
    return f"(SELECT CONCAT(COUNT(*), ':', COALESCE(SUM({number}), 0), {unknown}) FROM {table})"


def end_backend(session: MySqlSession, backend: str) -> bool:
    """End a lost connection of ours, so that what it still waits for is never applied.

    Only the one that holds the lock of this database's runs: after a restart of the server, which frees the lock, the
    number may be that of an application's connection of the same account.

    Returns:
        Whether there was one.
    """
    rows = session.query(
        "SELECT IS_USED_LOCK(%s) <=> %s AND %s <> CONNECTION_ID()",
        [session.lock_name(RUN_LOCK), int(backend), int(backend)],
    )
    if not rows[0][0]:
        return False
    try:
        session.execute(f"KILL {int(backend)}")
    except ServerError:
        return False  # it ended by itself in between
    return True
