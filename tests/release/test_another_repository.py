"""Another repository: installs from a git URL as the documentation says, and uses the module by a git source."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bootstrap
from tests.cli.command import write
from tests.release.conftest import run
from tests.requirements import missing, require_terraform
from tests.terraform.configuration import PROVIDER
from tools import terraform_mirror

if TYPE_CHECKING:
    from demo.aws.local import LocalAws

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PAGE = (ROOT / "docs/install.md").read_text(encoding="utf-8")
TABLE = "tables:\n  contacts:\n    columns: {id: int}\n    primary_key: [id]\n"
IDENTITY = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"]

# Between the documentation's module call and what the example needs besides.
CALL = """
  name                 = "contacts"
  environment          = "production"
  declaration_dir      = "${path.module}/database/contacts"
  database_resource_id = "db-ONE"
  vpc                  = false
  target = {
    engine      = "mysql"
    host        = "contacts.example.com"
    database    = "contacts"
    username    = "admin"
    credentials = { secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:one" }
  }
}
"""


@pytest.fixture(scope="module")
def published(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with the released module and its tag, as this one is after a release."""
    repository = tmp_path_factory.mktemp("published")
    with tarfile.open(next(released.glob("*-terraform-module-*"))) as archive:
        archive.extractall(repository / "terraform/modules/db_bootstrap", filter="data")
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "release"], ["tag", "v1"]):
        run(["git", *IDENTITY, *arguments], cwd=repository)
    return repository


def test_plans_with_the_module_and_the_zip_of_a_release(
    published: Path, released: Path, local_aws: LocalAws, tmp_path: Path
) -> None:
    require_terraform()
    write(tmp_path / "database/contacts", "mysql", {"schema/contacts.yaml": TABLE})
    zip_path = next(released.glob("*-x86_64.zip"))
    source = f"git::file://{published}//terraform/modules/db_bootstrap?ref=v1"
    module = f'module "bootstrap" {{\n  source     = "{source}"\n  lambda_zip = "{zip_path}"\n'
    (tmp_path / "main.tf").write_text(PROVIDER + module + CALL)
    run(["git", "init", "--quiet"], cwd=tmp_path)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_"))}
    environment = {**terraform_mirror.environment(tmp_path / "mirror", clean), "AWS_ENDPOINT_URL": local_aws.endpoint}
    run(["terraform", "init", "-input=false", "-no-color"], cwd=tmp_path, env=environment)
    run(["terraform", "plan", "-input=false", "-no-color", "-out=p.tfplan"], cwd=tmp_path, env=environment)
    shown = json.loads(run(["terraform", "show", "-json", "p.tfplan"], cwd=tmp_path, env=environment).stdout)
    created = {change["address"]: change["change"] for change in shown["resource_changes"]}
    assert created["module.bootstrap.aws_lambda_invocation.run[0]"]["actions"] == ["create"]
    function = created["module.bootstrap.aws_lambda_function.this[0]"]["after"]
    assert function["runtime"] == f"python3.{sys.version_info.minor}"
    assert function["architectures"] == ["x86_64"]


def test_the_documented_line_installs_from_a_git_url(wheelhouse: Path, tmp_path: Path) -> None:
    """By uvx; the other installers are tried with the wheel."""
    if not (ROOT / ".git").exists():
        missing("this is no clone: there is nothing to install from a git URL")
    [line] = [line for line in PAGE.splitlines() if line.startswith("uvx ")]
    environment = {
        "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path), "UV_PYTHON": sys.executable,
        "UV_OFFLINE": "1", "UV_FIND_LINKS": str(wheelhouse),
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
    }  # fmt: skip
    done = run(["/bin/sh", "-ec", f"REPOSITORY=git+file://{ROOT}\n{line}"], env=environment, cwd=tmp_path)
    assert done.stdout == f"db-bootstrap {bootstrap.__version__}\n"


def test_no_page_invites_to_install_from_an_index() -> None:
    """A package index may have somebody else's package under our name."""
    invitation = re.compile(
        r"""(?:pip|pipx|uv tool|uv pip) install (?:-\S+ )*['"]?db-bootstrap(?:\[[\w,]+\])?(?![\w\[]|\s*@)"""
    )
    pages = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "terraform").rglob("*.md"),
        *ROOT.glob("examples/**/*.yml"),
    ]
    assert len(pages) > 10
    assert [path.name for path in pages if invitation.search(path.read_text(encoding="utf-8"))] == []
    assert (
        subprocess.run(["grep", "-rnE", "uvx db-bootstrap( |$)", "docs", "README.md"], cwd=ROOT, check=False).returncode
        == 1
    )
