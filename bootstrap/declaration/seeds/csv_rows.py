"""CSV as PostgreSQL writes it: an unquoted empty cell is NULL, a quoted one the empty text. Streams."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

csv.field_size_limit(2**31 - 1)
_CELLS = r'(?:^|(?<={d}))\s*("(?:[^"]|"")*"|[^{d}"\r\n]*)'


class CsvError(ValueError):
    """The file is not CSV; ``line`` says where."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.line = line
        self.remedy = remedy


class CsvRow(NamedTuple):
    """One record and the line it begins in."""

    cells: tuple[str | None, ...]
    line: int


@dataclass
class _Lines:
    """The lines of a stream as text; remembers those of the record being read."""

    stream: BinaryIO
    number: int = 0
    pending: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for raw in self.stream:
            self.number += 1
            try:
                text = raw.decode("utf-8-sig" if self.number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise CsvError(self.number, "this line is not UTF-8", "save the file as UTF-8") from None
            if "\0" in text:
                raise CsvError(self.number, "a NUL character", "remove it")
            self.pending.append(text)
            yield text


def read_csv(
    open_stream: Callable[[], BinaryIO], delimiter: str, null: str
) -> tuple[tuple[str, ...], Iterator[CsvRow]]:
    """The header, and the rows.

    Args:
        open_stream: gives the file anew.
        delimiter: one character.
        null: the unquoted text that is NULL.

    Raises:
        CsvError: from here for the header, while iterating for a row.
    """
    rows = _records(open_stream, delimiter, null)
    first = next(rows, None)
    if first is None:
        raise CsvError(1, "the file is empty", "write the names of the columns in the first line")
    header = tuple(cell or "" for cell in first.cells)
    for place, name in enumerate(header):
        if not name.strip():
            raise CsvError(1, f"column {place + 1} has no name", "write the names of the columns in the first line")
        if name in header[:place]:
            raise CsvError(1, f"the column {name} is there twice", "remove one of them")
    return header, _checked(rows, len(header))


def _checked(rows: Iterator[CsvRow], width: int) -> Iterator[CsvRow]:
    for row in rows:
        if len(row.cells) != width:
            raise CsvError(
                row.line, f"{len(row.cells)} cells where the header has {width}", "quote cells that hold the delimiter"
            )
        yield row


def _records(open_stream: Callable[[], BinaryIO], delimiter: str, null: str) -> Iterator[CsvRow]:
    cells_of = re.compile(_CELLS.replace("{d}", re.escape(delimiter)))
    with open_stream() as stream:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            start = lines.number + 1
            lines.pending.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise CsvError(lines.number, f"this is not CSV: {error}", "mend the quotes") from None
            if not cells:
                continue  # an empty line between the rows
            yield CsvRow(_with_nulls(cells, lines.pending, null, cells_of), start)


def _with_nulls(cells: list[str], pending: list[str], null: str, cells_of: re.Pattern[str]) -> tuple[str | None, ...]:
    if null not in cells:
        return tuple(cells)
    text = "".join(pending)
    if f'"{null}"' not in text:
        return tuple(None if cell == null else cell for cell in cells)
    # Only here it matters which of the cells were quoted, which the csv module does not tell.
    quoted = [match[1].startswith('"') for match in cells_of.finditer(text.rstrip("\r\n"))]
    if len(quoted) != len(cells):
        quoted = [False] * len(cells)
    return tuple(None if cell == null and not mark else cell for cell, mark in zip(cells, quoted, strict=True))
