"""The AWS part of the way: who asks, what the endpoint belongs to, security groups, routes, free storage.

What the caller may not look at is unknown: neither role nor operator needs these privileges to work.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from bootstrap.declaration.model import Target
from bootstrap.findings import Check, Finding, State
from bootstrap.insight.doctor import terraform
from bootstrap.problems import BootstrapError
from bootstrap.redact import redact
from bootstrap.target import aws_network
from bootstrap.target.aws_network import AwsDatabase
from bootstrap.target.connect import Destination
from bootstrap.target.credentials import CredentialSource

_AWS_CREDENTIALS = frozenset({"secret_arn", "ssm_parameter", "iam"})
# States in which an instance takes connections (RDS User Guide, "Viewing DB instance status").
_SERVING = frozenset({
    "available", "backing-up", "configuring-enhanced-monitoring", "configuring-iam-database-auth",
    "configuring-log-exports", "converting-to-vpc", "modifying", "moving-to-vpc", "storage-config-upgrade",
    "storage-initialization", "storage-optimization", "renaming", "resetting-master-credentials",
})  # fmt: skip
_LEAST_FREE = 0.05
_Look = Callable[["AwsHops"], Finding]


def aws_target(destination: Destination) -> Target | None:
    """The target where AWS knows something about it: its name, its region or its credentials say so."""
    if not isinstance(destination.login, CredentialSource):
        return None
    target = destination.login.target
    known = target.region or target.host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    return target if known or target.credentials.kind in _AWS_CREDENTIALS else None


def _unknown_on_denial(check: Check) -> Callable[[_Look], _Look]:
    """Turn whatever keeps AWS from answering into a finding that says so."""

    def decorate(look: _Look) -> _Look:
        @wraps(look)
        def looked(hops: AwsHops) -> Finding:
            try:
                return look(hops)
            except BootstrapError as error:
                return Finding(check, State.UNKNOWN, redact(str(error)))

        return looked

    return decorate


@dataclass(slots=True)
class AwsHops:
    """Checks that ask AWS about one target; the database is looked for once."""

    target: Target
    found: AwsDatabase | None = None

    def identity(self) -> Finding:
        """Who this process is for AWS; a failure only where the target's password comes from AWS."""
        try:
            return Finding(Check.AWS_IDENTITY, State.OK, aws_network.identity(self.target.region))
        except BootstrapError as error:
            needed = self.target.credentials.kind in _AWS_CREDENTIALS
            fact, _, remedy = redact(str(error)).rpartition(": ")
            return Finding(Check.AWS_IDENTITY, State.FAILED if needed else State.UNKNOWN, fact, remedy)

    @_unknown_on_denial(Check.INSTANCE)
    def instance(self) -> Finding:
        """The state of what the endpoint belongs to."""
        target = self.target
        self.found = database = aws_network.find_database(target.host, target.port, target.region)
        if database is None:
            fact = f"this account and region have no instance, cluster or proxy at {target.host}:{target.port}"
            return Finding(Check.INSTANCE, State.UNKNOWN, fact, "check the region, the AWS profile and the endpoint")
        fact = f"{database.kind} {database.identifier} is {database.status}"
        if database.waiting:
            fact += f"; changes of parameter group {', '.join(database.waiting)} wait for a reboot"
        if database.status in _SERVING:
            return Finding(Check.INSTANCE, State.OK, fact)
        if database.status == "storage-full":
            return Finding(Check.INSTANCE, State.FAILED, fact, "give it more storage", terraform.storage())
        verb = "start it" if database.status.startswith("stop") else "wait until it is available"
        return Finding(Check.INSTANCE, State.FAILED, fact, f"{verb}; its events in the RDS console say why")

    @_unknown_on_denial(Check.SECURITY_GROUPS)
    def security_groups(self) -> Finding:
        """Whether a rule lets this machine reach the port."""
        database = self._database()
        if not database.groups:
            return Finding(
                Check.SECURITY_GROUPS, State.UNKNOWN, f"AWS names no security group of {database.identifier}"
            )
        port = self.target.port
        rules = aws_network.ingress(database.groups, port, self.target.region)
        groups = ", ".join(database.groups)
        if not rules:
            return Finding(Check.SECURITY_GROUPS, State.FAILED, f"{groups}: no rule admits anybody to port {port}",
                           "admit the security group of the function, or the address of the operator",
                           terraform.ingress(port, f'"{database.groups[0]}"'))  # fmt: skip
        sources = list(dict.fromkeys(rule.source for rule in rules))
        own = own_address(self.target.host, port)
        admitted = [source for source in sources if _covers(source, own)]
        if admitted:
            return Finding(Check.SECURITY_GROUPS, State.OK, f"{groups} admit {admitted[0]} to port {port}")
        fact = (
            f"{groups} admit {', '.join(sources)} to port {port}; whether {own or 'this machine'} comes as one of them"
        )
        return Finding(Check.SECURITY_GROUPS, State.UNKNOWN, f"{fact} cannot be seen from here")

    @_unknown_on_denial(Check.ROUTE)
    def route(self) -> Finding:
        """Whether route tables lead to the database from here."""
        database = self._database()
        if not database.vpc:
            return Finding(Check.ROUTE, State.UNKNOWN, f"AWS names no VPC of {database.kind} {database.identifier}")
        found = aws_network.routes(database, self.target.region)
        blocks = ", ".join(found.blocks)
        if found.broken:
            fact = f"{database.vpc}: black hole for {', '.join(found.broken)}"
            remedy = "what the route leads to is gone: point it elsewhere or remove it"
            return Finding(Check.ROUTE, State.FAILED, fact, remedy, terraform.route())
        own = own_address(self.target.host, self.target.port)
        if any(_covers(block, own) for block in found.blocks):
            return Finding(Check.ROUTE, State.OK, f"{own} is in {database.vpc} ({blocks})")
        if not database.public:
            fact = f"{database.identifier} is private to {database.vpc} ({blocks})"
            outside = f"{own or 'this machine'} is outside: a VPN, peering or tunnel cannot be seen from here"
            return Finding(Check.ROUTE, State.UNKNOWN, f"{fact}; {outside}")
        if not found.internet:
            fact = f"{database.identifier} is public, but its subnets have no route to an internet gateway"
            return Finding(Check.ROUTE, State.FAILED, fact, "add the route to each subnet of its group",
                           terraform.route())  # fmt: skip
        return Finding(Check.ROUTE, State.OK, f"{database.identifier} is public; its subnets have an internet gateway")

    @_unknown_on_denial(Check.STORAGE)
    def storage(self) -> Finding:
        """How much of the instance's storage is free."""
        database = self._database()
        if not database.allocated_bytes:
            return Finding(
                Check.STORAGE, State.UNKNOWN, f"AWS reports no storage of {database.kind} {database.identifier}"
            )
        free = aws_network.free_storage(database, self.target.region)
        if free is None:
            fact = f"CloudWatch has no FreeStorageSpace of {database.identifier} of the last minutes"
            return Finding(Check.STORAGE, State.UNKNOWN, fact)
        fact = f"{free / 2**30:.1f} of {database.allocated_bytes / 2**30:.0f} GiB are free"
        if free >= _LEAST_FREE * database.allocated_bytes:
            return Finding(Check.STORAGE, State.OK, fact)
        return Finding(Check.STORAGE, State.FAILED, fact, "give it more storage before a run", terraform.storage())

    def rotation(self) -> str:
        """When the secret is rotated, in words; "" where the password is in none."""
        credentials = self.target.credentials
        if credentials.kind != "secret_arn":
            return ""
        try:
            return aws_network.rotation(credentials.value, self.target.region)
        except BootstrapError:
            return "its rotation cannot be seen (secretsmanager:DescribeSecret)"

    def _database(self) -> AwsDatabase:
        if self.found is None:
            raise BootstrapError("the endpoint is not known to AWS: see the check instance")
        return self.found


def own_address(host: str, port: int) -> str:
    """This machine's address on the way to a host; "" where there is no way. Nothing is sent."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, port))
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def _covers(block: str, address: str) -> bool:
    """Whether a CIDR block has the address in it; groups and prefix lists are no blocks."""
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
