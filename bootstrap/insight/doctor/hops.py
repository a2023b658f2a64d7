"""Hops side by side: each starts when those that it depends on are done, and each has its own deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from bootstrap.dialects.base import ServerError
from bootstrap.findings import Check, Finding, State
from bootstrap.problems import BootstrapError
from bootstrap.redact import redact


@dataclass(frozen=True, slots=True)
class Hop:
    """One check: what it depends on, and how it is looked at.

    ``patience`` multiplies the seconds that each hop has. With ``any_end`` it only waits for what it depends on, and is
    looked at however that ended.
    """

    check: Check
    look: Callable[[], Finding]
    after: tuple[Check, ...] = ()
    patience: float = 1.0
    any_end: bool = False


def run_hops(hops: Sequence[Hop], seconds: float) -> list[Finding]:
    """Look at all hops, those that do not depend on each other at the same time.

    Args:
        hops: in the order of the way; a hop depends on earlier ones only.
        seconds: how long one hop may take. A hop that does not answer in time is unknown.

    Returns:
        One finding a hop, in the same order.
    """
    found: dict[Check, Future[Finding]] = {hop.check: Future() for hop in hops}
    for hop in hops:
        # Daemons: a hop that never comes back must not keep the program from ending.
        threading.Thread(target=_run, args=(hop, found, seconds), daemon=True, name=f"doctor {hop.check}").start()
    return [found[hop.check].result() for hop in hops]


def _run(hop: Hop, found: dict[Check, Future[Finding]], seconds: float) -> None:
    earlier = [found[check].result() for check in hop.after if check in found]
    blocked = None if hop.any_end else _blocked(hop, earlier)
    found[hop.check].set_result(blocked or _in_time(hop, seconds * hop.patience))


def _blocked(hop: Hop, earlier: Sequence[Finding]) -> Finding | None:
    """Why a hop cannot be looked at, where it cannot: a check that it depends on failed, or is unknown."""
    for finding in earlier:
        if finding.state is State.FAILED or finding.state is State.UNKNOWN or finding.because:
            state = State.UNKNOWN if finding.state is State.UNKNOWN else State.SKIPPED
            cause = finding.because or finding.check
            words = "is unknown" if state is State.UNKNOWN else "failed"
            return Finding(hop.check, state, f"needs {cause}, which {words}", because=cause)
    return None


def _in_time(hop: Hop, seconds: float) -> Finding:
    answer: Future[Finding] = Future()
    started = time.monotonic()
    threading.Thread(target=_look, args=(hop, answer), daemon=True, name=f"doctor {hop.check} itself").start()
    try:
        return answer.result(timeout=seconds)
    except TimeoutError:
        waited = time.monotonic() - started
        return Finding(hop.check, State.UNKNOWN, f"no answer within {waited:.0f} s", "give it longer with --timeout")


def _look(hop: Hop, answer: Future[Finding]) -> None:
    try:
        answer.set_result(hop.look())
    except BootstrapError as error:
        answer.set_result(Finding(hop.check, State.FAILED, redact(str(error))))
    except ServerError as error:
        answer.set_result(Finding(hop.check, State.UNKNOWN, redact(str(error))))
    except Exception as error:  # noqa: BLE001  # whatever keeps a hop from being looked at: it is not known, never green
        answer.set_result(Finding(hop.check, State.UNKNOWN, redact(f"{type(error).__name__}: {error}")))
