"""Passwords from AWS: Secrets Manager, SSM Parameter Store, IAM tokens. The one place that calls boto3.

An endpoint override comes only through boto3's own AWS_ENDPOINT_URL; credentials and region through its own chain.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bootstrap.problems import TargetError, Unreachable
from bootstrap.redact import remember
from bootstrap.target.denials import Denied, patiently

# For less than a minute after a rotation new connections may get either version; a margin on top.
ROTATION_WINDOW = timedelta(seconds=90)

_DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "AuthorizationError"}
_MISSING = {"ResourceNotFoundException", "ParameterNotFound"}
_TOKEN = {"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch",
          "IncompleteSignature", "AuthFailure"}  # fmt: skip
_EXPIRED = {"ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired"}
_SKEW = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
_KEY = {"DecryptionFailure", "InvalidKeyId", "KMSAccessDeniedException", "EncryptionFailure"}


@dataclass(frozen=True, slots=True)
class Secret:
    """A password, whom it belongs to where the source says it, and which version it is."""

    password: str = field(repr=False)
    username: str = ""
    version: str = ""
    just_rotated: bool = False  # so lately that the database may not know it yet


def from_secrets_manager(secret_id: str, region: str | None) -> Secret:
    """The current version of a secret: what RDS manages (JSON with username and password), or a plain password.

    Raises:
        TargetError: it is missing, may not be read, or holds no password.
        Unreachable: Secrets Manager does not answer.
    """
    return patiently(lambda: _secret(secret_id, region))


def _secret(secret_id: str, region: str | None) -> Secret:
    subject = f"secret {secret_id}"
    with explained(subject, "secretsmanager:GetSecretValue"):
        client = open_client("secretsmanager", _region_of(secret_id) or region)
        answer = client.get_secret_value(SecretId=secret_id, VersionStage="AWSCURRENT")
    text = answer.get("SecretString")
    if text is None:
        text = bytes(answer["SecretBinary"]).decode("utf-8", "replace")
    username, password = _parse(text, subject)
    remember(password)
    return Secret(password, username, str(answer.get("VersionId", "")), _just_rotated(answer))


def from_parameter_store(name: str, region: str | None) -> Secret:
    """The value of a SecureString parameter.

    Raises:
        TargetError: it is missing, may not be read, or is empty.
        Unreachable: the Parameter Store does not answer.
    """
    return patiently(lambda: _parameter(name, region))


def _parameter(name: str, region: str | None) -> Secret:
    subject = f"SSM parameter {name}"
    with explained(subject, "ssm:GetParameter"):
        client = open_client("ssm", _region_of(name) or region)
        answer = client.get_parameter(Name=name, WithDecryption=True)
    parameter = answer["Parameter"]
    if parameter.get("Type") != "SecureString":
        raise TargetError(
            f"{subject} is a {parameter.get('Type')}, readable by whoever lists it: make it a SecureString"
        )
    username, password = _parse(parameter["Value"], subject)
    remember(password)
    return Secret(password, username, str(parameter.get("Version", "")))


def iam_token(*, host: str, port: int, username: str, region: str | None) -> Secret:
    """A token for one connection. It is checked when the connection is made, is good for 15 minutes, and is made
    without asking AWS; so each attempt gets its own.

    Raises:
        TargetError: there are no credentials or no region to sign with.
    """
    if not username:
        raise TargetError("credentials: iam needs the target's username: name the database user that has rds_iam")
    with explained(f"IAM token for {username}@{host}", "rds-db:connect"):
        client = open_client("rds", region)
        token = client.generate_db_auth_token(
            DBHostname=host, Port=port, DBUsername=username, Region=client.meta.region_name
        )
    remember(token)
    return Secret(token, username)


def read_objects(bucket: str, prefix: str, paths: Sequence[str]) -> dict[str, bytes]:
    """The files of a declaration that was too large for an event.

    Args:
        bucket: where the module put them.
        prefix: of their keys, with the slash at its end.
        paths: relative to the declaration's directory.

    Raises:
        TargetError: one is missing, or may not be read.
        Unreachable: S3 does not answer.
    """
    return patiently(lambda: _objects(bucket, prefix, paths))


def _objects(bucket: str, prefix: str, paths: Sequence[str]) -> dict[str, bytes]:
    found = {}
    with explained(f"declaration in s3://{bucket}/{prefix}", "s3:GetObject"):
        client = open_client("s3", None)
        for path in paths:
            found[path] = bytes(client.get_object(Bucket=bucket, Key=prefix + path)["Body"].read())
    return found


def open_client(service: str, region: str | None) -> Any:  # boto3 publishes no types
    """A client of one AWS service, which says within seconds that AWS does not answer."""
    import boto3  # noqa: PLC0415  # 190 ms: only for targets that need it
    import botocore.config  # noqa: PLC0415  # only when it is needed

    # Inside of a VPC without a way out nothing ever answers: say so within seconds, not after boto3's minutes.
    config = botocore.config.Config(
        connect_timeout=4, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3}
    )
    session = boto3.session.Session()
    # boto3 itself looks at AWS_DEFAULT_REGION only; the other SDKs and Lambda go by AWS_REGION
    found = region or session.region_name or os.environ.get("AWS_REGION")
    return session.client(service, region_name=found, config=config)


def _region_of(arn: str) -> str | None:
    """The region that an ARN names, or None for a bare name."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 and parts[0] == "arn" and parts[3] else None  # noqa: PLR2004  # arn:aws:service:region


def _parse(text: str, subject: str) -> tuple[str, str]:
    """User name and password of a secret's text."""
    if not text.strip():
        raise TargetError(f"{subject} is empty: store the password, or JSON with username and password")
    if not text.lstrip().startswith("{"):
        return "", text.removesuffix("\n")
    remember(text)
    try:
        value = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return "", text  # a password may start with a brace
    password, username = value.get("password"), value.get("username", "")
    if not isinstance(password, str) or not password:
        keys = ", ".join(sorted(value)) or "nothing"
        raise TargetError(f"{subject} holds {keys}, but no password: store JSON with username and password")
    return username if isinstance(username, str) else "", password


def _just_rotated(answer: dict[str, Any]) -> bool:
    """Whether this version is younger than the rotation window, by AWS's own clock: ours may be wrong."""
    created = answer.get("CreatedDate")
    stamp = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not isinstance(created, datetime) or not stamp:
        return False
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  # as boto3

    return parsedate_to_datetime(stamp) - created < ROTATION_WINDOW


@contextmanager
def explained(subject: str, permission: str) -> Iterator[None]:
    """botocore's exceptions as ours: what, where, and what to do."""
    import botocore.exceptions as aws  # noqa: PLC0415  # only when it is needed

    try:
        yield
    except aws.NoRegionError as error:
        raise TargetError(f"{subject}: no AWS region: set the target's region, or AWS_REGION") from error
    except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError) as error:
        raise TargetError(f"{subject}: no AWS credentials: {error}: log in, or set AWS_PROFILE") from error
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        raise Unreachable(
            f"{subject}: AWS does not answer: {error}: a VPC needs a NAT gateway or an interface endpoint for it"
        ) from error
    except aws.ClientError as error:
        denied = str(error.response.get("Error", {}).get("Code", "")) in _DENIED | _KEY
        raise (Denied if denied else TargetError)(f"{subject}: {_client_error(error, permission)}") from error
    except aws.BotoCoreError as error:
        raise TargetError(f"{subject}: {error}: check the AWS configuration of this process") from error


def _client_error(error: Any, permission: str) -> str:
    """What AWS answered, and what to do about it."""
    details = error.response.get("Error", {})
    code, words = str(details.get("Code", "")), str(details.get("Message", ""))
    if code in _SKEW or "Signature expired" in words or "Signature not yet current" in words:
        return f"AWS refuses the time of the request: {words}: set this machine's clock"
    if code in _MISSING:
        return "does not exist in this account and region: check its name, the region and the AWS profile"
    if code in _DENIED:
        return f"AWS denies it: {words}: allow {permission} on it to this principal (and kms:Decrypt on its key)"
    if code in _EXPIRED:
        return f"the AWS credentials have expired: {words}: log in again"
    if code in _TOKEN:
        return f"AWS does not accept the credentials: {words}: log in again, or check AWS_PROFILE"
    if code in _KEY:
        return f"it cannot be decrypted: {words}: allow kms:Decrypt on its key to this principal"
    if code == "InvalidRequestException":
        return f"AWS does not give it: {words}: restore it, or name another"
    return f"AWS answers {code}: {words}: check its name, the region and the AWS profile"
