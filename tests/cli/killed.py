"""The real command in a process that kills itself at a place of its own choice: what a power cut does.

``python -m tests.cli.killed before|after TEXT ARGUMENTS…`` is db-bootstrap that ends itself by SIGKILL around the first
statement whose text holds TEXT.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from bootstrap.cli.main import main
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.postgresql.session import PostgresSession
from tests.cli.command import SECONDS
from tests.cli.databases import Database


def killed(database: Database, when: str, text: str, *arguments: object) -> None:
    """Run the command on this database until it kills itself."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.killed", when, text, *map(str, arguments), "--url", database.url],
        env={**os.environ, **database.variables}, timeout=SECONDS, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def _dying(call: Callable[..., Any], when: str, text: str) -> Callable[..., Any]:
    def run(self: Any, sql: Any, *arguments: Any) -> Any:
        meant = text in str(sql) and "db_bootstrap_check" not in str(sql)  # that runs nothing
        if meant and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(self, sql, *arguments)
        if meant:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return run


if __name__ == "__main__":
    when, text, *arguments = sys.argv[1:]
    for session in (PostgresSession, MySqlSession):
        for name in ("execute", "query"):
            setattr(session, name, _dying(getattr(session, name), when, text))
    sys.argv = ["db-bootstrap", *arguments]
    main()
