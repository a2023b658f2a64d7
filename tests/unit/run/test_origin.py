from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from bootstrap.run.origin import find_origin
from bootstrap.run.records import printable


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_outside_of_everything(tmp_path: Path) -> None:
    origin = find_origin({}, tmp_path)
    assert (origin.principal, origin.source, origin.git_revision) == ("", "", "")
    assert origin.host == socket.gethostname()
    assert origin.os_user


def test_the_revision_of_the_declarations_working_copy(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "bootstrap.yaml").write_text("version: 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    revision = git(tmp_path, "rev-parse", "HEAD")
    assert find_origin({}, tmp_path).git_revision == revision
    (tmp_path / "bootstrap.yaml").write_text("version: 2\n")
    assert find_origin({}, tmp_path).git_revision == f"{revision}-dirty"
    assert find_origin({"DB_BOOTSTRAP_GIT_REVISION": "given"}, tmp_path).git_revision == "given"


def test_ci_systems_and_lambda() -> None:
    github = {
        "GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "alice", "GITHUB_SHA": "abc", "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop",
    }  # fmt: skip
    found = find_origin(github)
    assert (found.principal, found.git_revision) == ("alice", "abc")
    assert found.source == "https://github.com/acme/shop/actions/runs/7"
    gitlab = find_origin({"GITLAB_CI": "true", "GITLAB_USER_LOGIN": "bob", "CI_JOB_URL": "u", "CI_COMMIT_SHA": "s"})
    assert (gitlab.principal, gitlab.source, gitlab.git_revision) == ("bob", "u", "s")
    function = find_origin({"AWS_LAMBDA_FUNCTION_NAME": "bootstrap", "AWS_LAMBDA_LOG_STREAM_NAME": "2026/x"})
    assert (function.principal, function.source) == ("lambda bootstrap", "2026/x")


def test_git_gets_no_secret_and_runs_no_monitor(tmp_path: Path) -> None:
    monitor, seen = tmp_path / "monitor", tmp_path / "seen"
    monitor.write_text(f"#!/bin/sh\nenv > {seen}\n")
    monitor.chmod(0o755)
    repository = tmp_path / "declaration"
    repository.mkdir()
    git(repository, "init", "-q")
    git(repository, "commit", "-q", "--allow-empty", "-m", "first")
    git(repository, "config", "core.fsmonitor", str(monitor))
    assert find_origin({}, repository).git_revision
    assert not seen.exists()


def test_what_is_noted_down_can_be_kept_and_shown() -> None:
    assert printable("j\udcfcrgen") == "j\ufffdrgen"
    assert printable("a\x1b[31m\nb") == "a [31m b"
