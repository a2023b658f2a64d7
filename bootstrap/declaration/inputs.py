"""The files that a declaration is read from, by name and content.

A declaration depends on its files, on the environment's name and on nothing else: variables are written in the files,
and environment variables only say where the database is and who logs in. To the same version of db-bootstrap, equal
inputs therefore mean the same, and are valid where they were valid before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from bootstrap.problems import DeclarationError

if TYPE_CHECKING:
    from bootstrap.declaration.store import Store

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Inputs:
    """Digest of the names of all files, whether or not they were read; and digests of those that were read, by name.

    The names count because patterns select files: a new file can match one, or shadow another.
    """

    names: str
    files: Mapping[str, str]

    def are_those_of(self, store: Store) -> bool:
        """Whether the files in a store are still the same. The files of other environments are not looked at."""
        if _names(store.paths) != self.names:
            return False
        try:
            return all(_digest(store, path) == digest for path, digest in self.files.items())
        except DeclarationError:  # a file cannot be read, which whoever reads the declaration reports
            return False


class RecordingStore:
    """A store that notes down what is read from it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._digests: dict[str, str] = {}
        self.name, self.paths = store.name, store.paths
        self.place = store.place

    @property
    def inputs(self) -> Inputs:
        """What was read until now."""
        return Inputs(_names(self.paths), dict(self._digests))

    def read(self, path: str) -> bytes:
        """The whole content. Raises DeclarationError where it cannot be read."""
        content = self._store.read(path)
        self._digests[path] = hashlib.sha256(content).hexdigest()
        return content

    def open(self, path: str) -> BinaryIO:
        """The content as a stream. Raises DeclarationError where it cannot be read."""
        if path not in self._digests:
            self._digests[path] = _digest(self._store, path)
        return self._store.open(path)


def _digest(store: Store, path: str) -> str:
    total = hashlib.sha256()
    with store.open(path) as stream:
        while block := stream.read(_BLOCK):
            total.update(block)
    return total.hexdigest()


def _names(paths: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(sorted(paths)).encode("utf-8", "surrogateescape")).hexdigest()
