"""Two databases, staging and production, that are the same until somebody changes one by hand."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bootstrap.dialects.base import Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.insight.compare.compare import compare, sides_of
from bootstrap.insight.compare.model import Comparison
from bootstrap.service.apply import apply
from bootstrap.service.import_ import import_database
from bootstrap.service.snapshot import snapshot
from bootstrap.service.work import Request
from demo.servers import Server
from tests.conftest import endpoint_of, finding_public, fresh_database, shared_server, with_routines


@dataclass(frozen=True)
class Pair:
    """Two databases that are what one declaration says, and who may read them."""

    staging: Request
    production: Request
    reader: str

    @contextlib.contextmanager
    def session(self, request: Request) -> Iterator[Session]:
        """A session of the master."""
        assert request.url
        endpoint = endpoint_of(request.url)
        with closing(dialect_for(endpoint.engine).connect(endpoint, application_name="by hand")) as session:
            yield finding_public(session)

    def run(self, request: Request, script: str) -> None:
        """Run statements by hand; PostgreSQL takes several in one text."""
        with self.session(request) as session:
            script = script.replace("READER", self.reader)
            for statement in script.split(";") if session.server.vendor != "postgresql" else [script]:
                session.execute(statement)

    def compare(self) -> Comparison:
        """Production with staging, live."""
        found = [(name, snapshot(request, keys=10)) for name, request in self.named()]
        return compare(sides_of(found))

    def named(self) -> list[tuple[str, Request]]:
        """Both, by what a person would type."""
        return [("staging", self.staging), ("production", self.production)]


@contextlib.contextmanager
def role(server: Server) -> Iterator[str]:
    """A role of the whole server, for one test."""
    name = f"drift_{uuid.uuid4().hex[:10]}"
    server.as_master.execute(f"CREATE ROLE {name}")
    try:
        yield name
    finally:
        server.execute(f"DROP ROLE IF EXISTS {name}")


@contextlib.contextmanager
def databases(kind: str, folder: Path, schema: str) -> Iterator[Pair]:
    """Make two databases, staging by these statements; READER is a role that is there for the time of a test."""
    server = shared_server(with_routines(kind))
    with role(server) as reader, fresh_database(server) as one, fresh_database(server) as two:
        environ = {**os.environ, f"{reader.upper()}_PASSWORD": "unused"}
        staging, production = (
            Request(directory=folder, url=url, exact=True, environ=environ, adopt_environment=True)
            for url in (one, two)
        )
        pair = Pair(staging, production, reader)
        pair.run(staging, schema)
        yield pair


@contextlib.contextmanager
def declared(kind: str, folder: Path, schema: str, seeds: str) -> Iterator[Pair]:
    """Make staging by hand, import it, and make production from that declaration."""
    with databases(kind, folder, schema) as pair:
        import_database(Request(url=pair.staging.url), folder, checked=False)
        (folder / "seeds").mkdir(exist_ok=True)
        (folder / "seeds" / "rows.yaml").write_text(seeds)
        for request in (pair.staging, pair.production):
            apply(request)
        yield pair
