"""docs/json.md: the closed vocabularies and the fields are those of the code."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.cli.many.outcome import Ending, Outcome
from bootstrap.cli.many.targets import many_answer
from bootstrap.findings import Check, State
from bootstrap.insight.check.model import Level, Rule
from bootstrap.insight.compare.model import Difference, Health, Reason, Section
from bootstrap.insight.compare.promote import Obstacle
from bootstrap.insight.health import Status
from bootstrap.insight.models.faults import Aspect, Fault, FaultKind
from bootstrap.insight.models.findings import Fit, Role, Surroundings, Verdict, findings
from bootstrap.insight.report.model import Environment as Reported
from bootstrap.insight.report.model import Gap as Missing
from bootstrap.insight.report.model import Part, Report
from bootstrap.insight.snapshot.model import Snapshot, StepProgress
from bootstrap.plan.block import Blocked, Work
from bootstrap.problems import ErrorKind
from bootstrap.run.chain import Break
from bootstrap.service.models import ModelsReport

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
VOCABULARIES: dict[str, type[StrEnum]] = {
    "progress": StepProgress,
    "section": Section,
    "difference": Difference,
    "reason": Reason,
    "health": Health,
    "obstacle": Obstacle,
    "part": Part,
    "rule": Rule,
    "level": Level,
    "check": Check,
    "kind": Break,
    "state": State,
    "release": Role,
    "verdict": Verdict,
    "finding": FaultKind,
    "aspect": Aspect,
    "fit": Fit,
    "status": Status,
    "blocked": Blocked,
    "work": Work,
    "outcome": Outcome,
    "error": ErrorKind,
}


def names(text: str) -> list[str]:
    return re.findall(r"`(\w+)`", text)


def rows(heading: str) -> list[tuple[str, str]]:
    """The rows of the table below a heading."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [(line.split("|")[1], line.split("|", 2)[2]) for line in lines]


@pytest.mark.parametrize(("field", "vocabulary"), VOCABULARIES.items())
def test_a_vocabulary_is_the_one_given(field: str, vocabulary: type[StrEnum]) -> None:
    given = {names(key)[0]: names(values) for key, values in rows("Vocabularies")}
    assert given[field] == [item.value for item in vocabulary]


def test_every_vocabulary_on_the_page_is_held() -> None:
    assert [names(key)[0] for key, _ in rows("Vocabularies")] == list(VOCABULARIES)


def test_the_fields_of_models() -> None:
    """Those of a finding are given in the row of `findings`, with those of their parts."""
    nowhere = Surroundings(
        environment="", apply="", locate=lambda _: "", source="", models={}, is_dropped=lambda _: False,
        yaml=lambda _: "",
    )  # fmt: skip
    fault = Fault(kind=FaultKind.MISSING, ref=Ref(Kind.TABLE, "", "t"), aspect=Aspect.EXISTENCE, expected="")
    [finding] = findings(Role.CURRENT, [fault], None, nowhere)
    described = {name for key, text in rows("What models prints") if "findings" in key for name in names(text)}
    assert described == {*finding.data, *finding.data["declared"], *finding.data["where"]}
    report = ModelsReport(target="", sources={}, findings=())
    assert {name for key, _ in rows("What models prints") for name in names(key)} == set(report.data)


def test_the_fields_of_many_targets() -> None:
    data = many_answer("apply", "dev", [Ending(name="a", outcome=Outcome.DONE, code=0, seconds=1.0)]).data
    assert {name for key, _ in rows("What --targets prints") for name in names(key)} == set(data)
    [described] = [text for key, text in rows("What --targets prints") if "targets" in key]
    assert set(names(described)) - {"done"} == set(data["targets"][0])


def test_the_fields_of_a_report() -> None:
    gap = Missing(part=Part.PLAN, message="", exit_code=1)
    made = Report(title="", made_at=datetime.now(UTC), tool_version="", environments=(Reported(label="", gaps=(gap,)),))
    data = made.data("report.html")
    [environment] = data["environments"]
    assert {name for key, _ in rows("What report prints") for name in names(key)} == set(data)
    described = {name for key, text in rows("What report prints") if "environments" in key for name in names(text)}
    assert described == {*environment, *environment["gaps"][0]}


def test_the_fields_of_a_snapshot() -> None:
    described = {name for key, _ in rows("A snapshot file") for name in names(key)}
    assert described == {"format_version", *(field.name for field in fields(Snapshot))}
