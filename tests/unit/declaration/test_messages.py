"""Messages for common mistakes: each says how to write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bootstrap.cli.program import cli
from tests.unit.declaration.reading import TABLE, problems


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ({"bootstrap_yaml": "version: 1\nengine: mariadb\n"}, "write mysql, which is MySQL and MariaDB"),
        ({"bootstrap_yaml": "version: 1\nengine: postgres\n"}, "engine is postgres: write postgresql"),
        ({"environments__dev_yaml": "tables: {}"}, "in every environment: move it to a file under schema/"),
        ({"environments__dev_yaml": "views: {}"}, "structure is the same in every environment"),
        ({"schema__b_yaml": "seeds: {}"}, "move it to a file under seeds/"),
        ({"schema__b_yaml": "target: {}"}, "move it to environments/NAME.yaml"),
        ({"environments__dev_yaml": "policy: {deadline: 10m}"}, 'deadline: "10m" is not a time: write 10min'),
        ({"environments__dev_yaml": "policy: {deadline: 90 seconds}"}, "write 90s"),
        ({"environments__dev_yaml": "policy: {deadline: soon}"}, "write a whole number with its unit"),
        ({"schema__b_yaml": "tables:\n\tu: {}\n"}, "a tab in the indentation"),
        ({"steps__0001_a_sql": "SELECT 1;\nDROP INDEX CONCURRENTLY i;"}, "steps/0001_a.sql:2: DROP INDEX CONCURRENTLY"),
        ({"steps__0001_a_sql": "VACUUM t;"}, "write -- transaction: off at the top"),
    ],
)  # fmt: skip
def test_a_common_mistake(contents: dict[str, str], expected: str) -> None:
    found = problems("postgresql", "dev", **{"schema__a_yaml": TABLE, "environments__dev_yaml": "", **contents})
    assert any(expected in problem for problem in found), found


def said(*arguments: str) -> str:
    return str(CliRunner().invoke(cli, [*arguments], standalone_mode=False).exception)


def test_what_is_wrong_with_a_directory_is_said_before_anything_is_read(tmp_path: Path) -> None:
    missing = str(tmp_path / "nope")
    assert said("plan", "--dir", missing) == f"{missing}: does not exist: name the declaration's directory with --dir"
    (tmp_path / "loop").symlink_to(tmp_path)
    assert said("lint", "--dir", str(tmp_path)).startswith(f"{tmp_path}: no bootstrap.yaml here: ")


def test_an_environment_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "bootstrap.yaml").write_text("version: 1\nengine: mysql\n")
    (tmp_path / "environments/production.yaml").write_text("")
    assert said("plan", "prod", "--dir", str(tmp_path)).endswith("did you mean production?")
    assert "name one (production)" in said("plan", "--dir", str(tmp_path))
