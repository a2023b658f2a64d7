"""The GitLab component and the pre-commit hook: their own lines, really run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bootstrap.cli.changed import declarations
from tests.cli.command import write
from tests.release.conftest import run
from tests.requirements import missing

ROOT = Path(__file__).resolve().parents[2]
TABLE = "tables:\n  t:\n    columns: {id: int}\n    primary_key: [id]\n"
WRONG = "tables:\n  t:\n    colums: {id: int}\n"


class Loader(yaml.SafeLoader):
    """YAML with GitLab's own tag."""


Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))  # type: ignore[arg-type]  # it is a sequence


def component(**inputs: str) -> dict[str, dict[str, Any]]:
    """The jobs of the component with its inputs put in, as GitLab does before it reads them."""
    spec, jobs = (ROOT / "templates/db-bootstrap.yml").read_text(encoding="utf-8").split("\n---\n")
    known = yaml.safe_load(spec)["spec"]["inputs"]
    given = {name: json.dumps(value["default"]) for name, value in known.items() if "default" in value} | inputs
    assert set(given) == set(known)
    text = re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda match: given[match[1]].strip('"'), jobs)
    found: dict[str, dict[str, Any]] = Loader(text).get_single_data()
    return found


def example() -> dict[str, str]:
    text = (ROOT / "examples/ci/gitlab/.gitlab-ci.yml").read_text(encoding="utf-8")
    inputs: dict[str, str] = yaml.safe_load(text)["include"][0]["inputs"]
    return inputs


def test_the_component_checks(installed: Path, tmp_path: Path) -> None:
    write(tmp_path / "database/contacts", "mysql", {"schema/t.yaml": TABLE})
    script = "\n".join(component(**example())["db-bootstrap-check"]["script"])
    command = ["/bin/sh", "-ec", re.sub(r"\S+/db-bootstrap/bin", str(installed), script)]
    report = tmp_path / "db-bootstrap-check.xml"
    run(command, cwd=tmp_path)
    assert "<testsuites" in report.read_text()
    assert "<failure" not in report.read_text()
    (tmp_path / "database/contacts/schema/t.yaml").write_text(WRONG)
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1
    assert "<failure" in report.read_text()


def test_the_component_is_valid_for_gitlab(tmp_path: Path) -> None:
    """Its references put in: the schema of a CI file has no YAML tags."""
    jobs = component(**example())
    jobs[".db-bootstrap-connected"]["before_script"] = ["true"]
    (tmp_path / "ci.json").write_text(json.dumps(jobs))
    run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", tmp_path / "ci.json"])


def test_commands_of_the_component_are_ours(installed: Path) -> None:
    lines = [line for job in component(**example()).values() for line in job.get("script", [])]
    named = {match[1] for line in lines if (match := re.match(r"\S+/db-bootstrap (\w+)", line))}
    assert named == {"check", "plan", "apply", "verify"}
    for name in named:
        run([installed / "db-bootstrap", name, "--help"])


def test_changed_files_lead_to_their_declarations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "db/a", "mysql", {"schema/t.yaml": TABLE, "environments/production.yaml": "policy: {}\n"})
    write(tmp_path / "db/b", "mysql", {"schema/t.yaml": TABLE})
    changed = ["db/a/schema/t.yaml", "db/a/environments/production.yaml", "db/b/bootstrap.yaml", "ci/build.yaml"]
    assert declarations(changed) == [Path("db/a"), Path("db/b")]
    write(tmp_path, "mysql", {})
    assert declarations(["schema/t.yaml", "README.yaml"]) == [Path()]


def test_the_hook_lints_what_has_changed(installed: Path, wheelhouse: Path, tmp_path: Path) -> None:
    """As pre-commit installs it from a clone of this repository."""
    if not (ROOT / ".git").exists():
        missing("this is no clone: pre-commit installs hooks from one")
    write(tmp_path / "database/good", "mysql", {"schema/t.yaml": TABLE})
    write(tmp_path / "database/bad", "mysql", {"schema/t.yaml": WRONG})
    run(["git", "init", "--quiet"], cwd=tmp_path)
    run(["git", "add", "."], cwd=tmp_path)
    offline = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "PIP_NO_INDEX": "1",
               "PIP_FIND_LINKS": str(wheelhouse), "PIP_NO_COMPILE": "1"}  # fmt: skip
    files = ["database/good/schema/t.yaml", "database/bad/schema/t.yaml"]
    hook = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "db-bootstrap-lint", "--files", *files]
    done = subprocess.run(hook, cwd=tmp_path, env=offline, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "database/bad/schema/t.yaml:3" in done.stdout, done.stdout + done.stderr
    good = run([installed / "python", "-m", "bootstrap.cli.changed", files[0]], cwd=tmp_path)
    assert good.stdout == "database/good: no problems (base)\n"
    write(tmp_path / "database/mixed", "mysql", {"schema/t.yaml": "tables:\n  't': {columns: {id: int}}\n"})
    hook = [str(installed / "python"), "-m", "bootstrap.cli.changed", "--fmt"]
    assert run([*hook, "database/mixed/schema/t.yaml", "README.yaml"], cwd=tmp_path).stdout == (
        "database/mixed/schema/t.yaml: formatted\n"
    )
    assert (tmp_path / "database/mixed/schema/t.yaml").read_text() == "tables:\n  t: {columns: {id: int}}\n"
