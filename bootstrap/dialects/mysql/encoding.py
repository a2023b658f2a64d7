"""Text that the server sends is decoded without loss, also where it is not UTF-8.

MariaDB prints the default of a binary column as its bytes. A byte that is no character is decoded to a lone surrogate,
and encoded to the same byte again. The introspection writes such a literal in hexadecimal.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

LOSSLESS = "db_bootstrap_utf8"

_NO_CHARACTER = re.compile("[\udc80-\udcff]")


def _encode(text: str, errors: str = "strict") -> tuple[bytes, int]:  # noqa: ARG001  # the signature of a codec
    return encoded(text), len(text)


def _decode(data: Any, errors: str = "strict") -> tuple[str, int]:  # noqa: ARG001  # the signature of a codec
    return bytes(data).decode("utf-8", "surrogateescape"), len(data)


def _find(name: str) -> codecs.CodecInfo | None:
    return codecs.CodecInfo(_encode, _decode, name=LOSSLESS) if name == LOSSLESS else None


codecs.register(_find)


def encoded(text: str) -> bytes:
    """Return the bytes that a text was decoded from."""
    return text.encode("utf-8", "surrogateescape")


def is_text(text: str) -> bool:
    """Whether all bytes that a text was decoded from are characters."""
    return _NO_CHARACTER.search(text) is None
