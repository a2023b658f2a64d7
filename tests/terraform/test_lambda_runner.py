"""`runner = "lambda"` with the real provider on the local AWS: replacement, failure, the event, S3, preview.

The function's code is a small zip of this test, really run: it keeps its events and fails when told to.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import sys
import uuid
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.terraform.configuration import Configuration

if TYPE_CHECKING:
    from demo.aws.local import LocalAws

CALL = """
module "bootstrap" {
  source = "./module"

  name                 = var.settings.name
  environment          = "production"
  runner               = "lambda"
  declaration_dir      = var.settings.dir
  database_resource_id = "db-ONE"
  git_revision         = try(var.settings.revision, null)
  preview              = try(var.settings.preview, false)
  drift                = try(var.settings.drift, "ignore")
  gate                 = try(var.settings.gate, "apply")
  payload_limit_bytes  = try(var.settings.limit, 5000000)
  monitoring           = try(var.settings.monitoring, null)
  declaration_bucket   = "declarations"
  lambda_zip           = var.settings.zip
  vpc                  = false
  lambda_environment   = { FOLDER = var.settings.folder }

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

RUN = "module.bootstrap.aws_lambda_invocation.run[0]"
APP = "terraform_data.app"

HANDLER = """
import json, os, pathlib

def handler(event, context):
    folder = pathlib.Path(os.environ["FOLDER"])
    events = sorted(folder.glob("event-*.json"))
    (folder / f"event-{len(events):03}.json").write_text(json.dumps(event))
    if event["action"] == "plan":
        answer = folder / "answer"
        return json.loads(answer.read_text()) if answer.exists() else {"status": "planned", "pending": []}
    if (folder / "broken").exists():
        raise RuntimeError("step 0001 failed: Unknown column 'phone'")
    (folder / "answer").unlink(missing_ok=True)
    return {"status": "applied", "ready_token": f"token-{len(events)}", "pending": []}
"""


@pytest.fixture
def settings(tmp_path: Path, declaration: Path) -> dict[str, object]:
    zip_path = tmp_path / "function.zip"
    with zipfile.ZipFile(zip_path, "w") as archive:
        archive.writestr("bootstrap/__init__.py", "")
        archive.writestr("bootstrap/handler.py", HANDLER)
    manifest = {"runtime": f"python3.{sys.version_info.minor}", "architecture": "x86_64"}
    zip_path.with_suffix(".json").write_text(json.dumps(manifest))
    return {
        "name": f"n{uuid.uuid4().hex[:8]}",  # the tests share one account
        "dir": str(declaration),
        "zip": str(zip_path),
        "folder": str(tmp_path),
    }


@pytest.fixture
def configuration(tmp_path: Path, local_aws: LocalAws) -> Configuration:
    return Configuration(tmp_path / "root", CALL, local_aws.environment)


def events(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("event-*.json"))]


def test_a_failed_run_is_run_again_and_the_application_waits(
    configuration: Configuration, settings: dict[str, object], declaration: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken").touch()
    failed = configuration.apply(**settings)
    assert failed.code == 1
    assert "step 0001 failed: Unknown column 'phone'" in failed.text
    assert not {"aws_lambda_invocation.run", APP} & configuration.addresses()

    (tmp_path / "broken").unlink()
    assert configuration.apply(**settings).code == 0
    assert configuration.token() == "token-1"
    assert configuration.planned(**settings, revision="0123abc") == {}, "a revision is no reason to run"

    # A replacement that fails: the application keeps what it has, and the run is due again.
    before = (declaration / "schema/contacts.yaml").read_text()
    (declaration / "schema/contacts.yaml").write_text("tables: {}\n")
    assert configuration.planned(**settings)[RUN] == "replace"
    (tmp_path / "broken").touch()
    assert configuration.apply(**settings, revision="0123abc").code == 1
    assert configuration.token() == "token-1"
    (tmp_path / "broken").unlink()
    planned = configuration.planned(**settings)
    assert planned[RUN] == planned[APP] == "create"
    # So it is when the change is taken back: the failed run may have left the database between the two.
    (declaration / "schema/contacts.yaml").write_text(before)
    assert configuration.planned(**settings)[RUN] == "create"
    (declaration / "schema/contacts.yaml").write_text("tables: {}\n")
    assert configuration.apply(**settings, revision="4567def").code == 0
    assert configuration.token() == "token-3"

    got = events(tmp_path)
    assert [event.get("git_revision") for event in got] == [None, None, "0123abc", "4567def"]
    assert files_of(got[-1]) == {
        path: (declaration / path).read_bytes()
        for path in ("bootstrap.yaml", "environments/production.yaml", "schema/contacts.yaml")
    }
    assert got[-1]["declaration_digest"] == digest_of(files_of(got[-1]))
    assert got[-1]["target"]["region"] == "us-east-1"


def test_a_large_declaration_goes_through_s3(
    configuration: Configuration, settings: dict[str, object], declaration: Path, tmp_path: Path
) -> None:
    s3 = client("s3", configuration)
    s3.create_bucket(Bucket="declarations")
    (declaration / "seeds.csv").write_text("name\n" + "Renée\n" * 10)
    done = configuration.apply(**settings, limit=100)
    assert done.code == 0, done.text
    [event] = events(tmp_path)
    assert set(event["declaration"]) == {"s3"}
    where = event["declaration"]["s3"]
    found = {
        path: s3.get_object(Bucket=where["bucket"], Key=where["prefix"] + path)["Body"].read()
        for path in where["files"]
    }
    assert found["seeds.csv"] == (declaration / "seeds.csv").read_bytes()
    assert event["declaration_digest"] == digest_of(found)


def test_preview_warns_of_drift_and_leaves_the_plan_clean(
    configuration: Configuration, settings: dict[str, object], tmp_path: Path
) -> None:
    applied = configuration.apply(**settings, preview=True)
    assert applied.code == 0, applied.text
    assert sorted(event["action"] for event in events(tmp_path)) == ["apply", "plan"]
    assert "Pending SQL" not in applied.text

    answer(tmp_path, pending=["ALTER TABLE `contacts` ADD COLUMN `phone` varchar(20)"])
    plan = configuration.run("plan", "-input=false", "-detailed-exitcode")
    assert plan.code == 0, "drift alone plans nothing"
    assert f"Pending SQL in {settings['name']} (production):" in plan.text
    assert "ADD COLUMN `phone`" in plan.text

    # A database that cannot be reached, and a run that would be refused: no plan fails, least of all one to destroy.
    answer(tmp_path, status="unknown", reason="contacts.example.com:3306 does not answer")
    plan = configuration.run("plan", "-input=false")
    assert plan.code == 0, plan.text
    assert "is unknown: contacts.example.com:3306 does not answer" in flat(plan.text)
    assert configuration.run("plan", "-input=false", "-destroy").code == 0

    # A function that somebody has deleted is recreated.
    client("lambda", configuration).delete_function(FunctionName=f"db-bootstrap-{settings['name']}-production-plan")
    plan = configuration.run("plan", "-input=false", "-detailed-exitcode")
    assert plan.code == 2, plan.text


def test_drift_is_repaired_by_the_apply_and_hazards_fail_the_plan(
    configuration: Configuration, settings: dict[str, object], tmp_path: Path
) -> None:
    settings |= {"drift": "repair", "gate": "plan"}
    assert configuration.apply(**settings).code == 0
    assert configuration.planned(**settings) == {}

    answer(tmp_path, drift=True, pending=["CREATE TABLE `contacts` (`id` int)"])
    plan = configuration.run("plan", "-input=false", "-detailed-exitcode")
    assert plan.code == 2, plan.text
    assert f"Drift in {settings['name']} (production):\n" in plan.text.replace("│ ", "")
    assert configuration.planned(**settings)[RUN] == "replace"
    # A repair that fails is due again.
    (tmp_path / "broken").touch()
    assert configuration.apply(**settings).code == 1
    (tmp_path / "broken").unlink()
    assert configuration.planned(**settings)[RUN] == "create"
    assert configuration.apply(**settings).code == 0
    assert configuration.planned(**settings) == {}, "once repaired, the plan is clean"

    permission = "data_loss:contacts.phone"
    answer(tmp_path, status="refused", refused=["data_loss contacts.phone: 3 values"], allow=[permission])
    plan = configuration.run("plan", "-input=false")
    assert plan.code == 1
    assert "Error: Resource precondition failed" in plan.text
    assert f'allow = ["{permission}"]' in plan.text
    assert configuration.run("plan", "-destroy", "-input=false").code == 0


def test_the_schedule_compares_what_was_applied_and_alarms_reach_the_topic(
    configuration: Configuration, settings: dict[str, object], tmp_path: Path
) -> None:
    name = f"db-bootstrap-{settings['name']}-production"
    client("logs", configuration).create_log_group(logGroupName=f"/app/{name}")
    topic = client("sns", configuration).create_topic(Name=name)["TopicArn"]
    monitored = {
        "verify_schedule": "rate(6 hours)",
        "stale_after_hours": 24,
        "sns_topic_arn": topic,
        "application_log_group_name": f"/app/{name}",
    }
    done = configuration.apply(**settings, monitoring=monitored)
    assert done.code == 0, done.text
    assert configuration.planned(**settings, monitoring=monitored) == {}

    [target] = client("events", configuration).list_targets_by_rule(Rule=f"{name}-verify")["Targets"]
    [applied] = events(tmp_path)
    assert json.loads(target["Input"]) == {
        "action": "verify", "declaration": applied["declaration"], "declaration_digest": applied["declaration_digest"],
    }  # fmt: skip
    assert target["Arn"].endswith(f":function:{name}")
    alarms = client("cloudwatch", configuration).describe_alarms(AlarmNamePrefix=f"{name}-")["MetricAlarms"]
    assert {alarm["AlarmName"].removeprefix(f"{name}-"): alarm["AlarmActions"] for alarm in alarms} == {
        kind: [topic] for kind in ("failed", "drift", "stale", "schema-errors")
    }
    # Switched off again, nothing of it stays, and nothing runs for it.
    assert configuration.apply(**settings).code == 0
    assert client("cloudwatch", configuration).describe_alarms(AlarmNamePrefix=f"{name}-")["MetricAlarms"] == []
    assert len(events(tmp_path)) == 1


def answer(folder: Path, **values: object) -> None:
    """Let the function answer this to the next plans, until a run."""
    known = {"status": "planned", "pending": [], "refused": [], "allow": [], "drift": False, "reason": ""}
    (folder / "answer").write_text(json.dumps({**known, **values}))


def client(service: str, configuration: Configuration) -> Any:
    """boto3's client for the local AWS."""
    return boto3.client(service, endpoint_url=configuration.environment["AWS_ENDPOINT_URL"], region_name="us-east-1",
                        aws_access_key_id="testing", aws_secret_access_key="testing")  # fmt: skip


def flat(text: str) -> str:
    """What terraform says, without its frame and its line breaks."""
    return " ".join(text.replace("│", " ").split())


def files_of(event: dict[str, Any]) -> dict[str, bytes]:
    return {path: gzip.decompress(base64.b64decode(content)) for path, content in event["declaration"]["files"].items()}


def digest_of(files: dict[str, bytes]) -> str:
    """As `sha256sum` over what `sha256sum` prints."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
