"""The AWS part of the way, on the local AWS: an instance in a VPC, whose groups, state, storage and secret change."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from bootstrap.handler import handler
from demo.aws.local import LocalAws
from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.test_doctor import NOT_LOCAL, failing, finding, states

SCHEMA = {"schema/t.yaml": "tables:\n  t:\n    columns: {id: int}\n", "environments/staging.yaml": "policy: {}\n"}
GIGABYTE = 1 << 30


@dataclass(frozen=True)
class Stack:
    """An instance with a VPC, subnets and a security group of its own."""

    aws: LocalAws
    folder: Path
    name: str
    group: str
    vpc: str
    target: Mapping[str, Any]

    def client(self, service: str) -> Any:
        return client(self.aws, service)

    def doctor(self, **variables: str) -> Outcome:
        environment = {**self.aws.environment, "DB_BOOTSTRAP_TARGET": json.dumps(self.target), **variables}
        arguments = ("doctor", "staging", "--dir", self.folder, "--timeout", "100", "--format", "json")
        return db_bootstrap(*arguments, variables=environment)


def client(aws: LocalAws, service: str) -> Any:
    return boto3.client(
        service, region_name=aws.region, endpoint_url=aws.endpoint, aws_access_key_id="testing",
        aws_secret_access_key="testing", aws_session_token="testing",
    )  # fmt: skip


@pytest.fixture(scope="module")
def stack(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    name = f"doctor-{uuid.uuid4().hex[:8]}"
    ec2, rds = client(local_aws, "ec2"), client(local_aws, "rds")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.77.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")
        for number, zone in enumerate("ab")
    ]
    rds.create_db_subnet_group(
        DBSubnetGroupName=name, DBSubnetGroupDescription="of a test",
        SubnetIds=[subnet["Subnet"]["SubnetId"] for subnet in subnets],
    )  # fmt: skip
    group = ec2.create_security_group(GroupName=name, Description="of a test", VpcId=vpc)["GroupId"]
    instance = rds.create_db_instance(
        DBInstanceIdentifier=name, Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="streams_admin", ManageMasterUserPassword=True, DBName="app", DBSubnetGroupName=name,
        VpcSecurityGroupIds=[group], PubliclyAccessible=True,
    )["DBInstance"]  # fmt: skip
    target = {
        "engine": "postgresql", "host": instance["Endpoint"]["Address"], "port": instance["Endpoint"]["Port"],
        "database": "app", "region": "us-east-1",
        "credentials": {"secret_arn": instance["MasterUserSecret"]["SecretArn"]},
    }  # fmt: skip
    folder = write(tmp_path_factory.mktemp("declaration"), "postgresql", SCHEMA)
    return Stack(local_aws, folder, name, group, vpc, target)


def test_each_hop_of_an_instance_in_turn(stack: Stack) -> None:
    """The group admits nobody, then somebody; the subnets get their way; storage is measured, and runs out."""
    port = int(stack.target["port"])
    closed = stack.doctor()
    failing(closed, "security_groups", 5, stack.group, str(port))
    assert f'"{stack.group}"' in "\n".join(finding(closed, "security_groups")["terraform"])
    assert states(closed)["login"] == "ok", "what AWS says keeps nothing from being looked at"
    assert "last changed" in finding(closed, "credentials")["fact"]

    ec2 = stack.client("ec2")
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    ec2.authorize_security_group_ingress(
        GroupId=stack.group, IpPermissions=[{**rule, "IpRanges": [{"CidrIp": "10.77.9.0/24"}]}]
    )
    other = stack.doctor()
    assert finding(other, "security_groups")["state"] == "unknown", "nobody can see whether we are 10.77.9.x"
    failing(other, "route", 5, "internet gateway")
    ec2.authorize_security_group_ingress(
        GroupId=stack.group, IpPermissions=[{**rule, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=stack.vpc)
    [table] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [stack.vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    found = states(stack.doctor().ended(0))
    assert {found[check] for check in NOT_LOCAL} == {"ok"}
    assert found["storage"] == "unknown", "CloudWatch has no measurement yet"

    for free, state in ((9 * GIGABYTE, "ok"), (GIGABYTE / 2, "failed")):
        stack.client("cloudwatch").put_metric_data(
            Namespace="AWS/RDS",
            MetricData=[{
                "MetricName": "FreeStorageSpace", "Value": free, "Timestamp": datetime.now(UTC),
                "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": stack.name}],
            }],
        )  # fmt: skip
        assert states(stack.doctor())["storage"] == state
    failing(stack.doctor(), "storage", 4, "0.5 of 20 GiB", "storage")


def test_without_credentials_of_aws(stack: Stack) -> None:
    outcome = stack.doctor(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_SESSION_TOKEN="")
    failing(outcome, "aws_identity", 5, "no AWS credentials")
    found = states(outcome)
    assert (found["tcp"], found["credentials"], found["login"]) == ("ok", "failed", "skipped")
    assert found["security_groups"] == "unknown"


def test_an_endpoint_that_is_in_another_account(stack: Stack) -> None:
    other = Stack(stack.aws, stack.folder, "", "", "", {**stack.target, "host": "localhost"})
    outcome = other.doctor()
    assert finding(outcome, "instance")["state"] == "unknown"
    assert states(outcome)["route"] == "unknown"


def test_the_function_looks_from_where_it_is(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stack.aws.environment.items():
        monkeypatch.setenv(name, value)
    files = {name: packed(content) for name, content in SCHEMA.items()}
    files["bootstrap.yaml"] = packed("version: 1\nengine: postgresql\n")
    event = {
        "action": "doctor", "environment": "staging", "declaration": {"files": files}, "target": dict(stack.target),
    }  # fmt: skip
    answer = handler(event)
    known = {item["check"]: item["state"] for item in answer["findings"]}
    assert (known["login"], known["privileges"]) == ("ok", "ok")
    assert answer["status"] in ("ok", "failed")
    assert handler({**event, "target": {**stack.target, "host": "nobody.invalid"}})["first_failure"] == "dns"


def packed(text: str) -> str:

    return base64.b64encode(gzip.compress(text.encode())).decode()
