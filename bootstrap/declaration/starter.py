"""The files of a new project: a small commented declaration with three environments."""

from __future__ import annotations

import json
from collections.abc import Mapping

SCHEMA_FILE = "declaration.schema"  # no .json: the Terraform module hands on every .json file of a declaration
IGNORE_FILE = ".gitignore"
PORTS = {"postgresql": 5432, "mysql": 3306}

_IDS = {
    "postgresql": "{type: bigint, identity: always}",
    "mysql": "{type: bigint, auto_increment: true}",
}
_TIMES = {
    "postgresql": "{type: timestamptz, nullable: false, default: now()}",
    "mysql": "{type: timestamp, nullable: false, default: current_timestamp}",
}
_MAIN = """\
# What this directory declares. Structure is in schema/, rows in seeds/, versioned SQL in steps/, each environment in
# environments/. `db-bootstrap lint` checks all of it without a database.
version: 1
engine: {engine}
"""
_TABLE = """\
# Every environment gets this structure. A file may hold several tables; their order does not matter.
tables:
  customers:
    columns:
      id:         {id}
      email:      varchar(100) not null   # the short form: what SQL writes after the column's name
      created_at: {time}
    primary_key: [id]
    unique:
      customers_email_key: [email]
"""
_TARGET = """\
target:
  host: {host}
  port: {port}
  database: {database}
  username: {username}
"""
_TLS = """\
  tls: {{mode: {mode}}}
"""
_DEV = """\
# Development. The password comes from the environment variable DB_BOOTSTRAP_PASSWORD.
# `--url` names another database for one command.
"""
_ROWS = """\
# Rows of this environment only; rows of every environment are in seeds/.
seeds:
  customers:
    key: [email]
    mode: upsert
    rows:
      - {email: ada@example.com}
      - {email: grace@example.com}
"""
_REMOTE = """\
# {title}. Replace the host and the ARN, or read both from Terraform's outputs:
# target:
#   terraform: {{directory: ../terraform, output: db_bootstrap_targets, key: app}}
target:
  host: app.{name}.example.com
  port: {port}
  database: app
  username: bootstrap
  credentials: {{secret_arn: arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-{name}}}
policy:
  lock_timeout: 3s
"""
_PROTECTED = """\
  backup: table     # copy values before an allowed change loses them
  protected: true   # `db-bootstrap rebuild` is refused here
"""
_IGNORE = """\
# Kept plans, snapshots, reports and passwords are not part of the declaration.
*.plan
*.snapshot
report.html
.env
"""


def first_table(engine: str) -> dict[str, str]:
    """Return bootstrap.yaml and the file of a first table."""
    table = _TABLE.format(id=_IDS[engine], time=_TIMES[engine])
    return {
        "bootstrap.yaml": _for_editors("bootstrap.yaml", _MAIN.format(engine=engine)),
        "schema/customers.yaml": _for_editors("schema/customers.yaml", table),
    }


def environments(engine: str, target: Mapping[str, str | int] | None = None, *, rows: bool) -> dict[str, str]:
    """Return the overlays of dev, staging and production.

    Args:
        engine: ``postgresql`` or ``mysql``.
        target: host, port, database and username of dev, and the mode of TLS where it is not the default.
        rows: give dev two rows of the first table.
    """
    port = PORTS[engine]
    place = target or {"host": "localhost", "port": port, "database": "app", "username": "bootstrap"}
    quoted = {name: json.dumps(value, ensure_ascii=False) if target else value for name, value in place.items()}
    dev = _DEV + _TARGET.format(**quoted) + (_TLS.format(**quoted) if "mode" in quoted else "")
    contents = {
        "dev": dev + (_ROWS if rows else ""),
        "staging": _REMOTE.format(title="Staging", name="staging", port=port),
        "production": _REMOTE.format(title="Production", name="production", port=port) + _PROTECTED,
    }
    files = {f"environments/{name}.yaml": content for name, content in contents.items()}
    return {path: _for_editors(path, content) for path, content in files.items()}


def other_files(json_schema: str) -> dict[str, str]:
    """Return what Git ignores, and the JSON Schema for editors (``db-bootstrap schema``) on one line."""
    return {IGNORE_FILE: _IGNORE, SCHEMA_FILE: json.dumps(json.loads(json_schema), ensure_ascii=False) + "\n"}


def _for_editors(path: str, content: str) -> str:
    """Name the JSON Schema in the first line, where the YAML language server looks for it."""
    return f"# yaml-language-server: $schema={'../' * path.count('/')}{SCHEMA_FILE}\n{content}"
