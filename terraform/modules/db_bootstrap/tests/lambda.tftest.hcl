# runner = "lambda", planned and applied with a mock provider: `terraform test` from the module's directory.

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
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/db-bootstrap-contacts-production" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/db-bootstrap-contacts-production" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:db-bootstrap-contacts-production" }
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
    credentials = { secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf" }
  }
  lambda_zip                 = "tests/fixtures/function.zip"
  vpc_id                     = "vpc-1"
  subnet_ids                 = ["subnet-1", "subnet-2"]
  database_security_group_id = "sg-database"
  https_egress               = { security_group_ids = ["sg-endpoints"] }
}

run "first_apply" {
  assert {
    condition     = output.ready_token == "token-1"
    error_message = "The token is the one that the run returned."
  }
  assert {
    condition     = aws_lambda_invocation.run[0].lifecycle_scope == "CREATE_ONLY"
    error_message = "A failed update would be stored as done: a run is only ever created."
  }
  assert {
    condition = (
      jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).action == "apply" &&
      jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).environment == "production" &&
      jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).declaration_digest == output.declaration_digest &&
      keys(jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).declaration.files) == ["bootstrap.yaml", "environments/production.yaml", "schema/contacts.yaml"] &&
      jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).declaration.files["bootstrap.yaml"] == base64gzip("version: 1\nengine: mysql\n")
    )
    error_message = "The event carries the declaration, without other environments' overlays."
  }
  assert {
    condition = jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).target == {
      engine                   = "mysql"
      host                     = "contacts.abc.eu-central-1.rds.amazonaws.com"
      port                     = 3306
      database                 = "tfplayground_prod"
      username                 = "admin"
      region                   = "eu-central-1"
      credentials              = { secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf" }
      tls                      = { mode = "verify-full" }
      connect_deadline_seconds = 120
    }
    error_message = "The target has the one shape that the bootstrapper reads: defaults filled in, nothing null."
  }
  assert {
    condition     = output.target == jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).target
    error_message = "The output `target` is what the function was given."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.this[0].name == "/aws/lambda/db-bootstrap-contacts-production" &&
      aws_cloudwatch_log_group.this[0].retention_in_days == 90
    )
    error_message = "The log group is the module's own, with a retention."
  }
  assert {
    condition = (
      aws_vpc_security_group_egress_rule.database[0].referenced_security_group_id == "sg-database" &&
      aws_vpc_security_group_egress_rule.database[0].from_port == 3306 &&
      aws_vpc_security_group_ingress_rule.database[0].security_group_id == "sg-database" &&
      aws_vpc_security_group_egress_rule.https_security_group[0].referenced_security_group_id == "sg-endpoints"
    )
    error_message = "Security groups name each other; no CIDR block opens anything."
  }
  assert {
    condition     = length(aws_s3_object.declaration) == 0
    error_message = "What fits into the event does not go through S3."
  }
}

run "the_function_is_for_this_alone" {
  variables {
    drift = "warn"
    allow = ["data_loss:contacts.phone"]
  }
  assert {
    condition = (
      jsondecode(aws_lambda_function.this[0].environment[0].variables.DB_BOOTSTRAP_PINNED) == {
        actions            = ["apply", "plan", "verify", "doctor"]
        environment        = "production"
        target             = output.target
        declaration_digest = output.declaration_digest
        allow              = ["data_loss:contacts.phone"]
        adopt_environment  = false
      }
    )
    error_message = "Environment, target, declaration and hazards are the function's own, not the event's."
  }
  assert {
    condition = (
      jsondecode(aws_lambda_function.plan[0].environment[0].variables.DB_BOOTSTRAP_PINNED) == {
        actions     = ["plan", "verify"]
        environment = "production"
        target      = output.target
      } && aws_lambda_function.plan[0].function_name == "db-bootstrap-contacts-production-plan"
    )
    error_message = "The function that plans ask never applies."
  }
}

run "role_is_least_privilege" {
  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement :
      statement.Sid => { action = statement.Action, resource = statement.Resource } if statement.Effect == "Allow" && statement.Sid != "AttachToVpc"
      } == {
      WriteOwnLogs = {
        action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resource = ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/db-bootstrap-contacts-production:*"]
      }
      ReadSecret = {
        action   = ["secretsmanager:GetSecretValue"]
        resource = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf"]
      }
    }
    error_message = "Beside its VPC attachment the function may write its logs and read the one secret."
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement :
      statement.Condition.ArnEquals["lambda:SourceFunctionArn"] if statement.Effect == "Deny"
    ]) == ["arn:aws:lambda:eu-central-1:123456789012:function:db-bootstrap-contacts-production"]
    error_message = "The code in the function is denied what only the service needs."
  }
}

# A mock provider does not know which changes replace a resource; the real one replaces a run when `triggers` change
# and only then, which tests/terraform proves. Here: what changes them. `request` is replaced for real.
run "unchanged_runs_nothing" {
  variables {
    git_revision   = "0123abc"
    allow          = ["data_loss:contacts.phone"]
    lambda_timeout = 300
  }
  assert {
    condition     = aws_lambda_invocation.run[0].triggers == tomap(run.first_apply.triggers) && output.triggers == run.first_apply.triggers
    error_message = "Neither a revision nor an allowed hazard nor a setting of the function is a reason to run."
  }
  assert {
    condition     = !strcontains(nonsensitive(aws_lambda_invocation.run[0].input), "0123abc")
    error_message = "The event is that of the last run; a new one alone is no change."
  }
}

run "other_overlay_runs_nothing" {
  variables {
    declaration_dir = "tests/fixtures/contacts-other-overlay"
  }
  assert {
    condition     = aws_lambda_invocation.run[0].triggers == tomap(run.first_apply.triggers) && output.triggers == run.first_apply.triggers
    error_message = "Another environment's overlay is no reason to run this one."
  }
}

run "changed_file_is_named" {
  variables {
    declaration_dir = "tests/fixtures/contacts-changed"
  }
  assert {
    condition = [
      for key, value in aws_lambda_invocation.run[0].triggers : key if value != run.first_apply.triggers[key]
    ] == ["file schema/contacts.yaml", "request"]
    error_message = "The trigger that changed names the file."
  }
}

run "changed_bootstrapper" {
  variables {
    lambda_zip = "tests/fixtures/function-2.zip"
  }
  assert {
    condition = [
      for key, value in aws_lambda_invocation.run[0].triggers : key if value != run.first_apply.triggers[key]
    ] == ["bootstrapper", "request"]
    error_message = "Another zip is another bootstrapper."
  }
}

run "another_database" {
  variables {
    database_resource_id = "db-RESTORED"
  }
  assert {
    condition = [
      for key, value in aws_lambda_invocation.run[0].triggers : key if value != run.first_apply.triggers[key]
    ] == ["database", "request"]
    error_message = "A restored or recreated server is another database."
  }
}

run "forced" {
  variables {
    force_run_id = "2026-11-22"
  }
  assert {
    condition     = aws_lambda_invocation.run[0].triggers["force_run_id"] == "2026-11-22"
    error_message = "A force_run_id is a trigger of its own."
  }
}
