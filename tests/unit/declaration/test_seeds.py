"""Rows from YAML, CSV and JSON Lines, as the server gets them, and what is wrong with them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from bootstrap.declaration.load import load
from bootstrap.declaration.model import SeedMode, SqlExpression
from bootstrap.problems import DeclarationError
from tests.unit.declaration.reading import TABLE, files, problems, read

WIDE = """tables:
  t:
    columns: {id: int not null, name: text, j: jsonb, tags: 'text[]', raw: bytea, on_it: boolean, n: 'numeric(9,2)'}
    primary_key: [id]
"""
MYSQL = """tables:
  t:
    columns: {id: int not null, name: varchar(9), j: json, raw: blob, on_it: tinyint(1), b: bit(1)}
    primary_key: [id]
"""


def rows(engine: str, schema: str, seeds: str) -> list[tuple[dict[str, str | None], set[str]]]:
    """All rows of one seed file, and which columns are expressions."""
    found = read(engine, schema__a_yaml=schema, seeds__s_yaml=seeds)
    return [
        (dict(zip(seed.columns, row.values, strict=True)), set(seed.expressions))
        for seed in found.seeds
        for row in seed.rows()
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("name: no", "no"),
        ("name: 012", "012"),
        ("n: 1.10", "1.10"),
        ("name: ''", ""),
        ("name: null", None),
        ("name: 'NULL'", "NULL"),
        ("name: 2024-01-01", "2024-01-01"),
        ("name: héllo 😀", "héllo 😀"),
        ("on_it: true", "true"),
        ("j: {a: [1.10, 012, true, null, 'x\"'], b: {}}", '{"a": [1.10, "012", true, null, "x\\""], "b": {}}'),
        ("j: [1, two]", '[1, "two"]'),
        ("j: '{\"a\": 1}'", '{"a": 1}'),
        ("j: {json: text}", '"text"'),
        ("j: {json: {sql: now()}}", '{"sql": "now()"}'),
        ("j: {json: null}", "null"),
        ("j: 5", "5"),
        ("tags: [a, 'b c', null, 'NULL', 'q\"\\', 1, true]", '{a,"b c",NULL,"NULL","q\\"\\\\",1,true}'),
        ("tags: [[a], [b]]", "{{a},{b}}"),
        ("tags: []", "{}"),
        ("raw: {binary: AAEC/w==}", "\\x000102ff"),
    ],
)
def test_values_on_postgresql(value: str, text: str | None) -> None:
    [(row, expressions)] = rows("postgresql", WIDE, f"seeds:\n  t:\n    rows:\n      - id: 1\n        {value}\n")
    assert row == {"id": "1", value.split(":", maxsplit=1)[0]: text}
    assert expressions == set()


@pytest.mark.parametrize(
    ("value", "text", "expression"),
    [
        ("on_it: true", "1", False),
        ("on_it: false", "0", False),
        ("name: true", "true", False),
        ("b: true", "b'1'", True),
        ("raw: {binary: AAEC}", "x'000102'", True),
        ("name: {sql: upper('a')}", "upper('a')", True),
    ],
)
def test_values_on_mysql(value: str, text: str, expression: bool) -> None:  # a fact of the case
    [(row, expressions)] = rows("mysql", MYSQL, f"seeds:\n  t:\n    rows:\n      - id: 1\n        {value}\n")
    column = value.split(":", maxsplit=1)[0]
    assert (row[column], expressions) == (text, {column} if expression else set())


def test_rows_as_lists_and_rows_with_fewer_columns() -> None:
    found = read(
        schema__a_yaml=TABLE,
        seeds__s_yaml="seeds:\n  t:\n    mode: upsert\n    columns: [id, name]\n"
        "    rows: [[1, a], {id: 2}, [3, null], {name: x, id: 4}]\n",
    )
    assert [(seed.columns, [row.values for row in seed.rows()]) for seed in found.seeds] == [
        (("id", "name"), [("1", "a"), ("3", None), ("4", "x")]),
        (("id",), [("2",)]),
    ]
    assert {(seed.mode, seed.key) for seed in found.seeds} == {(SeedMode.UPSERT, ("id",))}
    assert str(next(found.seeds[1].rows()).position) == "seeds/s.yaml:5"


def test_csv_tells_null_from_nothing() -> None:
    content = '\ufeffid,name\r\n1,\r\n2,""\r\n3,"a ""b"", c\nd"\r\n\r\n4,NULL\r\n5,"x",\r\n'.replace('5,"x",', '5,"x"')
    found = read(schema__a_yaml=TABLE, seeds__t_csv=content)
    [seed] = found.seeds
    assert [row.values for row in seed.rows()] == [
        ("1", None), ("2", ""), ("3", 'a "b", c\nd'), ("4", "NULL"), ("5", "x"),
    ]  # fmt: skip
    assert [row.position.line for row in seed.rows()] == [2, 3, 4, 7, 8]
    assert (seed.mode, seed.key) == (SeedMode.INSERT, ("id",))


def test_a_csv_file_that_yaml_describes() -> None:
    found = read(
        schema__a_yaml=TABLE,
        seeds__s_yaml='seeds: {t: {file: data/x.csv, mode: sync, null: \\N, delimiter: ";"}}',
        seeds__data__x_csv='id;name\n1;\\N\n2;"\\N"\n3;\n',
    )
    [seed] = found.seeds
    assert [row.values for row in seed.rows()] == [("1", None), ("2", "\\N"), ("3", "")]
    assert seed.mode is SeedMode.SYNC


def test_json_lines() -> None:
    content = '{"id": 1, "j": {"x": 1.50, "y": [null]}}\n\n{"id": 2, "j": null}\n{"id": 3, "j": {"sql": "f()"}}\n'
    [seed] = read(schema__a_yaml=WIDE, seeds__t_jsonl=content).seeds
    rows = [row.values for row in seed.rows()]
    assert rows == [("1", '{"x": 1.50, "y": [null]}'), ("2", None), ("3", "f()")]
    assert [isinstance(row[1], SqlExpression) for row in rows] == [False, False, True]
    assert (sorted(seed.expressions), sorted(seed.computed)) == (["j"], [])


JSON_COLUMNS = """
domains: {doc: jsonb, deeper: doc}
tables:
  t: {columns: {id: int not null, j: jsonb, d: deeper, many: "jsonb[]", w: text}, primary_key: [id]}
"""


def test_a_string_of_json_lines_is_a_json_string() -> None:
    texts = ['"5"', '"true"', '"null"', '"plain"', '"{}"', "5", "true"]
    content = "".join(
        f'{{"id": {number}, "j": {text}, "d": {text}, "many": [{text}], "w": "5"}}\n'
        for number, text in enumerate(texts)
    )
    [seed] = read(schema__a_yaml=JSON_COLUMNS, seeds__t_jsonl=content).seeds
    rows = [row.values for row in seed.rows()]
    assert [row[1] for row in rows] == [row[2] for row in rows] == texts
    assert [str(row[3]).replace("\\", "") for row in rows] == [
        '{""5""}', '{""true""}', '{""null""}', '{""plain""}', '{""{}""}', "{5}", "{true}",
    ]  # fmt: skip
    assert {row[4] for row in rows} == {"5"}


@pytest.mark.parametrize("text", ["'5'", "'true'", "plain", "'\"x\"'"])
def test_a_text_in_doubt_is_no_json(text: str) -> None:
    with pytest.raises(DeclarationError, match=r"for a JSON column: write \{json: text\}"):
        read(schema__a_yaml=JSON_COLUMNS, seeds__s_yaml=f"seeds: {{t: {{rows: [{{id: 1, j: {text}}}]}}}}")


def test_environments_add_and_replace() -> None:
    base = files(
        schema__a_yaml=TABLE,
        seeds__t_yaml="seeds: {t: {rows: [{id: 1}]}}",
        more__t_yaml="seeds: {t: {rows: [{id: 2}]}}",
        environments__add_yaml="seeds: [more/*.yaml]",
        environments__inline_yaml="seeds: {t: {rows: [{id: 3}]}}",
        environments__replace_yaml="seeds: {t: {rows: [{id: 4}], replace: true}}",
        environments__none_yaml="base_seeds: false",
    )
    from bootstrap.declaration.load import load_files  # noqa: PLC0415  # only here the environment varies

    def ids(environment: str) -> list[str | None]:
        return [row.values[0] for seed in load_files(base, environment).seeds for row in seed.rows()]

    assert [ids(name) for name in ("add", "inline", "replace", "none")] == [["1", "2"], ["1", "3"], ["4"], []]


@pytest.mark.parametrize(
    ("spec", "line", "expected"),
    [
        ("{rows: [{id: 1, nam: x}]}", 1, "t has no column nam: did you mean name?"),
        ("{rows: [{name: x}]}", 1, "the row leaves out id, which identifies it"),
        ("{rows: [{id: null}]}", 1, "column id of t is not null"),
        ("{rows: [{id: 1}, {id: 1}]}", 1, "a second row of t with id 1"),
        ("{rows: [1]}", 1, "this is not a row"),
        ("{rows: [[1]]}", 1, "this is not a row"),
        ("{columns: [id, name], rows: [[1]]}", 1, "1 values for 2 columns"),
        ("{rows: [{id: 1, name: [a]}]}", 1, "a list for a column of type text"),
        ("{rows: [{id: {a: b}}]}", 1, "a mapping for a column of type int"),
        ("{rows: [{id: 1, name: {binary: 'x'}}]}", 1, "binary is not base64"),
        ("{key: [name], rows: [{id: 1, name: x}]}", 1, "key: name is not unique in t"),
        ("{key: [nope], rows: [{id: 1}]}", 1, "key: t has no column nope"),
        ("{mode: sync, rows: [{id: 1, name: x}, {id: 2}]}", 1, "rows of t with different columns, in mode sync"),
        ("{mode: sync, rows: []}", 1, "no rows for t, and mode is sync: every row would be deleted"),
        ("{mode: sometimes, rows: []}", 1, "mode is sometimes"),
        ("{}", 1, "need rows or file"),
        ("{file: ../../etc/passwd}", 1, "there is no data file ../../etc/passwd"),
        ("{file: nope.csv}", 1, "there is no data file nope.csv"),
    ],
)
def test_mistakes_in_yaml(spec: str, line: int, expected: str) -> None:
    found = problems(schema__a_yaml=TABLE, seeds__s_yaml=f"seeds: {{t: {spec}}}")
    assert any(problem.startswith(f"seeds/s.yaml:{line}: ") and expected in problem for problem in found), found


@pytest.mark.parametrize(
    ("name", "content", "line", "expected"),
    [
        ("csv", "id,name\n1,a\n2\n", 3, "1 cell, but the header has 2"),
        ("csv", "id,id\n", 1, "duplicate column id"),
        ("csv", "id,nme\n1,a\n", 1, "t has no column nme: did you mean name?"),
        ("csv", "", 1, "the file is empty"),
        ("csv", 'id\n"1\n', 2, "is never closed"),
        ("csv", b"id\n1\n\xff\n", 3, "not UTF-8"),
        ("csv", "id\n1\n\0\n", 3, "NUL"),
        ("csv", "id\n1\n1\n", 3, "a second row of t with id 1"),
        ("jsonl", '{"id": 1}\n{"id": 2, "id": 3}\n', 2, 'duplicate key "id"'),
        ("jsonl", '{"id": 1}\n[1]\n', 2, "not an object"),
        ("jsonl", '{"id": NaN}\n', 1, "NaN is not JSON"),
        ("jsonl", '{"id": "\\ud800"}\n', 1, "half of a surrogate pair"),
        ("jsonl", '{"id": "\\u0000"}\n', 1, "a NUL character"),
        ("jsonl", "[" * 100_000 + "\n", 1, "this line is not JSON"),
    ],
)
def test_mistakes_in_data_files(name: str, content: str | bytes, line: int, expected: str) -> None:
    found = problems("postgresql", None, schema__a_yaml=TABLE, **{f"seeds__t_{name}": content})
    assert any(problem.startswith(f"seeds/t.{name}:{line}: ") and expected in problem for problem in found), found


def test_seeds_of_a_table_that_is_not_declared() -> None:
    assert problems(schema__a_yaml=TABLE, seeds__s_yaml="seeds: {tt: {rows: []}}") == [
        "seeds/s.yaml:1: seeds of tt, a table that is not declared: did you mean t?"
    ]


def test_columns_that_must_be_given() -> None:
    columns = "{id: bigserial, a: int not null, b: int not null default 1}"
    table = f"tables: {{t: {{columns: {columns}, primary_key: [id], unique: [[a]]}}}}"
    found = problems(schema__a_yaml=table, seeds__s_yaml="seeds: {t: {key: a, rows: [{b: 1}]}}")
    assert [problem.split(": ", 1)[1].split(":")[0] for problem in found] == [
        "the row leaves out a, which identifies it"
    ]
    found = problems(schema__a_yaml=table, seeds__s_yaml="seeds: {t: {mode: once, rows: [{b: 1}]}}")
    assert "the row leaves out a, which is not null and has no default" in found[0]


def test_a_large_file_streams(tmp_path: Path) -> None:
    for path, content in files(schema__a_yaml=TABLE).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "seeds").mkdir()
    with (tmp_path / "seeds/t.csv").open("w") as stream:
        stream.write("id,name\n")
        stream.writelines(f"{number},{'x' * 100}\n" for number in range(100_000))
    [seed] = load(tmp_path).seeds
    tracemalloc.start()
    try:
        assert sum(1 for _ in seed.rows()) == 100_000
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
