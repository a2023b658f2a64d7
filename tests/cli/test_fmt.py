"""Formatting: keys in order, plain quoting, comments with their keys; the meaning stays."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from bootstrap.declaration.formatting.text import format_text
from bootstrap.declaration.load import load, manifest
from bootstrap.declaration.shapes.files import BootstrapFile, OverlayFile, SchemaFile, SeedFile
from bootstrap.problems import DeclarationError
from tests.cli.command import db_bootstrap, write

ROOT = Path(__file__).parents[2]
DECLARATIONS = sorted(
    path.parent
    for folder in ("database", "demo", "examples", "terraform", "tests")
    for path in (ROOT / folder).rglob("bootstrap.yaml")
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)

BEFORE = """\
# The customers of the shop.

# These are all tables.
tables:
  'customers':
    # The key comes last.
    primary_key: ["id"] # of one column
    columns:
      id: {auto_increment: true, type: "int"}
      # Shown to nobody.
      note: {nullable: false, default: '0', type: 'varchar(20)'}
      code: 'int not null'
        # belongs to code
    # The comment of the table.
    comment: |
      two lines

      # no comment
"""
AFTER = """\
# The customers of the shop.

# These are all tables.
tables:
  customers:
    columns:
      id: {type: int, auto_increment: true}
      # Shown to nobody.
      note: {type: varchar(20), nullable: false, default: "0"}
      code: int not null
        # belongs to code
    # The key comes last.
    primary_key: [id] # of one column
    # The comment of the table.
    comment: |
      two lines

      # no comment
"""
UNCHANGED = [
    (BootstrapFile, "version: 1\nengine: mysql\nvariables: {port: '${dollar}5'}\n"),  # quotes that a variable needs
    (SeedFile, 'seeds: {t: {rows: [{"b":1, a: 2}]}}\n'),  # rows are nobody's order
    (
        SchemaFile,
        'tables: {z: {columns: {b: "1", a: int}}, a: {columns: {id: int}}}\n',
    ),  # names, and text like a number
    (SchemaFile, "tables:\n  a: {columns: &c {id: int}, primary_key: id}\n  b: {comment: x, columns: *c}\n"),  # aliases
    (SchemaFile, "tables:\n  a: {comment: x, # of the comment\n    columns: {id: int}}\n"),
    (OverlayFile, ""),
    (OverlayFile, "# nothing yet\n"),
]
MOVED = [
    ("engine: mysql\nversion: 1\n", "version: 1\nengine: mysql\n"),
    ("# head\nengine: mysql\nversion: 1", "# head\nversion: 1\nengine: mysql\n"),
    ("# file\n\n# of engine\nengine: mysql\nversion: 1\n", "# file\n\nversion: 1\n# of engine\nengine: mysql\n"),
    ("engine: mysql\n\nversion: 1\n", "version: 1\n\nengine: mysql\n"),
    ("engine: mysql\r\nversion: 1\r\n", "version: 1\r\nengine: mysql\r\n"),
    ("name: é 😀 'x'\nengine: 'mysql'\nversion: 1\n", "version: 1\nengine: mysql\nname: é 😀 'x'\n"),
]


def test_keys_move_with_their_comments() -> None:
    assert format_text(BEFORE, SchemaFile, "t.yaml") == AFTER
    assert format_text(AFTER, SchemaFile, "t.yaml") == AFTER


@pytest.mark.parametrize(("shape", "text"), UNCHANGED)
def test_what_stays_as_it_is(shape: type, text: str) -> None:
    assert format_text(text, shape, "f.yaml") == text


@pytest.mark.parametrize(("before", "after"), MOVED)
def test_heads_empty_lines_and_line_endings(before: str, after: str) -> None:
    assert format_text(before, BootstrapFile, "bootstrap.yaml") == after
    assert format_text(after, BootstrapFile, "bootstrap.yaml") == after


def test_mappings_in_a_list() -> None:
    before, after = (
        f"tables:\n  t:\n    columns: {{id: int}}\n    indexes:\n      i:\n{index}"
        for index in (
            "        unique: true\n        columns:\n"
            "          - descending: true\n            # of column\n            column: id\n"
            "          # last\n          - id\n",
            "        columns:\n"
            "            # of column\n          - column: id\n            descending: true\n"
            "          # last\n          - id\n"
            "        unique: true\n",
        )
    )
    assert format_text(before, SchemaFile, "t.yaml") == after


def digests(directory: Path) -> dict[str | None, str]:
    """What a declaration means, in each environment."""
    return {name: load(directory, name).digest for name in (None, *manifest(directory).environments)}


@pytest.mark.parametrize("source", DECLARATIONS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_meaning_and_no_comment_is_lost(source: Path, tmp_path: Path) -> None:
    directory = tmp_path / source.name  # the name of a declaration is that of its folder, where it has none
    shutil.copytree(source, directory)
    try:
        before = digests(directory)
    except DeclarationError:
        before = {}  # what is wrong on purpose
    comments = comments_in(directory)
    db_bootstrap("fmt", "--dir", directory).ended(0)
    assert comments_in(directory) == comments
    assert not before or digests(directory) == before
    db_bootstrap("fmt", "--check", "--dir", directory).ended(0)


def comments_in(directory: Path) -> Counter[str]:
    """Every line with a comment; where it is indented to does not count."""
    files = (*directory.rglob("*.yaml"), *directory.rglob("*.yml"))
    return Counter(
        line.partition("#")[2] for path in files for line in path.read_text("utf-8").splitlines() if "#" in line
    )


def test_check_names_the_files_and_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "good", "mysql", {})
    write(tmp_path / "bad", "mysql", {"schema/t.yaml": BEFORE, "environments/dev.yaml": "variables: {}\n"})
    outcome = db_bootstrap("fmt", "--check", "--dir", tmp_path / "good", "--dir", tmp_path / "bad").ended(1)
    assert outcome.out == f"{tmp_path}/bad/schema/t.yaml: not formatted\n4 files, 1 not formatted\n"
    assert (tmp_path / "bad/schema/t.yaml").read_text() == BEFORE
    data = db_bootstrap("fmt", "--dir", tmp_path / "bad", "--format", "json").ended(0).data
    assert data == {
        "format_version": 1, "files": 3, "different": [f"{tmp_path}/bad/schema/t.yaml"], "written": True
    }  # fmt: skip
    assert (tmp_path / "bad/schema/t.yaml").read_text() == AFTER


def test_a_file_that_is_no_yaml_is_named_and_no_file_is_written(tmp_path: Path) -> None:
    write(tmp_path, "mysql", {"schema/a.yaml": BEFORE, "schema/b.yaml": "tables: [\n"})
    assert "schema/b.yaml:2: " in db_bootstrap("fmt", "--dir", tmp_path).refused(1)
    assert (tmp_path / "schema/a.yaml").read_text() == BEFORE


def test_a_new_project_is_formatted(tmp_path: Path) -> None:
    for engine in ("postgresql", "mysql"):
        db_bootstrap("init", tmp_path / engine, "--engine", engine).ended(0)
        db_bootstrap("fmt", "--check", "--dir", tmp_path / engine).ended(0)
