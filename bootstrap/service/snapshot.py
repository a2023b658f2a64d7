"""The use-case ``snapshot``: an environment as it is now, whether live or from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bootstrap.declaration.load import manifest
from bootstrap.insight.snapshot.file import read_snapshot
from bootstrap.insight.snapshot.model import PlanPolicy, Snapshot
from bootstrap.insight.snapshot.read import Place, take_snapshot
from bootstrap.problems import BootstrapError
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.work import Request, open_connection, open_work

MANIFEST = "bootstrap.yaml"


def snapshot(request: Request, *, keys: int = 0) -> Snapshot:
    """Read a live environment; with a URL and no declaration at hand, what the database alone tells.

    Args:
        request: which environment.
        keys: how many keys of seed rows of each kind to name; 0: none.

    Raises:
        Refused: the database was bootstrapped as another environment.
    """
    if request.environment is None and not _has_declaration(request.directory):
        with open_connection(request) as (dialect, session, destination, scope), readable_server_errors():
            dialect.check_trust(session, writing=False)
            place = Place(session=session, dialect=dialect, target=destination.name, scope=scope)
            return take_snapshot(place, keys=keys)
    with open_work(request) as work, readable_server_errors():
        if request.environment is not None:  # a URL says where, not what it was bootstrapped as
            work.check_identity()
        place = Place(
            session=work.session,
            dialect=work.dialect,
            target=work.destination.name,
            scope=work.scope,
            declaration=work.declaration,
            policy=PlanPolicy(limits=work.policy, allow=work.permissions, keeps_removed=work.keeps_removed),
        )
        return take_snapshot(place, keys=keys)


def snapshot_of(source: str, directory: Path, *, keys: int, request: Request) -> Snapshot:
    """The snapshot that a person names: a URL, an environment of the declaration, or a snapshot file.

    Args:
        source: the URL, name or path.
        directory: where the declaration is, if there is one.
        keys: how many keys of seed rows to name, of a live environment.
        request: what holds for all of them.

    Raises:
        BootstrapError: it is neither.
    """
    live = live_request(source, directory, request)
    return read_snapshot(Path(source)) if live is None else snapshot(live, keys=keys)


def live_request(source: str, directory: Path, request: Request) -> Request | None:
    """The request that leads to the live environment that a person names; None for a snapshot file.

    Raises:
        BootstrapError: the source is neither a URL, an environment of the declaration, nor a file.
    """
    if "://" in source:
        return replace(request, directory=directory, url=source, environment=None)
    known = manifest(directory, None).environments if _has_declaration(directory) else ()
    if source in known:
        return replace(request, directory=directory, url=None, environment=source)
    if Path(source).is_file():
        return None
    names = ", ".join(known) or "none is declared"
    raise BootstrapError(f"{source}: neither an environment ({names}), a database URL, nor a snapshot file")


def _has_declaration(directory: Path | None) -> bool:
    return directory is not None and (directory / MANIFEST).is_file()
