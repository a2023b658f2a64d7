"""The use-case ``init``: a new project, with a first table or with what a database holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bootstrap.declaration.starter import IGNORE_FILE, environments, first_table, other_files
from bootstrap.declaration.writer import save
from bootstrap.dialects.base import Endpoint
from bootstrap.problems import BootstrapError
from bootstrap.service.import_ import import_database
from bootstrap.service.work import Request
from bootstrap.target.url import parse_url

_DEFAULT_TLS = "verify-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class InitReport:
    """The files of the new project. ``kept`` were there before and are not changed."""

    directory: Path
    engine: str
    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def init(directory: Path, engine: str) -> InitReport:
    """Write a project with a first table and three environments. Connects to nothing.

    Raises:
        BootstrapError: a file of the declaration exists; nothing is written then.
    """
    project = {**first_table(engine), **environments(engine, rows=True), **_other_files()}
    return _write(directory, engine, project)


def init_from(request: Request, directory: Path) -> InitReport:
    """Write a project that declares what the database of ``request.url`` holds; dev's target is that database.

    Raises:
        BootstrapError: the directory is not empty.
        Refused: the database holds something that cannot be declared.
    """
    endpoint = parse_url(request.url or "", request.environ, option="--from-url").endpoint
    imported = import_database(request, directory)
    project = {**environments(endpoint.engine, _target_at(endpoint), rows=False), **_other_files()}
    report = _write(directory, endpoint.engine, project)
    return InitReport(
        directory=directory, engine=report.engine, written=(*imported.files, *report.written), kept=report.kept
    )


def _target_at(endpoint: Endpoint) -> dict[str, str | int] | None:
    """The target as an overlay writes it, without the password; None for a socket, which an overlay cannot name."""
    if endpoint.socket:
        return None
    found: dict[str, str | int] = {
        "host": endpoint.host,
        "port": endpoint.port,
        "database": endpoint.database,
        "username": endpoint.username,
    }
    return found if endpoint.tls_mode == _DEFAULT_TLS else {**found, "mode": endpoint.tls_mode}


def _other_files() -> dict[str, str]:
    return other_files((files("bootstrap.declaration") / "schema.json").read_text(encoding="utf-8"))


def _write(directory: Path, engine: str, project: Mapping[str, str]) -> InitReport:
    """Write the files. A .gitignore that exists is kept; any other file that exists is an error."""
    there = [name for name in project if (directory / name).exists() or (directory / name).is_symlink()]
    blocking = [name for name in there if name != IGNORE_FILE]
    if blocking:
        listed = ", ".join(blocking)
        raise BootstrapError(f"{directory}: {listed}: exists already: choose another directory; nothing was written")
    new = {name: content.encode() for name, content in project.items() if name not in there}
    return InitReport(
        directory=directory,
        engine=engine,
        written=tuple(save(new, directory)),
        kept=tuple(directory / name for name in there),
    )
