"""The wheel in an empty environment: all that runs need is in it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import bootstrap
from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server
from tests.release.conftest import run
from tests.requirements import require_terraform

BIN = Path(sys.executable).parent
UV = BIN / "uv"
TABLE = "tables:\n  contacts:\n    columns: {id: int, email: varchar(100) not null}\n    primary_key: [id]\n"
SECRET = """
    target:
      host: db.example.com
      database: contacts
      username: app
      credentials: {secret_arn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:contacts-AbCdEf"}
"""
STACK = "target: {terraform: {directory: ., output: targets, key: contacts}}\n"


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    root = Path(bootstrap.__file__).parents[1]
    sources = (path for path in (root / "bootstrap").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("bootstrap/")}
    assert packed == {path.relative_to(root).as_posix() for path in sources}


def test_answers_its_version(installed: Path) -> None:
    assert run([installed / "db-bootstrap", "--version"]).stdout == f"db-bootstrap {bootstrap.__version__}\n"
    assert run([installed / "python", "-m", "bootstrap", "--version"]).stdout


def test_the_schema_for_editors_is_in_the_wheel(installed: Path) -> None:
    assert '"$schema"' in run([installed / "db-bootstrap", "schema"]).stdout


def test_the_authorities_of_rds_are_in_the_wheel(installed: Path) -> None:
    count = "from bootstrap.target import tls; import ssl; c = ssl.create_default_context(cafile=tls.BUNDLE)"
    assert int(run([installed / "python", "-c", f"{count}; print(len(c.get_ca_certs()))"]).stdout) > 0


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_lints_and_applies(engine: str, installed: Path, tmp_path: Path) -> None:
    folder = write(tmp_path, engine, {"schema/contacts.yaml": TABLE})
    program = installed / "db-bootstrap"
    run([program, "lint", "--dir", folder])
    server = shared_server({"mysql": "mariadb"}.get(engine, engine))
    with fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        arguments = [program, "apply", "--url", database.url, "--dir", folder]
        run(arguments, env={"PATH": "/usr/bin:/bin", **database.variables})
        assert database.tables() == ["contacts"]
        assert database.outcomes() == ["applied"]


def answer(program: Path, folder: Path) -> str:
    done = subprocess.run(
        [program, "apply", "production", "--dir", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("overlay", "package", "extra"),
    [(SECRET, "boto", "aws"), (STACK, "python_terraform", "terraform")],
    ids=["aws", "terraform"],
)
def test_a_missing_library_is_named_with_its_extra(
    overlay: str, package: str, extra: str, installed: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path, "mysql", {"schema/contacts.yaml": TABLE, "environments/production.yaml": overlay})
    require_terraform()  # it is looked for first
    message = answer(installed / "db-bootstrap", folder)
    assert f"the Python package {package}" in message
    assert f"(extra: {extra})" in message
    assert "db-bootstrap[" not in message, "the index may have another package of our name"


def test_what_the_message_says_to_type_helps(wheel: Path, wheelhouse: Path, tmp_path: Path) -> None:
    """In an environment that uv made: it has no pip."""
    require_terraform()
    offline = {"UV_OFFLINE": "1", "UV_FIND_LINKS": str(wheelhouse), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    program = tmp_path / "venv/bin/db-bootstrap"
    run([UV, "venv", "--python", sys.executable, tmp_path / "venv"], env=offline)
    run([UV, "pip", "install", "--python", tmp_path / "venv/bin/python", wheel], env=offline)
    files = {"schema/contacts.yaml": TABLE, "environments/production.yaml": STACK}
    folder = write(tmp_path / "declaration", "mysql", files)
    installer, *arguments = shlex.split(answer(program, folder).rpartition("run ")[2])
    assert installer == "uv"
    run([BIN / installer, *arguments], env=offline)
    assert "the Python package" not in answer(program, folder)


@pytest.mark.parametrize(
    "line",
    [
        f"{BIN}/uvx --from {{wheel}} db-bootstrap --version",
        f"{BIN}/uv tool run --from {{wheel}}[aws] db-bootstrap --version",
        f"{BIN}/pipx run --spec {{wheel}} db-bootstrap --version",
    ],
    ids=["uvx", "uv tool run", "pipx run"],
)
def test_other_installers_install_it(line: str, wheel: Path, wheelhouse: Path, tmp_path: Path) -> None:
    offline = {
        "UV_OFFLINE": "1", "UV_FIND_LINKS": str(wheelhouse), "UV_PYTHON": sys.executable,
        "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheelhouse),
        "PATH": os.environ["PATH"], "HOME": str(tmp_path),
    }  # fmt: skip
    done = run(line.format(wheel=wheel).split(), env=offline)
    assert done.stdout == f"db-bootstrap {bootstrap.__version__}\n"
