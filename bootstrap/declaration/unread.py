"""Files that look as if they were part of the declaration, and that no pattern names.

What somebody wrote there would be lost in silence: declared, and never applied.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from bootstrap.declaration.store import MAIN, select
from bootstrap.problems import Problem

_PROSE = (".md", ".txt")
_DECLARING = (".yaml", ".yml", ".sql")
_AS_GOOD_AS_THE_NAME = 0.8  # "seed", "schemas", "environment"; not "tables", "settings"


def unread(paths: Sequence[str], read: Collection[str], defaults: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Find the files that nobody reads where somebody could think that they are read.

    Args:
        paths: all files of the declaration's directory.
        read: those that some pattern names.
        defaults: the default patterns of each kind of file that bootstrap.yaml has no patterns of its own for.
    """
    usual = {path for patterns in defaults.values() for pattern in patterns for path in select(paths, pattern)}
    for path in paths:
        if path in read or path in usual or path.endswith(_PROSE):
            continue
        top, _, below = path.partition("/")
        if below and top in defaults:
            yield from _in_our_folder(path, top, defaults[top])
        elif path.lower().endswith(_DECLARING):
            yield from _nearly_named(path, top, defaults)


def _in_our_folder(path: str, folder: str, patterns: Sequence[str]) -> Iterator[Problem]:
    endings = sorted({PurePosixPath(pattern).suffix for pattern in patterns})
    suffix = PurePosixPath(path).suffix
    if folder in {"seeds", "environments"} and suffix in endings:
        return  # an overlay may name it
    if folder == "environments" and suffix.lower() not in endings:
        return  # the variables that Terraform has for the same environments
    if "/" not in patterns[0]:
        yield Problem(path, 1, f"is not read: {folder} are in {patterns[0]}", f"name it under {folder} in {MAIN}")
    elif suffix in endings:
        yield Problem(path, 1, f"only what is directly in {folder}/ is read", "move it there")
    else:
        yield Problem(path, 1, f"files in {folder}/ end in {' or '.join(endings)}", "rename or remove it")


def _nearly_named(path: str, top: str, defaults: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """A file beside our folders, or in another folder, of nearly the same name."""
    for kind in difflib.get_close_matches(PurePosixPath(top).stem.lower(), defaults, n=1, cutoff=_AS_GOOD_AS_THE_NAME):
        first = defaults[kind][0]
        place = f"{kind}/" if "/" in first else first
        yield Problem(path, 1, f"is not read, as {place} would be", f"move it there, or name it under {kind} in {MAIN}")
