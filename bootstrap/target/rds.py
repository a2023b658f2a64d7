"""Snapshots of RDS instances and Aurora clusters."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from bootstrap.problems import Incomplete, TargetError
from bootstrap.target.aws import explained, open_client

_POLL_SECONDS = 10.0
_PERMISSIONS = "rds:DescribeDBInstances, rds:DescribeDBClusters, rds:CreateDBSnapshot"
_INSTANCE, _CLUSTER = "db", "cluster"


def take_snapshot(
    host: str,
    region: str | None,
    *,
    label: str,
    seconds: float,
    waiting: Callable[[str], None],
    poll: float = _POLL_SECONDS,
) -> str:
    """Take a snapshot of the instance or cluster behind an endpoint, and wait until it can be restored.

    Args:
        host: the endpoint's host name.
        region: of the target, where it names one.
        label: what tells this snapshot from others of the same instance.
        seconds: how long to wait.
        waiting: told what is waited for.
        poll: seconds between two questions.

    Returns:
        The identifier of the snapshot.

    Raises:
        TargetError: no instance has this endpoint, AWS refuses, or the snapshot failed.
        Incomplete: it is not available in time; nothing of the run was done.
    """
    with explained(f"RDS snapshot of {host}", _PERMISSIONS):
        client = open_client("rds", region)
        kind, identifier = _behind(client, host)
        snapshot = re.sub(r"-+", "-", f"db-bootstrap-{identifier}-{label}").strip("-")[:255]
        tags = [{"Key": "db-bootstrap", "Value": label}]
        if kind == _CLUSTER:
            client.create_db_cluster_snapshot(
                DBClusterSnapshotIdentifier=snapshot, DBClusterIdentifier=identifier, Tags=tags
            )
        else:
            client.create_db_snapshot(DBSnapshotIdentifier=snapshot, DBInstanceIdentifier=identifier, Tags=tags)
        waiting(f"RDS takes the snapshot {snapshot} of {identifier}: waiting until it is available")
        _await(client, kind, snapshot, seconds, poll)
    return snapshot


def _behind(client: Any, host: str) -> tuple[str, str]:
    """The kind and identifier of what has this endpoint; of a member of an Aurora cluster, the cluster's."""
    for page in client.get_paginator("describe_db_clusters").paginate():
        for cluster in page["DBClusters"]:
            known = [cluster.get("Endpoint"), cluster.get("ReaderEndpoint"), *cluster.get("CustomEndpoints", [])]
            if host in known:
                return _CLUSTER, str(cluster["DBClusterIdentifier"])
    for page in client.get_paginator("describe_db_instances").paginate():
        for instance in page["DBInstances"]:
            if instance.get("Endpoint", {}).get("Address") == host:
                cluster = instance.get("DBClusterIdentifier")
                return (_CLUSTER, str(cluster)) if cluster else (_INSTANCE, str(instance["DBInstanceIdentifier"]))
    raise TargetError(
        f"policy.backup: rds_snapshot: no RDS instance or cluster of this account and region has the endpoint {host}:"
        " use the instance's own endpoint and credentials of its account, or backup: table"
    )


def _await(client: Any, kind: str, snapshot: str, seconds: float, poll: float) -> None:
    end = time.monotonic() + seconds
    while (status := _status(client, kind, snapshot)) != "available":
        if status not in ("creating", "pending"):
            raise TargetError(f"RDS snapshot {snapshot} is {status}: look at the instance's events in AWS")
        if time.monotonic() + poll > end:
            raise Incomplete(
                f"out of time before the RDS snapshot {snapshot} was available: nothing was changed: run again with"
                " more time (policy.deadline)"
            )
        time.sleep(poll)


def _status(client: Any, kind: str, snapshot: str) -> str:
    if kind == _CLUSTER:
        [found] = client.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot)["DBClusterSnapshots"]
    else:
        [found] = client.describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"]
    return str(found["Status"])
