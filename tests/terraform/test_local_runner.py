"""`runner = "local"` with the real terraform: when it runs, what a failure leaves, what the application waits for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terraform.configuration import Configuration

CALL = """
module "bootstrap" {
  source = "./module"

  name                 = "contacts"
  environment          = "production"
  runner               = "local"
  declaration_dir      = var.settings.dir
  database_resource_id = try(var.settings.database, "db-ONE")
  bootstrapper_digest  = try(var.settings.bootstrapper, "v1")
  git_revision         = try(var.settings.revision, null)
  local_command        = ["/bin/sh", var.settings.command]

  target = {
    engine      = "mysql"
    host        = "contacts.example.com"
    database    = "tfplayground_prod"
    username    = "admin"
    credentials = { secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:one" }
  }
}
"""
pytestmark = pytest.mark.usefixtures("terraform")

RUN = "module.bootstrap.terraform_data.run[0]"
APP = "terraform_data.app"


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A command in the bootstrapper's place: it keeps what it was given, and fails while the file `broken` exists."""
    script = tmp_path / "command.sh"
    script.write_text(
        f'cd {tmp_path}\necho "$@" >> arguments\nenv | grep ^DB_BOOTSTRAP_ >> variables\n'
        'if test -e broken; then echo "contacts.yaml:3: no such type" >&2; exit 3; fi\n'
    )
    return script


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    return Configuration(tmp_path / "root", CALL)


def test_failure_fails_the_apply_and_the_next_apply_tries_again(
    configuration: Configuration, declaration: Path, command: Path, tmp_path: Path
) -> None:
    settings = {"dir": str(declaration), "command": str(command)}
    (tmp_path / "broken").touch()
    failed = configuration.apply(**settings)
    assert failed.code == 1
    assert "contacts.yaml:3: no such type" in failed.text
    assert APP not in configuration.addresses()
    assert configuration.token() is None

    # The same declaration: only the world around it has been mended.
    (tmp_path / "broken").unlink()
    mended = configuration.apply(**settings)
    assert mended.code == 0, mended.text
    assert APP in configuration.addresses()
    first = configuration.token()
    assert first

    assert configuration.planned(**settings, revision="0123abc") == {}, "a revision is no reason to run"
    lines = (tmp_path / "arguments").read_text().splitlines()
    assert lines == [f"apply production --dir {declaration}"] * 2
    target = (tmp_path / "variables").read_text()
    assert '"host":"contacts.example.com"' in target
    assert '"port":3306' in target


def test_runs_again_for_declaration_bootstrapper_and_database_only(
    configuration: Configuration, declaration: Path, command: Path, tmp_path: Path
) -> None:
    settings: dict[str, object] = {"dir": str(declaration), "command": str(command)}
    assert configuration.apply(**settings).code == 0
    first = configuration.token()

    (declaration / "environments/staging.yaml").write_text("policy: {online: false}\n")
    (declaration / "README.md").write_text("Notes.\n")
    (declaration / "schema/.contacts.yaml.swp.yaml").write_text("an editor's\n")
    assert configuration.planned(**settings) == {}, "neither another overlay nor what is no declaration"

    for reason in ({"bootstrapper": "v2"}, {"database": "db-TWO"}):
        planned = configuration.planned(**{**settings, **reason})
        assert planned[RUN] == "replace", reason

    (declaration / "schema/contacts.yaml").write_text("tables: {}\n")
    planned = configuration.planned(**settings)
    assert planned[RUN] == planned[APP] == "replace"
    change = configuration.change(RUN)
    before, after = change["before"]["triggers_replace"], change["after"]["triggers_replace"]
    assert [key for key in after if before[key] != after[key]] == ["file schema/contacts.yaml"]

    # The replacement fails: the application keeps what it has, and the next apply runs again.
    (tmp_path / "broken").touch()
    assert configuration.apply(**settings).code == 1
    (tmp_path / "broken").unlink()
    assert configuration.token() == first
    assert configuration.planned(**settings)[RUN] == "replace"
    assert configuration.apply(**settings).code == 0
    assert configuration.token() not in {None, first}
    assert configuration.planned(**settings) == {}


def test_destroy_leaves_the_database_alone(
    configuration: Configuration, declaration: Path, command: Path, tmp_path: Path
) -> None:
    settings = {"dir": str(declaration), "command": str(command)}
    assert configuration.apply(**settings).code == 0
    configuration.ok("destroy", "-auto-approve", "-input=false")
    assert len((tmp_path / "arguments").read_text().splitlines()) == 1
