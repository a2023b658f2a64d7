"""Looking for secrets where none may be: in files, texts, and the arguments of every process of the machine."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import threading
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

PROC = Path("/proc")
PAUSE_SECONDS = 0.05
LOOKS = 20  # at each process: it is born with its parent's arguments, and gets its own when it executes its program


def forms(secret: str) -> dict[str, bytes]:
    """A secret as it is, and as JSON, URLs and base64 have it."""
    found = {
        "raw": secret,
        "JSON": json.dumps(secret)[1:-1],
        # As Go's encoder writes it, and so terraform: <, > and & are escaped.
        "JSON of Go": re.sub("[<>&]", lambda match: f"\\u{ord(match[0]):04x}", json.dumps(secret)[1:-1]),
        "JSON twice": json.dumps(json.dumps(secret))[3:-3],
        "URL": quote(secret, safe=""),
        "URL path": quote(secret),
        "form": quote_plus(secret),
        "shell": secret.replace("'", "'\\''"),
        "SQL": secret.replace("'", "''"),
    }
    coded = {name: text.encode() for name, text in found.items()}
    # Inside of a longer text base64 differs with the place: what is certain is what holds no neighbour's bit.
    for shift in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64 of URLs", base64.urlsafe_b64encode)):
            whole = encode(b"\0" * shift + secret.encode())
            first, last = -(-shift * 8 // 6), (shift + len(secret.encode())) * 8 // 6
            coded[f"{name} at {shift}"] = whole[first:last]
    return coded


def leaks(secrets: Mapping[str, str], places: Mapping[str, bytes]) -> list[str]:
    """Name every place that holds a secret, with the form; never the secret itself."""
    wanted = [(whose, form, value) for whose, secret in secrets.items() for form, value in forms(secret).items()]
    return [
        f"{place}: password of {whose} ({form})"
        for place, content in places.items()
        for whose, form, value in wanted
        if value in content
    ]


def files(*folders: Path) -> dict[str, bytes]:
    """The content of all files below, that of archives (a saved plan is one) unpacked; no providers."""
    found: dict[str, bytes] = {}
    for path in (path for folder in folders for path in folder.rglob("*")):
        if ".terraform" in path.parts or not path.is_file():
            continue
        found[str(path)] = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                found |= {f"{path}!{name}": archive.read(name) for name in archive.namelist()}
    return found


class ProcessWatch:
    """Reads the arguments of every process, again and again, for as long as the block lasts."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._end = threading.Event()

    @contextlib.contextmanager
    def watching(self) -> Iterator[ProcessWatch]:
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._end.set()
            thread.join()

    def places(self) -> dict[str, bytes]:
        """What was seen, to be searched."""
        # Numbered, because many run the same program; named by the program alone, because a leak is not for reports.
        programs = [(line.split(b" ", 1)[0].decode(errors="replace"), line) for line in list(self.seen)]
        return {f"process {number} ({program})": line for number, (program, line) in enumerate(programs)}

    def _watch(self) -> None:
        looks: dict[str, int] = {}
        while not self._end.wait(PAUSE_SECONDS):
            # Those that have ended are forgotten: their ids are given to others.
            alive = (entry.name for entry in PROC.iterdir() if entry.name.isdigit())
            looks = {name: looks.get(name, 0) + 1 for name in alive}
            for name in (name for name, number in looks.items() if number <= LOOKS):
                with contextlib.suppress(OSError):  # it has ended
                    self.seen.add((PROC / name / "cmdline").read_bytes().replace(b"\0", b" ").strip())
