"""A root configuration around the module in a work folder, and terraform run on it as an operator runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools import terraform_mirror

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
MODULE = Path("terraform/modules/db_bootstrap")
FOREIGN = ("AWS_", "TF_", "DB_BOOTSTRAP")

# The provider as facts about the local AWS ask for it; without an endpoint it makes no calls at all.
PROVIDER = """
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  max_retries                 = 2
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true
}

variable "settings" {
  type    = any
  default = {}
}

# Stands for whatever is deployed only when the database is ready.
resource "terraform_data" "app" {
  input            = module.bootstrap.verified_target.host
  triggers_replace = module.bootstrap.ready_token
}

output "ready_token" {
  value = module.bootstrap.ready_token
}
"""


@dataclass(frozen=True)
class Outcome:
    """What one terraform command said."""

    code: int
    text: str


@dataclass
class Configuration:
    """A work folder with a root configuration; `environment` is added to what terraform starts with."""

    folder: Path
    module_call: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / MODULE, self.folder / "module", ignore=shutil.ignore_patterns("tests", "examples"))
        (self.folder / "main.tf").write_text(PROVIDER + self.module_call)
        self.ok("init", "-input=false")

    def run(self, *arguments: str) -> Outcome:
        """Run terraform; output and errors together, as they stand on a terminal."""
        # Nothing of the machine's own, such as a plugin cache, which several inits at once would break.
        kept = (name for name in os.environ if not name.startswith(FOREIGN) or name == "TF_CLI_CONFIG_FILE")
        inherited = {name: os.environ[name] for name in kept}
        base = terraform_mirror.environment(self.folder, inherited)
        done = subprocess.run(
            ["terraform", *arguments, *(() if "-json" in arguments else ("-no-color",))],
            cwd=self.folder, env={**base, **self.environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout + done.stderr)

    def ok(self, *arguments: str) -> str:
        """Run terraform and expect success."""
        outcome = self.run(*arguments)
        assert outcome.code == 0, outcome.text
        return outcome.text

    def apply(self, **settings: object) -> Outcome:
        """Apply with these settings of the module."""
        self.write_settings(settings)
        return self.run("apply", "-auto-approve", "-input=false")

    def planned(self, **settings: object) -> dict[str, str]:
        """Plan with these settings; give the action for each resource that would change."""
        self.write_settings(settings)
        lines = self.ok("plan", "-input=false", "-json", "-out=plan.tfplan").splitlines()
        changes = [message["change"] for line in lines if (message := json.loads(line))["type"] == "planned_change"]
        return {change["resource"]["addr"]: change["action"] for change in changes}

    def change(self, address: str) -> dict[str, Any]:
        """The change of one resource in the plan that was made last: its values before and after."""
        plan = json.loads(self.ok("show", "-json", "plan.tfplan"))
        found: dict[str, Any] = next(c["change"] for c in plan["resource_changes"] if c["address"] == address)
        return found

    def state(self) -> dict[str, Any]:
        """The state file; before the first apply there is nothing in it."""
        path = self.folder / "terraform.tfstate"
        state: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return state

    def token(self) -> str | None:
        """The token as it is in the state, None where there is none."""
        token: str | None = self.state().get("outputs", {}).get("ready_token", {}).get("value")
        return token

    def addresses(self) -> set[str]:
        """The managed resources in the state, by type and name."""
        resources = self.state().get("resources", [])
        return {f"{found['type']}.{found['name']}" for found in resources if found["instances"]}

    def write_settings(self, settings: Mapping[str, object]) -> None:
        """Write the settings that the next command reads."""
        (self.folder / "settings.auto.tfvars.json").write_text(json.dumps({"settings": dict(settings)}))
