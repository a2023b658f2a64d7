"""The report as one HTML page that asks nothing of anybody: no request leaves it, and no text of a database is code.

Every text is escaped by the template engine, and goes through the redaction of secrets before that. The page's own
style and script are the only ones that its Content-Security-Policy lets run: their digests stand in it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.insight.compare.model import Section, run_in_words
from bootstrap.insight.report import diagram, sections, timeline, words
from bootstrap.insight.report.anchors import anchor, anchor_of
from bootstrap.insight.report.graph import References
from bootstrap.insight.report.model import Report
from bootstrap.insight.report.objects import Entry, entries_of, home_of
from bootstrap.redact import redact

_PACKAGE = "bootstrap.insight.report"
_FEW = 12  # tables that are all shown unfolded
_NEIGHBOURHOODS = 60  # pictures of changed tables
_AFTER_TABLES = (Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.FUNCTION, Kind.PROCEDURE, Kind.ENUM, Kind.DOMAIN)
_SECTIONS = {
    Section.STRUCTURE: "Structure",
    Section.ACCESS: "Roles and privileges",
    Section.STEPS: "Steps",
    Section.SEEDS: "Rows",
    Section.SERVER: "Server",
    Section.HEALTH: "Last run",
}


def render(report: Report) -> str:
    """Return the page."""
    entries = entries_of(report.sides)
    tables = [entry for entry in entries if entry.ref.kind is Kind.TABLE]
    references = References(item for entry in tables if isinstance(item := entry.variants[0].item, Table))
    changed = _changed(report, entries)
    pictured = [entry.ref for entry in tables if entry.ref in changed and references.neighbours(entry.ref)]
    style, script = _asset("page.css"), _asset("page.js")
    return _templates().get_template("page.html.j2").render(
        report=report,
        style=Markup(style),  # noqa: S704  # a file of ours
        script=Markup(script),  # noqa: S704  # as above
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none';"
        " form-action 'none'",
        labels=[side.label for side in report.sides],
        findings=sections.findings_by_environment(report),
        links=sections.links_of(entries),
        tables=tables,
        others=_by_kind(entries),
        changed=changed,
        references=references,
        privileges=sections.privilege_rows(report),
        groups=[diagram.draw(group, references) for group in references.groups()],
        neighbourhoods={
            ref: diagram.draw(references.around(ref), references, central=True) for ref in pictured[:_NEIGHBOURHOODS]
        },
        few=len(tables) <= _FEW,
        timeline=timeline.timeline(report.environments),
        settings=sections.setting_rows(report),
        steps=sections.step_rows(report),
        seeds=sections.seed_rows(report),
        checks=sections.check_rows(report),
    )  # fmt: skip


def _changed(report: Report, entries: list[Entry]) -> frozenset[Ref]:
    """What differs between environments, and what an apply would change."""
    known = {entry.ref for entry in entries}
    pending = (ref for item in report.environments if item.pending for ref in item.pending.changed)
    differing = (entry.ref for entry in entries if entry.differs)
    return frozenset([*differing, *(home_of(ref, known) for ref in pending)])


def _by_kind(entries: list[Entry]) -> dict[Kind, list[Entry]]:
    found: dict[Kind, list[Entry]] = {kind: [] for kind in _AFTER_TABLES if any(it.ref.kind is kind for it in entries)}
    for entry in entries:
        if entry.ref.kind is not Kind.TABLE:
            found.setdefault(entry.ref.kind, []).append(entry)
    return found


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        finalize=_without_secrets,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"anchor": anchor, "anchor_of": anchor_of, "lookup": _lookup}
    templates.globals |= {
        "words": words,
        "diagram": diagram,
        "line": timeline,
        "run_in_words": run_in_words,
        "section_names": _SECTIONS,
    }
    return templates


def _lookup(key: str, table: Mapping[str, str]) -> str | None:
    return table.get(key)


def _without_secrets(value: Any) -> Any:  # whatever a template shows
    return redact(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _asset(name: str) -> str:
    return files(_PACKAGE).joinpath("templates", name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
