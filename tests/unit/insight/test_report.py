"""The page of a report, of few tables and of many: everything is there once, and no text is taken for markup."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from importlib.resources import files

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.code import Trigger, View
from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.insight.compare.compare import compare, sides_of
from bootstrap.insight.report.anchors import anchor, anchor_of
from bootstrap.insight.report.diagram import HEAD, WIDTH, draw
from bootstrap.insight.report.graph import LARGEST, References
from bootstrap.insight.report.model import Environment, Gap, Part, Report
from bootstrap.insight.report.objects import entries_of
from bootstrap.insight.report.page import render
from bootstrap.insight.report.timeline import timeline
from bootstrap.insight.snapshot.model import RunRecord
from bootstrap.redact import remember
from bootstrap.run.records import Outcome
from tests.insight.pages import Page, page_of
from tests.unit.insight.shops import NOW, snapshot, table, tables

BYTES = 2_000_000


def report(*contents: list[Table]) -> Report:
    """A report of staging, production … with these tables."""
    names = ("staging", "production", "recovery")
    sides = sides_of([(name, snapshot(name, items)) for name, items in zip(names, contents, strict=False)])
    return Report(
        title="shop",
        made_at=NOW,
        tool_version="1",
        environments=tuple(Environment(label=side.label, side=side) for side in sides),
        comparison=compare(sides) if len(sides) > 1 else None,
    )


def page(*contents: list[Table]) -> Page:
    found = page_of(render(report(*contents)))
    found.is_safe()
    return found


@pytest.mark.parametrize("number", [0, 1, 5, 500])
def test_every_table_is_there_whatever_differs(number: int) -> None:
    items = tables(number)
    changed = [replace(item, columns=(*item.columns, Column(name="late", type="text"))) for item in items[:1]]
    found = page(items, [*changed, *items[1:]])
    assert {anchor_of(item.ref) for item in items} <= found.ids
    assert len(found.text.encode()) < BYTES
    assert ("1 difference from staging" in found.words) is (number > 0)
    if number:
        body = " ".join(found.element(anchor_of(items[0].ref)).itertext())
        assert "In staging:" in body
        assert "late" in body


def test_a_table_that_is_alike_has_one_definition() -> None:
    items = tables(3)
    found = page(items, items, items)
    body = " ".join(found.element(anchor_of(items[1].ref)).itertext())
    assert body.count("table_0001_pkey") == 1
    assert "No differences: staging, production, recovery are alike." in found.words


def test_a_table_that_is_missing_is_named_as_missing() -> None:
    found = page(tables(4), tables(3))
    assert "Missing in production." in " ".join(found.element("table-public.table_0003").itertext())


@pytest.mark.parametrize("number", [3, 60, 500])
def test_pictures_have_every_referring_table_once_and_nothing_overlaps(number: int) -> None:
    references = References(tables(number))
    groups = references.groups()
    shown = [ref for group in groups for ref in group.tables]
    assert len(shown) == len(set(shown))
    assert set(shown) == {ref for ref in references.tables if references.neighbours(ref)}
    for group in groups:
        assert len(group.tables) <= LARGEST
        drawn = draw(group, references)
        for one, other in itertools.combinations(drawn.boxes, 2):
            apart = abs(one.x - other.x) >= WIDTH or one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart, (one, other)
        for box in drawn.boxes:
            assert 0 <= box.x <= drawn.width - WIDTH
            assert 0 <= box.y <= drawn.height - HEAD


def test_pictures_are_the_same_each_time() -> None:
    assert render(report(tables(60))) == render(report(list(reversed(tables(60)))))


def test_tables_that_refer_in_a_circle_and_to_themselves() -> None:
    ring = [table(0, 2, 0), table(1, 0), table(2, 1)]
    references = References(ring)
    [group] = references.groups()
    assert len(draw(group, references).edges) == 3
    page(ring, ring[:2])


def test_anchors_are_stable_and_of_one_name_each() -> None:
    assert anchor_of(Ref(Kind.TABLE, "public", "orders")) == "table-public.orders"
    assert anchor_of(Ref(Kind.MATERIALIZED_VIEW, "public", "a b")) == "materialized-view-public.a:20:b"
    names = [("a.b", "c"), ("a", "b.c"), ("a b", "c"), ("a:20:b", "c"), ("A", "c"), ("a", "c"), ("ä", "c"), ("", "a.c")]
    assert len({anchor(*name) for name in names}) == len(names)


def test_a_secret_in_the_structure_is_not_on_the_page() -> None:
    remember('p<a&s"s word')
    secret = replace(table(0), comment='made with p<a&s"s word')
    assert "word" not in render(report([secret]))


def test_what_could_not_be_read_is_named_and_decides_the_exit_code() -> None:
    def missing(*codes: int) -> Report:
        gaps = [Gap(part=Part.ENVIRONMENT, message="no <answer>", exit_code=code) for code in codes]
        return replace(report(), environments=tuple(Environment(label="a&b", gaps=(gap,)) for gap in gaps))

    assert "Not read: a&b." in page_of(render(missing(5))).words
    assert "no <answer>" in page_of(render(missing(5))).words
    assert [missing(*codes).exit_code for codes in ((), (5, 5), (5, 1), (3, 5))] == [0, 5, 1, 3]


def test_runs_stand_in_their_order_on_the_line() -> None:
    runs = tuple(
        RunRecord(id=number, action="apply", outcome=outcome, started_at=NOW.replace(day=number))
        for number, outcome in ((20, Outcome.APPLIED), (9, Outcome.FAILED), (2, Outcome.UNCHANGED))
    )
    found = timeline([Environment(label="staging", runs=runs), Environment(label="production")])
    assert found is not None
    assert len(found.lanes) == 1
    assert [mark.kind for mark in found.marks] == ["same", "bad", "good"]
    assert [mark.x for mark in found.marks] == sorted(mark.x for mark in found.marks)
    assert timeline([Environment(label="staging")]) is None


def test_what_belongs_to_a_view_is_shown_with_the_view() -> None:
    view = View(schema="public", name="recent", definition="SELECT 1")
    triggers = [
        Trigger(schema="public", table="recent", name=name, timing="instead of", events=("insert",), function="f")
        for name in ("one", "two")
    ]
    catalog = Catalog(objects={view.ref: view, **{item.ref: item for item in triggers}})
    [entry] = entries_of(sides_of([("staging", replace(snapshot("staging", []), catalog=catalog))]))
    assert entry.variants[0].belongings == tuple(triggers)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_every_text_can_be_read_on_its_ground(scheme: str) -> None:
    """Contrast as WCAG 2 computes it, at least 4.5 (AA); of lines that mean something at least 3."""
    style = files("bootstrap.insight.report").joinpath("templates", "page.css").read_text(encoding="utf-8")
    light, dark, printed = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    text = {"light": light, "dark": light + dark, "print": light + printed}[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", text))
    for name in ("ink", "soft", "link", "mark", "bad", "good"):
        for ground in ("page", "paper", "faint"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    for name in ("mark", "bad", "good"):
        assert contrast(colours[name], colours[f"{name}-paper"]) >= 4.5, name
    assert contrast(colours["ink"], colours["mark-paper"]) >= 4.5
    assert contrast(colours["soft"], colours["mark-paper"]) >= 4.5
    assert min(contrast(colours["edge"], colours[ground]) for ground in ("paper", "faint")) >= 3


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
