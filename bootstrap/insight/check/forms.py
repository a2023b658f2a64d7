"""The report of a check as other tools read it: Markdown for a comment, SARIF, JUnit, GitHub annotations."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sized
from urllib.parse import quote
from xml.etree import ElementTree

from bootstrap import __version__
from bootstrap.insight.check.model import MEANINGS, CheckReport, EnvironmentCheck, Level, Remark, Rule

_GITHUB = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
# What XML 1.0 cannot hold in any spelling.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def text(report: CheckReport) -> str:
    """One line a remark, and one an environment."""
    lines = [f"{remark.level}: {remark.place}{remark.text}" for remark in report.remarks]
    return "\n".join([*lines, *(f"{item.environment}: {_summary(item)}" for item in report.environments)])


def _summary(item: EnvironmentCheck) -> str:
    parts = [_amount(item.statements, "statement") if item.compared else "structure not compared"]
    parts += [_amount(item.steps, "step")] if item.steps else []
    parts += [f"rows of {', '.join(item.seeds)}"] if item.seeds else []
    return ", ".join(parts)


def _amount(items: Sized, noun: str) -> str:
    return f"{len(items)} {noun}" if len(items) == 1 else f"{len(items)} {noun}s"


def markdown(report: CheckReport) -> str:
    """A comment: the answer first, then each environment with its SQL folded."""
    number = len(report.errors)
    answer = f"**{number} {'problem' if number == 1 else 'problems'}**" if number else "No problems."
    lines = ["### db-bootstrap check", "", answer, ""]
    shown = [remark for remark in report.remarks if remark.rule is not Rule.PENDING]
    if shown:
        lines += ["| level | environment | where | what |", "|---|---|---|---|"]
        lines += [_row(remark) for remark in shown]
        lines.append("")
    for item in report.environments:
        lines.append(f"**{item.environment}**: {_summary(item)}")
        if item.statements:
            fence = "`" * (3 + max(statement.count("`") for statement in item.statements))
            sql = (statement.rstrip(";") + ";" for statement in item.statements)
            lines += ["", "<details><summary>SQL</summary>", "", f"{fence}sql", *sql, fence, "", "</details>"]
        lines.append("")
    return "\n".join(lines).rstrip()


def _row(remark: Remark) -> str:
    place = _cell(remark.place.removesuffix(": "))
    return f"| {remark.level} | {remark.environment} | {place} | {_cell(remark.message)} |"


def _cell(content: str) -> str:
    escaped = content.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return "<br>".join(escaped.splitlines())


def sarif(report: CheckReport) -> str:
    """SARIF 2.1.0, each remark on its line of the declaration."""
    rules = [{"id": rule.value, "shortDescription": {"text": MEANINGS[rule]}} for rule in Rule]
    driver = {"name": "db-bootstrap", "version": __version__, "rules": rules}
    results = [_result(remark) for remark in report.remarks]
    return json.dumps(
        {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    )


def _result(remark: Remark) -> Mapping[str, object]:
    result: dict[str, object] = {
        "ruleId": remark.rule.value,
        "level": remark.level.value,
        "message": {"text": remark.text},
    }
    if remark.file:
        place: dict[str, object] = {"artifactLocation": {"uri": quote(remark.file)}}
        if remark.line:
            place["region"] = {"startLine": remark.line}
        result["locations"] = [{"physicalLocation": place}]
    return result


def junit(report: CheckReport) -> str:
    """One test suite for the declaration and one an environment; each error is a failure."""
    errors: dict[str, list[Remark]] = defaultdict(list)
    for remark in report.errors:
        errors[remark.environment].append(remark)
    root = ElementTree.Element("testsuites", name="db-bootstrap check")
    for name in dict.fromkeys(["", *(item.environment for item in report.environments), *errors]):
        suite = ElementTree.SubElement(root, "testsuite", name=name or "declaration")
        rules = [rule for rule in Rule if any(remark.rule is rule for remark in errors[name])]
        for rule in rules or [Rule.DECLARATION]:
            case = ElementTree.SubElement(suite, "testcase", classname=name or "declaration", name=rule.value)
            for remark in errors[name]:
                if remark.rule is rule:
                    text = _NO_XML.sub("\ufffd", f"{remark.place}{remark.text}")
                    ElementTree.SubElement(case, "failure", message=text, type=rule.value).text = text
        suite.set("tests", str(max(1, len(rules))))
        suite.set("failures", str(len(rules)))
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def github(report: CheckReport) -> str:
    """Workflow commands, which GitHub shows beside the lines of the pull request."""
    return "\n".join(_annotations(report))


def _annotations(report: CheckReport) -> Iterator[str]:
    for remark in report.remarks:
        properties = {"file": remark.file, "line": str(remark.line or ""), "title": f"db-bootstrap {remark.rule}"}
        given = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
        yield f"::{_GITHUB[remark.level]} {given}::{_escaped(remark.text)}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")


FORMS: Mapping[str, Callable[[CheckReport], str]] = {
    "text": text,
    "markdown": markdown,
    "sarif": sarif,
    "junit": junit,
    "github": github,
}
