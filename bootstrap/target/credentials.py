"""Where a target's password comes from, and when it is worth asking again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.problems import TargetError
from bootstrap.redact import remember
from bootstrap.target import aws
from bootstrap.target.denials import may_pass

if TYPE_CHECKING:
    from bootstrap.declaration.model import Target


@dataclass(slots=True)
class CredentialSource:
    """The password of one target. Fetched when first asked for; an IAM token is made for each attempt."""

    target: Target
    environ: Mapping[str, str]
    _fetched: aws.Secret | None = None

    def login(self) -> tuple[str, str]:
        """User name and password for the next attempt to connect.

        Raises:
            TargetError: there is no such secret, or it may not be read.
            Unreachable: the service that keeps it does not answer.
        """
        if self._fetched is None or self.target.credentials.kind == "iam":
            self._fetched = self._fetch()
        return self._username(self._fetched), self._fetched.password

    def refused(self) -> bool:
        """Note that the server has refused the password, and ask for the current one.

        A refusal is an answer, not a fault that passes, and repeating a wrong password can lock an account. Only a
        secret that has been rotated in between, or so lately that the server may not know it yet, is worth another
        attempt.

        Returns:
            Whether another attempt can succeed.
        """
        if self.target.credentials.kind == "iam":
            return may_pass()
        if self.target.credentials.kind not in {"secret_arn", "ssm_parameter"} or self._fetched is None:
            return False
        before, self._fetched = self._fetched, self._fetch()
        return self._fetched.password != before.password or self._fetched.just_rotated

    @property
    def name(self) -> str:
        """What the password is, for messages: ``the password in secret arn:…``."""
        credentials = self.target.credentials
        return {
            "secret_arn": f"the password in secret {credentials.value}",
            "ssm_parameter": f"the password in SSM parameter {credentials.value}",
            "iam": "the IAM token",
            "environment": f"the password in {credentials.value}",
        }[credentials.kind]

    def _fetch(self) -> aws.Secret:
        target = self.target
        match target.credentials.kind:
            case "secret_arn":
                return aws.from_secrets_manager(target.credentials.value, target.region)
            case "ssm_parameter":
                return aws.from_parameter_store(target.credentials.value, target.region)
            case "iam":
                return aws.iam_token(host=target.host, port=target.port, username=target.username, region=target.region)
            case _:
                return self._from_environment(target.credentials.value)

    def _from_environment(self, variable: str) -> aws.Secret:
        password = self.environ.get(variable)
        if not password:
            raise TargetError(
                f"no password for {target_name(self.target)}: set {variable}, or name credentials in the target"
            )
        remember(password)
        return aws.Secret(password)

    def _username(self, secret: aws.Secret) -> str:
        """The target's user, who must be the secret's where that names one: one's password does not open another."""
        named = self.target.username
        if named and secret.username and named != secret.username:
            raise TargetError(
                f"the target's username is {named}, but {self.name.removeprefix('the password in ')} belongs to"
                f" {secret.username}: correct one of them"
            )
        if not named and not secret.username:
            raise TargetError(f"no user name for {target_name(self.target)}: name a username in the target")
        return named or secret.username


def target_name(target: Target) -> str:
    """A target as messages call it: ``postgresql host:5432/database``."""
    return f"{target.engine} {target.host}:{target.port}/{target.database}"
