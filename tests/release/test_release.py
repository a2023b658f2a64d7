"""What `make release` builds: complete, with checksums, and free of what only this machine has."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import bootstrap
from tools import archives, release

ROOT = Path(__file__).resolve().parents[2]
VERSION = bootstrap.__version__
PYTHON = f"python3.{sys.version_info.minor}"


def names(archive: Path) -> set[str]:
    with tarfile.open(archive) as opened:
        return set(opened.getnames())


def test_holds_everything(released: Path) -> None:
    assert {path.name for path in released.iterdir()} == {
        f"db_bootstrap-{VERSION}-py3-none-any.whl",
        f"db_bootstrap-{VERSION}.tar.gz",
        *(
            f"db-bootstrap-lambda-{VERSION}-{PYTHON}-{architecture}.{suffix}"
            for architecture in ("x86_64", "arm64")
            for suffix in ("zip", "json")
        ),
        f"db-bootstrap-terraform-module-{VERSION}.tar.gz",
        f"db-bootstrap-container-{VERSION}.tar.gz",
        f"db-bootstrap-{VERSION}.cdx.json",
        "SHA256SUMS",
    }


def test_every_file_has_its_checksum(released: Path) -> None:
    sums = dict(line.split("  ")[::-1] for line in (released / "SHA256SUMS").read_text().splitlines())
    assert sums == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in released.iterdir()
        if path.name != "SHA256SUMS"
    }


def test_the_zip_for_the_other_architecture_has_its_drivers(released: Path) -> None:
    for architecture, tag in (("x86_64", "x86_64"), ("arm64", "aarch64")):
        zip_path = next(released.glob(f"*-{architecture}.zip"))
        manifest = json.loads(zip_path.with_suffix(".json").read_text())
        assert (manifest["architecture"], manifest["version"]) == (architecture, VERSION)
        with zipfile.ZipFile(zip_path) as archive:
            compiled = [name for name in archive.namelist() if name.endswith("linux-gnu.so")]
        assert compiled
        assert all(tag in name for name in compiled), compiled


def test_the_module_is_whole(released: Path) -> None:
    packed = names(released / f"db-bootstrap-terraform-module-{VERSION}.tar.gz")
    tracked = subprocess.run(
        ["git", "ls-files", "."], cwd=ROOT / release.MODULE, capture_output=True, text=True, check=False
    ).stdout.split()
    assert {"main.tf", "variables.tf", "README.md"} <= packed
    assert set(tracked) <= packed


def test_the_bill_of_materials_lists_what_is_installed_for_use(released: Path) -> None:
    text = (released / f"db-bootstrap-{VERSION}.cdx.json").read_text()
    bill = json.loads(text)
    assert bill["bomFormat"] == "CycloneDX"
    assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == (
        "db-bootstrap",
        VERSION,
    )
    listed = {component["name"].lower() for component in bill["components"]}
    assert {"psycopg2-binary", "pymysql", "pyyaml", "msgspec", "click", "boto3", "botocore"} <= listed
    assert not {"pytest", "mypy", "moto"} & listed
    assert str(ROOT) not in text
    assert "file:" not in text


def test_another_tag_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.release", "--out", str(tmp_path / "out"), "--tag", "v99"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"release: tag v99: bootstrap/__init__.py says {VERSION}; tag v{VERSION}\n"
    assert not (tmp_path / "out").exists()


def test_an_archive_depends_on_its_content_only(tmp_path: Path) -> None:
    first, second = tmp_path / "1.tar.gz", tmp_path / "2.tar.gz"
    (tmp_path / "file").write_bytes(b"content")
    archives.write_tar(first, {"b": b"1", "a": tmp_path / "file"})
    (tmp_path / "file").chmod(0o600)
    archives.write_tar(second, {"a": tmp_path / "file", "b": b"1"})
    assert first.read_bytes() == second.read_bytes()
    archives.repack_tar(second)
    assert first.read_bytes() == second.read_bytes()
