"""The outline of a declaration: what an apply must know of it to find out whether anything is to be done.

A run that proves a declaration records its outline together with the digests of the files that it was read from. A
later apply whose files are the same takes the outline from the history and need not read the declaration.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bootstrap import __version__
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.declaration.contents import contents_digest, digest_of_seeds
from bootstrap.declaration.inputs import Inputs
from bootstrap.redact import redact

if TYPE_CHECKING:
    from bootstrap.declaration.model import Declaration, DeclaredCheck
    from bootstrap.run.history import History

FACT = "outline"  # its name in the history
_FORM = 1
_LONGEST = 1 << 20  # characters


@dataclass(frozen=True, slots=True)
class SeededTable:
    """A table with declared rows: the columns whose values are declared, and the digest of each of its seeds."""

    table: Ref
    columns: tuple[str, ...]
    digests: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Of all that is declared for the table."""
        return digest_of_seeds(self.digests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What an apply must know of a declaration. ``digest`` is that of the declaration, ``name`` what bootstrap.yaml
    names it.
    """

    engine: str
    name: str
    environment: str
    digest: str
    keeps_removed: bool = False
    roles: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()  # with their checksums
    seeds: tuple[SeededTable, ...] = ()
    checks: tuple[DeclaredCheck, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether rows, steps and checks are those that the digest covers: what was edited is not believed."""
        found = contents_digest(
            rows=((item.table.path, digest) for item in self.seeds for digest in item.digests),
            steps=self.steps,
            checks=((check.name, check.query, check.expect.value, check.value) for check in self.checks),
        )
        return found == self.digest.partition(".")[2]


def outline_of(declaration: Declaration) -> Outline:
    """Return the outline of a declaration that has been read."""
    from bootstrap.run.seed_tables import by_table  # noqa: PLC0415  # not needed where the outline is recorded

    manifest = declaration.manifest
    rows = by_table(declaration.seeds).values()
    return Outline(
        engine=manifest.engine,
        name=manifest.given_name,
        environment=manifest.environment or "",
        digest=declaration.digest,
        keeps_removed=declaration.keeps_removed,
        roles=declaration.roles,
        steps=tuple((step.name, step.checksum) for step in declaration.steps),
        seeds=tuple(
            SeededTable(item.table, tuple(item.columns), tuple(seed.digest for seed in item.seeds)) for item in rows
        ),
        checks=declaration.checks,
    )


def record_outline(history: History, declaration: Declaration) -> None:
    """Record the outline of a declaration that is being proven.

    It is left out where it holds a secret, which may not be stored, or is so long that reading the files is better.
    """
    text = recorded(outline_of(declaration), declaration.inputs) if declaration.inputs else ""
    if len(text) > _LONGEST or redact(text) != text:
        text = ""
    if text != (history.fact(FACT) or ""):
        history.set_fact(FACT, text)


def recorded(outline: Outline, inputs: Inputs) -> str:
    """Return the text that the history keeps of an outline and the files it was read from."""
    data = {
        "form": _FORM,
        "version": __version__,
        "names": inputs.names,
        "files": dict(inputs.files),
        "engine": outline.engine,
        "name": outline.name,
        "environment": outline.environment,
        "digest": outline.digest,
        "keeps_removed": outline.keeps_removed,
        "roles": outline.roles,
        "steps": outline.steps,
        "seeds": [(item.table.schema, item.table.name, item.columns, item.digests) for item in outline.seeds],
        "checks": [
            (check.name, check.query, check.expect.value, check.value, check.message, *check.position)
            for check in outline.checks
        ],
    }
    return json.dumps(data, separators=(",", ":"))


def read(text: str) -> tuple[Outline, Inputs] | None:
    """Return what :func:`recorded` wrote; None where there is nothing, another version of db-bootstrap wrote it, or
    somebody has changed it since.
    """
    data = json.loads(text or "{}")
    if data.get("form") != _FORM or data.get("version") != __version__:
        return None
    outline = Outline(
        engine=data["engine"],
        name=data["name"],
        environment=data["environment"],
        digest=data["digest"],
        keeps_removed=data["keeps_removed"],
        roles=tuple(data["roles"]),
        steps=tuple((name, checksum) for name, checksum in data["steps"]),
        seeds=tuple(
            SeededTable(Ref(Kind.TABLE, schema, name), tuple(columns), tuple(digests))
            for schema, name, columns, digests in data["seeds"]
        ),
        checks=tuple(map(_check, data["checks"])),
    )
    return (outline, Inputs(data["names"], data["files"])) if outline.is_whole else None


def _check(values: list[Any]) -> DeclaredCheck:
    from bootstrap.declaration.model import (  # noqa: PLC0415  # many declarations have no checks
        DeclaredCheck,
        Expectation,
        Position,
    )

    name, query, expect, value, message, file, line = values
    return DeclaredCheck(
        name=name, query=query, expect=Expectation(expect), value=value, message=message, position=Position(file, line)
    )
