"""The few places where moto has to be more than a store of objects, hooked from outside.

What was missing was found by applying a stack of each resource against the plain emulator: instances that share one
resource id, managed secrets that hold somebody else's password, functions that want Docker, two calls of Step
Functions that the provider makes and moto does not know, and descriptions of security group rules that are lost.
"""

from __future__ import annotations

import base64
import json
import secrets
import string
import threading
import uuid
from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction
from moto.core.responses import ActionResult
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, MasterUserSecret, RDSBackend
from moto.stepfunctions.responses import StepFunctionResponse

from demo.aws.functions import Function, FunctionRunner
from demo.aws.instances import InstanceRequest, Instances, new_password
from demo.servers import ServerStartError, ServerUnavailableError

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
SYNCHRONOUS_LIMIT = 6 * 1024 * 1024
ASYNCHRONOUS_LIMIT = 1024 * 1024
HOST = "_local_host"
PASSWORD = "_local_password"  # noqa: S105 an attribute's name
RESOURCE_ID_LETTERS = string.ascii_uppercase + "234567"


def install(instances: Instances, runner: FunctionRunner) -> None:
    """Hook RDS, Lambda, Step Functions and EC2 of the moto that is imported in this process."""
    _hook_secrets(instances)
    _hook_create(instances)
    _hook_delete(instances)
    _hook_modify(instances)
    _hook_functions(runner)
    _hook_state_machines()
    _hook_security_group_rules()


def _replace(owner: type, name: str, value: object) -> None:
    """Put another attribute in the place of one of moto's; a name that moto no longer has is an error, not a no-op."""
    if not hasattr(owner, name):
        raise AttributeError(f"this version of moto has no {owner.__name__}.{name}: the hook does not fit it")
    setattr(owner, name, value)


def _hook_secrets(instances: Instances) -> None:
    def generate(self: Any) -> str:
        password = new_password()
        setattr(self.resource, PASSWORD, password)
        return json.dumps({"username": self.resource.master_username, "password": password})

    def rotate(self: Any) -> None:
        content = json.loads(generate(self))
        # In this order, as RDS does it: for a moment the secret still says what the server no longer takes.
        instances.set_password(self.resource.db_instance_identifier, content["username"], content["password"])
        token = str(uuid.uuid4())
        self.secretsmanager.put_secret_value(self.secret.arn, json.dumps(content), None, token, ["AWSCURRENT"])

    _replace(MasterUserSecret, "_generate_secret_string", generate)
    _replace(MasterUserSecret, "rotate_secret", rotate)


def _hook_create(instances: Instances) -> None:
    original = RDSBackend.create_db_instance

    def create(self: Any, db_kwargs: dict[str, Any]) -> Any:
        if db_kwargs.get("db_cluster_identifier") is not None:
            return original(self, db_kwargs)
        database = original(self, db_kwargs)
        database.status = "creating"
        request = InstanceRequest(
            identifier=database.db_instance_identifier,
            engine=database.engine,
            username=str(database.master_username),
            password=getattr(database, PASSWORD, None) or db_kwargs.get("master_user_password") or "",
            database=db_kwargs.get("db_name"),
            port=int(database.port or 0),
        )
        try:
            server = instances.create(request)
        except (ServerUnavailableError, ServerStartError) as error:
            self.databases.pop(request.identifier, None)
            instances.delete(request.identifier)
            # A client error: the provider would repeat anything else for minutes.
            raise RDSClientError("InsufficientDBInstanceCapacity", str(error)) from error
        setattr(database, HOST, server.host)
        database.status = "available"
        database.port = server.port
        database.dbi_resource_id = "db-" + "".join(secrets.choice(RESOURCE_ID_LETTERS) for _ in range(26))
        return database

    _replace(RDSBackend, "create_db_instance", create)
    _replace(DBInstance, "address", property(lambda self: getattr(self, HOST, "unknown.invalid")))
    # The one engine of the three whose default version moto does not know.
    DBInstance.default_engine_versions.setdefault("mariadb", "10.11")


def _hook_delete(instances: Instances) -> None:
    original = RDSBackend.delete_db_instance

    def delete(self: Any, db_instance_identifier: str, *args: Any, **kwargs: Any) -> Any:
        database = original(self, db_instance_identifier, *args, **kwargs)
        instances.delete(db_instance_identifier)
        return database

    _replace(RDSBackend, "delete_db_instance", delete)


def _hook_modify(instances: Instances) -> None:
    original = RDSBackend.modify_db_instance

    def modify(self: Any, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Any:
        password = db_kwargs.get("master_user_password")
        database = original(self, db_instance_identifier, db_kwargs)
        if password and database.db_instance_identifier in instances.registry.running():
            instances.set_password(database.db_instance_identifier, str(database.master_username), password)
        return database

    _replace(RDSBackend, "modify_db_instance", modify)


def _hook_functions(runner: FunctionRunner) -> None:
    def invoke(self: Any, body: bytes | str, request_headers: Any, response_headers: Any) -> bytes:
        event = (body.encode() if isinstance(body, str) else body) or b"{}"
        kind = request_headers.get("X-Amz-Invocation-Type", "RequestResponse")
        limit = ASYNCHRONOUS_LIMIT if kind == "Event" else SYNCHRONOUS_LIMIT
        if len(event) > limit:
            raise LambdaClientError(
                "RequestEntityTooLargeException",
                f"{len(event)} byte payload is too large for the {kind} invocation type",
            )
        if kind == "DryRun":
            return b""
        run = _run(self, runner, event)
        if kind == "Event":
            threading.Thread(target=run, args=({},), daemon=True).start()
            return b""
        return run(response_headers)

    _replace(LambdaFunction, "invoke", invoke)


def _run(function: Any, runner: FunctionRunner, event: bytes) -> Callable[[dict[str, str]], bytes]:
    """Return a call that runs the function, keeps its log, and fills the headers of the answer."""
    described = Function(
        name=function.function_name,
        arn=function.function_arn,
        code=function.code_bytes,
        handler=function.handler,
        runtime=function.run_time,
        timeout=int(function.timeout),
        memory_size=int(function.memory_size),
        version=function.version,
        environment={name: str(value) for name, value in (function.environment_vars or {}).items()},
    )

    def run(response_headers: dict[str, str]) -> bytes:
        answer = runner.invoke(described, event)
        function.logs_backend.ensure_log_group(function.logs_group_name)
        function.save_logs(answer.log)
        response_headers["x-amz-executed-version"] = function.version
        response_headers["x-amz-log-result"] = base64.b64encode(answer.log_tail).decode()
        if answer.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        return answer.payload

    return run


def _hook_state_machines() -> None:
    """Answer the two calls with which the provider checks a state machine; without them it retries for minutes."""
    answers = {
        "validate_state_machine_definition": {"result": "OK", "diagnostics": [], "truncated": False},
        "list_state_machine_versions": {"stateMachineVersions": []},
    }
    for name, answer in answers.items():
        if not hasattr(StepFunctionResponse, name):
            setattr(StepFunctionResponse, name, lambda _, answer=answer: ActionResult(answer))


def _hook_security_group_rules() -> None:
    """Tell the description of a rule that names a group: without it every second plan wants to change the rule."""

    def description(self: Any) -> str | None:
        text: str | None = self.ip_range.get("Description") or self.source_group.get("Description")
        return text

    _replace(SecurityGroupRule, "description", property(description))
