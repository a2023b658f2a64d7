"""Two databases that are the environments staging and production of one declaration."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server


@dataclass(frozen=True)
class Pair:
    """Both databases and the declaration."""

    staging: Database
    production: Database
    folder: Path

    def run(self, action: str, *arguments: str | Path) -> Outcome:
        """Run a command on the declaration."""
        return db_bootstrap(action, *arguments, "--dir", self.folder, variables=self.staging.variables)

    def compare(self, *sources: str | Path) -> Outcome:
        """Compare, staging with production unless others are named."""
        return self.run("compare", *(sources or ("staging", "production")))

    def declare(self, files: Mapping[str, str]) -> None:
        """Change the declaration."""
        write(self.folder, self.staging.engine, files)


@contextlib.contextmanager
def pair_of(kind: str, folder: Path, files: Mapping[str, str]) -> Iterator[Pair]:
    """Make two empty databases on one server, and a declaration with an overlay for each."""
    server = shared_server(kind)
    with fresh_database(server) as one, fresh_database(server) as two:
        staging, production = (Database(server.as_master, urlsplit(url).path.removeprefix("/")) for url in (one, two))
        overlays = {
            "environments/staging.yaml": _overlay(staging),
            "environments/production.yaml": _overlay(production),
        }
        write(folder, staging.engine, {**files, **overlays})
        yield Pair(staging, production, folder)


def _overlay(database: Database) -> str:
    url = urlsplit(database.url)
    options = parse_qs(url.query)
    [ca_file] = options.get("sslrootcert") or options["ssl_ca"]
    return f"""
        target:
          host: {url.hostname}
          port: {url.port}
          database: {database.name}
          username: {url.username}
          tls: {{mode: verify-full, ca_file: {ca_file}}}
        """
