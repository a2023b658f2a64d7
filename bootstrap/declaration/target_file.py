"""A file that names many databases: a mapping of name → target, each written as in an overlay. YAML or JSON."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from bootstrap.declaration.decode import Reading, decode
from bootstrap.declaration.model import Position, Target, TerraformTarget
from bootstrap.declaration.nodes import Mapping, compose
from bootstrap.declaration.report import Problems, fault, shown
from bootstrap.declaration.settings import target_of
from bootstrap.declaration.shapes.files import TargetShape
from bootstrap.declaration.variables import NAME

AnyTarget = Target | TerraformTarget


@dataclass(frozen=True, slots=True)
class NamedTarget:
    """One entry of the file."""

    name: str
    target: AnyTarget
    position: Position


def read_targets(data: bytes, file: str, engine: str) -> list[NamedTarget]:
    """Return the targets in the order of the file.

    Args:
        data: the file's content.
        file: its name, for messages.
        engine: the declaration's.

    Raises:
        DeclarationError: with every problem of the file.
    """
    problems = Problems()
    node = compose(data, file, problems)
    problems.raise_if_any()
    if not isinstance(node, Mapping) or not node.entries:
        raise fault(Position(file, 1), "no mapping of name → target", "write NAME: {host: …, database: …} for each")
    targets: list[NamedTarget] = []
    seen: dict[Hashable, str] = {}
    for name, (value, line) in node.entries.items():
        reading = Reading(file, engine, problems)
        if not NAME.match(name):
            problems.add(Position(file, line), f"{shown(name)} cannot be a target's name", "use letters, digits, _ . -")
        if not isinstance(value, Mapping):
            problems.add(Position(file, line), f"target {shown(name)} is no mapping", "write {host: …, database: …}")
            continue
        before = len(problems)
        shape = decode(value, TargetShape, reading, name)
        if len(problems) > before:  # a misspelt key is one problem, not also the lack of the key that was meant
            continue
        target = target_of(shape, reading, engine)
        if len(problems) > before:
            continue
        targets.append(NamedTarget(name, target, Position(file, line)))
        first = seen.setdefault(_place(target), name)
        if first != name:
            what = f"target {shown(name)} is the same database as target {shown(first)}"
            problems.add(Position(file, line), what, "remove one of them")
    problems.raise_if_any()
    return targets


def _place(target: AnyTarget) -> Hashable:
    """What two targets of one database have in common, as far as the file says it."""
    if isinstance(target, TerraformTarget):
        return target
    return target.host.lower().rstrip("."), target.port, target.database
