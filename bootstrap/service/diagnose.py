"""The use-case ``diagnose``: an application's database error, and what each environment says about it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import Scope
from bootstrap.insight.diagnose.lookup import Found, lacks_value, look_up
from bootstrap.insight.diagnose.recognise import Recognition, recognise
from bootstrap.problems import BootstrapError
from bootstrap.run.history import History
from bootstrap.run.records import Run
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.work import Request, Work, open_work, read_declaration

_SHOWN = 3


class State(StrEnum):
    """What an environment says about the object: a closed vocabulary of the JSON form."""

    NEVER_BOOTSTRAPPED = "never_bootstrapped"  # declared, missing, and no run is recorded
    NOT_APPLIED = "not_applied"  # declared, missing, and the last run applied another declaration
    DRIFT = "drift"  # declared, missing, although the last run proved this declaration
    UNDECLARED = "undeclared"  # neither declared nor there
    SIMILAR = "similar"  # only another schema or another spelling has it
    PRESENT = "present"  # it is there: the schema of this database is not the cause
    DECLARED = "declared"  # declared; the database was not asked
    NOT_NAMED = "not_named"  # the text names no object that a database could lack
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFinding:
    """What one environment says: in one sentence, with the command that fixes it.

    ``declared`` and ``live``: whether the object is; None where nobody could look. ``changed_by_run`` is the last run
    that changed the object, ``changed_by`` who started it.
    """

    environment: str
    state: State
    sentence: str
    remedy: str = ""
    run: int | None = None
    declared: bool | None = None
    live: bool | None = None
    changed_by_run: int | None = None
    changed_by: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "environment": self.environment,
            "state": self.state.value,
            "sentence": self.sentence,
            "remedy": self.remedy or None,
            "declared": self.declared,
            "live": self.live,
            "last_run": self.run,
            "changed_by_run": self.changed_by_run,
            "changed_by": self.changed_by or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the text says, and what each environment that was asked says."""

    recognition: Recognition
    environments: tuple[EnvironmentFinding, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {**self.recognition.data, "environments": [finding.data for finding in self.environments]}


def diagnose(text: str, requests: Sequence[Request], *, seconds: float) -> Diagnosis:
    """Return the cause of an error text; with requests also what each of these environments says. Reads only.

    Args:
        text: the error as the application printed it.
        requests: one an environment. All are asked at the same time.
        seconds: how long the answers of all environments may take.
    """
    recognition = recognise(text)
    if not requests:
        return Diagnosis(recognition=recognition)
    deadline = time.monotonic() + seconds
    with ThreadPoolExecutor(max_workers=len(requests)) as pool:
        asked = [pool.submit(_ask, replace(request, deadline=deadline), recognition) for request in requests]
        return Diagnosis(recognition=recognition, environments=tuple(one.result() for one in asked))


def _ask(request: Request, recognition: Recognition) -> EnvironmentFinding:
    name = request.environment or "the database"
    try:
        declared = look_up(read_declaration(request).catalog, recognition)
        with open_work(request) as work, readable_server_errors():
            return _compare(name, work, recognition, declared)
    except BootstrapError as error:
        return EnvironmentFinding(environment=name, state=State.UNREACHABLE, sentence=f"{name}: {error}")


def _compare(name: str, work: Work, recognition: Recognition, declared: Found | None) -> EnvironmentFinding:
    last, proven = History(work.session, work.dialect).latest()
    run = None if last is None else last.id
    if declared is None:
        sentence = f"{name}: the error names no object that the schema could lack; {_run(last)}"
        return EnvironmentFinding(environment=name, state=State.NOT_NAMED, sentence=sentence, run=run)
    catalog = work.dialect.introspect(work.session, Scope()).catalog
    live = look_up(catalog, recognition) or Found()
    what = f"{recognition.kind} {recognition.name}"
    if live.refs and recognition.value and lacks_value(catalog, live.refs, recognition.value):
        what, live = f'value "{recognition.value}" of {what}', Found()
        if lacks_value(work.declaration.catalog, declared.refs, recognition.value):
            declared = Found()
    state, sentence = _judge(work, what, declared, live, last, proven)
    change = _last_change(work, (*live.refs, *declared.refs))
    if change is not None:
        sentence += f"; last changed by run {change.id} on {change.started_at:%Y-%m-%d}{_by(change)}"
    return EnvironmentFinding(
        environment=name, state=state, sentence=f"{name}: {sentence}", remedy=_remedy(state, work, recognition),
        run=run, declared=bool(declared.refs), live=bool(live.refs),
        changed_by_run=change.id if change else None, changed_by=_who(change) if change else "",
    )  # fmt: skip


def _last_change(work: Work, refs: Sequence[Ref]) -> Run | None:
    """The last run that has a statement on one of these objects, or on the table of one."""
    history = History(work.session, work.dialect)
    subjects = {str(ref) for ref in refs} | {str(ref.owner) for ref in refs if ref.owner}
    number = history.last_change(sorted(subjects)) if subjects else None
    return None if number is None else history.run(number)


def _judge(
    work: Work, what: str, declared: Found, live: Found, last: Run | None, proven: Run | None
) -> tuple[State, str]:
    """What it means that an object is declared or not, and there or not."""
    if live.refs:
        return State.PRESENT, f"{what} exists ({_named(live.refs)}); {_run(last)}"
    if live.similar:
        return State.SIMILAR, f"{what} does not exist, but {_named(live.similar)} does; {_run(last)}"
    if not declared.refs:
        return State.UNDECLARED, f"{what} is neither declared nor in the database; {_run(last)}"
    if last is None:
        return (
            State.NEVER_BOOTSTRAPPED,
            f"{what} is declared, but missing: no run is recorded, the database was never bootstrapped",
        )
    if proven is not None and proven.declaration_digest == work.declaration.digest:
        return (
            State.DRIFT,
            f"{what} is missing, although run {proven.id} proved this declaration: somebody dropped it since",
        )
    return State.NOT_APPLIED, f"{what} is declared, but missing: this declaration was never applied here; {_run(last)}"


def _remedy(state: State, work: Work, recognition: Recognition) -> str:
    environment = work.request.environment
    target = environment or "--url …"
    directory = f" --dir {work.request.directory}" if work.request.directory else ""
    if state in {State.NEVER_BOOTSTRAPPED, State.NOT_APPLIED, State.DRIFT}:
        return f"db-bootstrap apply {target}{directory}"
    if state is State.UNDECLARED:
        return f"declare {recognition.kind} {recognition.name}, then db-bootstrap apply {target}{directory}"
    if state is State.SIMILAR:
        return "correct the application's search_path, or the spelling of the name"
    if state is State.PRESENT:
        return (
            "the application reads another database, schema or environment, or its connection is older than the"
            " change: compare its settings with this target, then restart it"
        )
    return ""


def _named(refs: tuple[Ref, ...]) -> str:
    shown = ", ".join(str(ref) for ref in refs[:_SHOWN])
    return shown if len(refs) <= _SHOWN else f"{shown} and {len(refs) - _SHOWN} more"


def _run(run: Run | None) -> str:
    if run is None:
        return "no run is recorded"
    return f"last run: {run.id}, {run.outcome.value}, {run.started_at:%Y-%m-%d %H:%M} UTC{_by(run)}"


def _by(run: Run) -> str:
    who = _who(run)
    return f", by {who}" if who else ""


def _who(run: Run) -> str:
    return run.principal or run.os_user or run.db_user
