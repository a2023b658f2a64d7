"""What is wrong with the module's inputs is said by the very first plan, when nothing about the database is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.terraform.configuration import Configuration

# Everything that belongs to the database is unknown until it is created; whole lists of subnets too.
CALL = """
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "database" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_vpc_endpoint" "secretsmanager" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.us-east-1.secretsmanager"
  vpc_endpoint_type = "Interface"
}

resource "aws_db_instance" "this" {
  engine                      = "mysql"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  username                    = "admin"
  manage_master_user_password = true
  skip_final_snapshot         = true

  blue_green_update {
    enabled = var.settings.wrong
  }
}

module "bootstrap" {
  source = "./module"

  name                        = "contacts"
  environment                 = var.settings.wrong ? "nowhere" : "production"
  declaration_dir             = var.settings.dir
  database_resource_id        = aws_db_instance.this.resource_id
  create_role                 = false
  role_arn                    = var.settings.wrong ? null : "arn:aws:iam::123456789012:role/own"
  lambda_zip                  = var.settings.zip
  lambda_runtime              = var.settings.wrong ? "python3.11" : null
  lambda_architecture         = var.settings.wrong ? "arm64" : null
  blue_green_update           = var.settings.wrong
  manage_master_user_password = aws_db_instance.this.manage_master_user_password

  target = {
    engine      = "mysql"
    host        = aws_db_instance.this.address
    port        = aws_db_instance.this.port
    database    = "contacts"
    username    = aws_db_instance.this.username
    credentials = { secret_arn = aws_db_instance.this.master_user_secret[0].secret_arn }
  }

  vpc_id                     = var.settings.wrong ? null : aws_vpc.this.id
  subnet_ids                 = var.settings.wrong ? [] : tolist(aws_vpc_endpoint.secretsmanager.subnet_ids)
  database_security_group_id = aws_security_group.database.id
  https_egress = {
    security_group_ids = var.settings.wrong ? [] : [one(aws_vpc_endpoint.secretsmanager.security_group_ids)]
  }
}
"""
SAID = (
    "environments/nowhere.yaml does not exist",
    "blue_green_update: RDS makes no Blue/Green deployment",
    "lambda_runtime: python3.11 is set, but",
    "lambda_architecture: arm64 is set, but",
    "is not the zip that",
    "role_arn: needed with create_role = false",
    "subnet_ids: name private subnets",
    "vpc_id: needed for the function's security group",
    "https_egress: the function reads a password",
)
pytestmark = pytest.mark.usefixtures("terraform")


@pytest.mark.parametrize("wrong", [False, True])
def test_the_first_plan_refuses_what_can_never_work(declaration: Path, tmp_path: Path, *, wrong: bool) -> None:
    zip_path = tmp_path / "function.zip"
    zip_path.write_bytes(b"a zip")
    manifest: dict[str, str] = {"runtime": "python3.13", "architecture": "x86_64"}
    if wrong:
        manifest["sha256"] = "0" * 64
    zip_path.with_suffix(".json").write_text(json.dumps(manifest))
    configuration = Configuration(tmp_path / "root", CALL)
    settings = {"wrong": wrong, "dir": str(declaration), "zip": str(zip_path)}
    if not wrong:
        planned = configuration.planned(**settings)
        assert planned["module.bootstrap.aws_lambda_invocation.run[0]"] == "create"
        return
    configuration.write_settings(settings)
    plan = configuration.run("plan", "-input=false")
    assert plan.code == 1
    text = " ".join(plan.text.replace("│", " ").split())
    assert not [words for words in SAID if words not in text], plan.text
