"""The use-case ``check``: lint, and the plan against the snapshot of each environment; connects to no environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.renames import carry_declared
from bootstrap.declaration.load import load, manifest
from bootstrap.declaration.model import Declaration, Manifest
from bootstrap.dialects.base import Dialect, Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.insight.check.examine import Examined, examine
from bootstrap.insight.check.model import CheckReport, EnvironmentCheck, Level, Remark, Rule
from bootstrap.insight.snapshot.file import read_snapshot
from bootstrap.insight.snapshot.model import Snapshot
from bootstrap.problems import BootstrapError, DeclarationError
from bootstrap.service.comparison import normalised
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.model_remarks import Expecting, model_remarks
from bootstrap.service.snapshot import MANIFEST
from bootstrap.service.work import policy_of
from bootstrap.target.connect import connect, from_url
from bootstrap.target.destination import check_engine
from bootstrap.target.url import parse_url


@dataclass(frozen=True, slots=True)
class Scratch:
    """A development server to build declarations on."""

    dialect: Dialect
    session: Session

    def build(self, declaration: Declaration) -> Catalog:
        """Return what the server makes of a declaration. Raises DeclarationError."""
        declared = declaration.catalog
        made = normalised(self.session, self.dialect, declared, locate=declaration.locate, scratch=None)
        return carry_declared(declared, made)


def check(
    directory: Path, snapshots: Path | None, scratch_url: str | None, expecting: Expecting | None = None
) -> CheckReport:
    """Check the declaration of every environment, and plan against the snapshots that there are.

    Args:
        directory: where bootstrap.yaml is.
        snapshots: a folder of snapshot files; each says of which environment it is.
        scratch_url: a development server; without one the structure is not compared.
        expecting: the application's models, which are compared with the declaration without an overlay.

    Raises:
        BootstrapError: a snapshot or the models cannot be read, or the scratch server cannot be used.
    """
    known = _known(snapshots) if snapshots else {}
    try:
        base = manifest(directory, None)
    except DeclarationError as error:
        return CheckReport(remarks=tuple(_problems(error, directory)))
    remarks: dict[Remark, None] = {}  # what is wrong with the base is found in every environment
    checks: list[EnvironmentCheck] = []
    with _scratch(scratch_url, base) as scratch:
        for name in base.environments or ("",):
            try:
                declaration = load(directory, name or None)
                desired = scratch.build(declaration) if scratch else None
            except DeclarationError as error:
                remarks |= dict.fromkeys(_problems(error, directory))
                continue
            found = _examined(directory, declaration, known.get(name), desired, scratch)
            if isinstance(found, Remark):
                remarks[found] = None
            else:
                checks.append(found[0])
                remarks |= dict.fromkeys(found[1])
    if expecting and not any(remark.rule is Rule.DECLARATION for remark in remarks):
        found_there = model_remarks(expecting, directory, scratch_url, lambda file: _path(directory, file))
        remarks |= dict.fromkeys(found_there)
    return CheckReport(remarks=tuple(remarks), environments=tuple(checks))


def _examined(
    directory: Path,
    declaration: Declaration,
    snapshot: Snapshot | None,
    desired: Catalog | None,
    scratch: Scratch | None,
) -> tuple[EnvironmentCheck, list[Remark]] | Remark:
    environment = declaration.environment or ""
    if snapshot is None:
        message = "there is no snapshot of this environment: db-bootstrap snapshot writes one"
        return Remark(rule=Rule.NOT_COMPARED, level=Level.NOTE, message=message, environment=environment)
    if snapshot.engine != declaration.engine:
        message = f"the snapshot is of {snapshot.engine}, the declaration of {declaration.engine}"
        return Remark(rule=Rule.NOT_COMPARED, level=Level.ERROR, message=message, environment=environment)

    def place(ref: Ref) -> tuple[str, int]:
        file, _, line = declaration.locate(ref).rpartition(":")
        return (_path(directory, file), int(line)) if file else (_path(directory, MANIFEST), 0)

    return examine(
        Examined(
            environment=environment,
            declaration=declaration,
            snapshot=snapshot,
            policy=policy_of(declaration.manifest),
            place=place,
            path=lambda file: _path(directory, file),
            desired=desired,
            scratch=scratch.session.server if scratch else None,
        )
    )


@contextmanager
def _scratch(url: str | None, base: Manifest) -> Iterator[Scratch | None]:
    """Connect to the development server, if one is named."""
    if url is None:
        yield None
        return
    destination = from_url(parse_url(url, os.environ, database_required=False, option="--scratch-url"), os.environ)
    check_engine(destination, base)
    dialect = dialect_for(base.engine)
    with closing(connect(dialect, destination, waiting=lambda _: None)) as session, readable_server_errors():
        yield Scratch(dialect, session)


def _known(folder: Path) -> dict[str, Snapshot]:
    """The snapshots of a folder by their environment."""
    if not folder.is_dir():
        raise BootstrapError(f"{folder}: not a folder of snapshots: db-bootstrap snapshot ENV --out FILE writes them")
    found: dict[str, Snapshot] = {}
    for path in sorted(folder.glob("*.json")):
        snapshot = read_snapshot(path)
        if snapshot.environment in found:
            raise BootstrapError(f"{path}: a second snapshot of environment {snapshot.environment}: keep one of them")
        found[snapshot.environment] = snapshot
    return found


def _problems(error: DeclarationError, directory: Path) -> Iterator[Remark]:
    for problem in error.problems:
        yield Remark(
            rule=Rule.DECLARATION,
            level=Level.ERROR,
            message=f"{problem.what}: {problem.remedy}",
            file=_path(directory, problem.file),
            line=problem.line,
        )


def _path(directory: Path, file: str) -> str:
    """A file of the declaration as seen from where the command runs."""
    path = Path(file)
    return (path if path.is_relative_to(directory) else directory / path).as_posix()
