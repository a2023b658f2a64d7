"""bootstrap.yaml, overlays, the digest, and directories that are no declaration."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from bootstrap.declaration.load import load, load_files, manifest
from bootstrap.declaration.model import Credentials, Policy, Scope, Target, TerraformTarget, Tls
from bootstrap.problems import DeclarationError
from tests.unit.declaration.reading import TABLE, files, problems, read

ROOT = Path(__file__).parents[3]
MAIN_ALONE = {"bootstrap.yaml": b"version: 1\nengine: postgresql\n"}
EXAMPLES = [ROOT / "database" / name for name in ("contacts", "streams")]


@pytest.mark.parametrize("directory", EXAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("environment", [None, "dev", "staging", "production"])
def test_the_examples_load_in_every_environment(directory: Path, environment: str | None) -> None:
    found = load(directory, environment)
    assert found.catalog.objects
    in_memory = {path: (directory / path).read_bytes() for path in found.manifest.files}
    again = load_files(in_memory, environment)
    assert (again.catalog, again.steps, again.checks) == (found.catalog, found.steps, found.checks)
    assert again.digest == found.digest
    assert [list(seed.rows()) for seed in again.seeds] == [list(seed.rows()) for seed in found.seeds]


def test_everything_that_an_overlay_says() -> None:
    overlay = """
target:
  host: db.example.com
  database: app
  username: admin
  region: eu-west-1
  credentials: {ssm_parameter: /db/password}
  tls: {mode: verify-ca, ca_file: ca.pem}
  connect_deadline_seconds: 60
policy: {lock_timeout: 500ms, statement_timeout: 2min, deadline: 1h, allow: data_loss:t.x, online: false}
scope: {tables: [app_*], ignore: tmp_*}
"""
    found = read("postgresql", "dev", environments__dev_yaml=overlay, environments__prod_yaml="").manifest
    assert found.environments == ("dev", "prod")
    assert found.target == Target(
        engine="postgresql",
        host="db.example.com",
        port=5432,
        database="app",
        username="admin",
        region="eu-west-1",
        credentials=Credentials("ssm_parameter", "/db/password"),
        tls=Tls("verify-ca", "ca.pem"),
        connect_deadline_seconds=60,
    )
    assert found.policy == Policy(
        lock_timeout_ms=500, statement_timeout_ms=120_000, deadline_seconds=3600, allow=("data_loss:t.x",), online=False
    )
    assert found.scope == Scope(tables=("app_*",), ignore=("tmp_*",))


def test_a_target_from_terraform() -> None:
    overlay = "target: {terraform: {directory: ../tf, key: contacts}}"
    assert read("mysql", "dev", environments__dev_yaml=overlay).manifest.target == TerraformTarget(
        directory="../tf", key="contacts"
    )


@pytest.mark.parametrize(("workspace", "read_as"), [("eu-prod", "eu-prod"), ("false", "")])
def test_the_workspace_of_a_target_from_terraform(workspace: str, read_as: str) -> None:
    overlay = f"target: {{terraform: {{directory: ../tf, key: contacts, workspace: {workspace}}}}}"
    target = read("mysql", "dev", environments__dev_yaml=overlay).manifest.target
    assert isinstance(target, TerraformTarget)
    assert target.workspace == read_as


@pytest.mark.parametrize(
    ("overlay", "expected"),
    [
        ("target: {host: a}", "target lacks database"),
        ("target: {host: a, database: b, engine: mysql}", "target is mysql, the declaration postgresql"),
        (
            "target: {host: a, database: b, credentials: {iam: true, environment: X}}",
            "credentials: iam, environment given",
        ),
        ("target: {host: a, terraform: {directory: a, key: b}}", "target has terraform and an endpoint"),
        ("target: {terraform: {directory: a, key: b, workspace: true}}", "workspace names no workspace: name the"),
        ("target: {host: a, database: b, port: 0}", "port is 0: write a number from 1"),
        ("target: {host: a, database: b, password: x}", "target has no key password"),
        ("policy: {lock_timeout: 3}", 'lock_timeout: "3" is not a time: write 3s'),
        (
            "policy: {allow: [long_lock, dataloss:t]}",
            "allow names dataloss:t: there is no such hazard: use one of all, ",
        ),
        ("policy: {allow: 'data_loss:'}", "nothing stands behind the colon"),
        ("seeds: [seeds/nope/*.yaml]", "no file matches seeds/nope/*.yaml"),
        ("schema: x", "has no key schema"),
    ],
)
def test_mistakes_in_an_overlay(overlay: str, expected: str) -> None:
    found = problems("postgresql", "dev", environments__dev_yaml=overlay)
    assert any(problem.startswith("environments/dev.yaml:1: ") and expected in problem for problem in found), found


def test_an_unknown_environment_lists_the_known() -> None:
    found = problems("postgresql", "produktion", environments__production_yaml="", environments__dev_yaml="")
    assert found == [
        "environments/produktion.yaml: unknown environment produktion (known: dev, production): "
        "did you mean production?"
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "the file is empty"),
        ("engine: mysql", "lacks version"),
        ("version: 2\nengine: mysql", "version 2 of the format is not known"),
        ("version: 1\nengine: oracle", "engine is oracle: choose one of mysql, postgresql"),
        ("version: 1\nengine: mysql\ndefault_schema: x", "default_schema does not exist on mysql"),
        ("[1]", "bootstrap.yaml is a list"),
    ],
)
def test_mistakes_in_the_main_file(content: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(bootstrap_yaml=content))


def test_no_declaration(tmp_path: Path) -> None:
    for directory, what in ((tmp_path, "no bootstrap.yaml here"), (tmp_path / "x", "does not exist")):
        with pytest.raises(DeclarationError, match=what) as caught:
            load(directory)
        assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("schema/a.sql", "files in schema/ end in .yaml or .yml"),
        ("schema/b.YAML", "files in schema/ end in .yaml or .yml"),
        ("schema/b.yaml.bak", "files in schema/ end in .yaml or .yml"),
        ("steps/more/0001_a.sql", "only what is directly in steps/ is read"),
        ("seeds/a.json", "files in seeds/ end in "),
        ("environments/production.YML", "files in environments/ end in .yaml or .yml"),
        ("checks/names.yaml", "is not read: checks are in checks.yaml"),
        ("check.yaml", "is not read, as checks.yaml would be"),
        ("checks.YAML", "is not read, as checks.yaml would be"),
        ("schemas/b.yaml", "is not read, as schema/ would be"),
        ("schema.yaml", "is not read, as schema/ would be"),
        ("seed/b.yaml", "is not read, as seeds/ would be"),
        ("step/0001_a.sql", "is not read, as steps/ would be"),
        ("environment/production.yaml", "is not read, as environments/ would be"),
    ],
)
def test_files_that_nobody_reads_are_told(path: str, what: str) -> None:
    """They were declared, and nothing would have applied them."""
    files = {**MAIN_ALONE, path: b"x"}
    with pytest.raises(DeclarationError) as caught:
        load_files(files)
    assert [str(problem) for problem in caught.value.problems if str(problem).startswith(f"{path}:1: {what}")]


@pytest.mark.parametrize(
    "path",
    [
        "schema/README.md", "steps/x.txt", "environments/production.tfvars", "schemas/api.json", "docker-compose.yaml",
        "migrations/0001_a.sql", "tables.yaml", "seeds/production/a.yaml", "environments/production/seeds.yaml",
        "data/rows.csv",
    ],
)  # fmt: skip
def test_files_of_others_may_lie_beside(path: str) -> None:
    assert load_files({**MAIN_ALONE, path: b"x"}).manifest.engine == "postgresql"


def test_a_folder_is_of_others_where_the_main_file_names_the_place() -> None:
    main = {"bootstrap.yaml": b"version: 1\nengine: postgresql\nschema: db/\n", "db/a.yaml": b"enums: {e: [a]}"}
    assert len(load_files({**main, "schemas/x.yaml": b"x", "schema/x.yaml": b"x"}).catalog.objects) == 1


def test_files_at_other_places() -> None:
    main = "version: 1\nengine: postgresql\nschema: [db/, more.yaml]\nchecks: c/*.yaml\n"
    found = read(
        bootstrap_yaml=main, db__x__a_yaml=TABLE, more_yaml="enums: {e: [a]}", c__a_yaml="checks: {c: select true}"
    )
    assert len(found.catalog.objects) == 2
    assert len(found.checks) == 1
    assert problems(bootstrap_yaml=main)[0] == (
        "bootstrap.yaml:3: no file matches db/**/*: correct the path, relative to bootstrap.yaml"
    )


def written(folder: Path, contents: Mapping[str, bytes]) -> Path:
    """A directory with these files and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_a_pipe_is_no_part_of_a_declaration(tmp_path: Path) -> None:
    folder = written(tmp_path / "declaration", files(schema__a_yaml=TABLE))
    os.mkfifo(folder / "schema/b.yaml")
    with pytest.raises(DeclarationError, match=r"schema/b\.yaml:1: not a regular file"):
        load(folder)


def test_a_manifest_parses_no_structure(tmp_path: Path) -> None:
    assert manifest(written(tmp_path / "broken", files(schema__a_yaml="[[["))).engine == "postgresql"


def test_a_declaration_without_overlays_is_the_same_in_every_environment() -> None:
    assert read("mysql", "production").manifest.environment == "production"
    assert read("mysql", "production").manifest.environments == ()
    with pytest.raises(DeclarationError, match="unknown environment prod "):
        read("mysql", "prod", environments__production_yaml="policy: {}")
