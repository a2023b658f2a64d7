"""One line of the log for each invocation, in CloudWatch's embedded metric format: what alarms look at.

CloudWatch turns the line into metrics by itself, so the function needs no permission and no API for it. The other
fields of the line are for searches by run. Off unless the variable names a namespace, since metrics cost money.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bootstrap.problems import VerificationFailed

VARIABLE = "DB_BOOTSTRAP_METRICS_NAMESPACE"
DIMENSION = "FunctionName"
UNITS = {"Runs": "Count", "Failures": "Count", "Drift": "Count", "Proven": "Count", "Duration": "Milliseconds"}


@dataclass
class Invocation:
    """What one invocation did; the handler fills in the result."""

    action: str
    request_id: str
    result: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def measured(event: object, request_id: str, environ: Mapping[str, str]) -> Iterator[Invocation]:
    """Write the line when the invocation ends, also when it fails."""
    action = event.get("action", "apply") if isinstance(event, Mapping) else ""
    invocation = Invocation(str(action), request_id)
    started, error = time.monotonic(), None
    try:
        yield invocation
    except BaseException as raised:
        error = raised
        raise
    finally:
        if environ.get(VARIABLE):
            print(metric_line(invocation, error, time.monotonic() - started, environ), flush=True)


def metric_line(invocation: Invocation, error: BaseException | None, seconds: float, environ: Mapping[str, str]) -> str:
    """Return the line: metrics, dimension, and the fields to search by. The error's message is not in it."""
    result = invocation.result
    drift = result.get("drift") is True or (invocation.action == "verify" and isinstance(error, VerificationFailed))
    values = {
        "Runs": 1,
        # A comparison that finds drift has done its work: an alarm of its own looks at it.
        "Failures": int(error is not None and not drift),
        "Drift": int(drift),
        "Proven": int(error is None and (bool(result.get("ready_token")) or result.get("status") == "verified")),
        "Duration": round(seconds * 1000),
    }
    metrics = [{"Name": name, "Unit": unit} for name, unit in UNITS.items()]
    directive = {"Namespace": environ[VARIABLE], "Dimensions": [[DIMENSION]], "Metrics": metrics}
    return json.dumps({
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]},
        DIMENSION: environ.get("AWS_LAMBDA_FUNCTION_NAME") or "handler",
        **values,
        "action": invocation.action,
        "status": "drift" if drift else "failed" if error is not None else str(result.get("status", "")),
        "error": type(error).__name__ if error is not None else None,
        "run_id": result.get("run_id"),
        "request_id": invocation.request_id,
    })  # fmt: skip
