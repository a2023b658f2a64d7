# What plans say about the database, and what drift and gate do about it. `sensitive` hides the event from plans only.

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
    condition     = jsondecode(nonsensitive(data.aws_lambda_invocation.plan[0].input)).action == "plan"
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
    values = { result = "{\"status\":\"planned\",\"drift\":true,\"pending\":[\"ALTER TABLE `contacts` ADD COLUMN `phone` varchar(20)\"]}" }
  }
  expect_failures = [check.in_sync]
}

run "drift_alone_looks_too" {
  command = plan
  variables {
    preview = false
    drift   = "warn"
  }
  assert {
    condition     = length(data.aws_lambda_invocation.plan) == 1
    error_message = "The plan looks into the database."
  }
}

run "by_default_nothing_is_asked" {
  command = plan
  variables {
    preview = false
  }
  assert {
    condition     = length(data.aws_lambda_invocation.plan) == 0 && length(terraform_data.preview) == 0
    error_message = "Nothing is asked."
  }
}

run "a_database_that_is_new_is_no_warning" {
  command = plan
  override_data {
    target = data.aws_lambda_invocation.plan
    values = { result = "{\"status\":\"new\",\"pending\":[\"CREATE TABLE\"]}" }
  }
}

run "an_unknown_state_is_a_warning" {
  command = plan
  override_data {
    target = data.aws_lambda_invocation.plan
    values = { result = "{\"status\":\"unknown\",\"pending\":[],\"reason\":\"the database does not answer\"}" }
  }
  expect_failures = [check.in_sync]
}

run "hazards_are_a_warning" {
  command = plan
  override_data {
    target = data.aws_lambda_invocation.plan
    values = { result = "{\"status\":\"refused\",\"pending\":[],\"refused\":[\"data_loss contacts.phone: 3 values\"],\"allow\":[\"data_loss:contacts.phone\"]}" }
  }
  expect_failures = [check.in_sync]
}

run "gate_plan_fails_the_plan" {
  command = plan
  variables {
    gate = "plan"
  }
  override_data {
    target = data.aws_lambda_invocation.plan
    values = { result = "{\"status\":\"refused\",\"pending\":[],\"refused\":[\"data_loss contacts.phone: 3 values\"],\"allow\":[\"data_loss:contacts.phone\"]}" }
  }
  expect_failures = [check.in_sync, terraform_data.request]
}

# Nothing is due to run, so nothing can be refused.
run "gate_plan_lets_drift_be" {
  command = plan
  variables {
    gate = "plan"
  }
  override_data {
    target = data.aws_lambda_invocation.plan
    values = { result = "{\"status\":\"refused\",\"drift\":true,\"pending\":[\"DROP\"],\"refused\":[\"data_loss contacts.phone: 3 values\"],\"allow\":[\"data_loss:contacts.phone\"]}" }
  }
  expect_failures = [check.in_sync]
}

run "gate_plan_stops_a_repair_that_would_be_refused" {
  command = plan
  variables {
    gate  = "plan"
    drift = "repair"
  }
  override_data {
    target = data.aws_lambda_invocation.plan
    values = { result = "{\"status\":\"refused\",\"drift\":true,\"pending\":[\"DROP\"],\"refused\":[\"data_loss contacts.phone: 3 values\"],\"allow\":[\"data_loss:contacts.phone\"]}" }
  }
  expect_failures = [check.in_sync, terraform_data.request]
}

run "refuses_unknown_words" {
  command = plan
  variables {
    drift = "undo"
    gate  = "never"
  }
  expect_failures = [var.drift, var.gate]
}
