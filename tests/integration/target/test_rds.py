"""Snapshots of instances and clusters, asked of an emulator by real HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from bootstrap.problems import TargetError
from bootstrap.target.rds import take_snapshot

LOGIN = {"MasterUsername": "root", "MasterUserPassword": "a-long-password"}


def taken(host: str, label: str) -> str:
    return take_snapshot(host, "us-east-1", label=label, seconds=60, waiting=lambda _: None, poll=0.1)


def test_an_instance_is_found_by_its_endpoint(aws: Any) -> None:
    client, name = aws.client("rds"), f"shop-{uuid.uuid4().hex[:8]}"
    client.create_db_instance(
        DBInstanceIdentifier=name, DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage=20, **LOGIN
    )
    [instance] = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    snapshot = taken(instance["Endpoint"]["Address"], "run-7")
    [found] = client.describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"]
    assert snapshot == f"db-bootstrap-{name}-run-7"
    assert (found["DBInstanceIdentifier"], found["Status"]) == (name, "available")


@pytest.mark.parametrize("endpoint", ["Endpoint", "ReaderEndpoint"])
def test_a_cluster_is_found_by_its_endpoints(aws: Any, endpoint: str) -> None:
    client, name = aws.client("rds"), f"cluster-{uuid.uuid4().hex[:8]}"
    client.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-mysql", **LOGIN)
    [cluster] = client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    snapshot = taken(cluster[endpoint], "run-8")
    [found] = client.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot)["DBClusterSnapshots"]
    assert found["DBClusterIdentifier"] == name


def test_an_endpoint_that_nothing_has_is_refused(aws: Any) -> None:  # noqa: ARG001  # the emulator
    with pytest.raises(TargetError, match=r"no RDS instance or cluster .* has the endpoint nowhere\.example\.com"):
        taken("nowhere.example.com", "run-9")
