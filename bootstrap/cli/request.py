"""The request that the arguments of a command make."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootstrap.problems import BootstrapError

if TYPE_CHECKING:
    from bootstrap.service.saved_plan import SavedPlan
    from bootstrap.service.work import Request

GIT_REVISION_VARIABLE = "DB_BOOTSTRAP_GIT_REVISION"


def make_request(arguments: Mapping[str, Any], tell: Callable[[str], None]) -> Request:
    """The request; ``tell`` hears what goes on.

    Raises:
        BootstrapError: neither an environment nor a URL says which database is meant.
    """
    from bootstrap.service.work import Request  # noqa: PLC0415  # heavy: only when a command runs

    if arguments["environment"] is None and arguments["url"] is None:
        from bootstrap.declaration.load import manifest  # noqa: PLC0415  # as above

        known = ", ".join(manifest(arguments["directory"], None).environments) or "none is declared"
        raise BootstrapError(f"no environment given: name one ({known}), or a database with --url")
    return Request(
        directory=arguments["directory"],
        environment=arguments["environment"],
        url=arguments["url"],
        target=arguments.get("target"),
        permissions=tuple(arguments.get("permissions", ())),
        exact=arguments.get("exact", False),
        contract=arguments.get("contract", False),
        additive_only=arguments.get("additive_only", False),
        to=arguments.get("to"),
        adopt_environment=arguments.get("adopt_environment", False),
        scratch_url=arguments.get("scratch_url"),
        saved_plan=_saved_plan(arguments.get("plan_file")),
        git_revision=os.environ.get(GIT_REVISION_VARIABLE, ""),
        tell=tell,
    )


def _saved_plan(path: Path | None) -> SavedPlan | None:
    if path is None:
        return None
    from bootstrap.service.saved_plan import load  # noqa: PLC0415  # only when there is one

    return load(path)
