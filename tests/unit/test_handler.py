"""The Lambda's event, and what is said where it can't be used."""

from __future__ import annotations

import base64
import gzip
import json
import sys
from typing import Any

import pytest

from bootstrap.handler import RUNTIME_VARIABLE, declaration_digest, handler
from bootstrap.problems import BootstrapError

FILES = {"bootstrap.yaml": b"version: 1\n", "schema/a b.yaml": b"tables: {}\n"}
DIGEST = "d85a2b053db491b76674b559833e6457349586b8f83104225601d242c08d029b"
TARGET = {"engine": "postgresql", "host": "h", "database": "d", "username": "u", "credentials": {"iam": True}}


def packed(files: dict[str, bytes]) -> dict[str, Any]:
    return {"files": {path: base64.b64encode(gzip.compress(content)).decode() for path, content in files.items()}}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({}, "event: target is missing"),
        (
            {"action": "drop", "target": TARGET},
            "event: action 'drop' is not known: use one of apply, plan, verify, contract, rollback",
        ),
        ({"target": TARGET}, "event: declaration must be"),
        (
            {"target": TARGET, "declaration": {"files": {"a.yaml": "%"}}},
            "event: declaration file a.yaml is not base64 of gzip",
        ),
        ([], "event: it must be an object"),
        ({"target": "db"}, "event: target must be an object, and is str"),
        ({"target": TARGET, "allow": "all"}, "event: allow must be a list of texts"),
        ({"target": TARGET, "allow": [1]}, "event: allow must be a list of texts"),
        ({"target": TARGET, "action": "rollback", "to": "1"}, "event: to must be the number of a run, and is str"),
        ({"target": TARGET, "environment": 5}, "event: environment must be a text, and is int"),
        ({"target": TARGET, "action": ["plan"]}, "event: action must be a text, and is list"),
        ({"target": TARGET, "declaration": {"files": {"a.yaml": 5}}}, "event: declaration file a.yaml must be a text"),
        (
            {"target": TARGET, "declaration": packed({"a.yaml": bytes(40 << 20), "b.yaml": bytes(40 << 20)})},
            "event: the files of the declaration are larger than 64 MB",
        ),
        (
            {"target": TARGET, "declaration": packed(FILES), "declaration_digest": "0" * 64},
            "event: the declaration's files are not those that Terraform digested",
        ),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_used_is_refused_in_one_line(event: Any, said: str) -> None:
    with pytest.raises(BootstrapError) as caught:
        handler(event)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_the_digest_is_what_sha256sum_computes() -> None:
    """``sha256sum bootstrap.yaml 'schema/a b.yaml' | sha256sum``."""
    assert declaration_digest(FILES) == DIGEST


def pin(monkeypatch: pytest.MonkeyPatch, **pins: Any) -> None:
    known = {"actions": ["apply", "plan"], "environment": "staging", "target": TARGET, "allow": ["data_loss:a.b"]}
    monkeypatch.setenv("DB_BOOTSTRAP_PINNED", json.dumps({**known, **pins}))


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"action": "verify"}, "event: action is verify, and this function does apply, plan only"),
        ({"environment": "production"}, "event: environment is another than the one that this function is for"),
        ({"target": {**TARGET, "host": "elsewhere"}}, "event: target is another than the one"),
        ({"target": {**TARGET, "credentials": {"secret_arn": "x"}}}, "event: target is another than the one"),
        ({"declaration_digest": "0" * 64}, "event: declaration_digest is another than the one"),
        ({"declaration": packed({"bootstrap.yaml": b"version: 2\n"})}, "event: the declaration's files are not those"),
        ({"allow": ["data_loss"]}, "event: allow has data_loss, which this function may not take"),
        ({"exact": True}, "event: exact is true"),
        ({"adopt_environment": True}, "event: adopt_environment is true"),
        (
            {"declaration": {"s3": {"bucket": "b", "prefix": "p/", "files": []}}},
            "event: declaration is in another place",
        ),
    ],
)
def test_whoever_may_invoke_it_cannot_make_it_do_anything_else(
    monkeypatch: pytest.MonkeyPatch, event: dict[str, Any], said: str
) -> None:
    pin(monkeypatch, declaration_digest=DIGEST)
    with pytest.raises(BootstrapError) as caught:
        handler({"declaration": packed(FILES), **event})
    assert str(caught.value).startswith(said)


def test_another_bucket_than_the_pinned_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pin(monkeypatch, s3={"bucket": "ours", "prefix": "db-bootstrap/staging/contacts/"})
    for place in ({"bucket": "theirs"}, {"prefix": "db-bootstrap/"}):
        where = {"bucket": "ours", "prefix": "db-bootstrap/staging/contacts/", "files": ["a"], **place}
        with pytest.raises(BootstrapError, match="in another place of S3"):
            handler({"declaration": {"s3": where}})


def test_a_configuration_that_cannot_be_read_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", "{", '{"environment": "staging"}', '{"actions": ["apply"], "hosts": []}'):
        monkeypatch.setenv("DB_BOOTSTRAP_PINNED", text)
        with pytest.raises(BootstrapError, match="DB_BOOTSTRAP_PINNED of this function cannot be read"):
            handler({"target": TARGET, "declaration": packed(FILES)})


def test_what_is_pinned_may_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes as far as the declaration, which is wrong."""
    pin(monkeypatch)
    with pytest.raises(BootstrapError, match=r"bootstrap.yaml"):
        handler({"declaration": packed({"bootstrap.yaml": b"version: 1\nengin: x\n"}), "allow": ["data_loss:a.b"]})


def test_another_runtime_than_aws_s_hides_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUNTIME_VARIABLE, "127.0.0.1:9001")
    monkeypatch.setitem(sys.modules, "awslambdaric.lambda_runtime_exception", None)
    with pytest.raises(BootstrapError, match="event: target is missing"):
        handler({})
