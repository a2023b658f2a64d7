"""Shell completion, as bash itself asks for it."""

from __future__ import annotations

import os
import pty
import select
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class

from bootstrap.cli.completion import joined
from bootstrap.cli.program import cli
from tests.cli.command import db_bootstrap, write

PATH = f"{Path(sys.executable).parent}:/usr/bin:/bin"
DEADLINE = 180.0

# What bash puts into COMP_WORDS for a line, and what it is to offer.
LINES = {
    ("pla",): ["plan"],
    ("plan", "pro"): ["production"],
    ("plan", ""): ["dev", "production", "staging"],
    ("plan", "--dir", "other", ""): ["live"],
    ("plan", "--dir", "=", "other", ""): ["live"],
    ("plan", "--url", "postgresql", ":", "//me", "@", "host/db", "--form"): ["--format"],
    ("plan", "--format", "j"): ["json"],
    ("plan", "--format", "=", "j"): ["json"],
    ("plan", "--format", "="): ["text", "json"],
    ("plan", "dev", ""): [],
    ("plan", "--dir", "broken", ""): [],
    ("plan", "--dir", "nowhere", ""): [],
    ("plan", "--dir", "valueless", ""): ["live"],
    ("lint", "st"): ["staging"],
    ("lint", "--dir", ".", "--dir", "other", ""): ["dev", "live", "production", "staging"],
    ("compare", "dev", "stag"): ["staging"],
    ("report", "dev", "stag"): ["staging"],
    ("models", "stag"): ["staging"],
    ("diagnose", "--env", "stag"): ["staging"],
    ("completion", "f"): ["fish"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Declarations that are whole, unfinished, and not there."""
    overlays: dict[str, str | bytes] = {f"environments/{name}.yaml": "" for name in ("dev", "staging", "production")}
    write(tmp_path, "postgresql", overlays)
    write(tmp_path / "other", "mysql", {"environments/live.yaml": ""})
    write(tmp_path / "broken", "mysql", {"environments/live.yaml": "", "bootstrap.yaml": "version: [\n"})
    valueless = "version: 1\nengine: mysql\nvariables: {region: null}\n"
    write(tmp_path / "valueless", "mysql", {"environments/live.yaml": "", "bootstrap.yaml": valueless})
    return tmp_path


def test_bash_offers_commands_options_and_environments(folder: Path) -> None:
    script = ['eval "$(db-bootstrap completion bash)"', "complete -p db-bootstrap"]
    for words in LINES:
        script += [
            f"COMP_WORDS=({shlex.join(['db-bootstrap', *words])}); COMP_CWORD={len(words)}; COMPREPLY=()",
            "_db_bootstrap_completion db-bootstrap",
            'echo "offered: ${COMPREPLY[*]}"',
        ]
    done = subprocess.run(
        ["bash", "--norc", "-c", "\n".join(script)],
        cwd=folder, env={"PATH": PATH}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    registered, *offered = done.stdout.splitlines()
    assert registered == "complete -o nosort -F _db_bootstrap_completion db-bootstrap"
    assert dict(zip(LINES, offered, strict=True)) == {
        words: f"offered: {' '.join(expected)}" for words, expected in LINES.items()
    }


@pytest.mark.parametrize(
    ("typed", "seen"), [("plan pro", "plan production"), ("plan --dir=other li", "plan --dir=other live")]
)
def test_a_line_that_is_typed_is_completed(folder: Path, typed: str, seen: str) -> None:
    """In an interactive bash, which cuts the line into words itself."""
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        ["bash", "--norc", "-i"], stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
        cwd=folder, env={"PATH": PATH, "TERM": "dumb"},
    )  # fmt: skip
    os.close(inside)
    try:
        os.write(
            terminal,
            b'bind "set enable-bracketed-paste off"; eval "$(db-bootstrap completion bash)"; echo "re"gistered\n',
        )
        read_until(terminal, b"registered\r\n")
        os.write(terminal, f"db-bootstrap {typed}\t".encode())
        read_until(terminal, f"db-bootstrap {seen}".encode())
        os.write(terminal, b"\x15exit\n")  # the line is given up
    finally:
        os.close(terminal)  # ends the shell
        process.wait(DEADLINE)


def read_until(terminal: int, wanted: bytes) -> None:
    """Read what the terminal shows until it shows this."""
    shown, end = b"", time.monotonic() + DEADLINE
    while wanted not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 65536)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_the_one_of_click(shell: str) -> None:
    made = get_completion_class(shell)
    assert made is not None
    expected = made(cli, {}, "db-bootstrap", "_DB_BOOTSTRAP_COMPLETE").source()
    assert db_bootstrap("completion", shell).ended(0).out == expected


def test_a_shell_that_is_not_known() -> None:
    assert "'bash', 'zsh', 'fish'" in db_bootstrap("completion", "powershel").ended(1).err


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        (["a", "=", "b", "c"], ["a=b", "c"]),
        (["a", "="], ["a="]),
        (["m", ":", "//u", "@", "h", ":", "1", ""], ["m://u@h:1", ""]),
        (["=", "a"], ["=a"]),
        ([""], [""]),
    ],
)
def test_words_that_bash_has_cut(pieces: list[str], words: list[str]) -> None:
    assert joined(pieces) == words
