"""Passwords from AWS, asked of an emulator by real HTTP."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from bootstrap.declaration.model import Credentials, Target
from bootstrap.problems import TargetError, Unreachable
from bootstrap.redact import redact
from bootstrap.target import aws as room
from bootstrap.target import denials
from bootstrap.target.credentials import CredentialSource


def target(kind: str, value: str = "", *, username: str = "", region: str | None = None) -> Target:
    return Target(
        engine="postgresql", host="db.example.com", port=5432, database="d", username=username, region=region,
        credentials=Credentials(kind, value),
    )  # fmt: skip


def source(kind: str, value: str = "", *, username: str = "") -> CredentialSource:
    return CredentialSource(target(kind, value, username=username), {})


def make_secret(aws: Any, text: str) -> str:
    name = f"secret-{uuid.uuid4().hex}"
    return str(aws.client("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"])


def test_a_secret_as_rds_keeps_it(aws: Any) -> None:
    arn = make_secret(aws, json.dumps({"username": "admin", "password": "rds-managed-pw", "engine": "postgres"}))
    assert source("secret_arn", arn).login() == ("admin", "rds-managed-pw")
    assert redact("password=rds-managed-pw") == "password=***"


@pytest.mark.parametrize("text", ["a-plain-password", "a-plain-password\n", "{not json, a password"])
def test_a_secret_that_is_a_plain_password(aws: Any, text: str) -> None:
    assert source("secret_arn", make_secret(aws, text), username="app").login() == ("app", text.removesuffix("\n"))


def test_a_secret_without_a_password_names_what_it_holds(aws: Any) -> None:
    arn = make_secret(aws, json.dumps({"username": "admin", "passwort": "hidden-value"}))
    with pytest.raises(TargetError, match="holds passwort, username, but no password") as caught:
        source("secret_arn", arn).login()
    assert "hidden-value" not in str(caught.value)


def test_a_parameter_that_anybody_may_read_is_refused(aws: Any) -> None:
    aws.client("ssm").put_parameter(Name="/plain", Value="in-the-clear", Type="String")
    with pytest.raises(TargetError, match="SecureString"):
        source("ssm_parameter", "/plain", username="app").login()


def test_a_secure_parameter(aws: Any) -> None:
    aws.client("ssm").put_parameter(Name="/db/password", Value="parameter-pw", Type="SecureString")
    assert source("ssm_parameter", "/db/password", username="app").login() == ("app", "parameter-pw")


def test_the_region_comes_from_the_arn(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = make_secret(aws, "region-pw-1")
    monkeypatch.delenv("AWS_REGION")
    assert source("secret_arn", arn, username="app").login()[1] == "region-pw-1"


@pytest.mark.usefixtures("aws")
def test_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(TargetError, match="no AWS region: set the target's region"):
        source("secret_arn", "just-a-name", username="app").login()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("kind", "name"), [("secret_arn", "no-such-secret"), ("ssm_parameter", "/no/such")])
def test_a_missing_secret_is_named(kind: str, name: str) -> None:
    with pytest.raises(TargetError, match=f"{name}: does not exist"):
        source(kind, name, username="app").login()


def test_no_credentials(aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_endpoint)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(TargetError, match="no AWS credentials"):
        room.from_secrets_manager("name", "us-east-1")


@pytest.mark.usefixtures("aws")
def test_an_endpoint_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="NAT gateway or an interface endpoint"):
        source("secret_arn", "name", username="app").login()


@contextmanager
def answering(code: str, message: str) -> Iterator[str]:
    """An AWS endpoint that answers every request with one error."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"__type": code, "message": message}).encode()
            self.send_response(400)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        ("AccessDeniedException", "User is not authorized", "allow secretsmanager:GetSecretValue"),
        ("ExpiredTokenException", "token expired", "have expired"),
        ("UnrecognizedClientException", "token invalid", "does not accept the credentials"),
        ("InvalidSignatureException", "Signature expired: 1 is now earlier than 2", "set this machine's clock"),
        ("RequestTimeTooSkewed", "too large", "set this machine's clock"),
        ("DecryptionFailure", "cannot decrypt", "kms:Decrypt"),
        ("InvalidRequestException", "is scheduled for deletion", "restore it"),
        ("SomethingNew", "words of AWS", "SomethingNew: words of AWS"),
    ],
)
def test_what_aws_refuses_is_explained(monkeypatch: pytest.MonkeyPatch, code: str, message: str, words: str) -> None:
    with answering(code, message) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(TargetError, match=words):
            source("secret_arn", "name", username="app").login()


@pytest.mark.parametrize("kind", ["secret_arn", "ssm_parameter"])
def test_a_denial_right_after_a_change_of_iam_is_asked_again(
    aws: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Denied until the policy has arrived; then AWS answers."""
    name = f"/denied-{uuid.uuid4().hex}"
    aws.client("ssm").put_parameter(Name=name, Value="at-last", Type="SecureString")
    value = make_secret(aws, "at-last") if kind == "secret_arn" else name
    arrived = os.environ["AWS_ENDPOINT_URL"]
    paused: list[float] = []

    def policy_arrives(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 2:  # not at once
            monkeypatch.setenv("AWS_ENDPOINT_URL", arrived)

    with answering("AccessDeniedException", "not authorized") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setattr("bootstrap.target.denials.time.sleep", policy_arrives)
        with denials.passing_within(60):
            assert source(kind, value, username="app").login() == ("app", "at-last")
        assert len(paused) == 2  # as above

        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(TargetError, match="AWS denies it"):  # a person is told at once
            source(kind, value, username="app").login()
        assert len(paused) == 2  # as above


@pytest.mark.usefixtures("aws")
def test_a_denial_that_stays_is_final() -> None:
    with denials.passing_within(0), pytest.raises(denials.Denied):
        denials.patiently(lambda: (_ for _ in ()).throw(denials.Denied("no")))
    login = CredentialSource(target("iam", username="app", region="eu-west-1"), {})
    login.login()
    with denials.passing_within(60):
        assert login.refused(), "rds-db:connect may have been granted a moment ago"


@pytest.mark.usefixtures("aws")
def test_an_iam_token_is_made_anew_for_each_attempt() -> None:
    login = CredentialSource(target("iam", username="app", region="eu-west-1"), {})
    username, token = login.login()
    assert username == "app"
    assert token.startswith("db.example.com:5432/?Action=connect&DBUser=app&")
    assert "eu-west-1%2Frds-db" in token
    assert redact(f"password={token}") == "password=***"
    assert not login.refused()


@pytest.mark.usefixtures("aws")
def test_an_iam_token_needs_a_user() -> None:
    with pytest.raises(TargetError, match="needs the target's username"):
        source("iam").login()


def test_another_users_secret_is_refused(aws: Any) -> None:
    arn = make_secret(aws, json.dumps({"username": "admin", "password": "pw-of-admin"}))
    with pytest.raises(TargetError, match=r"username is app, but secret .* belongs to admin"):
        source("secret_arn", arn, username="app").login()


def test_after_a_rotation_the_current_password_is_fetched(aws: Any) -> None:
    arn = make_secret(aws, json.dumps({"username": "admin", "password": "before-rotation"}))
    login = source("secret_arn", arn)
    assert login.login()[1] == "before-rotation"
    text = json.dumps({"username": "admin", "password": "after-rotation"})
    aws.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=text)
    assert login.refused()
    assert login.login()[1] == "after-rotation"


def test_without_a_password_nothing_is_asked() -> None:
    with pytest.raises(TargetError, match=r"no password for postgresql db.example.com:5432/d: set NO_SUCH_VARIABLE"):
        source("environment", "NO_SUCH_VARIABLE", username="app").login()
    given = CredentialSource(target("environment", "SOME_VARIABLE", username="app"), {"SOME_VARIABLE": "from-env-pw"})
    assert given.login() == ("app", "from-env-pw")
    assert not given.refused()
