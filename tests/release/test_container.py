"""The container image: its Dockerfile's steps, run where no builder is, and its entry in each of its three roles."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import bootstrap
from demo.aws.runtime_api import Invocation, RuntimeApi
from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server
from tests.release import dockerfile
from tests.release.dockerfile import Stage

ROOT = Path(__file__).resolve().parents[2]
TABLE = "tables:\n  contacts:\n    columns: {id: int, email: varchar(100) not null}\n    primary_key: [id]\n"


@pytest.fixture(scope="module")
def image(released: Path, wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The image built from the context of the release."""
    folder = tmp_path_factory.mktemp("image")
    with tarfile.open(next(released.glob("db-bootstrap-container-*"))) as context:
        context.extractall(folder / "context", filter="data")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheelhouse), "PIP_NO_COMPILE": "1"}
    return dockerfile.build(folder / "context", folder, offline)


def start(image: Stage, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the image's entry with its environment and in its folder; the arguments replace CMD."""
    entry = [image.inside(word) for word in image.entry]
    command = [*entry, *map(str, arguments or image.command)]
    return subprocess.run(
        command, cwd=image.path("."), env={**image.environment, **variables},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_the_user_is_not_root(image: Stage) -> None:
    """A number, so that Kubernetes can see it (`runAsNonRoot`); root has 0."""
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", image.user)


def test_the_context_holds_what_is_copied_and_no_more(released: Path) -> None:
    with tarfile.open(next(released.glob("db-bootstrap-container-*"))) as context:
        tops = {name.split("/")[0] for name in context.getnames()}
    steps = dockerfile.instructions(ROOT / "Dockerfile")
    copied = {source.split("/")[0] for name, rest in steps if name == "COPY" and "--from" not in rest
              for source in rest.split()[:-1] if not source.startswith("--")}  # fmt: skip
    assert tops == copied | {"Dockerfile", ".dockerignore"}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert set(re.findall(r"^!(\S+)$", ignored, re.MULTILINE)) == copied


def test_is_the_command_line(image: Stage) -> None:
    assert start(image, "--version").stdout == f"db-bootstrap {bootstrap.__version__}\n"
    assert start(image).stdout.startswith("Usage: db-bootstrap")
    assert start(image, "lint").returncode == 1


def test_applies_as_a_task(image: Stage) -> None:
    write(image.path("."), "postgresql", {"schema/contacts.yaml": TABLE})
    server = shared_server("postgresql")
    with fresh_database(server) as own:
        database = Database(server.as_master, urlsplit(own).path.removeprefix("/"))
        plain, _, options = database.url.partition("?")
        authority = image.path("ca.pem")  # where the image's user may read it
        authority.write_bytes(Path(parse_qs(options)["sslrootcert"][0]).read_bytes())
        variables = {**database.variables, "DB_BOOTSTRAP_CA_FILE": str(authority)}
        done = start(image, "apply", "--url", f"{plain}?sslmode=verify-full", **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        assert database.tables() == ["contacts"]
        assert database.outcomes() == ["applied"]


def test_answers_as_a_function(image: Stage) -> None:
    """Through AWS's own runtime client and a Runtime API: an event that lacks a declaration is refused by name."""
    invocation = Invocation("one", "arn:aws:lambda:us-east-1:123456789012:function:f",
                            json.dumps({"action": "apply"}).encode(), int((time.time() + 60) * 1000))  # fmt: skip
    entry = [image.inside(word) for word in image.entry]
    with RuntimeApi(invocation) as runtime:
        environment = {**image.environment, "AWS_LAMBDA_RUNTIME_API": runtime.address}
        process = subprocess.Popen(
            entry, cwd=image.path("."), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            assert runtime.outcome.answered.wait(120)
        finally:
            process.kill()
            process.communicate()
    assert runtime.outcome.failed
    assert json.loads(runtime.outcome.payload or b"")["errorType"] == "BootstrapError"
