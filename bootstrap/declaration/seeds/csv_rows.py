"""CSV as PostgreSQL writes it: an unquoted empty cell is NULL, a quoted one the empty text. Streams."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

csv.field_size_limit(2**31 - 1)

QUOTE = '"'
# What ends a line, or stands for a quoted cell, cannot separate cells as well.
NO_DELIMITERS = frozenset({QUOTE, "\n", "\r", "\0"})


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


class _Nulls:
    """Tells NULL from text in the cells of a record.

    The csv module gives values only. A record in which a cell may be either is split once more, by the same rules
    (RFC 4180): a cell is quoted where its first character is a quote. The csv module has checked the record before, so
    every cell ends at a delimiter, a line break or the end.
    """

    def __init__(self, delimiter: str, null: str) -> None:
        self._null = null
        self._quoted_null = QUOTE + null.replace(QUOTE, QUOTE * 2) + QUOTE
        end = re.escape(delimiter)
        self._cells = re.compile(rf'(?:(")[^"]*(?:""[^"]*)*"|[^{end}\r\n]*)(?:{end}|[\r\n]+|\Z)')

    def mark(self, cells: list[str], lines: list[str]) -> tuple[str | None, ...]:
        """The cells of the record that these lines hold, with None for NULL."""
        null = self._null
        if null not in cells:
            return tuple(cells)
        text = lines[0] if len(lines) == 1 else "".join(lines)
        if self._quoted_null not in text:
            return tuple([None if cell == null else cell for cell in cells])
        quotes = self._cells.findall(text)  # one more than there are cells, where the last line ends in a line break
        return tuple([None if cell == null and not quote else cell for cell, quote in zip(cells, quotes, strict=False)])


def read_csv(
    open_stream: Callable[[], BinaryIO], delimiter: str, null: str
) -> tuple[tuple[str, ...], Iterator[CsvRow]]:
    """Return the header and the rows.

    Args:
        open_stream: opens the file; called once.
        delimiter: one character.
        null: the unquoted text that is NULL.

    Raises:
        CsvError: from here for the header, while iterating for a row.
    """
    rows = _records(open_stream, delimiter, null)
    first = next((row for row in rows if row.cells), None)
    if first is None:
        raise CsvError(1, "the file is empty", "write the names of the columns in the first line")
    header = tuple(cell or "" for cell in first.cells)
    for place, name in enumerate(header):
        if not name.strip():
            raise CsvError(1, f"column {place + 1} has no name", "write the names of the columns in the first line")
        if name in header[:place]:
            raise CsvError(1, f"duplicate column {name}", "remove one of the two")
    return header, _checked(rows, header)


def _checked(rows: Iterator[CsvRow], header: tuple[str, ...]) -> Iterator[CsvRow]:
    width, empty = len(header), 0
    for row in rows:
        if len(row.cells) == width and not empty:
            yield row
        elif not row.cells:
            empty = row.line if width == 1 and not empty else empty
        elif len(row.cells) != width:
            raise CsvError(row.line, *_wrong_width(len(row.cells), width))
        else:
            what = "an empty line between the rows of a file with one column"
            raise CsvError(empty, what, 'write "" for an empty text, or remove the line')


def _wrong_width(found: int, expected: int) -> tuple[str, str]:
    cells = "1 cell" if found == 1 else f"{found} cells"
    if found > expected:
        return f"{cells}, but the header has {expected}", "quote the cells that contain the delimiter"
    return f"{cells}, but the header has {expected}", "write a delimiter for every column, also where the cell is empty"


def _records(open_stream: Callable[[], BinaryIO], delimiter: str, null: str) -> Iterator[CsvRow]:
    """All records, also empty lines, which have no cells."""
    nulls = _Nulls(delimiter, null)
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
                raise CsvError(lines.number, *_not_csv(error, start)) from None
            yield CsvRow(nulls.mark(cells, lines.pending), start)


def _not_csv(error: csv.Error, start: int) -> tuple[str, str]:
    if "unexpected end" in str(error):
        return f"the quote opened in the record that begins in line {start} is never closed", "close the quote"
    if "new-line character" in str(error):
        return "a carriage return (CR) without a line feed (LF)", "save the file with LF or CRLF line ends"
    return f"not CSV: {error}", 'quote the whole cell, and write "" for a quote within it'
