"""What the GitHub Action does: check, plan, one comment on the pull request, the job summary, SARIF, outputs.

It runs db-bootstrap as a program, with the inputs of action.yml in the environment: DIRECTORIES, ENVIRONMENTS,
SNAPSHOTS, SCRATCH_URL, COMMENT. What it needs of GitHub are the documented variables of a workflow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from comment import CommentError, pull_request

PENDING = 2  # exit code of plan --detailed-exitcode
REFUSED = 3


@dataclass
class Findings:
    """What all commands said, and the exit code of the first that failed."""

    parts: list[str] = field(default_factory=list)
    hazards: list[str] = field(default_factory=list)
    changed: bool = False
    refused: bool = False
    code: int = 0

    def failed(self, code: int) -> None:
        """Keep the code of the first failure; a refusal is one."""
        self.code = self.code or code
        self.refused |= code == REFUSED


def main() -> int:
    """Check every declaration, plan every environment that is named, and report."""
    work = Path(os.environ.get("RUNNER_TEMP", ".")) / "db-bootstrap-reports"
    work.mkdir(parents=True, exist_ok=True)
    directories = os.environ["DIRECTORIES"].split()
    if not directories:
        sys.stdout.write("::error::directories is empty: name the folders that hold a bootstrap.yaml\n")
        return 1
    findings = Findings()
    reports = []
    for number, directory in enumerate(directories):
        reports.append(work / f"{number}.sarif")
        check(directory, reports[-1], findings)
        for environment in os.environ.get("ENVIRONMENTS", "").split():
            plan(directory, environment, work / f"{number}-{environment}.json", findings)
    sarif = work / "db-bootstrap.sarif"
    merge(reports, sarif)
    publish(findings, sarif)
    return findings.code


def check(directory: str, sarif: Path, findings: Findings) -> None:
    """Check one declaration: annotations in the log, Markdown for people, SARIF for code scanning."""
    markdown = sarif.with_suffix(".md")
    options = ["--format", "github", "--write", f"markdown={markdown}", "--write", f"sarif={sarif}"]
    for option, variable in (("--snapshots", "SNAPSHOTS"), ("--scratch-url", "SCRATCH_URL")):
        if os.environ.get(variable):
            options += [option, os.environ[variable]]
    done = _run("check", "--dir", directory, *options)
    sys.stdout.write(done.stdout)
    if done.returncode:
        findings.failed(done.returncode)
    said = markdown.read_text(encoding="utf-8") if markdown.exists() else _fenced(done.stderr, "text")
    findings.parts.append(f"## `{directory}`\n\n{said}")


def plan(directory: str, environment: str, out: Path, findings: Findings) -> None:
    """Plan one environment; the plan is kept in a file that `apply --plan` takes."""
    done = _run("plan", environment, "--dir", directory, "--detailed-exitcode", "--out", str(out))
    title = f"### Plan for {environment}"
    if done.returncode not in (0, PENDING):
        findings.failed(done.returncode)
        findings.parts.append(f"{title}\n\n{_fenced(done.stderr, 'text')}")
        sys.stdout.write(f"::error title=db-bootstrap plan {environment}::{_escaped(done.stderr.strip())}\n")
        return
    data = json.loads(out.read_text(encoding="utf-8"))
    findings.changed |= done.returncode == PENDING
    findings.hazards += [f"{environment}: {permission}" for permission in data["refused"]]
    if data["refused"] or data["undecided"]:
        findings.failed(REFUSED)
    folded = f"<details><summary>Plan</summary>\n\n{_fenced(done.stdout, 'sql')}\n\n</details>"
    findings.parts.append(f"{title}\n\n{data['summary']}\n\n{folded}")


def merge(reports: list[Path], into: Path) -> None:
    """Write one SARIF file with the runs' results in one run: code scanning takes no two of one tool."""
    logs = [json.loads(path.read_text(encoding="utf-8")) for path in reports if path.exists()]
    if logs:
        for log in logs[1:]:
            logs[0]["runs"][0]["results"] += log["runs"][0]["results"]
        into.write_text(json.dumps(logs[0]), encoding="utf-8")


def publish(findings: Findings, sarif: Path) -> None:
    """Write job summary, comment and outputs."""
    text = "\n\n".join(findings.parts) + "\n"
    _append("GITHUB_STEP_SUMMARY", text)
    address = ""
    request = pull_request() if os.environ.get("COMMENT", "true") == "true" else None
    if request is not None:
        try:
            address = request.put(" ".join(os.environ["DIRECTORIES"].split()), text)
        except CommentError as error:  # the job summary says the same
            sys.stdout.write(f"::warning title=db-bootstrap::no comment was written: {_escaped(str(error))}\n")
    outputs = {
        "changed": str(findings.changed).lower(),
        "refused": str(findings.refused).lower(),
        "hazards": json.dumps(findings.hazards),
        "sarif": str(sarif) if sarif.exists() else "",
        "plans": str(sarif.parent),
        "comment": address,
        "exit-code": str(findings.code),
    }
    _append("GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bootstrap", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own program
    sys.stderr.write(done.stderr)
    return done


def _append(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123  # GitHub's own file
            file.write(text)


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in text.split() if set(run) == {"`"}), default=0))
    return f"{fence}{language}\n{text.strip()}\n{fence}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main())
