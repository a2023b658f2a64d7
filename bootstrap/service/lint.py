"""The use-case ``lint --scratch-url``: what a server says of a declaration, without any target."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from bootstrap.declaration.load import load
from bootstrap.dialects.registry import dialect_for
from bootstrap.service.comparison import normalised
from bootstrap.service.errors import readable_server_errors
from bootstrap.target.connect import connect, from_url
from bootstrap.target.destination import check_engine
from bootstrap.target.url import parse_url


def lint(directory: Path, environment: str | None, scratch_url: str, environ: Mapping[str, str]) -> None:
    """Build the declaration in a scratch database of the server, and nothing else.

    Raises:
        DeclarationError: with every object and every routine's body that the server refuses.
    """
    declaration = load(directory, environment)
    destination = from_url(parse_url(scratch_url, environ, database_required=False, option="--scratch-url"), environ)
    check_engine(destination, declaration.manifest)
    dialect = dialect_for(declaration.engine)
    with closing(connect(dialect, destination, waiting=lambda _: None)) as session, readable_server_errors():
        normalised(session, dialect, declaration.catalog, locate=declaration.locate, scratch=None)
