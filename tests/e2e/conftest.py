"""One story for all end-to-end tests, within one worker (tests/sharing.py); what it starts ends with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from demo import work_copy
from demo.aws import local
from demo.aws.runtime_environment import runtime_python
from demo.paths import ROOT, Paths
from demo.roads import package_runtime
from tests.e2e.secrets_search import ProcessWatch
from tests.e2e.stack import Stack
from tests.e2e.story import Story
from tests.requirements import require_terraform


@pytest.fixture(scope="session")
def watch() -> Iterator[ProcessWatch]:
    """Everything that ran on the machine while the story was told."""
    with ProcessWatch().watching() as watching:
        yield watching


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory, watch: ProcessWatch) -> Iterator[Story]:  # noqa: ARG001 it watches
    """The stack in a work copy on a local AWS of its own, initialised; nothing is applied yet."""
    require_terraform()
    paths = Paths(tmp_path_factory.mktemp("e2e"))
    runtime_python(package_runtime())
    # A copy: whoever packages anew in the meantime does not change what is deployed here.
    shutil.copytree(ROOT / "dist/lambda", paths.base / "lambda")
    work_copy.make(paths)
    work_copy.declare_change(paths)
    aws = local.start(paths.aws)
    try:
        stack = Stack(paths, aws)
        stack.prepare()
        yield Story(stack)
    finally:
        # Not destroyed: with the process everything is gone that it has made, and a destroy takes a minute.
        local.stop(paths.aws)
