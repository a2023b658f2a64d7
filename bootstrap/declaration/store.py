"""Where the files of a declaration are: a directory, or memory (a Lambda's payload)."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Protocol

from bootstrap.problems import DeclarationError, Problem

if TYPE_CHECKING:
    from bootstrap.declaration.model import Files

MAIN = "bootstrap.yaml"


class Store(Protocol):
    """The files of one declaration."""

    name: str
    place: str  # for messages
    paths: tuple[str, ...]

    def read(self, path: str) -> bytes:
        """The whole content. Raises DeclarationError where it cannot be read."""

    def open(self, path: str) -> BinaryIO:
        """The content as a stream. Raises DeclarationError where it cannot be read."""


class Directory:
    """Files on disk, also behind links, as Terraform's ``fileset`` finds them; hidden ones do not count."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name, self.place = root.resolve().name, str(root)
        if not root.is_dir():
            what = "is not a directory" if root.exists() else "does not exist"
            raise _fault(str(root), 0, what, "name the declaration's directory with --dir")
        found = []
        for folder, folders, names in os.walk(root, followlinks=True):
            folders[:] = [name for name in folders if not name.startswith(".")]
            here = Path(folder).relative_to(root)
            if any((root / above).samefile(folder) for above in here.parents):
                raise _fault(str(here), 1, "a link to a folder that contains it", "remove the link")
            found += [(here / name).as_posix() for name in names if not name.startswith(".")]
        self.paths = tuple(sorted(found))

    def read(self, path: str) -> bytes:
        """The whole content."""
        with self.open(path) as stream:
            return stream.read()

    def open(self, path: str) -> BinaryIO:
        """The content as a stream."""
        place = self.root / path
        if place.exists() and not place.is_file():  # to open a pipe is to wait for whoever writes into it
            raise _fault(path, 1, "not a regular file", "remove it")
        try:
            return place.open("rb")
        except OSError as error:
            raise _fault(path, 1, f"cannot be read ({error.strerror})", "make it readable") from None


def declaration_in(root: Path) -> Directory:
    """The files of the declaration in a directory. Raises DeclarationError where there is none."""
    if root.is_dir() and not (root / MAIN).exists():  # asked before the walk: this may be a home directory
        raise _fault(str(root), 0, f"no {MAIN} here", "name the declaration's directory with --dir")
    return Directory(root)


class Memory:
    """Files in memory."""

    def __init__(self, files: Files, name: str = "declaration") -> None:
        self._files = files
        self.name = self.place = name
        self.paths = tuple(sorted(files))

    def read(self, path: str) -> bytes:
        """The whole content."""
        return self._files[path]

    def open(self, path: str) -> BinaryIO:
        """The content as a stream."""
        return io.BytesIO(self._files[path])


def select(paths: Iterable[str], pattern: str) -> list[str]:
    """The paths that a pattern names: ``*`` and ``?`` stay within a folder, ``**/`` is any depth."""
    expression = _expression(pattern)
    return [path for path in paths if expression.match(path)]


def _expression(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*/|\*|\?)", str(pattern).removeprefix("./"))
    translated = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(translated.get(piece, re.escape(piece)) for piece in pieces) + r"\Z")


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern may match nothing without being wrong."""
    return "*" in pattern or "?" in pattern


def inside(base: str, relative: str) -> str | None:
    """A path relative to the folder of the file ``base``; None where it leaves the declaration."""
    parts: list[str] = []
    for part in (*PurePosixPath(base).parent.parts, *PurePosixPath(relative).parts):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return None if relative.startswith("/") else "/".join(parts)


def _fault(path: str, line: int, what: str, remedy: str) -> DeclarationError:
    return DeclarationError([Problem(path, line, what, remedy)])
