"""Rows of an overlay beside those of the base: mode and key are the base's, and a row is declared once."""

from __future__ import annotations

import pytest

from tests.unit.declaration.reading import TABLE, problems, read

FLAGS = """tables:
  t: {columns: {id: int not null, k: text not null, v: text}, primary_key: [id], unique: [[k]]}
"""
BASE = "seeds: {t: {mode: MODE, key: k, rows: [{id: 1, k: flag, v: 'off'}]}}"


def seeds(base: str, **overlay: str) -> list[tuple[str, tuple[str, ...], list[str | None]]]:
    found = read("postgresql", "dev", schema__a_yaml=FLAGS, seeds__s_yaml=base, **overlay)
    return [(str(seed.mode), seed.key, [row.values[0] for row in seed.rows()]) for seed in found.seeds]


@pytest.mark.parametrize("mode", ["insert", "upsert", "sync"])
def test_mode_and_key_are_the_bases(mode: str) -> None:
    rows = "rows: [{id: 2, k: other, v: 'on'}]"
    base = BASE.replace("MODE", mode)
    expected = [(mode, ("k",), ["1", "2"])]
    assert seeds(base, environments__dev_yaml=f"seeds: {{t: {{{rows}}}}}") == expected
    file = {"environments__dev_yaml": "seeds: more/*", "more__t_yaml": f"seeds: {{t: {{{rows}}}}}"}
    assert seeds(base, **file) == expected
    assert seeds(base, environments__dev_yaml=f"seeds: {{t: {{replace: true, {rows}}}}}") == [(mode, ("k",), ["2"])]


def test_a_data_file_of_an_overlay_has_the_bases_mode_as_well() -> None:
    found = seeds(
        BASE.replace("MODE", "upsert"), environments__dev_yaml="seeds: more/*", more__t_csv="id,k,v\n2,other,on\n"
    )
    assert found == [("upsert", ("k",), ["1"]), ("upsert", ("k",), ["2"])]


def test_a_mode_of_its_own_stays_and_has_the_key_of_that_mode() -> None:
    overlay = "seeds: {t: {mode: insert, rows: [{id: 2, k: other}]}}"
    assert seeds(BASE.replace("MODE", "upsert"), environments__dev_yaml=overlay) == [
        ("upsert", ("k",), ["1"]),
        ("insert", ("id",), ["2"]),
    ]


def test_a_base_with_two_modes_makes_the_overlay_say_which() -> None:
    found = problems(
        "postgresql",
        "dev",
        schema__a_yaml=FLAGS,
        seeds__s_yaml=BASE.replace("MODE", "upsert"),
        seeds__u_yaml="seeds: {t: {mode: insert, rows: [{id: 5, k: five}]}}",
        environments__dev_yaml="seeds: {t: {rows: [{id: 2, k: other}]}}",
    )
    assert found == [
        "environments/dev.yaml:1: seeds of t without a mode; the base declares this table with mode upsert and"
        " mode insert: write the mode of these rows"
    ]


ROW = "{id: 1, k: flag, v: 'on'}"


@pytest.mark.parametrize("base", ["insert", "upsert", "sync"])
@pytest.mark.parametrize(
    "overlay",
    [
        {"environments__dev_yaml": f"seeds: {{t: {{rows: [{ROW}]}}}}"},
        {"environments__dev_yaml": f"seeds: {{t: {{mode: upsert, key: id, rows: [{ROW}]}}}}"},
        {"environments__dev_yaml": f"seeds: {{t: {{mode: insert, rows: [{ROW}]}}}}"},
        {"environments__dev_yaml": "seeds: more/*", "more__t_csv": "id,k,v\n01,flag,on\n"},
        {"environments__dev_yaml": "seeds: more/*", "more__t_jsonl": '{"k": "flag", "id": 1.0}\n'},
        {"environments__dev_yaml": "seeds: {t: {key: k, rows: [{id: 7, k: flag}]}}"},
    ],
)
def test_a_row_is_declared_once_whatever_the_modes(base: str, overlay: dict[str, str]) -> None:
    found = problems("postgresql", "dev", schema__a_yaml=FLAGS, seeds__s_yaml=BASE.replace("MODE", base), **overlay)
    mixed = base == "sync" and ("more/" in str(overlay) or "mode:" in str(overlay))
    words = "more rows of t, whose rows in" if mixed else "a second row of t with "
    assert any(words in text for text in found), found


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("bigint", "7", "007", True),
        ("bigint", "7", "+7", True),
        ("numeric(9,2)", "1.5", "1.50", True),
        ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc999c0b4ef8bb6d6bb9bd380a11", True),
        ("text", "7", "07", False),
        ("text", "a", "A", False),
    ],
)
def test_a_value_is_the_same_however_it_is_written(kind: str, one: str, other: str, same: bool) -> None:  # of the case
    table = TABLE.replace("id: int", f"id: {kind}")
    contents = {"schema__a_yaml": table, "seeds__t_csv": f"id\n{one}\n{other}\n"}
    if same:
        assert "a second row of t" in problems("postgresql", None, **contents)[0]
    else:
        assert len(list(read("postgresql", None, **contents).seeds[0].rows())) == 2
