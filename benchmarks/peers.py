"""Other tools on the same tables, unchanged: they install from the registries into a folder of their own.

They read a history and believe it; none of these looks whether the structure is still what it left.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks.workload import statements

DBMATE, ALEMBIC, YOYO = (
    "dbmate@2.36.0",
    ("alembic==1.17.2", "sqlalchemy<2.1"),
    ("yoyo-migrations==9.0.0", "setuptools<80"),
)
_DRIVERS = ("psycopg2-binary", "pymysql", "cryptography")
_ALEMBIC_ENVIRONMENT = """
import os
from alembic import context
from sqlalchemy import create_engine
with create_engine(os.environ["PEER_URL"]).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
_ALEMBIC_REVISION = """
import pathlib
from alembic import op
revision, down_revision = "0001", None
def upgrade():
    for statement in pathlib.Path(__file__).with_suffix(".sql").read_text().split(";\\n"):
        op.execute(statement)
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool that is installed: the command that brings a database up to date, and what it has to know."""

    name: str
    command: Sequence[str | Path]
    environment: dict[str, str]


def installed(place: Path) -> dict[str, Path]:
    """Install the peers; gives the programs that could be had."""
    found = {}
    for name, packages in {"alembic": ALEMBIC, "yoyo": YOYO}.items():
        home = place / name
        _quietly(sys.executable, "-m", "venv", home)
        if _quietly(home / "bin/python", "-m", "pip", "install", "--quiet", *packages, *_DRIVERS):
            found[name] = home / "bin" / name
    if _quietly("npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", place / "dbmate", DBMATE):
        found["dbmate"] = place / "dbmate/node_modules/.bin/dbmate"
    return found


def _quietly(*command: str | Path) -> bool:
    try:
        return subprocess.run(list(map(str, command)), check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def prepared(programs: dict[str, Path], engine: str, tables: int, url: Callable[[str], str], place: Path) -> list[Peer]:
    """Write each peer's migration of the same tables, for a database of its own.

    Args:
        programs: as :func:`installed` gives them.
        engine: as a declaration says it.
        tables: how many.
        url: makes a database of that name and gives its address.
        place: an empty folder.
    """
    makers = {"alembic": _alembic, "yoyo": _yoyo, "dbmate": _dbmate}
    sql = ";\n".join(text.replace("; ", ";\n") for text in statements(engine, tables))
    return [
        makers[name](program, url(f"{name}_{tables}"), sql, place / name)
        for name, program in programs.items()
        if engine == "postgresql" or name != "yoyo"  # which has no way to say a certificate for MySQL
    ]


def _alembic(program: Path, url: str, sql: str, place: Path) -> Peer:
    versions = place / "migrations/versions"
    versions.mkdir(parents=True)
    (place / "alembic.ini").write_text(f"[alembic]\nscript_location = {place}/migrations\n", encoding="utf-8")
    (place / "migrations/env.py").write_text(_ALEMBIC_ENVIRONMENT, encoding="utf-8")
    (versions / "r0001.py").write_text(_ALEMBIC_REVISION, encoding="utf-8")
    (versions / "r0001.sql").write_text(sql, encoding="utf-8")
    driver = url.replace("postgresql://", "postgresql+psycopg2://").replace("mysql://", "mysql+pymysql://")
    return Peer("alembic upgrade", (program, "-c", place / "alembic.ini", "upgrade", "head"),
                {**os.environ, "PEER_URL": driver})  # fmt: skip


def _yoyo(program: Path, url: str, sql: str, place: Path) -> Peer:
    place.mkdir(parents=True)
    (place / "0001.tables.sql").write_text(sql, encoding="utf-8")
    return Peer(
        "yoyo apply", (program, "apply", "--batch", "--no-config-file", "--database", url, place), {**os.environ}
    )


def _dbmate(program: Path, url: str, sql: str, place: Path) -> Peer:
    place.mkdir(parents=True)
    (place / "0001_tables.sql").write_text(f"-- migrate:up\n{sql};\n-- migrate:down\n", encoding="utf-8")
    parts = urlsplit(url)
    if parts.scheme == "mysql":  # its driver takes no file of certificates from an address
        url = urlunsplit(parts._replace(query="tls=skip-verify"))
    command = (program, "--no-dump-schema", "--migrations-dir", place, "migrate")
    return Peer("dbmate migrate", command, {**os.environ, "DATABASE_URL": url})
