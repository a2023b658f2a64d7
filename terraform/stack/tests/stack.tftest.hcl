# The stack with a mock provider. A test runs in the workspace `default`, so that is the environment here.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:x" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/x" }
  }
  mock_resource "aws_db_instance" {
    defaults = {
      address            = "db.aaaaaaaaaa.us-east-1.rds.amazonaws.com"
      resource_id        = "db-ABCDEFGHIJKL"
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1-AbCdEf", kms_key_id = "k", secret_status = "active" }]
    }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:us-east-1:123456789012:function:x" }
  }
  mock_resource "aws_lambda_invocation" {
    defaults = { result = "{\"status\":\"applied\",\"ready_token\":\"token-1\"}" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/app:1" }
  }
}

variables {
  environment        = "default"
  contacts_database  = "tfplayground_test"
  streams_database   = "streams_test"
  declarations_dir   = "tests/fixtures"
  lambda_package_dir = "tests/fixtures/package"
  bootstrap_command  = ["true"]
}

run "another_environments_variables_are_refused" {
  command = plan
  variables {
    environment = "production"
  }
  expect_failures = [terraform_data.environment]
}

run "applies" {
  variables {
    deploy_command = "test \"$READY_TOKEN\" && test \"$ENVIRONMENT\" = default && case \"$DB_BOOTSTRAP_TARGETS\" in *tfplayground_test*) ;; *) exit 1;; esac"
  }
  assert {
    condition     = output.ready_tokens.contacts == "token-1" && length(output.ready_tokens.streams) == 64
    error_message = "contacts has the token that its run returned, streams a digest."
  }
  assert {
    condition     = terraform_data.app.triggers_replace == output.ready_tokens
    error_message = "The application is deployed with the tokens, and again when one changes."
  }
  assert {
    condition     = one([for v in jsondecode(aws_ecs_task_definition.app.container_definitions)[0].environment : v.value if v.name == "READY_TOKEN"]) == output.ready_token
    error_message = "The task definition carries the token."
  }
  assert {
    condition = output.db_bootstrap_targets.streams == {
      engine                   = "postgresql"
      host                     = "db.aaaaaaaaaa.us-east-1.rds.amazonaws.com"
      port                     = 5432
      database                 = "streams_test"
      username                 = "streams_admin"
      region                   = "us-east-1"
      credentials              = { secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1-AbCdEf" }
      tls                      = { mode = "verify-full" }
      connect_deadline_seconds = 120
    }
    error_message = "Targets have the shape that the overlays read."
  }
  assert {
    condition = alltrue([
      for instance in aws_db_instance.this : instance.manage_master_user_password && instance.password == null && instance.storage_encrypted && !instance.publicly_accessible
    ])
    error_message = "No password is given by Terraform, storage is encrypted, nothing is public."
  }
}

run "a_failed_deploy_is_only_the_applications" {
  variables {
    deploy_command = "exit 1" # nothing has changed, so it is not run
  }
}
