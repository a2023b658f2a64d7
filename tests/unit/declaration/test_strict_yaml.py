"""YAML is read strictly: what YAML lets pass in silence is refused with its line, before anything connects."""

from __future__ import annotations

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.types import EnumType
from tests.unit.declaration.reading import TABLE, problems, read

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP_CHAIN = "a: &a0 [x]\n" + "".join(f"b{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 100))


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (BOMB, 4, "aliases that expand"),
        (DEEP_CHAIN, 59, "nested deeper"),
        ("a: &a [*a]", 1, "contains itself"),
        ("a: *b", 1, "has no anchor"),
        ("tables: {}\ntables: {}", 2, 'duplicate key "tables" (first on line 1)'),
        ("tables:\n  t: {columns: {id: int, id: text}}", 2, 'duplicate key "id"'),
        ('a: "\\ud800"', 1, "invalid Unicode"),
        ("[" * 3000 + "]" * 3000, 1, "nested deeper than 60"),
        ("{a: " * 3000 + "1" + "}" * 3000, 1, "nested deeper than 60"),
        ("".join(" " * i + "a:\n" for i in range(200)), 61, "nested deeper than 60"),
        ("a: 1\nb: x\0y", 2, "U+0000"),
        ('tables:\n  t: {columns: {id: int}, comment: "a\\0b"}', 2, "NUL"),
        (b"tables:\n  t: \xe9", 2, "0xe9 is not UTF-8"),
        ("tables: !!python/object/apply:os.system [ls]", 1, "the tag !!python/object/apply:os.system"),
        ("tables: !custom {}", 1, "the tag !custom"),
        ("tables: {}\n---\ntables: {}", 2, "a second document"),
        ("x: &x {a: 1}\ntables:\n  <<: *x", 3, "a merge key"),
        ("tables:\n\tt: 1", 2, "a tab in the indentation"),
        ("tables: [", 2, "not YAML"),
        ("? [a]\n: b", 1, "a key that is a list"),
        ("a: x\u2028y", 1, "U+2028"),
        ("tables:\n  t:\n    comment: a: b", 3, "not YAML"),
    ],
)
def test_is_refused_with_its_line(content: str | bytes, line: int, what: str) -> None:
    found = problems(schema__a_yaml=content)
    assert any(problem.startswith(f"schema/a.yaml:{line}: ") and what in problem for problem in found), found


def test_scalars_are_those_of_yaml_1_2() -> None:
    found = read(schema__a_yaml="enums: {e: [no, on, yes, 012, 0x1F, 12:30, 1.10, 1e3, 2024-01-01, NO]}")
    [enum] = found.catalog.of(EnumType)
    assert enum.labels == ("no", "on", "yes", "012", "0x1F", "12:30", "1.10", "1e3", "2024-01-01", "NO")


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "0", "'true'", "nope"])
def test_only_true_and_false_are_booleans(word: str) -> None:
    kind = "a number" if word == "0" else "text"
    assert problems(schema__a_yaml=f"tables:\n  t:\n    columns:\n      id: {{type: int, nullable: {word}}}") == [
        f"schema/a.yaml:4: nullable is {kind}: {word.strip(chr(39))}: write true or false"
    ]


def test_huge_numbers_are_refused() -> None:
    found = problems(schema__a_yaml=f"sequences: {{s: {{start: {'9' * 5000}}}}}")
    assert found == ["schema/a.yaml:1: start is a number of 5000 digits: write a smaller number"]


def test_aliases_that_a_person_would_write_are_fine() -> None:
    content = "tables:\n  a:\n    columns: &all {id: int, name: text}\n  b:\n    columns: *all\n"
    assert len(read(schema__a_yaml=content).catalog.objects) == 2


def test_names_like_yaml_words_are_names() -> None:
    found = read(schema__a_yaml="tables:\n  no:\n    columns: {on: int, 1: text, null: text, true: text, '<<': int}\n")
    table = found.catalog.table(Ref(Kind.TABLE, "public", "no"))
    assert [column.name for column in table.columns] == ["on", "1", "null", "true", "<<"]


def test_unknown_keys_name_the_nearest() -> None:
    content = "table: {}\ntables:\n  t:\n    colums: {}\n    primary_keys: [id]\n    zzz: 1\n"
    first, *rest = problems(schema__a_yaml=content)
    assert first == "schema/a.yaml:1: schema/a.yaml has no key table: did you mean tables?"
    assert "schema/a.yaml:4: tables t has no key colums: did you mean columns?" in rest
    assert any(problem.startswith("schema/a.yaml:6: tables t has no key zzz: known: columns, ") for problem in rest)


def test_all_problems_of_all_files_at_once() -> None:
    found = problems(
        schema__a_yaml="enums: {e: 1}",
        schema__b_yaml="nonsense: [",
        seeds__t_yaml="seeds: {t: {}}",
        checks_yaml="checks: {c: {expect: true}}",
        steps__0001_x_sql="select 'a",
        environments__dev_yaml="",
    )
    assert [problem.split(":")[0] for problem in found] == [
        "checks.yaml", "schema/a.yaml", "schema/b.yaml", "seeds/t.yaml", "steps/0001_x.sql",
    ]  # fmt: skip


def test_empty_files_say_nothing() -> None:
    assert read(schema__a_yaml="", schema__b_yaml="# later\n", schema__c_yaml=TABLE).catalog.objects
