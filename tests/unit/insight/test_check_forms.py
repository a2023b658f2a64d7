"""The forms of a check are what other tools read, whatever files, objects and messages are named."""

from __future__ import annotations

import itertools
import json
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from bootstrap.insight.check.forms import github, junit, sarif
from bootstrap.insight.check.model import CheckReport, Level, Remark, Rule

FILES = (("", 0), ("schema/orders.yaml", 0), ("schema/a b#c%?.yaml", 3), ("../Bücher/表.yaml", 1), ("/abs/x:y.yaml", 2))
TEXTS = (
    'column <b> & "it\'s"',
    "two\nlines",
    "a bell \x07, an escape \x1b[31m and \x00",
    "表 😀 \ufffe",
    "50%, ::error::",
)


def report(*remarks: Remark) -> CheckReport:
    return CheckReport(remarks=remarks)


EVERYTHING = report(
    *(
        Remark(rule=rule, level=level, message=text, environment=environment, file=file, line=line)
        for rule, level in itertools.product(Rule, Level)
        for text, environment in itertools.product(TEXTS, ("", "production"))
        for file, line in FILES
    )
)


@pytest.mark.parametrize("found", [report(), EVERYTHING], ids=["nothing", "everything"])
def test_sarif_is_what_its_schema_says(found: CheckReport) -> None:
    """The models were generated from the schema of SARIF 2.1.0, and forbid what that does not know."""
    SarifLog.model_validate_json(sarif(found))


def test_sarif_names_files_as_uris() -> None:
    results = json.loads(sarif(EVERYTHING))["runs"][0]["results"]
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in results
        if "locations" in result
    }
    assert not [uri for uri in uris if set(uri) & set(" #?%") - {"%"} or not uri.isascii()]
    assert {unquote(uri) for uri in uris} == {file for file, _ in FILES if file}


def test_junit_is_xml_and_counts_what_failed() -> None:
    root = ElementTree.fromstring(junit(EVERYTHING))  # noqa: S314  # our own output
    for suite in root:
        cases = list(suite)
        assert int(suite.get("tests", "")) == len(cases)
        assert int(suite.get("failures", "")) == sum(case.find("failure") is not None for case in cases)
    assert len(list(root.iter("failure"))) == len(EVERYTHING.errors)


def test_each_annotation_is_one_line() -> None:
    lines = github(EVERYTHING).split("\n")
    assert len(lines) == len(EVERYTHING.remarks)
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
