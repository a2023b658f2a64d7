"""Targets from the outputs of a real terraform, which needs no provider for this."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.declaration.model import TerraformTarget
from bootstrap.problems import TargetError
from bootstrap.target.terraform import read_target
from tests.requirements import require_terraform


@pytest.fixture(autouse=True)
def _terraform() -> None:
    require_terraform()


CONFIGURATION = """
output "db_bootstrap_targets" {
  value = {
    contacts = {
      engine = "mysql", host = "${terraform.workspace}.example.com", database = "contacts", username = "admin"
      port = 3307, region = null, credentials = { secret_arn = "arn:aws:secretsmanager:eu-west-1:1:secret:x" }
    }
    broken = { engine = "mysql", host = "h" }
  }
}
output "text" { value = "no map" }
"""


def terraform(directory: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environment |= {"CHECKPOINT_DISABLE": "1"}
    subprocess.run(["terraform", *arguments], cwd=directory, env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A declaration's folder beside a configuration with an applied workspace `production` and a bare `staging`."""
    root = tmp_path_factory.mktemp("terraform")
    stack = root / "stack"
    stack.mkdir()
    (stack / "main.tf").write_text(CONFIGURATION)
    terraform(stack, "init", "-input=false")
    terraform(stack, "workspace", "new", "production")
    terraform(stack, "apply", "-auto-approve", "-input=false")
    terraform(stack, "workspace", "new", "staging")
    terraform(stack, "workspace", "select", "default")
    (root / "declaration").mkdir()
    return root / "declaration"


@pytest.fixture(autouse=True)
def _no_stale_configuration(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    monkeypatch.delenv("TF_WORKSPACE", raising=False)
    yield
    assert "TF_WORKSPACE" not in os.environ


def source(
    key: str = "contacts",
    output: str = "db_bootstrap_targets",
    directory: str = "../stack",
    workspace: str | None = None,
) -> TerraformTarget:
    return TerraformTarget(directory=directory, output=output, key=key, workspace=workspace)


def test_the_target_of_an_environment_and_the_users_workspace_stays_selected(base: Path) -> None:
    target = read_target(source(), base, "production")
    assert (target.host, target.port, target.username) == ("production.example.com", 3307, "admin")
    assert target.credentials.kind == "secret_arn"
    selected = (base.parent / "stack" / ".terraform" / "environment").read_text()
    assert selected == "default"


def test_a_missing_workspace_is_named_and_nobody_is_told_to_make_one(base: Path) -> None:
    with pytest.raises(TargetError, match="no workspace qa, only default, production, staging: name this") as caught:
        read_target(source(), base, "qa")
    assert "workspace new" not in str(caught.value)
    assert not (base.parent / "stack" / "terraform.tfstate.d" / "qa").exists()


def test_the_workspace_has_a_name_of_its_own(base: Path) -> None:
    assert read_target(source(workspace="production"), base, "eu-prod").host == "production.example.com"


def test_a_configuration_without_workspaces(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory for each environment; or the state is selected from outside, as with a data directory of its own."""
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    terraform(tmp_path, "init", "-input=false")
    terraform(tmp_path, "apply", "-auto-approve", "-input=false")
    assert read_target(source(directory=str(tmp_path), workspace=""), base, "eu-prod").host == "default.example.com"
    with pytest.raises(TargetError, match="workspace: false where the configuration has one state only"):
        read_target(source(directory=str(tmp_path)), base, "eu-prod")

    monkeypatch.setenv("TF_WORKSPACE", "production")
    assert read_target(source(workspace=""), base, "eu-prod").host == "production.example.com"
    monkeypatch.delenv("TF_WORKSPACE")


@pytest.mark.parametrize("both", [False, True])
def test_tofu_is_found_and_used(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, both: bool) -> None:
    """OpenTofu where it is the one there is, and where it locked the providers; here a name for terraform."""
    real = str(shutil.which("terraform"))
    tofu = tmp_path / "bin" / "tofu"
    tofu.parent.mkdir()
    tofu.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nexec {real} "$@"\n')
    tofu.chmod(0o755)
    beside = f":{Path(real).parent}" if both else ""
    monkeypatch.setenv("PATH", f"{tofu.parent}:/bin:/usr/bin{beside}" if both else f"{tofu.parent}:/bin")
    lock = base.parent / "stack" / ".terraform.lock.hcl"
    lock.write_text("# registry.opentofu.org/hashicorp/aws\n") if both else lock.unlink(missing_ok=True)
    try:
        assert read_target(source(), base, "production").host == "production.example.com"
    finally:
        lock.unlink(missing_ok=True)
    assert "output" in (tmp_path / "asked").read_text()


@pytest.mark.parametrize("workspace", ["staging", None])
def test_nothing_was_applied_yet(base: Path, workspace: str | None) -> None:
    with pytest.raises(TargetError, match="no outputs yet: run terraform apply"):
        read_target(source(), base, workspace)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (source(output="nothing"), "no such output, only db_bootstrap_targets, text"),
        (source(key="orders"), "no key 'orders', only broken, contacts"),
        (source(output="text"), "no key 'contacts', only no map"),
        (source(key="broken"), "required field `database`"),
        (source(directory="../nowhere"), "there is no directory .*nowhere"),
    ],
)
def test_what_is_missing_is_named(base: Path, wanted: TerraformTarget, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        read_target(wanted, base, "production")


def test_terraforms_own_words(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('terraform {\n  backend "s3" {}\n}\n')
    with pytest.raises(TargetError, match=r"failed: .*[Ii]nitialization required"):
        read_target(source(directory="."), tmp_path, "production")


def test_terraform_is_not_installed(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(TargetError, match="neither terraform nor tofu is on the PATH"):
        read_target(source(), base, "production")
