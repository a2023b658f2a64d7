# preview = true: pending SQL is a warning of the plan, and no warning where nothing is pending.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_data "aws_lambda_invocation" {
    defaults = { result = "{\"status\":\"planned\",\"pending\":[]}" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:db-bootstrap-contacts-production" }
  }
  mock_resource "aws_lambda_invocation" {
    defaults = { result = "{\"status\":\"applied\",\"ready_token\":\"token-1\"}" }
  }
}

variables {
  name                 = "contacts"
  environment          = "production"
  declaration_dir      = "tests/fixtures/contacts"
  database_resource_id = "db-ABCDEFGHIJKL"
  create_role          = false
  role_arn             = "arn:aws:iam::123456789012:role/own"
  lambda_zip           = "tests/fixtures/function.zip"
  preview              = true
  vpc                  = false
  target = {
    engine      = "mysql"
    host        = "contacts.abc.eu-central-1.rds.amazonaws.com"
    database    = "tfplayground_prod"
    username    = "admin"
    credentials = { iam = true }
  }
}

run "in_sync" {
  assert {
    condition     = jsondecode(data.aws_lambda_invocation.plan[0].input).action == "plan"
    error_message = "A preview only ever plans."
  }
  assert {
    condition     = output.role_arn == "arn:aws:iam::123456789012:role/own" && output.role_name == null
    error_message = "A given role is used, none is made."
  }
}

run "drift_is_a_warning" {
  command = plan
  override_data {
    target = data.aws_lambda_invocation.plan
    values = { result = "{\"status\":\"planned\",\"pending\":[\"ALTER TABLE `contacts` ADD COLUMN `phone` varchar(20)\"]}" }
  }
  expect_failures = [check.in_sync]
}
