"""The databases that an environment has on the local AWS, found as anybody with access to the account finds them."""

from __future__ import annotations

from typing import Any

import boto3

PROJECT = "tfplayground"  # the stack's default
NAMES = ("contacts", "streams")
AVAILABLE = "available"
ENGINES = {"mysql": "mysql", "mariadb": "mysql", "postgres": "postgresql"}


def targets(environment: str, region: str, endpoint: str) -> dict[str, Any] | None:
    """Return the targets of an environment's databases by name; None as long as not all of them are there."""
    client = boto3.client("rds", region_name=region, endpoint_url=endpoint)
    instances = client.describe_db_instances()["DBInstances"]
    found = {instance["DBInstanceIdentifier"]: instance for instance in instances}
    wanted = {name: found.get(f"{PROJECT}-{environment}-{name}") for name in NAMES}
    ready = {name: one for name, one in wanted.items() if one and one["DBInstanceStatus"] == AVAILABLE}
    if len(ready) < len(wanted):
        return None
    return {name: _target(instance, region) for name, instance in ready.items()}


def _target(instance: dict[str, Any], region: str) -> dict[str, Any]:
    return {
        "engine": ENGINES[instance["Engine"]],
        "host": instance["Endpoint"]["Address"],
        "port": instance["Endpoint"]["Port"],
        "database": instance["DBName"],
        "username": instance["MasterUsername"],
        "region": region,
        "credentials": {"secret_arn": instance["MasterUserSecret"]["SecretArn"]},
    }
