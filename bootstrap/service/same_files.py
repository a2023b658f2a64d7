"""The shortest ``apply``: the files are those of the last proven run, and the database is what that run left.

Nothing of the declaration is parsed: its outline comes from the history. The answer is either that nothing is to be
done, or nothing at all. Then the declaration is read and validated before anything is changed, so that each failure is
reported in the same way as without this attempt.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bootstrap.declaration.store import MAIN
from bootstrap.dialects.base import ServerError
from bootstrap.dialects.registry import dialect_for
from bootstrap.hazards import misspelt
from bootstrap.problems import BootstrapError
from bootstrap.run import outline as outlines
from bootstrap.run.history import History
from bootstrap.run.identity import Identity, identity_in
from bootstrap.run.records import Outcome
from bootstrap.service.nothing_to_do import failed_checks, is_unchanged, unchanged_report
from bootstrap.service.work import Early, cut_at
from bootstrap.target.connect import connect_once
from bootstrap.target.destination import given_destination

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bootstrap.dialects.base import Session
    from bootstrap.run.outline import Outline
    from bootstrap.service.apply_report import ApplyReport
    from bootstrap.service.work import Request
    from bootstrap.target.connect import Destination

_CONNECT_SECONDS = 3  # who is slower is waited for after the declaration has been read
_ANSWER_SECONDS = 30  # likewise: the declaration may set a deadline, and a network may swallow the question


@contextmanager
def early_session(request: Request) -> Iterator[Early | None]:
    """Connect before the declaration is read, where the caller names the database. The session is closed at the end.

    There is no session where that is not possible at once, or where the database is not to be trusted. Nor is there one
    where the declaration is read whatever the database says.
    """
    if not _may_be_enough(request):
        yield None
        return
    destination = None
    with suppress(BootstrapError):  # reported after the faults of the declaration
        destination = given_destination(request.environ, url=request.url, target=request.target)
    if destination is None:
        yield None
        return
    session = _session(request, destination)
    if session is None:
        yield Early(destination=destination)
        return
    with closing(session):
        yield Early(destination=destination, session=session)


def _may_be_enough(request: Request) -> bool:
    """Whether what an earlier run has proven can answer the request.

    ``--exact`` and ``contract`` look at more of the database than that run need have looked at. A saved plan and an
    adoption are compared with the declaration itself.
    """
    asks_more = request.exact or request.contract or request.adopt_environment or request.saved_plan is not None
    return not asks_more and MAIN in request.store.paths and not any(map(misspelt, request.permissions))


def _session(request: Request, destination: Destination) -> Session | None:
    latest = time.monotonic() + _ANSWER_SECONDS
    cut = cut_at(time.monotonic(), request.deadline)
    endpoint = replace(destination.endpoint, deadline=latest if cut is None else min(cut, latest))
    seconds = min(endpoint.connect_timeout_seconds, _CONNECT_SECONDS)
    session = None
    try:
        dialect = dialect_for(endpoint.engine)
        session = connect_once(dialect, replace(destination, endpoint=endpoint), seconds=seconds)
        dialect.check_trust(session, writing=True)
    except (BootstrapError, ServerError):
        if session is not None:
            session.close()
        return None
    return session


def unchanged_files(request: Request, early: Early) -> tuple[ApplyReport | None, Early]:
    """Ask for the report of a database on which there is nothing to do, without reading the declaration.

    Returns the report, or None; and what can still be used: no session that was lost meanwhile.
    """
    if early.session is None:
        return None, early
    try:
        return _unchanged(request, early.destination, early.session), early
    except ServerError as error:
        return None, replace(early, session=None) if error.connection_lost else early
    except BootstrapError:
        return None, early


def _unchanged(request: Request, destination: Destination, session: Session) -> ApplyReport | None:
    dialect = dialect_for(destination.endpoint.engine)
    history = History(session, dialect)
    facts = history.facts()
    outline = _recorded_outline(request, destination, facts)
    if outline is None:
        return None
    latest, proven = history.latest()
    if proven is None or latest is None or latest.outcome is Outcome.RUNNING:
        return None
    dialect.check_writable(session)
    if not is_unchanged(history, outline, proven) or failed_checks(session, outline):
        return None
    for warning in destination.warnings:
        request.tell(f"warning: {warning}")
    return unchanged_report(destination.name, outline, proven, facts)


def _recorded_outline(request: Request, destination: Destination, facts: Mapping[str, str]) -> Outline | None:
    """The outline of the declaration, where the history has one that was made from the same files."""
    found = outlines.read(facts.get(outlines.FACT, ""))
    if found is None:
        return None
    outline, inputs = found
    wanted = Identity(environment=outline.environment, declaration=outline.name)
    same = (
        outline.environment == (request.environment or "")
        and outline.engine == destination.endpoint.engine
        and not identity_in(facts).excludes(wanted)
        and inputs.are_those_of(request.store)
    )
    return outline if same else None
