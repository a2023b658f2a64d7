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
  payload_limit_bytes  = try(var.settings.limit, 5000000)
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
        pending = folder / "pending"
        return {"status": "planned", "pending": [pending.read_text()] if pending.exists() else []}
    if (folder / "broken").exists():
        raise RuntimeError("step 0001 failed: Unknown column 'phone'")
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
    configuration: Configuration, settings: dict[str, object], declaration: Path, tmp_path: Path, local_aws: LocalAws
) -> None:
    s3 = boto3.client("s3", endpoint_url=local_aws.endpoint, region_name="us-east-1",
                      aws_access_key_id="testing", aws_secret_access_key="testing")  # fmt: skip
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
    (tmp_path / "pending").write_text("ALTER TABLE `contacts` ADD COLUMN `phone` varchar(20)")
    # On the first apply the preview waits for the run, and would only then find anything.
    (tmp_path / "pending").rename(tmp_path / "later")
    applied = configuration.apply(**settings, preview=True)
    assert applied.code == 0, applied.text
    assert [event["action"] for event in events(tmp_path)] == ["apply", "plan"]
    assert "Pending SQL" not in applied.text

    (tmp_path / "later").rename(tmp_path / "pending")
    plan = configuration.run("plan", "-input=false", "-detailed-exitcode")
    assert plan.code == 0, "drift alone plans nothing"
    assert f"Pending SQL in {settings['name']} (production):" in plan.text
    assert "ADD COLUMN `phone`" in plan.text


def files_of(event: dict[str, Any]) -> dict[str, bytes]:
    return {path: gzip.decompress(base64.b64decode(content)) for path, content in event["declaration"]["files"].items()}


def digest_of(files: dict[str, bytes]) -> str:
    """As `sha256sum` over what `sha256sum` prints."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
