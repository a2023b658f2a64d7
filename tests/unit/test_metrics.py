"""The line that CloudWatch turns into metrics: the embedded metric format, and what counts as what."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from bootstrap.handler import handler
from bootstrap.problems import BootstrapError, Unreachable, VerificationFailed
from bootstrap.service.metrics import UNITS, VARIABLE, Invocation, measured, metric_line

ENVIRON = {VARIABLE: "db-bootstrap", "AWS_LAMBDA_FUNCTION_NAME": "contacts-production"}


def line(action: str, result: dict[str, Any] | None = None, error: BaseException | None = None) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(metric_line(Invocation(action, "request-1", result or {}), error, 1.5, ENVIRON))
    return read


def test_the_line_is_of_the_embedded_metric_format() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""
    text = metric_line(Invocation("apply", "request-1", {"run_id": 7, "ready_token": "t"}), None, 1.5, ENVIRON)
    assert "\n" not in text
    read = json.loads(text)
    assert abs(read["_aws"]["Timestamp"] - time.time() * 1000) < 60_000, "milliseconds since the epoch"
    (directive,) = read["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "db-bootstrap"
    for name in [name for names in directive["Dimensions"] for name in names]:
        assert isinstance(read[name], str), "a dimension refers to a text at the top"
    for metric in directive["Metrics"]:
        assert isinstance(read[metric["Name"]], int), "a metric refers to a number at the top"
        assert metric["Unit"] == UNITS[metric["Name"]]
    assert read["FunctionName"] == "contacts-production"
    assert (read["run_id"], read["request_id"], read["Duration"]) == (7, "request-1", 1500)


@pytest.mark.parametrize(
    ("action", "result", "error", "counted", "status"),
    [
        ("apply", {"status": "applied", "ready_token": "t"}, None, {"Proven"}, "applied"),
        ("apply", None, VerificationFailed("x"), {"Failures"}, "failed"),
        ("apply", None, KeyboardInterrupt(), {"Failures"}, "failed"),
        ("verify", {"status": "verified"}, None, {"Proven"}, "verified"),
        ("verify", None, VerificationFailed("x"), {"Drift"}, "drift"),
        ("verify", None, Unreachable("x"), {"Failures"}, "failed"),
        ("plan", {"status": "planned", "drift": True}, None, {"Drift"}, "drift"),
        ("plan", {"status": "planned", "drift": False}, None, set(), "planned"),
        ("doctor", {"status": "ok"}, None, set(), "ok"),
    ],
)  # fmt: skip
def test_what_counts(
    action: str, result: dict[str, Any] | None, error: BaseException | None, counted: set[str], status: str
) -> None:
    read = line(action, result, error)
    assert {name for name in ("Failures", "Drift", "Proven") if read[name] == 1} == counted
    assert (read["Runs"], read["status"]) == (1, status)
    assert read["error"] == (type(error).__name__ if error else None)


def test_a_refused_event_is_counted_without_its_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BootstrapError):
        handler({"action": "drop everything", "target": {}})
    read = json.loads(capsys.readouterr().out)
    assert (read["Failures"], read["error"], read["action"]) == (1, "BootstrapError", "drop everything")
    assert "is not known" not in json.dumps(read)


def test_without_a_namespace_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with measured({}, "", {}):
        pass
    assert capsys.readouterr().out == ""
