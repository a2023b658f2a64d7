"""What AWS says about a database and the way to it: RDS, EC2, CloudWatch. Asks only, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bootstrap.target.aws import explained, open_client

_METRIC_MINUTES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsDatabase:
    """What an endpoint belongs to.

    ``kind`` is instance, replica, cluster, reader (a cluster's reader endpoint) or proxy. ``free_bytes`` and
    ``allocated_bytes`` are of an instance's storage; Aurora's grows by itself.
    """

    kind: str
    identifier: str
    status: str
    vpc: str = ""
    groups: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    public: bool = False
    allocated_bytes: int = 0
    waiting: tuple[str, ...] = ()  # parameter groups whose changes wait for a reboot


@dataclass(frozen=True, slots=True)
class Ingress:
    """Who may reach a port by one rule of a security group: a CIDR block, a group or a prefix list."""

    group: str
    source: str


@dataclass(frozen=True, slots=True)
class Routes:
    """The way to the subnets of a database: the VPC's blocks, and where its route tables lead."""

    blocks: tuple[str, ...]
    internet: bool  # every subnet has a route to an internet gateway
    broken: tuple[str, ...]  # destinations whose route is a black hole


def identity(region: str | None) -> str:
    """The ARN of whoever asks. Raises TargetError, Unreachable."""
    with explained("AWS identity", "sts:GetCallerIdentity"):
        return str(open_client("sts", region).get_caller_identity()["Arn"])


def find_database(host: str, port: int, region: str | None) -> AwsDatabase | None:
    """The instance, cluster or proxy whose endpoint this is; None where this account and region have none."""
    with explained(f"endpoint {host}", "rds:DescribeDBInstances, rds:DescribeDBClusters, rds:DescribeDBProxies"):
        rds = open_client("rds", region)
        for item in _pages(rds, "describe_db_instances", "DBInstances"):
            endpoint = item.get("Endpoint") or {}
            if (endpoint.get("Address"), endpoint.get("Port")) == (host, port):
                return _instance(item)
        for item in _pages(rds, "describe_db_clusters", "DBClusters"):
            if host in (item.get("Endpoint"), item.get("ReaderEndpoint")):
                kind = "cluster" if host == item.get("Endpoint") else "reader"
                groups = tuple(group["VpcSecurityGroupId"] for group in item.get("VpcSecurityGroups", ()))
                return AwsDatabase(
                    kind=kind, identifier=item["DBClusterIdentifier"], status=str(item["Status"]), groups=groups
                )
        for item in _pages(rds, "describe_db_proxies", "DBProxies"):
            if host == item.get("Endpoint"):
                return AwsDatabase(
                    kind="proxy", identifier=item["DBProxyName"], status=str(item["Status"]),
                    vpc=str(item.get("VpcId", "")), groups=tuple(item.get("VpcSecurityGroupIds", ())),
                    subnets=tuple(item.get("VpcSubnetIds", ())),
                )  # fmt: skip
    return None


def _pages(rds: Any, call: str, key: str) -> Iterator[Any]:  # boto3 publishes no types
    for page in rds.get_paginator(call).paginate():
        yield from page[key]


def _instance(item: Any) -> AwsDatabase:
    subnets = item.get("DBSubnetGroup") or {}
    return AwsDatabase(
        kind="replica" if item.get("ReadReplicaSourceDBInstanceIdentifier") else "instance",
        identifier=item["DBInstanceIdentifier"],
        status=str(item["DBInstanceStatus"]),
        vpc=str(subnets.get("VpcId", "")),
        groups=tuple(group["VpcSecurityGroupId"] for group in item.get("VpcSecurityGroups", ())),
        subnets=tuple(subnet["SubnetIdentifier"] for subnet in subnets.get("Subnets", ())),
        public=bool(item.get("PubliclyAccessible")),
        allocated_bytes=int(item.get("AllocatedStorage") or 0) << 30,
        waiting=tuple(
            group["DBParameterGroupName"]
            for group in item.get("DBParameterGroups", ())
            if group.get("ParameterApplyStatus") == "pending-reboot"
        ),
    )


def ingress(groups: tuple[str, ...], port: int, region: str | None) -> list[Ingress]:
    """Who the security groups let reach the port."""
    with explained(f"security groups {', '.join(groups)}", "ec2:DescribeSecurityGroups"):
        found = open_client("ec2", region).describe_security_groups(GroupIds=list(groups))["SecurityGroups"]
    return [
        Ingress(str(group["GroupId"]), source)
        for group in found
        for rule in group["IpPermissions"]
        if _covers(rule, port)
        for source in _sources(rule)
    ]


def _covers(rule: Any, port: int) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    return rule["IpProtocol"] in ("tcp", "6") and rule.get("FromPort", 0) <= port <= rule.get("ToPort", 65535)


def _sources(rule: Any) -> Iterator[str]:
    yield from (str(item["CidrIp"]) for item in rule.get("IpRanges", ()))
    yield from (str(item["CidrIpv6"]) for item in rule.get("Ipv6Ranges", ()))
    yield from (str(item["GroupId"]) for item in rule.get("UserIdGroupPairs", ()))
    yield from (str(item["PrefixListId"]) for item in rule.get("PrefixListIds", ()))


def routes(database: AwsDatabase, region: str | None) -> Routes:
    """Where the route tables of the database's subnets lead; a subnet without its own has the VPC's main table."""
    with explained(f"routes of {database.vpc}", "ec2:DescribeVpcs, ec2:DescribeRouteTables"):
        ec2 = open_client("ec2", region)
        [vpc] = ec2.describe_vpcs(VpcIds=[database.vpc])["Vpcs"]
        tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [database.vpc]}])["RouteTables"]
    blocks = [item["CidrBlock"] for item in vpc.get("CidrBlockAssociationSet", ())] or [vpc["CidrBlock"]]
    own = {item["SubnetId"]: table for table in tables for item in table["Associations"] if item.get("SubnetId")}
    main = [table for table in tables if any(item.get("Main") for item in table["Associations"])]
    used = [table for subnet in database.subnets for table in ([own[subnet]] if subnet in own else main)]
    broken = {
        str(route.get("DestinationCidrBlock"))
        for table in used
        for route in table["Routes"]
        if route.get("State") == "blackhole"
    }
    internet = bool(used) and all(
        any(str(route.get("GatewayId", "")).startswith("igw-") for route in table["Routes"]) for table in used
    )
    return Routes(tuple(map(str, blocks)), internet, tuple(sorted(broken)))


def free_storage(database: AwsDatabase, region: str | None) -> float | None:
    """The least free bytes of the last minutes; None where CloudWatch has no measurement."""
    now = datetime.now(UTC)
    with explained(f"free storage of {database.identifier}", "cloudwatch:GetMetricStatistics"):
        points = open_client("cloudwatch", region).get_metric_statistics(
            Namespace="AWS/RDS",
            MetricName="FreeStorageSpace",
            Dimensions=[{"Name": "DBInstanceIdentifier", "Value": database.identifier}],
            StartTime=now - timedelta(minutes=_METRIC_MINUTES),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Minimum"],
        )["Datapoints"]
    return min((float(point["Minimum"]) for point in points), default=None)


def rotation(secret: str, region: str | None) -> str:
    """When the secret was and will be rotated, in words."""
    with explained(f"secret {secret}", "secretsmanager:DescribeSecret"):
        found = open_client("secretsmanager", region).describe_secret(SecretId=secret)
    changed = found.get("LastRotatedDate") or found.get("LastChangedDate")
    parts = [f"last changed {changed:%Y-%m-%d %H:%M}"] if isinstance(changed, datetime) else []
    following = found.get("NextRotationDate")
    if isinstance(following, datetime):
        parts.append(f"rotated again {following:%Y-%m-%d %H:%M}")
    elif not found.get("RotationEnabled"):
        parts.append("no rotation of its own")
    return ", ".join(parts)
