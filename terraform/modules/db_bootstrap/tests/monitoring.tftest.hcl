# The variable `monitoring`: what each of its attributes creates, and what is refused. Mock provider, no AWS account.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/db-bootstrap-contacts-production" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:db-bootstrap-contacts-production" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:123456789012:rule/db-bootstrap-contacts-production-verify" }
  }
  mock_resource "aws_lambda_invocation" {
    defaults = { result = "{\"status\":\"applied\",\"ready_token\":\"token-1\",\"run_id\":\"run-1\"}" }
  }
}

variables {
  name                 = "contacts"
  environment          = "production"
  declaration_dir      = "tests/fixtures/contacts"
  database_resource_id = "db-ABCDEFGHIJKL"
  target = {
    engine      = "mysql"
    host        = "contacts.abc.eu-central-1.rds.amazonaws.com"
    database    = "tfplayground_prod"
    username    = "admin"
    credentials = { iam = true }
  }
  lambda_zip = "tests/fixtures/function.zip"
  vpc        = false
}

run "none_by_default" {
  command = plan
  assert {
    condition = sum([for all in [
      aws_cloudwatch_event_rule.verify, aws_cloudwatch_event_target.verify, aws_lambda_permission.verify,
      aws_cloudwatch_metric_alarm.failed, aws_cloudwatch_metric_alarm.drift, aws_cloudwatch_metric_alarm.stale,
      aws_cloudwatch_log_metric_filter.schema_errors, aws_cloudwatch_metric_alarm.schema_errors,
    ] : length(all)]) == 0
    error_message = "Nothing is created that costs money."
  }
  assert {
    condition     = !contains(keys(aws_lambda_function.this[0].environment[0].variables), "DB_BOOTSTRAP_METRICS_NAMESPACE")
    error_message = "The function writes no metrics."
  }
}

run "an_empty_object_is_metrics_and_two_alarms" {
  command = plan
  variables {
    monitoring = {}
  }
  assert {
    condition = (
      length(aws_cloudwatch_metric_alarm.failed) == 1 && length(aws_cloudwatch_metric_alarm.drift) == 1 &&
      length(aws_cloudwatch_metric_alarm.stale) == 0 && length(aws_cloudwatch_event_rule.verify) == 0 &&
      length(aws_cloudwatch_metric_alarm.schema_errors) == 0
    )
    error_message = "What was not asked for is not created."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.failed[0].alarm_actions) == 0
    error_message = "Without a topic an alarm has no action."
  }
  assert {
    condition = (
      aws_lambda_function.this[0].environment[0].variables.DB_BOOTSTRAP_METRICS_NAMESPACE == aws_cloudwatch_metric_alarm.drift[0].namespace &&
      aws_cloudwatch_metric_alarm.drift[0].dimensions["FunctionName"] == aws_lambda_function.this[0].function_name
    )
    error_message = "The alarm looks at what the function writes."
  }
}

run "everything" {
  variables {
    monitoring = {
      verify_schedule            = "rate(6 hours)"
      stale_after_hours          = 24
      sns_topic_arn              = "arn:aws:sns:eu-central-1:123456789012:operators"
      application_log_group_name = "/app/contacts"
      namespace                  = "Databases"
    }
  }
  assert {
    condition = (
      aws_cloudwatch_event_rule.verify[0].schedule_expression == "rate(6 hours)" &&
      aws_cloudwatch_event_target.verify[0].arn == output.lambda_function_arn &&
      aws_lambda_permission.verify[0].source_arn == aws_cloudwatch_event_rule.verify[0].arn &&
      aws_lambda_permission.verify[0].principal == "events.amazonaws.com"
    )
    error_message = "The schedule, and it alone, may invoke the function."
  }
  assert {
    condition = jsondecode(aws_cloudwatch_event_target.verify[0].input) == {
      action             = "verify"
      declaration        = jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).declaration
      declaration_digest = output.declaration_digest
    }
    error_message = "The schedule compares with the declaration that the run applied."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.stale[0].evaluation_periods == 24 && aws_cloudwatch_metric_alarm.stale[0].period == 3600 &&
      aws_cloudwatch_metric_alarm.stale[0].treat_missing_data == "breaching"
    )
    error_message = "A day without a proof is an alarm, also when nothing runs at all."
  }
  assert {
    condition = (
      aws_cloudwatch_log_metric_filter.schema_errors[0].log_group_name == "/app/contacts" &&
      aws_cloudwatch_metric_alarm.schema_errors[0].metric_name == aws_cloudwatch_log_metric_filter.schema_errors[0].metric_transformation[0].name
    )
    error_message = "The application's errors are counted in its own log group."
  }
  assert {
    condition = alltrue([for alarm in concat(
      aws_cloudwatch_metric_alarm.failed, aws_cloudwatch_metric_alarm.drift,
      aws_cloudwatch_metric_alarm.stale, aws_cloudwatch_metric_alarm.schema_errors,
    ) : alarm.alarm_actions == toset(["arn:aws:sns:eu-central-1:123456789012:operators"])])
    error_message = "Every alarm goes to the topic."
  }
  assert {
    condition = (
      aws_lambda_function.this[0].environment[0].variables.DB_BOOTSTRAP_METRICS_NAMESPACE == "Databases" &&
      aws_cloudwatch_metric_alarm.drift[0].namespace == "Databases" && aws_cloudwatch_metric_alarm.stale[0].namespace == "Databases"
    )
    error_message = "The namespace is one for all."
  }
}

run "create_false_monitors_nothing" {
  command = plan
  variables {
    create     = false
    monitoring = { verify_schedule = "rate(6 hours)", stale_after_hours = 24, application_log_group_name = "/app/contacts" }
  }
  assert {
    condition = length(concat(
      aws_cloudwatch_event_rule.verify, aws_cloudwatch_metric_alarm.failed, aws_cloudwatch_metric_alarm.drift,
      aws_cloudwatch_metric_alarm.stale, aws_cloudwatch_metric_alarm.schema_errors,
    )) == 0
    error_message = "Nothing is created."
  }
}

run "refused_schedule" {
  command = plan
  variables {
    monitoring = { verify_schedule = "every 6 hours" }
  }
  expect_failures = [var.monitoring]
}

run "refused_week" {
  command = plan
  variables {
    monitoring = { stale_after_hours = 169 }
  }
  expect_failures = [var.monitoring]
}

run "refused_namespace" {
  command = plan
  variables {
    monitoring = { namespace = "AWS/Lambda" }
  }
  expect_failures = [var.monitoring]
}

run "refused_local" {
  command = plan
  variables {
    runner     = "local"
    monitoring = {}
  }
  expect_failures = [terraform_data.checks]
}

# Compressed, the seeds of this declaration are larger than what EventBridge passes on, and fit into an invocation.
run "large_without_a_schedule" {
  command = plan
  variables {
    declaration_dir = "tests/fixtures/contacts-large"
    monitoring      = {}
  }
  assert {
    condition     = length(aws_s3_object.declaration) == 0
    error_message = "It goes in the event."
  }
}

run "large_needs_a_bucket" {
  command = plan
  variables {
    declaration_dir = "tests/fixtures/contacts-large"
    monitoring      = { verify_schedule = "rate(6 hours)" }
  }
  expect_failures = [terraform_data.checks]
}

run "large_through_a_bucket" {
  command = plan
  variables {
    declaration_dir    = "tests/fixtures/contacts-large"
    declaration_bucket = "declarations"
    monitoring         = { verify_schedule = "rate(6 hours)" }
  }
  assert {
    condition = (
      length(aws_cloudwatch_event_target.verify[0].input) <= 8192 &&
      jsondecode(aws_cloudwatch_event_target.verify[0].input).declaration.s3.prefix == "db-bootstrap/production/contacts/"
    )
    error_message = "The schedule says where the declaration is."
  }
}
