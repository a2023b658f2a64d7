"""Reading a declaration whole: every file, every problem at once, before anything is changed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from bootstrap.catalog.catalog import Catalog
from bootstrap.declaration.checks import read_checks
from bootstrap.declaration.contents import contents_digest
from bootstrap.declaration.convert.assembly import Assembly
from bootstrap.declaration.convert.inherit import fill_inherited
from bootstrap.declaration.convert.schema_file import read_schema_file
from bootstrap.declaration.convert.written_in import fill
from bootstrap.declaration.decode import decode
from bootstrap.declaration.inputs import RecordingStore
from bootstrap.declaration.meaning import structure_digest
from bootstrap.declaration.model import Declaration, Files, Manifest
from bootstrap.declaration.project import Project, open_project
from bootstrap.declaration.seeds.read import read_seeds
from bootstrap.declaration.shapes.files import SchemaFile
from bootstrap.declaration.steps import read_steps
from bootstrap.declaration.store import Memory, Store, declaration_in
from bootstrap.declaration.validate import validate


def load(directory: Path, environment: str | None = None) -> Declaration:
    """Read the declaration in a directory.

    Args:
        directory: where bootstrap.yaml is.
        environment: which overlay; None for the base declaration.

    Raises:
        DeclarationError: with every problem of every file.
    """
    return _load(declaration_in(Path(directory)), environment)


def load_files(files: Files, environment: str | None = None) -> Declaration:
    """The same for a declaration in memory: path relative to bootstrap.yaml → content."""
    return _load(Memory(files), environment)


def manifest(directory: Path, environment: str | None = None) -> Manifest:
    """Read only bootstrap.yaml and the overlay.

    Raises:
        DeclarationError: as :func:`load`, for these two files.
    """
    project = open_project(declaration_in(Path(directory)), environment)
    project.problems.raise_if_any()
    return project.manifest


@contextmanager
def _everything_kept() -> Iterator[None]:
    """Without the collector, which would walk again and again through what is read, to find that all of it is used."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@_everything_kept()
def _load(files: Store, environment: str | None) -> Declaration:
    store = RecordingStore(files)
    project = open_project(store, environment)
    assembly = Assembly(project.manifest.engine, project.manifest.default_schema, project.problems)
    for path in project.schema:
        _read_schema(project, path, assembly)
    fill_inherited(assembly)
    fill(assembly.objects, assembly.written_in)
    catalog: Catalog = assembly.catalog()
    validate(catalog, assembly)
    seeds, steps, checks = read_seeds(project, assembly, catalog), read_steps(project), read_checks(project)
    project.problems.raise_if_any()
    return Declaration(
        manifest=project.manifest,
        catalog=catalog,
        sources=MappingProxyType(assembly.sources),
        bodies=MappingProxyType(assembly.bodies),
        seeds=seeds,
        steps=steps,
        checks=checks,
        structure_digest=structure_digest(project.manifest, catalog),
        contents_digest=contents_digest(
            rows=((seed.table.path, seed.digest) for seed in seeds),
            steps=((step.name, step.checksum) for step in steps),
            checks=((check.name, check.query, check.expect.value, check.value) for check in checks),
        ),
        inputs=store.inputs,
    )


def _read_schema(project: Project, path: str, assembly: Assembly) -> None:
    reading = project.reading(path)
    node = project.compose(path)
    shape = decode(node, SchemaFile, reading, path) if node is not None else None
    if shape is not None:
        read_schema_file(shape, reading, assembly)
