"""The Lambda zip: the same bytes each time, all that the handler imports, and no more."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import bootstrap
from bootstrap.lambda_zip import build, contents, libraries
from bootstrap.lambda_zip.runtime import this_architecture
from bootstrap.problems import BootstrapError
from demo.aws.functions import Function, FunctionRunner
from tests.cli.command import db_bootstrap
from tests.release.conftest import run

# Imports the handler and what it does on first use, in an interpreter that sees the zip and the standard library only.
# boto3 belongs to the runtime, so nothing may need it before a secret is read.
IMPORTS = """
import sys
sys.path.insert(0, sys.argv[1])
import bootstrap.handler
import psycopg2, pymysql, yaml, msgspec
assert "boto3" not in sys.modules and "click" not in sys.modules
for name in ("bootstrap.handler", "psycopg2", "pymysql", "yaml", "msgspec"):
    assert sys.modules[name].__file__.startswith(sys.argv[1]), name
    assert sys.modules[name].__cached__ and sys.modules[name].__spec__.cached, name
"""


def test_an_installed_wheel_builds_the_same_bytes(built: Path, installed: Path, tmp_path: Path) -> None:
    """In another process with another hash seed and time zone, as another machine has them."""
    out = tmp_path / "new" / "function.zip"
    other = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    arguments = ["package-lambda", "--arch", this_architecture(), "--out", out, "--format", "json"]
    said = json.loads(run([installed / "db-bootstrap", *arguments], cwd=tmp_path, env=other).stdout)
    assert out.read_bytes() == built.read_bytes()
    manifest = json.loads(out.with_suffix(".json").read_text())
    assert manifest == json.loads(built.with_suffix(".json").read_text())
    assert said == {"format_version": 1, "file": str(out), "bytes": out.stat().st_size, **manifest}


def test_manifest_says_what_the_zip_is(built: Path) -> None:
    manifest = json.loads(built.with_suffix(".json").read_text())
    assert manifest["runtime"] == f"python3.{sys.version_info.minor}"
    assert manifest["sha256"] == hashlib.sha256(built.read_bytes()).hexdigest()
    assert manifest["package_digest"] == contents.package_digest()
    assert manifest["version"] == bootstrap.__version__
    assert len(manifest["wheels"]) == len(libraries.LIBRARIES)


def test_holds_what_the_handler_imports_and_no_more(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path)
    assert names == sorted(names)
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"_yaml", "bootstrap", "msgspec", "psycopg2", "psycopg2_binary.libs", "pymysql", "yaml"}
    assert not [name for name in names if name.startswith(contents.LEFT_OUT)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORTS, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_failure_is_one_line_for_a_person(built: Path, tmp_path: Path) -> None:
    """In AWS's own runtime: Terraform prints the answer as it is."""
    files = {
        "bootstrap.yaml": b"version: 1\nengine: mysql\n",
        "schema/contacts.yaml": b"tables:\n  contacts:\n    colums: {}\n    primry_key: []\n",
    }
    packed = {path: base64.b64encode(gzip.compress(content)).decode() for path, content in files.items()}
    target = {"engine": "mysql", "host": "h", "database": "d", "username": "u", "credentials": {"iam": True}}
    function = Function(
        name="f", arn="arn:aws:lambda:us-east-1:123456789012:function:f", code=built.read_bytes(),
        handler="bootstrap.handler.handler", runtime=f"python3.{sys.version_info.minor}", timeout=60, memory_size=512,
        version="$LATEST", environment={},
    )  # fmt: skip
    event = {"action": "apply", "target": target, "declaration": {"files": packed}}
    answer = FunctionRunner(tmp_path, {}).invoke(function, json.dumps(event).encode())
    assert answer.failed
    said = json.loads(answer.payload)
    assert said["errorType"] == "BootstrapError"
    assert said["stackTrace"] == []
    assert "schema/contacts.yaml:3" in said["errorMessage"]
    assert " | schema/contacts.yaml:4" in said["errorMessage"]
    assert "\n" not in said["errorMessage"]
    assert "\nschema/contacts.yaml:4" in answer.log, "the log has the lines as they are"


def test_bytecode_is_used_without_looking_at_the_source(built: Path) -> None:
    """Unchecked: the flags word of every .pyc is 1 (hash-based, not checked), so no time stamp can make it stale."""
    with zipfile.ZipFile(built) as archive:
        compiled = [name for name in archive.namelist() if name.endswith(".pyc")]
        sources = [name for name in archive.namelist() if name.endswith(".py")]
        flags = {archive.read(name)[4:8] for name in compiled}
        times = {info.date_time for info in archive.infolist()}
    assert len(compiled) == len(sources)
    assert flags == {(1).to_bytes(4, "little")}
    assert times == {build.EPOCH}


def test_a_library_that_cannot_be_had_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(libraries, "LIBRARIES", ("no-such-library",))
    with pytest.raises(BootstrapError, match=r"no-such-library is not installed .* pip install no-such-library$"):
        build.build(tmp_path / "function.zip", "x86_64")


def test_a_file_that_the_module_would_not_take_is_refused(tmp_path: Path) -> None:
    """The module looks for the manifest where `.zip` is replaced with `.json`."""
    for out in (tmp_path / "function", tmp_path):
        assert "name a file that ends in .zip" in db_bootstrap("package-lambda", "--out", out).ended(1).err
