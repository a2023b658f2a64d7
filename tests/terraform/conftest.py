"""What the module's tests share: a small declaration, and one local AWS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo.aws import local
from tests.requirements import require_terraform

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def terraform() -> None:
    """Terraform itself; without it a test says so and is skipped."""
    require_terraform()


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    """A declaration with an overlay for staging and one for production."""
    folder = tmp_path / "declaration"
    (folder / "environments").mkdir(parents=True)
    (folder / "schema").mkdir()
    (folder / "bootstrap.yaml").write_text("version: 1\nengine: mysql\n")
    (folder / "schema/contacts.yaml").write_text(
        "tables:\n  contacts:\n    columns: {id: int}\n    primary_key: [id]\n"
    )
    (folder / "environments/staging.yaml").write_text("policy: {}\n")
    (folder / "environments/production.yaml").write_text("policy: {}\n")
    return folder


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.LocalAws]:
    """A local AWS that runs the functions that are deployed to it."""
    state = tmp_path_factory.mktemp("aws")
    aws = local.start(state)
    yield aws
    local.stop(state)
