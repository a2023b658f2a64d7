"""Arguments of the command line: an option that is given twice is honoured twice or refused, never half-heard."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bootstrap.cli.command import Command
from bootstrap.cli.plain import plain_arguments
from bootstrap.cli.program import cli
from tests.cli.command import db_bootstrap

SINGLE = [
    (name, option)
    for name, command in sorted(cli.commands.items())
    for option in command.params
    if isinstance(option, click.Option) and not option.multiple and not (option.is_flag and not option.secondary_opts)
]
REPEATABLE = {"--snapshot", "--allow", "--import", "--dir", "--env", "--ignore", "--schema", "--table", "--write"}


@pytest.mark.parametrize(("command", "option"), SINGLE, ids=lambda value: str(getattr(value, "name", value)))
def test_an_option_with_one_value_is_refused_where_it_is_given_twice(command: str, option: click.Option) -> None:
    first, second = option.opts[0], option.opts[-1]
    one, other = option.type.choices[:2] if isinstance(option.type, click.Choice) else ("1", "2")
    for arguments in ([first, one, second, other], [f"{first}={one}", f"{second}={other}"], [first, one, second, one]):
        done = CliRunner().invoke(cli, [command, *arguments])
        assert done.exit_code == 2
        assert f"{first} is given 2 times: give it once" in done.output


def test_every_command_holds_to_it_and_what_may_be_repeated_is_known() -> None:
    assert all(isinstance(command, Command) for command in cli.commands.values())
    several = {
        option.opts[0] for command in cli.commands.values() for option in command.params
        if isinstance(option, click.Option) and option.multiple
    }  # fmt: skip
    assert several <= REPEATABLE


@pytest.mark.parametrize("order", [("bad", "good"), ("good", "bad")])
def test_lint_looks_at_every_directory(tmp_path: Path, order: tuple[str, str]) -> None:
    for name, engine in (("good", "mysql"), ("bad", "nosql"), ("worse", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bootstrap.yaml").write_text(f"version: 1\nengine: {engine}\n")
    directories = [part for name in (*order, "worse") for part in ("--dir", str(tmp_path / name))]
    done = CliRunner().invoke(cli, ["lint", *directories], standalone_mode=False)
    found = str(done.exception)
    assert f"{tmp_path}/bad/bootstrap.yaml:2: " in found
    assert f"{tmp_path}/worse/bootstrap.yaml:2: " in found
    assert "good" not in found
    done = CliRunner().invoke(cli, ["lint", "--dir", str(tmp_path / "good"), "--dir", str(tmp_path / "good")])
    assert done.output.count("good: no problems") == 2


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("plna", 'unknown command "plna": did you mean "plan"?'),
        ("aply", 'did you mean "apply"?'),
        ("destroy", 'unknown command "destroy": commands: apply, '),
    ],
)
def test_a_misspelt_command_gets_a_suggestion(typed: str, answer: str) -> None:
    done = CliRunner().invoke(cli, [typed, "production"])
    assert done.exit_code == 2
    assert answer in done.output


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("plan --dri x", 'unknown option "--dri": did you mean "--dir"?'),
        ("apply dev --adopt", 'unknown option "--adopt": did you mean "--adopt-environment"?'),
        ("verify --exakt=1", 'unknown option "--exakt": did you mean "--exact"?'),
        ("lint --zzz", 'unknown option "--zzz": options: --dir, '),
        ("--versoin", 'unknown option "--versoin": did you mean "--version"?'),
    ],
)
def test_a_misspelt_option_gets_a_suggestion(typed: str, answer: str) -> None:
    done = CliRunner().invoke(cli, typed.split())
    assert done.exit_code == 2
    assert answer in done.output
    assert "Traceback" not in done.output


def test_both_options_print_the_version() -> None:
    assert CliRunner().invoke(cli, ["-V"]).output == CliRunner().invoke(cli, ["--version"]).output
    assert db_bootstrap("-V").ended(0).out == db_bootstrap("--version").ended(0).out


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_the_help_of_every_command_ends_with_examples_that_it_understands(name: str) -> None:
    command = cli.commands[name]
    assert isinstance(command, Command)
    assert command.examples
    shown = CliRunner().invoke(cli, [name, "--help"]).output
    assert shown.endswith("\nExamples:\n" + "".join(f"  {line}\n" for line in command.examples))
    for line in command.examples:
        called = line[line.index("db-bootstrap ") :].removesuffix(')"')  # of a pipe, or within $(…)
        _, typed, *arguments = shlex.split(called)
        assert typed == name
        if ">" in arguments:
            arguments = arguments[: arguments.index(">")]
        assert command.make_context(name, arguments)  # it is parsed, and nothing runs


PLAIN = (
    "dev", "--url u", "dev --dir d --format json", "dev --dir=d --url=postgresql://u@h/d?x=y", "--dir d dev",
    "dev --allow data_loss:t.c --allow all", "dev --scratch-url s", "dev --format=text",
)  # fmt: skip
NOT_PLAIN = (
    "", "--dir d", "dev --exact", "dev other", "dev --dir a --dir b", "dev --format xml", "dev --help", "-h",
    "dev --plan f", "dev --url", "dev --url=", "dev --dir --url u", "dev -- x", "dev --ur u", "dev -x",
    "dev --adopt-environment",
)  # fmt: skip


@pytest.mark.parametrize("words", PLAIN)
def test_plain_arguments_are_read_as_the_library_reads_them(words: str) -> None:
    command = cli.commands["apply"]
    wanted = command.make_context("apply", words.split()).params
    found = plain_arguments(words.split())
    assert found is not None
    assert {name: value for name, value in wanted.items() if value not in (None, False)} == {
        name: value for name, value in found.items() if value is not None
    } | {"permissions": wanted["permissions"]}


@pytest.mark.parametrize("words", NOT_PLAIN)
def test_other_arguments_are_left_to_the_library(words: str) -> None:
    assert plain_arguments(words.split()) is None
