"""Which database is meant: the URL, a given target, DB_BOOTSTRAP_TARGET, or the overlay's target, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap.declaration.model import Manifest, Target, TerraformTarget
from bootstrap.problems import BootstrapError, TargetError
from bootstrap.target.config import TARGET_VARIABLE, convert_target, decode_target
from bootstrap.target.connect import Destination, from_target, from_url
from bootstrap.target.url import parse_url


def destination_of(
    manifest: Manifest,
    environ: Mapping[str, str],
    *,
    url: str | None = None,
    target: Mapping[str, Any] | None = None,
    directory: Path | None = None,
) -> Destination:
    """Where to connect.

    Args:
        manifest: of the environment.
        environ: where variables are looked up.
        url: wins over everything.
        target: wins over the variable and the overlay.
        directory: of the declaration, for a target that Terraform's outputs name.

    Raises:
        TargetError: none of them says, or it names another engine than the declaration.
    """
    if url is not None:
        destination = from_url(parse_url(url, environ), environ)
    else:
        destination = from_target(_target(manifest, environ, target, directory), environ)
    check_engine(destination, manifest)
    return destination


def check_engine(destination: Destination, manifest: Manifest) -> None:
    """Raise TargetError where the database is not of the declared engine."""
    engine = destination.endpoint.engine
    if engine != manifest.engine:
        raise TargetError(
            f"the target is {engine}, but {manifest.name} declares {manifest.engine}: correct one of them"
        )


def _target(
    manifest: Manifest, environ: Mapping[str, str], target: Mapping[str, Any] | None, directory: Path | None
) -> Target:
    if target is not None:
        return convert_target(target, "target")
    if environ.get(TARGET_VARIABLE):
        return decode_target(environ[TARGET_VARIABLE], TARGET_VARIABLE)
    if isinstance(manifest.target, TerraformTarget):
        from bootstrap.target.terraform import read_target  # noqa: PLC0415  # other targets need nothing of it

        if directory is None:
            raise BootstrapError("the declaration has no directory: name one with --dir")
        return read_target(manifest.target, directory, manifest.environment)
    if manifest.target is None:
        where = f"environments/{manifest.environment}.yaml" if manifest.environment else "--url"
        raise TargetError(f"no target: name one in {where}, in {TARGET_VARIABLE} or with --url")
    return manifest.target
