"""The GitHub Action: its steps really run, on a real database and against GitHub's comment endpoints on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server
from tests.release.comments import Comments, serving

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
TABLE = "tables:\n  contacts:\n    columns: {{id: int, email: '{} not null'}}\n    primary_key: [id]\n"
PASSWORD = "DB_BOOTSTRAP_PASSWORD"


@dataclass
class Job:
    """One job of a workflow: what it is given, and what it leaves."""

    folder: Path
    program: Path
    comments: Comments
    variables: dict[str, str]
    log: str = ""
    code: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    def run(self, **inputs: str) -> Job:
        """Run the Action's step `run`, as a runner does; the installed wheel stands for the step before it."""
        temp = self.folder / "runner"
        temp.mkdir(exist_ok=True)
        if not (temp / "db-bootstrap").exists():
            (temp / "db-bootstrap").symlink_to(self.program.parent)
        event = self.folder / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 7}}))
        step = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "run")
        given = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()}
        given |= {"token": "t0ken"} | {name.replace("_", "-"): value for name, value in inputs.items()}
        known = {f"inputs.{name}": value for name, value in given.items()} | {"github.action_path": str(ROOT)}
        environment = {
            name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], text)
            for name, text in step["env"].items()
        }
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        environment |= {name: str(file) for name, file in files.items()}
        environment |= {
            "RUNNER_TEMP": str(temp), "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "owner/shop",
            "GITHUB_API_URL": self.comments.address, "PATH": os.environ["PATH"], **self.variables,
        }  # fmt: skip
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        self.code, self.log = done.returncode, done.stdout + done.stderr
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        self.outputs = {name: value for name, _, value in (line.partition("=") for line in lines)}
        self.summary = files["GITHUB_STEP_SUMMARY"].read_text()
        assert "Traceback" not in self.log, self.log
        return self


@pytest.fixture
def database() -> Iterator[Database]:
    server = shared_server("postgresql")
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


@pytest.fixture
def job(database: Database, installed: Path, tmp_path: Path) -> Iterator[Job]:
    parts = urlsplit(database.url)
    overlay: dict[str, Any] = {"target": {
        "host": parts.hostname, "port": parts.port, "database": database.name, "username": parts.username,
        "credentials": {"environment": PASSWORD}, "tls": {"ca_file": parse_qs(parts.query)["sslrootcert"][0]},
    }}  # fmt: skip
    files = {"schema/contacts.yaml": TABLE.format("varchar(100)"), "environments/staging.yaml": json.dumps(overlay)}
    write(tmp_path / "database/contacts", "postgresql", files)
    with serving() as comments:
        yield Job(tmp_path, installed, comments, database.variables)


def test_keeps_one_comment_up_to_date(job: Job, database: Database) -> None:
    job.run(directories="database/contacts", environments="staging")
    assert job.code == 0, job.log
    assert (job.outputs["changed"], job.outputs["refused"], job.outputs["hazards"]) == ("true", "false", "[]")
    assert job.outputs["comment"] == "https://github.com/owner/shop/pull/7#131"
    [comment] = job.comments.ours
    assert "CREATE TABLE public.contacts" in comment
    assert job.summary.strip() in comment
    assert job.comments.tokens == {"Bearer t0ken"}
    database.run("apply", "staging", "--dir", job.folder / "database/contacts").ended(0)
    job.run(directories="database/contacts", environments="staging")
    assert (job.code, job.outputs["changed"]) == (0, "false")
    assert job.outputs["comment"].endswith("#131")
    [updated] = job.comments.ours
    assert "CREATE TABLE" not in updated


def test_a_refusal_fails_the_job_and_names_what_would_allow_it(job: Job, database: Database) -> None:
    contacts = job.folder / "database/contacts"
    database.run("apply", "staging", "--dir", contacts).ended(0)
    database.sql("INSERT INTO public.contacts VALUES (1, 'ada@example.com')")
    (contacts / "schema/contacts.yaml").write_text(TABLE.format("varchar(5)"))
    job.run(directories="database/contacts", environments="staging")
    assert job.code == 3, job.log
    assert job.outputs["refused"] == "true"
    assert job.outputs["exit-code"] == "3"
    assert json.loads(job.outputs["hazards"]) == ["staging: data_loss:public.contacts.email"]
    assert database.sql("SELECT email FROM public.contacts") == [("ada@example.com",)]


def test_a_mistake_is_an_annotation_and_a_result_of_sarif(job: Job) -> None:
    write(job.folder / "database/other", "postgresql", {"schema/t.yaml": "tables:\n  t:\n    colums: {}\n"})
    job.run(directories="database/contacts\ndatabase/other")
    assert job.code == 1
    assert "::error file=database/other/schema/t.yaml,line=3," in job.log
    results = json.loads(Path(job.outputs["sarif"]).read_text())["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results if "locations" in result]
    assert {"artifactLocation": {"uri": "database/other/schema/t.yaml"}, "region": {"startLine": 3}} in places
    [comment] = job.comments.ours
    assert "colums" in comment


def test_a_pull_request_from_a_fork_has_the_job_summary(job: Job) -> None:
    """Its token may write no comments: that is a warning, and no failure."""
    job.comments.status = 403
    job.run(directories="database/contacts")
    assert job.code == 0
    assert "::warning title=db-bootstrap::no comment was written: GitHub answers 403" in job.log
    assert job.outputs["comment"] == ""
    assert "database/contacts" in job.summary


def test_no_comment_where_none_is_wanted(job: Job) -> None:
    assert job.run(directories="database/contacts", comment="false").code == 0
    assert job.comments.ours == []


def test_a_failure_to_connect_keeps_its_exit_code(job: Job) -> None:
    job.variables = {**job.variables, PASSWORD: "wrong"}
    job.run(directories="database/contacts", environments="staging")
    assert job.code == 1
    assert "### Plan for staging" in job.summary
    assert "wrong" not in job.log.replace("wrong password", "")


def test_the_examples_use_inputs_and_outputs_that_there_are() -> None:
    text = (ROOT / "examples/ci/github/pull-request.yml").read_text(encoding="utf-8")
    steps = yaml.safe_load(text)["jobs"]["plan"]["steps"]
    [step] = [step for step in steps if step.get("uses", "").startswith("OWNER/")]
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert set(re.findall(r"steps\.database\.outputs\.([\w-]+)", text)) <= set(ACTION["outputs"])
    written = set(re.findall(r'^        "([\w-]+)":', (ROOT / "ci/github/action.py").read_text("utf-8"), re.MULTILINE))
    assert written == set(ACTION["outputs"])
