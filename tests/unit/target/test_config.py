from typing import Any

import msgspec
import pytest

from bootstrap.declaration.model import Credentials, Target, Tls
from bootstrap.problems import TargetError
from bootstrap.target.config import convert_target, decode_target

SMALLEST: dict[str, Any] = {"engine": "mysql", "host": "h", "database": "d"}


def test_the_smallest_target_verifies_and_takes_the_password_from_the_environment() -> None:
    target = convert_target(SMALLEST, "target")
    assert (target.port, target.username, target.connect_deadline_seconds) == (3306, "", 120)
    assert target.tls == Tls("verify-full", None)
    assert target.credentials == Credentials("environment", "DB_BOOTSTRAP_PASSWORD")


def test_the_whole_shape() -> None:
    text = msgspec.json.encode(
        SMALLEST
        | {
            "engine": "postgresql", "port": 5433, "username": "app", "region": "eu-west-1",
            "credentials": {"secret_arn": "arn:x"}, "tls": {"mode": "verify-ca", "ca_file": "ca.pem"},
            "connect_deadline_seconds": 7,
        }
    )  # fmt: skip
    assert decode_target(text, "DB_BOOTSTRAP_TARGET") == Target(
        engine="postgresql", host="h", port=5433, database="d", username="app", region="eu-west-1",
        credentials=Credentials("secret_arn", "arn:x"), tls=Tls("verify-ca", "ca.pem"), connect_deadline_seconds=7,
    )  # fmt: skip


def test_null_is_as_good_as_absent_as_terraform_writes_it() -> None:
    nulls = {"port": None, "username": None, "region": None, "tls": {"mode": None, "ca_file": None}}
    credentials = {"secret_arn": None, "ssm_parameter": None, "iam": True, "environment": None}
    target = convert_target(SMALLEST | nulls | {"credentials": credentials}, "target")
    assert target == convert_target(SMALLEST | {"credentials": {"iam": True}}, "target")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"engine": "oracle"}, "engine: Invalid enum value 'oracle'"),
        ({"port": 70000}, "port: Expected `int` <= 65535"),
        ({"host": ""}, "host: Expected `str` of length >= 1"),
        ({"tls": {"mode": "prefer"}}, "tls.mode: Invalid enum value 'prefer'"),
        ({"password": "x"}, "unknown field `password`"),
        ({"credentials": {}}, "none given: exactly one of"),
        ({"credentials": {"iam": True, "secret_arn": "a"}}, "secret_arn, iam given: exactly one of"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(change: dict[str, Any], words: str) -> None:
    with pytest.raises(TargetError, match=words) as caught:
        convert_target(SMALLEST | change, "DB_BOOTSTRAP_TARGET")
    assert str(caught.value).startswith("DB_BOOTSTRAP_TARGET")


def test_text_that_is_no_json() -> None:
    with pytest.raises(TargetError, match="DB_BOOTSTRAP_TARGET is not JSON"):
        decode_target("{", "DB_BOOTSTRAP_TARGET")
