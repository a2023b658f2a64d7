"""The digests of a declaration: what changes them, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bootstrap.declaration.load import load, load_files
from tests.unit.declaration.reading import files

ROOT = Path(__file__).parents[3]
# Mappings whose order is kept: that of rows is their lines', that of JSON values the author's.
ORDERED = {"rows", "j"}
FULL = """
enums: {mood: [sad, ok]}
tables:
  t:
    columns: {id: int, name: {type: text, default: "'x'"}, mood: mood}
    primary_key: [id]
    checks: {a: id > 0, b: id < 9}
    indexes: {i: [name], k: {columns: [mood, name], unique: true}}
    grants: {reader: [select, insert]}
views: {v: {definition: SELECT id FROM t, options: {security_barrier: true}}}
functions: {f(): {returns: int, language: sql, body: SELECT 1}}
roles: {reader: {login: false, connection_limit: 3}}
"""
SEEDS = "seeds: {t: {mode: upsert, rows: [{id: 1, name: one}, {id: 2}]}}"
CHECKS = "checks: {one: {query: SELECT true, message: m}, two: SELECT true}"
BASE = files(
    schema__a_yaml=FULL, seeds__s_yaml=SEEDS, checks_yaml=CHECKS, steps__0001_x_sql="SELECT 1;",
    environments__dev_yaml="variables: {x: '1'}", environments__prod_yaml="",
)  # fmt: skip


ZERO = b"variables: {x: '0'}"


def digests(contents: dict[str, bytes], environment: str | None = "dev") -> tuple[str, str]:
    found = load_files(contents, environment)
    return found.structure_digest, found.contents_digest


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    text = BASE[path].decode()
    assert old in text
    return {**BASE, path: text.replace(old, new).encode()}


def turned(value: Any, key: str = "") -> Any:
    """The same with every mapping in the opposite order."""
    if isinstance(value, dict):
        items = list(value.items())
        return {name: turned(item, name) for name, item in (items if key in ORDERED else reversed(items))}
    return [turned(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", ["schema/a.yaml", "seeds/s.yaml", "checks.yaml", "bootstrap.yaml"])
def test_comments_formatting_and_the_order_of_keys_say_nothing(path: str) -> None:
    text = BASE[path].decode()
    same = [f"# a comment\n\n{text}\n# another\n", yaml.safe_dump(turned(yaml.safe_load(text)))]
    assert [digests({**BASE, path: content.encode()}) for content in same] == [digests(BASE)] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"environments/prod.yaml": b"variables: {y: z}\nseeds: {t: {rows: [{id: 8}]}}"},
        {"environments/new.yaml": b""},
        {"environments/dev.yaml": b"target: {host: h, database: d, username: u}\npolicy: {deadline: 5min}"},
        {"notes.txt": b"x"},
        {"schema/a.yaml": b"{}", "schema/b.yaml": BASE["schema/a.yaml"]},
        {"schema/a.yaml": FULL.replace("a: id > 0", "a: 'id > ${x}'").encode(), "environments/dev.yaml": ZERO},
    ],
)  # fmt: skip
def test_other_environments_and_how_to_get_there_say_nothing(other: dict[str, bytes]) -> None:
    assert digests({**BASE, **other}) == digests({**BASE, "environments/dev.yaml": b""})


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("schema/a.yaml", "id < 9", "id < 10"),
        ("schema/a.yaml", "[sad, ok]", "[ok, sad]"),
        ("schema/a.yaml", "[mood, name]", "[name, mood]"),
        ("schema/a.yaml", "[select, insert]", "[select]"),
        ("schema/a.yaml", "connection_limit: 3", "connection_limit: 4"),
        ("schema/a.yaml", "body: SELECT 1", "body: SELECT 2"),
        ("schema/a.yaml", "id: int,", "id: bigint,"),
        ("bootstrap.yaml", "version", "scope: {tables: 't*'}\nversion"),
    ],
)
def test_whatever_the_comparison_looks_at_is_structure(path: str, old: str, new: str) -> None:
    structure, contents = digests(BASE)
    found = digests(changed(path, old, new))
    assert found[0] != structure
    assert found[1] == contents


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("seeds/s.yaml", "name: one", "name: two"),
        ("seeds/s.yaml", "name: one", "name: ''"),
        ("seeds/s.yaml", "name: one", "name: null"),
        ("seeds/s.yaml", "mode: upsert", "mode: insert"),
        ("seeds/s.yaml", "{id: 2}", "{id: 2}, {id: 3}"),
        ("checks.yaml", "two: SELECT true", "two: SELECT 1 = 1"),
        ("steps/0001_x.sql", "SELECT 1", "SELECT 2"),
    ],
)
def test_rows_steps_and_checks_are_contents(path: str, old: str, new: str) -> None:
    structure, contents = digests(BASE)
    found = digests(changed(path, old, new))
    assert found[0] == structure
    assert found[1] != contents


@pytest.mark.parametrize(("one", "other"), [("[1]", "['1']"), ("{a: 1}", "{a: '1'}"), ("{a: true}", "{a: 'true'}")])
def test_a_number_is_no_text(one: str, other: str) -> None:
    table = "tables: {t: {columns: {id: int, j: jsonb}, primary_key: [id]}}"
    found = {
        digests(files(schema__a_yaml=table, seeds__s_yaml=f"seeds: {{t: {{rows: [{{id: 1, j: {text}}}]}}}}"), None)
        for text in (one, other)
    }
    assert len(found) == 2


def test_environments_are_told_apart() -> None:
    assert digests(BASE, "dev")[0] != digests(BASE, "prod")[0]


@pytest.mark.parametrize("name", ["contacts", "streams"])
def test_every_kind_of_object_of_the_examples_has_a_meaning(name: str) -> None:
    assert len(load(ROOT / "database" / name, "dev").digest) > 64
