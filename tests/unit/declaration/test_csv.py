"""CSV: values as Python's csv module reads them, and NULL told from the empty text by the quotes of each cell."""

from __future__ import annotations

import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap.declaration.seeds.csv_rows import NO_DELIMITERS, CsvError, read_csv
from tests.unit.declaration.reading import TABLE, problems, read

DELIMITERS = (",", ";", "\t", "|", " ", ":", "^", "]", "-", "\\", "'", "§", "\x1f", ".", "*", "a", "😀")
NULLS = ("", "\\N", "NULL", "-", 'a"b', "é", "0")
TEXTS = st.text(st.sampled_from("ab,;\t| \"\r\n-\\N0é'."), max_size=6)


def records(content: str, delimiter: str = ",", null: str = "") -> list[tuple[str | None, ...]]:
    """The rows of a file whose header has as many columns as its first row has cells."""
    first = next((row for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) if row), [])
    header = delimiter.join(f'"c{number}"' for number in range(len(first)))
    _, rows = read_csv(lambda: io.BytesIO(f"{header}\n{content}".encode()), delimiter, null)
    return [row.cells for row in rows]


def written(cell: str | None, null: str, quoted: bool) -> str:
    if cell is None:
        return null
    return '"' + cell.replace('"', '""') + '"' if quoted else cell


# A text with the delimiter in it cannot be an unquoted cell.
PAIRS = [(delimiter, null) for delimiter in DELIMITERS for null in NULLS if delimiter not in null]


@pytest.mark.parametrize(("delimiter", "null"), PAIRS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_written_is_what_is_read(delimiter: str, null: str, end: str) -> None:
    draw = random.Random(f"{delimiter}{null}{end}")  # noqa: S311  # cells, no secrets
    words = [None, "", null, "x", 'say "no"', f"a{delimiter}b", "two\r\nlines", "\n", '"', '""', " ", delimiter, "é"]
    rows = [tuple(draw.choice(words) for _ in range(3)) for _ in range(200)]
    plain = {word for word in words if word and word != null and not set(word) & {'"', "\r", "\n", delimiter}}
    lines = [
        delimiter.join(written(cell, null, cell not in plain or draw.random() < 0.5) for cell in row) for row in rows
    ]
    assert records(end.join(lines), delimiter, null) == rows
    assert records(end.join([*lines, ""]), delimiter, null) == rows


def by_hand(content: str, delimiter: str) -> list[list[tuple[str, bool]]]:
    """RFC 4180, a character after the other: each cell's value, and whether it was quoted."""
    rows: list[list[tuple[str, bool]]] = []
    row: list[tuple[str, bool]] = []
    value, quoted, inside, begun = "", False, False, False
    place = 0
    while place < len(content):
        char = content[place]
        place += 1
        if inside:
            if char != '"':
                value += char
            elif content[place : place + 1] == '"':
                value, place = value + '"', place + 1
            else:
                inside = False
        elif char == '"' and not value and not quoted:
            quoted = inside = begun = True
        elif char == delimiter:
            row.append((value, quoted))
            value, quoted, begun = "", False, True
        elif char in "\r\n":
            if begun:
                rows.append([*row, (value, quoted)])
            row, value, quoted, begun = [], "", False, False
        else:
            value, begun = value + char, True
    if begun:
        rows.append([*row, (value, quoted)])
    return rows


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), min_size=1, max_size=4), st.sampled_from(DELIMITERS[:4]))
def test_any_text_is_read_as_csv_reads_it_and_quoted_is_what_begins_with_a_quote(
    cells: list[list[str]], delimiter: str
) -> None:
    content = "\n".join(delimiter.join(row) for row in cells)
    lines = io.BytesIO(content.encode()).readlines()
    try:
        values = [row for row in csv.reader((line.decode() for line in lines), delimiter=delimiter, strict=True) if row]
    except csv.Error:
        return
    if len({len(row) for row in values}) != 1 or len(values[0]) == 1:
        return
    for null in ("", "N", "0", "\\N"):
        known = [tuple(None if v == null and not q else v for v, q in row) for row in by_hand(content, delimiter)]
        assert [[cell or "" for cell, _ in row] for row in by_hand(content, delimiter)] == values
        assert records(content, delimiter, null) == known


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ('1\t\t""', ("1", None, "")),
        ('1\t""\t', ("1", "", None)),
        ('""\t\t', ("", None, None)),
        ('\t\t""\r\n', (None, None, "")),
        (' ""\t\t""', (' ""', None, "")),
        ('a"\t\t""', ('a"', None, "")),
        ('"\t\n\t"\t\t""', ("\t\n\t", None, "")),
    ],
)
def test_tabs_are_no_white_space(content: str, cells: tuple[str | None, ...]) -> None:
    assert records(content, "\t") == [cells]


def test_seeds_with_tabs_reach_the_server_as_they_are_written() -> None:
    found = read(
        schema__a_yaml=TABLE.replace("      name: text\n", "      name: text\n      note: text\n"),
        seeds__s_yaml='seeds: {t: {file: data/x.csv, delimiter: "\\t"}}',
        seeds__data__x_csv='id\tname\tnote\n1\t\t""\n2\t""\t\n',
    )
    assert [row.values for row in found.seeds[0].rows()] == [("1", None, ""), ("2", "", None)]


def test_an_empty_line_is_a_row_or_none_but_never_lost() -> None:
    assert records("1\n2\n\n\n") == [("1",), ("2",)]
    assert records("1,2\n\n3,4\n") == [("1", "2"), ("3", "4")]
    with pytest.raises(CsvError) as caught:
        records('1\n\n""\n')
    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        *((f"delimiter: {text}", "delimiter") for text in ("'\"'", '"\\n"', '"\\r"', "''", "ab")),
        ("null: 'a,b'", "null"),
        ("null: '\"\"'", "null"),
        ('null: "a\\nb"', "null"),
    ],
)
def test_what_could_never_be_told_apart_is_refused(spec: str, expected: str) -> None:
    [found] = problems(
        schema__a_yaml=TABLE, seeds__s_yaml=f"seeds: {{t: {{file: data/x.csv, {spec}}}}}", seeds__data__x_csv="id\n1\n"
    )
    assert found.startswith(f"seeds/s.yaml:1: {expected}")
    assert len(NO_DELIMITERS) == 4


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_than_the_declared_one_is_named(delimiter: str) -> None:
    content = delimiter.join(("id", "name")) + "\n" + delimiter.join(("1", "x")) + "\n"
    found = problems(schema__a_yaml=TABLE, seeds__t_csv=content)
    assert len(found) == 1
    assert "delimiter:" in found[0]
    assert found[0].startswith("seeds/t.csv:1: ")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("1,2\n3\n", 3, "1 cell, but the header has 2"),
        ("1,2\n3,4,5\n", 3, "3 cells, but the header has 2"),
        ('1,2\n3,"4\n', 3, "never closed"),
        ('1,2\n3,"4"x\n', 3, "quote the whole cell"),
        ("1,2\r3,4\r", 2, "carriage return"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_a_way_out(content: str, line: int, words: str) -> None:
    with pytest.raises(CsvError) as caught:
        list(read_csv(lambda: io.BytesIO(f"a,b\n{content}".encode()), ",", "")[1])
    assert caught.value.line == line
    assert words in f"{caught.value}: {caught.value.remedy}"
