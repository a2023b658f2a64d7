"""The two roads to a bootstrapped environment: terraform, and without it the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3

from demo import apps, databases
from demo.app import Deployment
from demo.aws.local import LocalAws
from demo.errors import DemoError
from demo.paths import ROOT, Paths
from demo.progress import Progress
from demo.terraform import Terraform

INSTANCE_SECONDS = 600.0
UNCHANGED = "unchanged"


class Road(Protocol):
    """What the demo needs of either."""

    name: str
    # Whether the databases come into being with the first apply, or were there before it.
    creates_databases: bool

    def prepare(self, environments: tuple[str, ...]) -> None:
        """Do what is done once."""

    def apply(self, environment: str, code: int) -> None:
        """Bring an environment to what is declared, and deploy this version of the application behind it."""

    def apply_again(self, environment: str, code: int) -> bool:
        """Do the same again; say whether it changed anything."""

    def ready_token(self, environment: str) -> str:
        """Return the token that the application must have been deployed with."""

    def abort(self) -> None:
        """End what still runs."""

    def variables(self) -> dict[str, str]:
        """Return the variables that `make plan ENV=…` needs beside those of the local AWS."""


@dataclass
class TerraformRoad:
    """`terraform apply`: the stack creates the databases, its modules bootstrap them, then it deploys the app."""

    paths: Paths
    aws: LocalAws
    progress: Progress
    name: str = "terraform apply"
    creates_databases: bool = True

    def __post_init__(self) -> None:
        """Choose the environment that terraform runs in: without anybody's own settings of it."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
        self.terraform = Terraform.on(
            self.paths,
            {
                **inherited,
                # local-exec inherits these: the deployed application is a process of the demo.
                "PYTHONPATH": str(ROOT),
                "DEMO_APPS": str(self.paths.apps),
                "DEMO_OWNER": str(self.aws.pid),
            },
            self.progress,
        )

    def prepare(self, environments: tuple[str, ...]) -> None:
        """`terraform init`, and a workspace for each environment."""
        self.terraform.prepare(environments)

    def apply(self, environment: str, code: int) -> None:
        """`terraform apply`."""
        self.terraform.apply(environment, self._inputs(code))

    def apply_again(self, environment: str, code: int) -> bool:
        """`terraform plan -detailed-exitcode`, and apply that plan."""
        return self.terraform.has_changes(environment, self._inputs(code))

    def ready_token(self, environment: str) -> str:
        """Output of the stack."""
        return str(self.terraform.outputs(environment)["ready_token"])

    def abort(self) -> None:
        """End every terraform."""
        self.terraform.abort()

    def variables(self) -> dict[str, str]:
        """Where terraform finds its providers."""
        names = ("TF_CLI_CONFIG_FILE", "CHECKPOINT_DISABLE")
        return {name: self.terraform.environment[name] for name in names if name in self.terraform.environment}

    def _inputs(self, code: int) -> dict[str, str]:
        """Variables of the stack, as anybody sets them."""
        revision = _git_revision()
        return {
            "bootstrap_command": json.dumps(command_line()),
            "deploy_command": f"DEMO_APP_CODE={code} '{sys.executable}' -m demo.app deploy",
            **({"git_revision": revision} if revision else {}),
        }


@dataclass
class CommandLineRoad:
    """No terraform on this machine: the databases through the API of AWS, the rest by `db-bootstrap apply`."""

    paths: Paths
    aws: LocalAws
    progress: Progress
    name: str = "db-bootstrap apply"
    creates_databases: bool = False

    def prepare(self, environments: tuple[str, ...]) -> None:
        """Create the databases that the stack would create."""
        client = boto3.client("rds", region_name=self.aws.region, endpoint_url=self.aws.endpoint)
        names = {"staging": "staging", "production": "prod"}
        for environment in environments:
            for name, engine, username, database in (
                ("contacts", "mysql", "admin", f"tfplayground_{names[environment]}"),
                ("streams", "postgres", "streams_admin", f"streams_{environment}"),
            ):
                client.create_db_instance(
                    DBInstanceIdentifier=f"{databases.PROJECT}-{environment}-{name}",
                    Engine=engine,
                    DBInstanceClass="db.t4g.micro",
                    AllocatedStorage=20,
                    MasterUsername=username,
                    ManageMasterUserPassword=True,
                    DBName=database,
                )

    def apply(self, environment: str, code: int) -> None:
        """Bootstrap both databases, then deploy with the token."""
        targets = self._targets(environment)
        for name, target in targets.items():
            self._bootstrap(environment, name, target)
        deployment = Deployment(environment, code, self.ready_token(environment), targets)
        apps.deploy(self.paths.apps, deployment, owner=self.aws.pid)

    def apply_again(self, environment: str, code: int) -> bool:  # noqa: ARG002 the application stays as it is
        """Bootstrap again; unchanged is what the reports say."""
        targets = self._targets(environment)
        statuses = [self._bootstrap(environment, name, target)["status"] for name, target in targets.items()]
        return any(status != UNCHANGED for status in statuses)

    def ready_token(self, environment: str) -> str:
        """The tokens of both databases, as the last runs reported them."""
        reports = [json.loads(self._report(environment, name).read_text()) for name in databases.NAMES]
        return ".".join(str(report["ready_token"]) for report in reports)

    def abort(self) -> None:
        """Nothing: a run ends by itself within seconds."""

    def variables(self) -> dict[str, str]:
        """None: there is no terraform to lead anywhere."""
        return {}

    def _targets(self, environment: str) -> dict[str, Any]:
        found = databases.targets(environment, self.aws.region, self.aws.endpoint)
        if found is None:
            raise DemoError(f"the databases of {environment} are not there")
        return found

    def _report(self, environment: str, name: str) -> Path:
        return self.paths.logs / f"report-{environment}-{name}.json"

    def _bootstrap(self, environment: str, name: str, target: Mapping[str, Any]) -> dict[str, Any]:
        self.paths.logs.mkdir(parents=True, exist_ok=True)
        report = self._report(environment, name)
        outcome = subprocess.run(
            [*command_line(), "apply", environment, "--dir", str(self.paths.work / "database" / name)],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "DB_BOOTSTRAP_TARGET": json.dumps(target),
                "DB_BOOTSTRAP_REPORT": str(report),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if outcome.returncode != 0:
            raise DemoError(f"db-bootstrap apply {environment} of {name} failed:\n{outcome.stdout}{outcome.stderr}")
        self.progress.line(f"{name}: {(outcome.stdout.strip().splitlines() or ['done'])[0]}", environment)
        found: dict[str, Any] = json.loads(report.read_text())
        return found


def deploy_as_before(paths: Paths, aws: LocalAws, environment: str, code: int) -> None:
    """Deploy the application the old way, as soon as the databases are there: without asking whether they are ready."""
    deadline = time.monotonic() + INSTANCE_SECONDS
    while (targets := databases.targets(environment, aws.region, aws.endpoint)) is None:
        if time.monotonic() > deadline:
            raise DemoError(f"the databases of {environment} did not appear on the local AWS")
        time.sleep(0.3)
    apps.deploy(paths.apps, Deployment(environment, code, "", targets), owner=aws.pid)


def command_line() -> list[str]:
    """How to run db-bootstrap: the command installed beside this Python, else the module."""
    installed = Path(sys.executable).with_name("db-bootstrap")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "bootstrap"]


def package_runtime() -> str:
    """Return the runtime that the Lambda zip was built for, such as `python3.12`.

    Raises:
        DemoError: it was not built.
    """
    manifest = ROOT / "dist/lambda/db-bootstrap.json"
    if not manifest.exists():
        raise DemoError(f"{manifest} does not exist: run `make package`")
    return str(json.loads(manifest.read_text())["runtime"])


def choose(paths: Paths, aws: LocalAws, progress: Progress) -> Road:
    """Return the road that this machine has."""
    kind: Callable[[Paths, LocalAws, Progress], Road] = TerraformRoad if shutil.which("terraform") else CommandLineRoad
    return kind(paths, aws, progress)


def _git_revision() -> str:
    outcome = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return outcome.stdout.strip() if outcome.returncode == 0 else ""
