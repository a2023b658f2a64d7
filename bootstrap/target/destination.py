"""Which database is meant: the URL, a given target, DB_BOOTSTRAP_TARGET, or the overlay's target, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootstrap.problems import BootstrapError, TargetError
from bootstrap.target.connect import from_target, from_url
from bootstrap.target.url import parse_url

if TYPE_CHECKING:
    from bootstrap.declaration.model import Manifest, Target
    from bootstrap.target.connect import Destination


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
    destination = given_destination(environ, url=url, target=target)
    if destination is None:
        destination = from_target(_declared_target(manifest, directory), environ)
    check_engine(destination, manifest)
    return destination


def given_destination(
    environ: Mapping[str, str], *, url: str | None = None, target: Mapping[str, Any] | None = None
) -> Destination | None:
    """Where to connect, as the caller says it, whatever is declared; None where only the overlay can name a target.

    Raises:
        TargetError: it is not usable.
    """
    if url is not None:
        return from_url(parse_url(url, environ), environ)
    from bootstrap.target.config import (  # noqa: PLC0415  # a URL needs nothing of it
        TARGET_VARIABLE,
        convert_target,
        decode_target,
    )

    if target is not None:
        return from_target(convert_target(target, "target"), environ)
    if environ.get(TARGET_VARIABLE):
        return from_target(decode_target(environ[TARGET_VARIABLE], TARGET_VARIABLE), environ)
    return None


def check_engine(destination: Destination, manifest: Manifest) -> None:
    """Raise TargetError where the database is not of the declared engine."""
    engine = destination.endpoint.engine
    if engine != manifest.engine:
        raise TargetError(
            f"the target is {engine}, but {manifest.name} declares {manifest.engine}: correct one of them"
        )


def _declared_target(manifest: Manifest, directory: Path | None) -> Target:
    from bootstrap.declaration.model import TerraformTarget  # noqa: PLC0415  # as above
    from bootstrap.target.config import TARGET_VARIABLE  # noqa: PLC0415  # as above

    if isinstance(manifest.target, TerraformTarget):
        from bootstrap.target.terraform import read_target  # noqa: PLC0415  # other targets need nothing of it

        if directory is None:
            raise BootstrapError("the declaration has no directory: name one with --dir")
        return read_target(manifest.target, directory, manifest.environment)
    if manifest.target is None:
        where = f"environments/{manifest.environment}.yaml" if manifest.environment else "--url"
        raise TargetError(f"no target: name one in {where}, in {TARGET_VARIABLE} or with --url")
    return manifest.target
