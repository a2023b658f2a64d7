"""What the writer writes, the loader reads back: the same catalog, whatever is in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap.catalog.catalog import Catalog
from bootstrap.declaration.load import load_files
from bootstrap.declaration.writer import WriteSettings, render
from bootstrap.declaration.writer.reduce import reduced
from tests.unit.declaration.strategies.catalogs import catalogs

NOBODY = WriteSettings(owner="\N{SNOWMAN}")
many = settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


def assert_same(written: Catalog, engine: str) -> None:
    """Write, load and compare, object by object, so that a failure shows what differs."""
    files = render(written, engine, settings=NOBODY)
    found = load_files(files).catalog
    wanted = reduced(written, engine, owner=NOBODY.owner)
    for ref in sorted(wanted.objects.keys() | found.objects.keys()):
        assert found.objects.get(ref) == wanted.objects.get(ref), files
    assert found.grants == wanted.grants
    assert found.default_privileges == wanted.default_privileges
    assert reduced(wanted, engine, owner=NOBODY.owner) == wanted


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_what_is_written_reads_back(engine: str) -> None:
    @many
    @given(catalogs(engine))
    def check(catalog: Catalog) -> None:
        assert_same(catalog, engine)

    check()


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_writing_is_stable(engine: str) -> None:
    @settings(max_examples=6, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(catalogs(engine), st.randoms())
    def check(catalog: Catalog, random: Any) -> None:
        shuffled = list(catalog.objects.items())
        random.shuffle(shuffled)
        again = replace(catalog, objects=dict(shuffled))
        assert render(catalog, engine) == render(again, engine)

    check()
