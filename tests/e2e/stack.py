"""The stack in a work copy on a local AWS: terraform, make and the databases, as an operator reaches them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import boto3
import psycopg2
import pymysql

from demo.aws.local import LocalAws
from demo.paths import ROOT, Paths
from demo.roads import command_line
from demo.servers import MySQLServer, Registry, Server
from tests.terraform.configuration import Outcome
from tools import terraform_mirror

ENVIRONMENTS = ("staging", "production")
FOREIGN = ("AWS_", "TF_", "DB_BOOTSTRAP_", "DEMO_", "PG", "MAKE", "MFLAGS")
CODE = 2  # the release of the application that selects the three columns
T = TypeVar("T")


@dataclass
class Stack:
    """One work copy with a workspace per environment; everything that any command said is kept in `said`."""

    paths: Paths
    aws: LocalAws
    said: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        variables = {
            **inherited,
            **self.aws.environment,
            # The stack's deploy_command inherits these: the deployed application is a process of this machine.
            "PYTHONPATH": str(ROOT),
            "DEMO_APPS": str(self.paths.apps),
            "DEMO_OWNER": str(self.aws.pid),
        }
        self.variables = terraform_mirror.environment(self.paths.work, variables)
        self.reports.mkdir(parents=True, exist_ok=True)

    @property
    def reports(self) -> Path:
        """Where the runs on this machine leave their reports."""
        return self.paths.base / "reports"

    def prepare(self) -> None:
        """`terraform init`, and the workspaces."""
        for arguments in (["init", "-input=false"], *(["workspace", "new", name] for name in ENVIRONMENTS)):
            outcome = self._run(["terraform", *arguments], "")
            assert outcome.code == 0, outcome.text

    def apply(self, environment: str) -> Outcome:
        """`terraform apply -var-file=…`."""
        return self._run(["terraform", "apply", "-auto-approve", *self._inputs(environment)], environment)

    def plan(self, environment: str) -> Outcome:
        """`terraform plan -detailed-exitcode -var-file=…`; the plan is kept, in its own form and as JSON."""
        file = self.paths.work / f"{environment}.tfplan"
        command = ["terraform", "plan", "-detailed-exitcode", f"-out={file}", *self._inputs(environment)]
        outcome = self._run(command, environment)
        if outcome.code != 1:
            self._run(["terraform", "show", "-json", str(file)], environment)
        return outcome

    def outputs(self, environment: str) -> dict[str, Any]:
        """The outputs in the state."""
        return {name: found["value"] for name, found in self.state(environment)["outputs"].items()}

    def addresses(self, environment: str) -> set[str]:
        """The managed resources in the state, by module, type and name."""
        return {
            ".".join(filter(None, (found.get("module"), found["type"], found["name"])))
            for found in self.state(environment)["resources"]
            if found["mode"] == "managed" and found["instances"]
        }

    def report(self, environment: str) -> str:
        """What the last run on this machine reported."""
        return (self.reports / f"{environment}.json").read_text()

    def state(self, environment: str) -> dict[str, Any]:
        """The state file of the environment's workspace."""
        path = self.paths.stack / "terraform.tfstate.d" / environment / "terraform.tfstate"
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    def db_bootstrap(self, *arguments: str, database: str) -> Outcome:
        """The command by hand, which takes the target from terraform's outputs."""
        folder = self.paths.work / "database" / database
        return self._run([*command_line(), *arguments, "--dir", str(folder)], "")

    def make(self, target: str, environment: str, **variables: str) -> Outcome:
        """`make TARGET ENV=…`. Given on the command line, the variables win over those of a demo that stands."""
        names = (*self.aws.environment, "TF_CLI_CONFIG_FILE", "CHECKPOINT_DISABLE")
        given = {name: self.variables[name] for name in names if name in self.variables}
        given |= {"ENV": environment, "DATABASE_DIR": str(self.paths.work / "database"), **variables}
        # -o: what is tested is what is installed.
        # ARGS=: those of the make that runs the tests are for pytest.
        command = ["make", "-C", str(ROOT), "-o", "install", target, f"BIN={Path(sys.executable).parent}", "ARGS="]
        return self._run([*command, *(f"{name}={value}" for name, value in given.items())], "")

    def target(self, environment: str, database: str) -> dict[str, Any]:
        """A database as the stack's output describes it."""
        found: dict[str, Any] = self.outputs(environment)["db_bootstrap_targets"][database]
        return found

    def secret(self, target: dict[str, Any]) -> dict[str, str]:
        """User and password of a database, from the secret that RDS keeps."""
        answer = self.client("secretsmanager").get_secret_value(SecretId=target["credentials"]["secret_arn"])
        found: dict[str, str] = json.loads(answer["SecretString"])
        return found

    def client(self, service: str) -> Any:
        """boto3's client for the local AWS; nothing of the machine's own account gets in."""
        return boto3.client(
            service,
            region_name=self.aws.region,
            endpoint_url=self.aws.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def server(self, environment: str, database: str) -> Server:
        """The server behind an instance, to be reached as RDS itself does: as the superuser."""
        return Registry(self.paths.aws / "instances").running()[f"tfplayground-{environment}-{database}"]

    def logs(self) -> str:
        """Everything in CloudWatch Logs."""
        client, lines = self.client("logs"), []
        for group in client.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            for stream in client.describe_log_streams(logGroupName=name)["logStreams"]:
                events = client.get_log_events(logGroupName=name, logStreamName=stream["logStreamName"])["events"]
                lines += [event["message"] for event in events]
        return "\n".join(lines)

    def _inputs(self, environment: str) -> list[str]:
        values = {
            "bootstrap_command": json.dumps(command_line()),
            "lambda_package_dir": str(self.paths.base / "lambda"),
            "deploy_command": f"DEMO_APP_CODE={CODE} '{sys.executable}' -m demo.app deploy",
        }
        given = [f"-var={name}={value}" for name, value in values.items()]
        return ["-input=false", "-no-color", f"-var-file=../environments/{environment}.tfvars", *given]

    def _run(self, command: list[str], environment: str) -> Outcome:
        variables = dict(self.variables)
        if environment:
            variables |= {
                "TF_WORKSPACE": environment,
                "DB_BOOTSTRAP_REPORT": str(self.reports / f"{environment}.json"),
            }
        done = subprocess.run(
            command, cwd=self.paths.stack, env=variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        with self._lock:
            self.said.append(f"$ {' '.join(command)}\n{done.stdout}")
        return Outcome(done.returncode, done.stdout)


@dataclass(frozen=True)
class Hand:
    """Somebody with a client and the password: what is done outside of us, and what is really in a database."""

    stack: Stack
    environment: str
    database: str

    def connect(self) -> Any:
        """A session as the master user, certificate and host name verified."""
        target = self.stack.target(self.environment, self.database)
        secret = self.stack.secret(target)
        place = {"host": target["host"], "port": int(target["port"]), "user": secret["username"]}
        if target["engine"] == "mysql":
            return pymysql.connect(
                **place, password=secret["password"], database=target["database"], autocommit=True,
                ssl_ca=self.stack.aws.ca_file, ssl_verify_cert=True, ssl_verify_identity=True,
            )  # fmt: skip
        session = psycopg2.connect(
            **place, password=secret["password"], dbname=target["database"], sslmode="verify-full",
            sslrootcert=self.stack.aws.ca_file,
        )  # fmt: skip
        session.autocommit = True
        return session

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements; return the rows of the last one."""
        session = self.connect()
        try:
            with session.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            session.close()

    def set_password(self, password: str) -> None:
        """Give the master user another password than its secret says."""
        username = self.stack.target(self.environment, self.database)["username"]
        server = self.stack.server(self.environment, self.database)
        if isinstance(server, MySQLServer):
            server.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", arguments=(username, password))
        else:
            quoted = password.replace("'", "''")
            server.execute(f"ALTER ROLE {username} PASSWORD '{quoted}'")


def everywhere(work: Callable[[str], T], environments: Iterable[str] = ENVIRONMENTS) -> dict[str, T]:
    """Do something in all environments at once."""
    with ThreadPoolExecutor() as pool:
        started = {name: pool.submit(work, name) for name in environments}
        return {name: future.result() for name, future in started.items()}
