"""The use-case ``health``: what a health check of an application answers, asked once."""

from __future__ import annotations

from bootstrap.insight.health import Health, HealthReport
from bootstrap.service.work import Request, find_destination, read_declaration


def health(request: Request, *, seeds: bool = False, timeout: float = 3.0) -> HealthReport:
    """Look at the database once.

    Raises:
        DeclarationError: the declaration is wrong.
        TargetError: the target is not usable as configured.
    """
    declaration = read_declaration(request)
    destination = find_destination(request, declaration.manifest)
    check = Health.of(declaration, destination, seeds=seeds, timeout=timeout)
    try:
        return check.check()
    finally:
        check.close()
