"""A database remembers what it was bootstrapped as; Python packages that are missing are named with their extra."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.command import write
from tests.cli.databases import Database

TABLE = "tables:\n  t:\n    columns: {id: int not null}\n    primary_key: [id]\n"
SECRET = """
target:
  host: localhost
  database: d
  username: u
  credentials: {secret_arn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x"}
"""


def test_another_environment_is_refused_by_name(database: Database, tmp_path: Path) -> None:
    named = f"version: 1\nname: shop\nengine: {database.engine}\n"
    files = {
        "bootstrap.yaml": named,
        "schema/t.yaml": TABLE,
        "environments/dev.yaml": "variables: {}\n",
        "environments/production.yaml": "variables: {}\n",
    }
    folder = write(tmp_path / "shop", database.engine, files)
    database.run("apply", "dev", "--dir", folder).ended(0)
    assert "environment dev of declaration shop" in database.run("verify", "dev", "--dir", folder).ended(0).out
    assert "environment dev of declaration shop" in database.run("history").ended(0).out
    for action in ("apply", "plan", "verify"):
        message = database.run(action, "production", "--dir", folder).refused(3)
        assert "environment dev of declaration shop" in message
        assert "environment production of declaration shop" in message
    assert "no environment" in database.run("apply", "--dir", folder).refused(3)
    assert database.outcomes() == ["applied"]
    other = write(tmp_path / "other", database.engine, {**files, "bootstrap.yaml": named.replace("shop", "crm")})
    assert "declaration crm" in database.run("apply", "dev", "--dir", other).refused(3)
    database.run("apply", "production", "--dir", folder, "--adopt-environment").ended(0)
    assert "environment production" in database.run("apply", "dev", "--dir", folder).refused(3)


def test_a_missing_package_is_named_with_its_extra(tmp_path: Path) -> None:
    folder = write(tmp_path, "mysql", {"schema/t.yaml": TABLE, "environments/x.yaml": SECRET})
    hidden = "import sys; sys.modules |= {'boto3': None, 'botocore': None}; from bootstrap.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, "apply", "x", "--dir", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "the Python package boto" in done.stderr
    assert "(extra: aws)" in done.stderr
    assert "unexpected" not in done.stderr
