"""The Dockerfile without a builder: its steps run in folders that stand for the stages' file systems.

Absolute paths that a step writes (`/opt/…`, `/build`) are led into the stage's folder. The base images are not there:
`python` is the one that runs the tests.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.release.conftest import run

OWN_ROOTS = ("/opt/", "/build", "/declaration", "/etc/ssl/certs/rds-")


@dataclass
class Stage:
    """The file system of a stage and what it says about running it."""

    root: Path
    folder: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def inside(self, text: str) -> str:
        """Lead the absolute paths of a text into this stage's folder."""
        roots = "|".join(map(re.escape, OWN_ROOTS))
        return re.sub(rf"(?<![\w./])({roots})", lambda found: f"{self.root}{found[1]}", text)

    def path(self, target: str) -> Path:
        """The place of a path of the image; a relative one is in the stage's working folder."""
        return self.root / str(Path(self.folder, target)).lstrip("/")


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """Each instruction with its arguments."""
    for line in dockerfile.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def build(context: Path, folder: Path, variables: Mapping[str, str]) -> Stage:
    """Run every instruction of the context's Dockerfile; return the last stage."""
    stages: dict[str, Stage] = {}
    stage = Stage(folder)
    for name, rest in instructions(context / "Dockerfile"):
        if name == "FROM":  # which base image does not matter: there is none here
            label = rest.partition(" AS ")[2] or "final"
            stage = stages[label] = Stage(folder / label)
        elif name == "COPY":
            _copy(context, stages, stage, rest)
        elif name == "RUN":
            path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
            run(["/bin/sh", "-c", stage.inside(rest)], cwd=stage.path("."), env={"PATH": path, **variables})
        elif name != "ARG":
            _configure(stage, name, rest)
    return stage


def _configure(stage: Stage, name: str, rest: str) -> None:
    match name:
        case "WORKDIR":
            stage.folder = rest
            stage.path(".").mkdir(parents=True, exist_ok=True)
        case "ENV":
            for word in shlex.split(rest):
                key, _, value = word.partition("=")
                stage.environment[key] = stage.inside(value.replace("$PATH", "/usr/bin:/bin"))
        case "USER":
            stage.user = rest
        case "ENTRYPOINT":
            stage.entry = json.loads(rest)
        case "CMD":
            stage.command = json.loads(rest)
        case _:
            raise AssertionError(f"the Dockerfile has an instruction that no test runs: {name}")


def _copy(context: Path, stages: Mapping[str, Stage], stage: Stage, rest: str) -> None:
    words = rest.split()
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, target = (word for word in words if not word.startswith("--"))
    origin = stages[options["from"]].root if "from" in options else context
    for source in sources:
        found = origin / source.lstrip("/")
        assert found.exists(), f"COPY {source}: not in the build's context"
        into = stage.path(target)
        if found.is_dir():
            shutil.copytree(found, into, symlinks=True, dirs_exist_ok=True)
            _relocate(into / "bin", origin, stage.root)
            continue
        if target.endswith("/"):
            into /= found.name
        into.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(found, into)
        if "chmod" in options:
            into.chmod(int(options["chmod"], 8))


def _relocate(programs: Path, origin: Path, root: Path) -> None:
    """In an image both stages have the same paths; here the first lines of copied programs name the other stage."""
    for program in filter(Path.is_file, programs.glob("*")):
        content = program.read_bytes()
        if content.startswith(b"#!"):
            program.write_bytes(content.replace(bytes(origin), bytes(root), 1))
