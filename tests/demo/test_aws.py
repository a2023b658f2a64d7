"""The local AWS: instances are reachable servers, functions run the deployed zip."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any

import boto3
import psycopg2
import pymysql
import pytest
from botocore.config import Config

from demo.aws import local
from demo.servers import Registry
from tests.demo.test_servers import eventually

PATIENCE = 300  # seconds: a machine may be slow
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
CODE = """
import importlib.util, os, sys, time
def handler(event, context):
    print("seen", event["do"])
    if event["do"] == "raise":
        raise ValueError('column "email" does not exist')
    if event["do"] == "exit":
        os._exit(3)
    if event["do"] == "sleep":
        time.sleep(600)
    import boto3
    account = boto3.client("sts").get_caller_identity()["Account"]
    leaked = [name for name in ("pip", "click", "psycopg2", "yaml", "demo") if importlib.util.find_spec(name)]
    left = context.get_remaining_time_in_millis()
    return {"account": account, "leaked": leaked, "variable": os.environ["COLOUR"], "left": left}
"""


@pytest.fixture(scope="module")
def aws(local_aws: local.LocalAws) -> local.LocalAws:
    return local_aws


def client(aws: local.LocalAws, service: str) -> Any:
    return boto3.client(
        service,
        region_name=aws.region,
        endpoint_url=aws.endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        # An instance is a server that is started while the caller waits; asked twice, it would be there already.
        config=Config(read_timeout=PATIENCE, retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def function(aws: local.LocalAws) -> str:
    return create_function(aws, PATIENCE)


def create_function(aws: local.LocalAws, timeout: int) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("tiny.py", CODE)
    name = f"tiny-{uuid.uuid4().hex[:8]}"
    role = client(aws, "iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client(aws, "lambda").create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=role,
        Handler="tiny.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=timeout,
        Environment={"Variables": {"COLOUR": "red"}},
    )
    return name


def invoke(aws: local.LocalAws, function: str, do: str, **options: str) -> tuple[dict[str, Any], Any]:
    answer = client(aws, "lambda").invoke(FunctionName=function, Payload=json.dumps({"do": do}), **options)
    payload = answer["Payload"].read()
    return answer, json.loads(payload) if payload else None


def test_a_function_runs_isolated_and_reaches_the_local_aws(aws: local.LocalAws, function: str) -> None:
    answer, payload = invoke(aws, function, "work", LogType="Tail")
    assert "FunctionError" not in answer
    left = payload.pop("left")
    assert payload == {"account": "123456789012", "leaked": [], "variable": "red"}
    assert 0 < left <= PATIENCE * 1000
    assert "seen work" in base64.b64decode(answer["LogResult"]).decode()
    groups = client(aws, "logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    assert any("seen work" in event["message"] for event in groups)


@pytest.mark.parametrize(
    ("do", "kind", "message"),
    [
        ("raise", "ValueError", 'column "email" does not exist'),
        ("exit", "Runtime.ExitError", "exit status 3"),
    ],
)
def test_a_function_that_fails_says_so(aws: local.LocalAws, function: str, do: str, kind: str, message: str) -> None:
    answer, payload = invoke(aws, function, do)
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == kind
    assert message in payload["errorMessage"]


def test_a_function_that_takes_too_long_is_ended(aws: local.LocalAws) -> None:
    answer, payload = invoke(aws, create_function(aws, 1), "sleep")
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in payload["errorMessage"]


def test_an_asynchronous_invocation_is_accepted_and_run(aws: local.LocalAws, function: str) -> None:
    answer, _ = invoke(aws, function, "later", InvocationType="Event")
    assert answer["StatusCode"] == 202
    logs = client(aws, "logs")

    def logged() -> bool:
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return False  # the first run of a function makes the group
        return any("seen later" in event["message"] for event in events)

    assert eventually(logged)


def create_instance(aws: local.LocalAws, identifier: str, engine: str) -> tuple[dict[str, Any], dict[str, str]]:
    rds = client(aws, "rds")
    rds.create_db_instance(
        DBInstanceIdentifier=identifier,
        Engine=engine,
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="master",
        ManageMasterUserPassword=True,
        DBName="app",
    )
    instance = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    arn = instance["MasterUserSecret"]["SecretArn"]
    secret = client(aws, "secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return instance, json.loads(secret)


def postgres(aws: local.LocalAws, instance: dict[str, Any], password: str) -> psycopg2.extensions.connection:
    return psycopg2.connect(
        host=instance["Endpoint"]["Address"],
        port=instance["Endpoint"]["Port"],
        user="master",
        password=password,
        dbname="app",
        sslmode="verify-full",
        sslrootcert=aws.ca_file,
    )


def test_postgres_instances_are_servers_of_their_own(aws: local.LocalAws) -> None:
    one, secret = create_instance(aws, "one", "postgres")
    two, _ = create_instance(aws, "two", "postgres")
    assert one["DbiResourceId"] != two["DbiResourceId"]
    assert one["Endpoint"] != two["Endpoint"]
    session = postgres(aws, one, secret["password"])
    with session, session.cursor() as cursor:
        cursor.execute("CREATE TABLE t (id int)")
        cursor.execute("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, True, True)
    session.close()
    client(aws, "rds").delete_db_instance(DBInstanceIdentifier="one", SkipFinalSnapshot=True)
    with pytest.raises(psycopg2.OperationalError):
        postgres(aws, one, secret["password"])


def test_a_new_master_password_holds_in_the_server(aws: local.LocalAws) -> None:
    instance, secret = create_instance(aws, "rotated", "postgres")
    changed = {"MasterUserPassword": "another-password", "ApplyImmediately": True}
    client(aws, "rds").modify_db_instance(DBInstanceIdentifier="rotated", **changed)
    postgres(aws, instance, "another-password").close()
    with pytest.raises(psycopg2.OperationalError, match="password"):
        postgres(aws, instance, secret["password"])


def test_a_rotated_master_password_is_in_the_secret_and_holds(aws: local.LocalAws) -> None:
    instance, before = create_instance(aws, "turned", "postgres")
    turn = {"RotateMasterUserPassword": True, "ApplyImmediately": True}
    client(aws, "rds").modify_db_instance(DBInstanceIdentifier="turned", **turn)
    secrets = client(aws, "secretsmanager")
    text = secrets.get_secret_value(SecretId=instance["MasterUserSecret"]["SecretArn"])["SecretString"]
    after = json.loads(text)
    assert after["username"] == "master"
    assert after["password"] != before["password"]
    postgres(aws, instance, after["password"]).close()
    with pytest.raises(psycopg2.OperationalError, match="password"):
        postgres(aws, instance, before["password"])


def test_a_mysql_instance_is_a_server_without_super(aws: local.LocalAws) -> None:
    instance, secret = create_instance(aws, "my", "mysql")
    assert secret["username"] == "master"
    with (
        pymysql.connect(
            host=instance["Endpoint"]["Address"],
            port=instance["Endpoint"]["Port"],
            user="master",
            password=secret["password"],
            database="app",
            ssl_ca=aws.ca_file,
            ssl_verify_cert=True,
            ssl_verify_identity=True,
        ) as session,
        session.cursor() as cursor,
    ):
        cursor.execute("CREATE TABLE t (id int PRIMARY KEY)")
        cursor.execute("SHOW GRANTS")
        assert not any("SUPER" in row[0] for row in cursor.fetchall())


def test_an_engine_that_there_is_no_server_for_is_a_client_error(aws: local.LocalAws) -> None:
    rds = client(aws, "rds")
    with pytest.raises(rds.exceptions.ClientError, match="no server for the engine oracle-ee"):
        create_instance(aws, "oracle", "oracle-ee")


def test_a_killed_local_aws_leaves_no_server(tmp_path: Path) -> None:
    aws = local.start(tmp_path)
    create_instance(aws, "orphan", "postgres")
    registry = Registry(tmp_path / "instances")
    assert list(registry.running()) == ["orphan"]
    os.kill(aws.pid, signal.SIGKILL)
    assert eventually(lambda: registry.running() == {})
    assert local.running(tmp_path) is None
