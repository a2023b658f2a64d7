"""JSON Lines: one object per line. Streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from bootstrap.declaration.seeds.csv_rows import CsvError
from bootstrap.declaration.seeds.values import Given, NumberDecoder


def read_json_lines(open_stream: Callable[[], BinaryIO]) -> Iterator[tuple[dict[str, Given], int]]:
    """The rows with their lines. Raises CsvError for a line that is no JSON object."""
    decoder = NumberDecoder()
    with open_stream() as stream:
        for number, raw in enumerate(stream, 1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError:
                raise CsvError(number, "this line is not UTF-8", "save the file as UTF-8") from None
            if not text:
                continue
            try:
                row = decoder.decode(text)
            except (ValueError, RecursionError) as error:
                raise CsvError(number, f"this line is not JSON: {error}", "write one object per line") from None
            if not isinstance(row, dict):
                raise CsvError(number, "this line is not an object", 'write {"column": value, …}')
            yield row, number
