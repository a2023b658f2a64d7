"""Where the application says what it expects, and the SQL that it says it with.

An ORM runs in the application's own interpreter, in a process of its own: this package needs none of them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from bootstrap.dialects.foreign_sql import ForeignStatement
from bootstrap.problems import BootstrapError
from bootstrap.sql.lexer import SqlTextError
from bootstrap.sql.split import split_statements

FORMAT_VERSION = 1
_EXPORTERS = Path(__file__).parent / "exporters"
_SECONDS = 300
_IMPORT_PATH = re.compile(r"^[A-Za-z_][\w.]*(:[A-Za-z_][\w.]*)?$")
_OWN_VARIABLES = "DB_BOOTSTRAP_"  # the account that bootstraps is not the application's


class SourceKind(StrEnum):
    """How an application says what it expects."""

    SQLALCHEMY = "sqlalchemy"
    DJANGO = "django"
    COMMAND = "command"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place to ask: an import path, a settings module, a command, or a file of SQL or JSON."""

    kind: SourceKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """The application's interpreter, and modules to import before its models are complete."""

    python: str = sys.executable
    modules: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The class that a table belongs to, and where it is written; file "" and line 0 where that is not known."""

    model: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What one release of an application expects, as SQL. ``module`` is the file that was imported for it."""

    source: str
    statements: tuple[ForeignStatement, ...]
    models: Mapping[str, Place] = field(default_factory=dict)
    module: str | None = None

    def data(self, engine: str) -> dict[str, Any]:
        """The exported form, which another machine takes in place of the application."""
        models = {table: {"model": p.model, "file": p.file, "line": p.line} for table, p in self.models.items()}
        return {
            "format_version": FORMAT_VERSION,
            "engine": engine,
            "source": self.source,
            "statements": [statement.sql for statement in self.statements],
            "models": models,
        }


def parse_source(text: str) -> Source:
    """Read how a source is written: ``app.models:Base``, ``django:shop.settings``, ``command:…``, a file's path.

    Raises:
        BootstrapError: it is none of these.
    """
    prefix, _, rest = text.partition(":")
    if prefix in {SourceKind.DJANGO, SourceKind.COMMAND} and rest:
        return Source(kind=SourceKind(prefix), name=rest)
    if Path(text).suffix in {".sql", ".json"} or Path(text).is_file():
        return Source(kind=SourceKind.FILE, name=text)
    if _IMPORT_PATH.match(text):
        return Source(kind=SourceKind.SQLALCHEMY, name=text)
    raise BootstrapError(
        f'"{text}" names no models: give an import path (app.models:Base), django:SETTINGS_MODULE, command:COMMAND, or'
        " a file of SQL or exported JSON"
    )


def read_source(
    source: Source, interpreter: Interpreter, *, engine: str, vendor: str, version: str = ""
) -> Expectation:
    """Ask the application what it expects of a server of this vendor and version ("": not known).

    Raises:
        BootstrapError: the application cannot be imported, the command fails, the file cannot be read.
    """
    if source.kind is SourceKind.FILE:
        return _read_text(_file(source.name), source.name, engine)
    if source.kind is SourceKind.COMMAND:
        return _read_text(_output(source.name, interpreter), "the command's output", engine)
    script = f"{source.kind.value}_models.py"
    more = interpreter.modules if source.kind is SourceKind.SQLALCHEMY else ()
    answer = _run_exporter(script, [source.name, vendor, version, *more], source, interpreter)
    return _expectation(answer, source.name)


def _file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BootstrapError(f"{name} does not exist: name a file of SQL or exported JSON") from None
    except UnicodeDecodeError:
        raise BootstrapError(f"{name} is not UTF-8: save it as UTF-8") from None


def _output(command: str, interpreter: Interpreter) -> str:
    done = _run(["/bin/sh", "-c", command], interpreter, f"the command {command!r}")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it printed nothing on standard error"])[-1]
        raise BootstrapError(
            f"the command {command!r} failed with exit code {done.returncode}: {last}: correct it until it prints the"
            " application's DDL"
        )
    return done.stdout


def _read_text(text: str, name: str, engine: str) -> Expectation:
    """Read SQL, or what ``--export`` has written."""
    if text.lstrip().startswith("{"):
        try:
            data = json.loads(text)
        except ValueError as error:
            raise BootstrapError(f"{name}: no valid JSON: {error}: export it again with models --export") from None
        if not isinstance(data, dict) or data.get("format_version") != FORMAT_VERSION or "statements" not in data:
            raise BootstrapError(f"{name}: not an export of this version: export it again with models --export")
        if data.get("engine") != engine:
            raise BootstrapError(
                f"{name}: exported for {data.get('engine')}, but the declaration is for {engine}: export it again"
            )
        return _expectation(data, str(data.get("source") or name))
    try:
        found = split_statements(text, engine)
    except SqlTextError as error:
        line = text.count("\n", 0, error.offset) + 1
        raise BootstrapError(f"{name}:{line}: {error}: correct the SQL") from None
    if not found:
        raise BootstrapError(f"{name}: no SQL: it must be the statements that create what the application expects")
    return Expectation(
        source=name, statements=tuple(ForeignStatement(statement.sql, name, statement.line) for statement in found)
    )


def _expectation(data: Mapping[str, Any], source: str) -> Expectation:
    models = {
        table: Place(model=str(found["model"]), file=str(found.get("file") or ""), line=int(found.get("line") or 0))
        for table, found in data.get("models", {}).items()
    }
    statements = tuple(ForeignStatement(str(text).strip().rstrip(";"), source) for text in data["statements"])
    return Expectation(source=source, statements=statements, models=models, module=data.get("module"))


def _run_exporter(script: str, arguments: Sequence[str], source: Source, interpreter: Interpreter) -> Mapping[str, Any]:
    with tempfile.TemporaryDirectory(prefix="db-bootstrap-") as folder:
        answer = Path(folder) / "answer.json"
        command = [interpreter.python, str(_EXPORTERS / script), str(answer), *arguments]
        done = _run(command, interpreter, f"the import of {source.name}")
        if not answer.exists():
            last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise BootstrapError(
                f"{interpreter.python} could not run: {last}: name the application's Python with --python"
            )
        found: Mapping[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    if "error" in found:
        raise _failed_import(found["error"], source, interpreter)
    return found


def _run(command: Sequence[str], interpreter: Interpreter, what: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in interpreter.environ.items() if not name.startswith(_OWN_VARIABLES)}
    try:
        return subprocess.run(  # noqa: S603  # the user names the command
            command, env=kept, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BootstrapError(f"{what} takes longer than {_SECONDS} seconds: it must end by itself") from None
    except OSError as error:
        raise BootstrapError(
            f"{command[0]} cannot be run: {error.strerror}: name the application's Python with --python"
        ) from None


def _failed_import(error: Mapping[str, Any], source: Source, interpreter: Interpreter) -> BootstrapError:
    if error["type"] == "NoModelsError":
        return BootstrapError(str(error["message"]))
    where = f" ({error['file']}:{error['line']})" if error.get("file") else ""
    message = " ".join(str(error["message"]).split())
    said = f"{error['type']}: {message}".rstrip(": ")
    spelled = f"django:{source.name}" if source.kind is SourceKind.DJANGO else source.name
    return BootstrapError(
        f"{source.name} cannot be imported by {interpreter.python}: {said}{where}: set the variables that the"
        " application needs, or name its interpreter with --python, or export its models where it runs:"
        f" db-bootstrap models --export models.json {spelled}; then name models.json here. Any command that prints"
        " its DDL does as well: --command 'docker run --rm IMAGE python print_ddl.py'"
    )
