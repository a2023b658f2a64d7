"""AWS Lambda and ECS entry: an event in, a result out; raises on failure, so that Terraform sees it fail.

``errorMessage`` is all that a person sees of a failure in Terraform's output: it is short and complete in itself.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import importlib
import io
import os
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import NoneType
from typing import TYPE_CHECKING, Any, Protocol

from bootstrap.packages import missing_package
from bootstrap.problems import BootstrapError, DeclarationError, Refused, VerificationFailed, type_of
from bootstrap.redact import redact
from bootstrap.service.apply import apply
from bootstrap.service.function_url import answer, is_http
from bootstrap.service.metrics import measured
from bootstrap.service.pins import pinned
from bootstrap.service.work import Request
from bootstrap.target.denials import SECONDS, passing_within
from bootstrap.wording import in_terraform

if TYPE_CHECKING:
    from bootstrap.declaration.model import Files
    from bootstrap.plan.statement import Hazard
    from bootstrap.service.apply_report import ApplyReport

RUNTIME_VARIABLE = "AWS_LAMBDA_RUNTIME_API"  # set where this runs as a function
_LARGEST_BYTES = 64 << 20  # of all files of an event, whose own size Lambda limits to 6 MB
_PLAN_WAIT_SECONDS = 30
_LONGEST_MESSAGE = 6000  # characters: Terraform prints it whole, inside of JSON


class Context(Protocol):
    """The part of the Lambda context that is used."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends this invocation."""


def handler(event: Mapping[str, Any], context: Context | None = None) -> dict[str, Any]:
    """Do what the event asks for.

    Args:
        event: ``action`` (apply, plan, verify, contract, rollback, rebuild, check_history, doctor), ``environment``,
            ``declaration`` ({"files": path → base64 of gzip} or {"s3": {"bucket", "prefix", "files": paths}}),
            ``target``,
            and optionally ``allow``, ``git_revision`` and ``declaration_digest``, which the files are then held
            against; of an apply or plan also ``additive_only``, of a rollback ``to``, a run's
            number, of a rebuild ``confirm``, the database's name. What the
            function's own configuration pins (:mod:`bootstrap.service.pins`) may be left out, and nothing else may be
            asked for.
        context: of the invocation; gives the deadline and the request's id.

    Returns:
        ``status``, ``ready_token``, ``run_id``, ``fingerprint``, ``statements``, ``pending``, ``summary``; of a plan
        what :func:`_plan` says.

    Raises:
        BootstrapError: of the kind that the failure is, with one readable message and no secret. Planning raises
            nothing: Terraform could not even plan to destroy then.
    """
    if is_http(event):
        return answer(event, os.environ)
    try:
        request_id = context.aws_request_id if context else ""
        with measured(event, request_id, os.environ) as invocation, in_terraform():
            event = _checked(event)
            action = _ACTIONS[_action(event)]
            with passing_within(_patience(_action(event), context)):
                invocation.result = action(event, context)
            return dict(invocation.result)
    except ModuleNotFoundError as error:
        raise _failure(missing_package(error)) from None
    except BootstrapError as error:
        raise _failure(error) from None
    except Exception as error:  # noqa: BLE001  # the last line of defence: no traceback with values in it
        raise _failure(BootstrapError(f"unexpected {type(error).__name__}: {error}")) from None


def _patience(action: str, context: Context | None) -> float:
    """Seconds for which AWS may deny something, and be asked again: none for a plan, which nobody waits for."""
    if context is None or action == "plan":
        return 0.0
    return min(SECONDS, context.get_remaining_time_in_millis() / 2000)


def _failure(error: BootstrapError) -> Exception:
    """What to raise for a failure, without secrets.

    Terraform prints what Lambda answers as JSON. Lambda's own exception carries no stack trace into that, and without
    line breaks there are no ``\\n`` for a person to read; the lines as they are go to the log.
    """
    kind, text = type_of(error), _shortened(redact(str(error)))
    if RUNTIME_VARIABLE not in os.environ:
        return kind(text)
    print(text, flush=True)
    try:
        fault = importlib.import_module("awslambdaric.lambda_runtime_exception").FaultException
    except (ImportError, AttributeError):  # another runtime than AWS's: its way to say it must not hide the failure
        return kind(text)
    raised: Exception = fault(kind.__name__, " | ".join(line.strip() for line in text.splitlines() if line.strip()))
    return raised


_SHAPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "action": (str, "a text"),
    "environment": ((str, NoneType), "a text"),
    "declaration": (Mapping, "an object"),
    "declaration_digest": ((str, NoneType), "a text"),
    "target": (Mapping, "an object"),
    "allow": ((list, tuple, NoneType), "a list of texts"),
    "git_revision": ((str, NoneType), "a text"),
    "additive_only": ((bool, NoneType), "true or false"),
    "exact": ((bool, NoneType), "true or false"),
    "adopt_environment": ((bool, NoneType), "true or false"),
    "confirm": (str, "the name of the database"),
    "to": ((int, NoneType), "the number of a run"),
}


def _checked(event: Any) -> Mapping[str, Any]:
    """The event, where each of its values has the type that it must have."""
    if not isinstance(event, Mapping):
        raise BootstrapError("event: it must be an object, such as the one that the module passes")
    for name, (kind, words) in _SHAPES.items():
        if name in event and not isinstance(event[name], kind):
            raise BootstrapError(f"event: {name} must be {words}, and is {type(event[name]).__name__}")
    if not all(isinstance(item, str) for item in event.get("allow") or ()):
        raise BootstrapError("event: allow must be a list of texts")
    return event


def _action(event: Mapping[str, Any]) -> str:
    action = event.get("action", "apply")
    if action not in _ACTIONS:
        raise BootstrapError(f"event: action {action!r} is not known: use one of {', '.join(_ACTIONS)}")
    return str(action)


def _request(event: Mapping[str, Any], context: Context | None) -> Request:
    event = pinned(event, _action(event), os.environ)
    if "target" not in event:
        raise BootstrapError("event: target is missing: the module passes it, a hand-made event must too")
    seconds = context.get_remaining_time_in_millis() / 1000 if context else None
    return Request(
        files=_expected(_files(event.get("declaration")), event.get("declaration_digest")),
        environment=event.get("environment"),
        target=event["target"],
        permissions=tuple(event.get("allow") or ()),
        exact=bool(event.get("exact")),
        contract=event.get("action") == "contract",
        additive_only=bool(event.get("additive_only")),
        to=event.get("to"),
        adopt_environment=bool(event.get("adopt_environment")),
        origin=f"lambda {context.aws_request_id}" if context else "handler",
        git_revision=str(event.get("git_revision") or ""),
        deadline=None if seconds is None else time.monotonic() + seconds,
        tell=lambda line: print(redact(line), flush=True),  # Lambda's log is its standard output
    )


def _files(declaration: Any) -> Files:
    match declaration:
        case {"files": Mapping() as files}:
            unpacked, left = {}, _LARGEST_BYTES
            for path, text in files.items():
                unpacked[str(path)] = _unpacked(str(path), text, left)
                left -= len(unpacked[str(path)])
            return unpacked
        case {"s3": {"bucket": str(bucket), "prefix": str(prefix), "files": [*paths]}}:
            from bootstrap.target.aws import read_objects  # noqa: PLC0415  # the module passes small files in the event

            return read_objects(bucket, prefix, [str(path) for path in paths])
        case _:
            raise BootstrapError(
                'event: declaration must be {"files": {path: base64 of gzip}} or {"s3": {bucket, prefix, files}}'
            )


def declaration_digest(files: Files) -> str:
    """What the module computes of the same files: the digest of what ``sha256sum`` prints for them, in their order."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _expected(files: Files, digest: str | None) -> Files:
    """The files, unless they are not those that Terraform planned with: an object in S3 may have been overwritten."""
    if digest is not None and declaration_digest(files) != digest:
        raise BootstrapError(
            "event: the declaration's files are not those that Terraform digested: one was changed on its way, such as"
            " an object in the bucket; run terraform apply again"
        )
    return files


def _unpacked(path: str, text: Any, left: int) -> bytes:
    """A file's content, of ``left`` bytes at the most: a few bytes of gzip can unpack to gigabytes."""
    if not isinstance(text, str):
        raise BootstrapError(f"event: declaration file {path} must be a text: base64 of gzip")
    try:
        packed = io.BytesIO(base64.b64decode(text, validate=True))
        content = gzip.GzipFile(fileobj=packed).read(left + 1)
    except (binascii.Error, OSError, EOFError, ValueError, zlib.error) as error:
        raise BootstrapError(f"event: declaration file {path} is not base64 of gzip: {error}") from None
    if len(content) > left:
        raise BootstrapError(
            f"event: the files of the declaration are larger than {_LARGEST_BYTES >> 20} MB: keep them in S3"
        )
    return content


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + " …"


def _apply(event: Mapping[str, Any], context: Context | None) -> dict[str, Any]:
    return _applied(apply(_request(event, context)))


def _applied(report: ApplyReport) -> dict[str, Any]:
    return {
        "status": report.outcome.value,
        "ready_token": report.ready_token,
        "run_id": report.run,
        "fingerprint": report.fingerprint,
        "statements": len(report.statements),
        "pending": list(report.left),
        "summary": report.summary,
    }


def _verify(event: Mapping[str, Any], context: Context | None) -> dict[str, Any]:
    from bootstrap.service.verify import verify  # noqa: PLC0415  # most invocations apply

    verify(_request(event, context)).require("the database")
    return {"status": "verified", "statements": 0, "pending": [], "summary": "the database is what is declared"}


def _plan(event: Mapping[str, Any], context: Context | None) -> dict[str, Any]:
    """Return what an apply would do, for ``terraform plan``: never a failure, which would block every plan.

    Returns:
        ``status``: planned; new (nothing was ever run there); refused (an apply would be, for ``refused``); unknown
        (for the ``reason``). ``pending``, ``allow`` (what would let a refused apply pass), ``drift`` (what is pending
        was applied before).
    """
    from bootstrap.service.plan import plan  # noqa: PLC0415  # most invocations apply

    nothing: dict[str, Any] = {
        "pending": [],
        "left": [],
        "refused": [],
        "allow": [],
        "drift": False,
        "statements": 0,
        "reason": "",
    }
    try:
        report = plan(_briefly(_request(event, context)))
    except (Refused, DeclarationError) as error:
        reason = _shortened(redact(str(error)))
        return {**nothing, "status": "refused", "refused": [reason], "reason": reason, "summary": reason}
    except ModuleNotFoundError as error:
        raise missing_package(error) from None
    except Exception as error:  # noqa: BLE001  # whatever keeps us from looking: see above
        known = isinstance(error, BootstrapError)
        reason = _shortened(redact(str(error) if known else f"unexpected {type(error).__name__}: {error}"))
        return {**nothing, "status": "unknown", "reason": reason, "summary": reason}
    refused = [*map(_refusal, report.refused), *report.undecided]
    status = "refused" if refused else "new" if report.is_new else "planned"
    return {
        "status": status,
        "fingerprint": report.plan.fingerprint,
        "statements": len(report.plan.statements),
        "pending": [redact(text) for text in report.pending],
        "refused": refused,
        "allow": [hazard.permission for hazard in report.refused if not hazard.final],
        "left": [redact(text) for text in report.left],
        "drift": bool(report.pending) and report.is_applied,
        "reason": "",
        "summary": report.summary,
    }


def _refusal(hazard: Hazard) -> str:
    """A hazard in one line: what, on which object, and the safer way."""
    advice = f"; safer: {hazard.advice}" if hazard.advice else ""
    return redact(f"{hazard.kind} {hazard.subject.path}: {hazard.message}{advice}")


def _briefly(request: Request) -> Request:
    """The request with a short wait for the database: a plan says after half a minute that it cannot know."""
    target = dict(request.target or {})
    given = target.get("connect_deadline_seconds")
    wait = given if isinstance(given, int) else _PLAN_WAIT_SECONDS
    return replace(request, target={**target, "connect_deadline_seconds": min(wait, _PLAN_WAIT_SECONDS)})


def _rollback(event: Mapping[str, Any], context: Context | None) -> dict[str, Any]:
    from bootstrap.service.rollback import rollback  # noqa: PLC0415  # heavy, and seldom needed

    report = rollback(_request(event, context))
    return {
        "status": "rolled back",
        "run_id": report.run,
        "fingerprint": report.fingerprint,
        "statements": len(report.statements),
        "pending": [],
        "summary": "\n".join([report.summary, *report.lost]),
    }


def _rebuild(event: Mapping[str, Any], context: Context | None) -> dict[str, Any]:
    from bootstrap.service.rebuild import rebuild  # noqa: PLC0415  # heavy, and seldom needed

    report = rebuild(_request(event, context), confirm=str(event.get("confirm") or "nothing"))
    return _applied(report)


def _check_history(event: Mapping[str, Any], context: Context | None) -> dict[str, Any]:
    """Return how many runs were checked; a record that is not as it was written is a failure."""
    from bootstrap.service.history import check_history  # noqa: PLC0415  # seldom needed

    found = check_history(_request(event, context))
    if found.checked.faults:
        raise VerificationFailed(
            "\n".join([f"the history of {found.target} was changed:", *map(str, found.checked.faults)])
        )
    return {
        "status": "holds",
        "statements": 0,
        "pending": [],
        "summary": f"the records of {found.checked.runs} runs are as they were written",
    }


def _doctor(event: Mapping[str, Any], context: Context | None) -> dict[str, Any]:
    """Return every check as data, as this function sees the way: its subnets and its role are not the operator's."""
    from bootstrap.service.doctor import doctor  # noqa: PLC0415  # seldom needed

    data = doctor(_request(event, context)).data
    return {**data, "status": "ok" if data["ok"] else "failed", "statements": 0, "pending": []}


_ACTIONS: dict[str, Callable[[Mapping[str, Any], Context | None], dict[str, Any]]] = {
    "apply": _apply,
    "plan": _plan,
    "verify": _verify,
    "contract": _apply,
    "rollback": _rollback,
    "rebuild": _rebuild,
    "check_history": _check_history,
    "doctor": _doctor,
}
