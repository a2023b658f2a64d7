"""Passwords of declared roles: where ``password_secret`` says that they are kept."""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap.problems import TargetError
from bootstrap.redact import remember
from bootstrap.target import aws

FORMS = "an ARN of Secrets Manager, secretsmanager:NAME, ssm:/NAME, or env:VARIABLE"


def fetch_password(reference: str, region: str | None, environ: Mapping[str, str]) -> str:
    """The password that a reference names.

    Args:
        reference: one of :data:`FORMS`.
        region: where AWS keeps it, if the reference does not say; None is the session's own.
        environ: for ``env:``.

    Raises:
        TargetError: there is none, it may not be read, or the reference has no known form.
        Unreachable: the service that keeps it does not answer.
    """
    kind, _, name = reference.partition(":")
    match kind:
        case "arn":
            return aws.from_secrets_manager(reference, region).password
        case "secretsmanager":
            return aws.from_secrets_manager(name, region).password
        case "ssm":
            return aws.from_parameter_store(name, region).password
        case "env":
            password = environ.get(name)
            if not password:
                raise TargetError(f"password_secret {reference}: set {name}")
            remember(password)
            return password
        case _:
            raise TargetError(f"password_secret {reference!r} is of no known form: use {FORMS}")
