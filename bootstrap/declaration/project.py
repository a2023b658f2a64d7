"""bootstrap.yaml and the overlay: what a declaration is, which files it reads, and what differs per environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, TypeVar

from bootstrap.declaration.convert.assembly import listed
from bootstrap.declaration.decode import Reading, decode
from bootstrap.declaration.model import Manifest, Position
from bootstrap.declaration.nodes import Mapping, Node, compose
from bootstrap.declaration.report import Problems, fault, near, shown
from bootstrap.declaration.settings import read_policy, read_scope, read_target
from bootstrap.declaration.shapes.files import BootstrapFile, OverlayFile
from bootstrap.declaration.store import MAIN, Store, has_wildcard, select
from bootstrap.declaration.unread import unread
from bootstrap.declaration.variables import NAME

_T = TypeVar("_T")

DEFAULTS = {
    "schema": ("schema/**/*.yaml", "schema/**/*.yml"),
    "steps": ("steps/*.sql", "steps/*.yaml", "steps/*.yml"),
    "seeds": ("seeds/*.yaml", "seeds/*.yml", "seeds/*.csv", "seeds/*.jsonl", "seeds/*.ndjson"),
    "checks": ("checks.yaml", "checks.yml"),
    "environments": ("environments/*.yaml", "environments/*.yml"),
}
DATA_FILES = (".csv", ".jsonl", ".ndjson")


@dataclass(kw_only=True)
class Project:
    """A declaration whose bootstrap.yaml and overlay have been read; its other files only have been found."""

    store: Store
    problems: Problems
    manifest: Manifest
    overlay: OverlayFile
    overlay_reading: Reading
    overlay_path: str | None = None
    schema: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    seeds: list[str] = field(default_factory=list)
    overlay_seeds: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)

    def reading(self, path: str) -> Reading:
        """The context for reading one file."""
        return Reading(path, self.manifest.engine, self.problems)

    def compose(self, path: str) -> Node | None:
        """The tree of one YAML file, variables replaced."""
        return compose(self.store.read(path), path, self.problems, self.manifest.variables)


def open_project(store: Store, environment: str | None) -> Project:
    """Read bootstrap.yaml and the overlay, and find all other files.

    Args:
        store: the files.
        environment: the overlay's name; None for the base declaration.

    Raises:
        DeclarationError: there is no declaration, no such environment, or one of the two files is wrong.
    """
    return _Opening(store, environment).open()


class _Opening:
    """The state of opening one project."""

    def __init__(self, store: Store, environment: str | None) -> None:
        self.store = store
        self.environment = environment
        self.problems = Problems()

    def open(self) -> Project:
        if MAIN not in self.store.paths:
            where = self.store.place
            raise fault(Position(where, 0), f"no {MAIN} here", "name the declaration's directory with --dir")
        main, reading, raw = self._file(MAIN, BootstrapFile, None)
        if main is None:
            self.problems.raise_if_any()
            raise fault(Position(MAIN, 1), "the file is empty", "write version: 1 and engine:")
        environments = self._environments(main, reading)
        overlay_path = self._overlay_path(environments)
        overlay, overlay_reading, overlay_raw = OverlayFile(), Reading(MAIN, main.engine, self.problems), None
        if overlay_path is not None:
            found, overlay_reading, overlay_raw = self._file(overlay_path, OverlayFile, None, main.engine)
            overlay = found or overlay
        variables = self._variables(main, reading, overlay, overlay_reading)
        # Once more, now that the variables are known: they may stand anywhere but in their own values.
        if raw and b"${" in raw:
            main, reading, _ = self._file(MAIN, BootstrapFile, variables)
        if overlay_path is not None and overlay_raw and b"${" in overlay_raw:
            found, overlay_reading, _ = self._file(overlay_path, OverlayFile, variables, main.engine if main else "")
            overlay = found or overlay
        if main is None:
            self.problems.raise_if_any()
        return self._project(main, reading, overlay, overlay_reading, overlay_path, environments, variables)

    def _file(
        self, path: str, shape: type[_T], variables: dict[str, str] | None, engine: str = ""
    ) -> tuple[_T | Any, Reading, bytes]:
        raw = self.store.read(path)
        node = compose(raw, path, self.problems, variables)
        if isinstance(node, Mapping) and not engine:
            engine = getattr(node.entries.get("engine", (None, 0))[0], "text", "")
        if isinstance(node, Mapping) and variables is not None:
            node.entries.pop("variables", None)
        reading = Reading(path, engine, self.problems)
        if node is None and shape is not OverlayFile:
            return None, reading, raw
        return decode(node, shape, reading, path), reading, raw

    def _environments(self, main: BootstrapFile, reading: Reading) -> dict[str, str]:
        if main.version != 1:
            position = reading.position(main, "version")
            self.problems.add(position, f"version {main.version} of the format is not known", "write version: 1")
        patterns = listed(main.environments) or DEFAULTS["environments"]
        paths = [path for pattern in patterns for path in select(self.store.paths, pattern)]
        return {PurePosixPath(path).stem: path for path in sorted(set(paths))}

    def _overlay_path(self, environments: dict[str, str]) -> str | None:
        if self.environment is None or not environments:
            return None  # without any overlay, every environment is as the base says
        if self.environment not in environments:
            known = ", ".join(sorted(environments))
            raise fault(
                Position(f"environments/{shown(self.environment)}.yaml", 0),
                f"unknown environment {shown(self.environment)} (known: {known})",
                near(self.environment, environments, "use a known one, or add this file"),
            )
        return environments[self.environment]

    def _variables(
        self, main: BootstrapFile, reading: Reading, overlay: OverlayFile, overlay_reading: Reading
    ) -> dict[str, str]:
        values: dict[str, str | None] = {}
        for shape, place in ((main, reading), (overlay, overlay_reading)):
            for name, value in (shape.variables or {}).items():
                if not NAME.match(name):
                    self.problems.add(
                        place.position(shape.variables, name),
                        f"{shown(name)} cannot be a variable's name",
                        "use letters, digits, _ . and -",
                    )
                values[name] = value
        for name, value in values.items():
            if value is None:
                here = overlay_reading.position(overlay) if self.environment else reading.position(main.variables, name)
                self.problems.add(here, f"the variable {name} has no value", "give one under variables in the overlay")
        return {name: value or "" for name, value in values.items()}

    def _project(
        self, main: BootstrapFile, reading: Reading, overlay: OverlayFile, overlay_reading: Reading,
        overlay_path: str | None, environments: dict[str, str], variables: dict[str, str],
    ) -> Project:  # fmt: skip
        found = {key: self._select(main, reading, key) for key in ("schema", "steps", "seeds", "checks")}
        extra = overlay.seeds if isinstance(overlay.seeds, str | list) else None
        position = overlay_reading.position(overlay, "seeds")
        overlay_seeds = self._matching(listed(extra), position, explicit=True)
        if not overlay.base_seeds:
            found["seeds"] = []
        read = [MAIN, *found["schema"], *found["steps"], *found["seeds"], *found["checks"], *overlay_seeds]
        # A seed may name a data file anywhere; which one is not known before the YAML is parsed.
        read += [path for path in self.store.paths if path.endswith(DATA_FILES)]
        read += [overlay_path] if overlay_path else []
        files = tuple(sorted(set(read)))
        manifest = Manifest(
            name=main.name or self.store.name,
            given_name=main.name or "",
            engine=main.engine,
            environment=self.environment,
            environments=tuple(sorted(environments)),
            default_schema="" if main.engine == "mysql" else main.default_schema or "public",
            target=read_target(overlay, overlay_reading, main.engine),
            variables=variables,
            policy=read_policy((main.policy, reading), (overlay.policy, overlay_reading)),
            scope=read_scope(overlay.scope or main.scope),
            files=files,
        )
        usual = {key: patterns for key, patterns in DEFAULTS.items() if getattr(main, key) is None}
        for problem in unread(self.store.paths, {*read, *environments.values()}, usual):
            self.problems.add(Position(problem.file, problem.line), problem.what, problem.remedy)
        return Project(
            store=self.store, problems=self.problems, manifest=manifest, overlay=overlay,
            overlay_reading=overlay_reading, overlay_path=overlay_path, overlay_seeds=overlay_seeds, **found,
        )  # fmt: skip

    def _select(self, main: BootstrapFile, reading: Reading, key: str) -> list[str]:
        given = listed(getattr(main, key))
        return self._matching(given or DEFAULTS[key], reading.position(main, key), explicit=bool(given))

    def _matching(self, patterns: tuple[str, ...], position: Position, *, explicit: bool) -> list[str]:
        result: dict[str, None] = {}
        for pattern in patterns:
            if pattern.endswith("/"):
                pattern += "**/*"  # noqa: PLW2901  # a folder means all that is in it
            matches = select(self.store.paths, pattern)
            if explicit and not matches:
                what = "no file matches" if has_wildcard(pattern) else "there is no file"
                self.problems.add(position, f"{what} {shown(pattern)}", "correct the path, relative to bootstrap.yaml")
            result |= dict.fromkeys(matches)
        return list(result)
