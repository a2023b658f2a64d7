"""A schema with every kind of object becomes a page: nothing is left out, and its texts stay texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.catalog.ref import Kind
from bootstrap.insight.report.anchors import anchor_of
from bootstrap.insight.report.objects import home_of
from bootstrap.insight.report.page import render
from bootstrap.insight.report.words import code_of
from bootstrap.service.report import report
from bootstrap.service.work import Request
from tests.conftest import fresh_database, shared_server, with_routines
from tests.insight.pages import page_of
from tests.versions.schemas import mysql, postgresql


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_every_kind_of_object_is_on_the_page(kind: str, tmp_path: Path) -> None:
    server = shared_server(with_routines(kind)).as_master
    with fresh_database(server) as url:
        name = url.partition("?")[0].rpartition("/")[2]
        if kind == "postgresql":
            scripts: tuple[str, ...] = (postgresql(15, extensions=True, icu=True)[0],)
        else:
            scripts = mysql(sequences=True)[0]
        for script in scripts:
            server.execute(script, name)
        found = report([url], tmp_path, Request())
    assert found.exit_code == 0
    page = page_of(render(found))
    page.is_safe()
    catalog = found.sides[0].snapshot.catalog
    assert len({ref.kind for ref in catalog.objects}) > 4
    for ref, item in catalog.objects.items():
        if ref.kind is Kind.ROLE:
            continue
        home = home_of(ref, catalog.objects)
        text = " ".join(" ".join(page.element(anchor_of(home)).itertext()).split())
        assert home == ref or ref.name in text
        assert " ".join(code_of(item).split()) in text
        assert "object at 0x" not in text
        for noise in ("Part(", "Options(", "Ref(", "Column(", "None"):
            assert noise not in text, (ref, text)
