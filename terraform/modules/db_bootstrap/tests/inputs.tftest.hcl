# What is refused, what is granted, and what is not created: plans only, with a mock provider.

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

run "create_false_is_empty" {
  command = plan
  variables {
    create = false
  }
  assert {
    condition = (
      output.ready_token == null && output.target == null && output.declaration_digest == null && output.run == null && output.triggers == null &&
      output.lambda_function_name == null && output.lambda_function_arn == null && output.role_arn == null &&
      output.role_name == null && output.security_group_id == null && output.log_group_name == null
    )
    error_message = "Every output is null."
  }
  assert {
    condition = sum(concat([0], [for all in [
      terraform_data.checks, terraform_data.request, terraform_data.run, terraform_data.preview, terraform_data.repair, aws_lambda_function.this,
      aws_lambda_invocation.run, aws_iam_role.this, aws_iam_role_policy.this, aws_cloudwatch_log_group.this,
      aws_security_group.this, aws_s3_object.declaration,
    ] : length(all)])) == 0
    error_message = "Nothing is created."
  }
}

run "create_false_needs_no_database" {
  command = plan
  variables {
    create               = false
    database_resource_id = null
    target = {
      engine      = "mysql"
      host        = null
      database    = null
      username    = null
      credentials = { secret_arn = null, iam = true }
    }
  }
}

run "without_subnets_no_vpc" {
  command = plan
  assert {
    condition = (
      length(aws_lambda_function.this[0].vpc_config) == 0 &&
      length(aws_security_group.this) == 0
    )
    error_message = "Outside of a VPC there is neither attachment nor security group."
  }
}

run "refuses_unknown_runner" {
  command = plan
  variables {
    runner = "ecs"
  }
  expect_failures = [var.runner]
}

run "refuses_unknown_engine" {
  command = plan
  variables {
    target = {
      engine      = "oracle"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
    }
  }
  expect_failures = [var.target]
}

run "refuses_an_endpoint_for_a_host" {
  command = plan
  variables {
    target = {
      engine      = "mysql"
      host        = "contacts.abc.eu-central-1.rds.amazonaws.com:3306"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
    }
  }
  expect_failures = [var.target]
}

run "refuses_unknown_tls_mode" {
  command = plan
  variables {
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
      tls         = { mode = "prefer" }
    }
  }
  expect_failures = [var.target]
}

run "refuses_two_credentials" {
  command = plan
  variables {
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true, ssm_parameter = "/p" }
    }
  }
  expect_failures = [var.target]
}

run "refuses_no_credentials" {
  command = plan
  variables {
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = {}
    }
  }
  expect_failures = [var.target]
}

run "refuses_a_password_for_an_arn" {
  command = plan
  variables {
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { secret_arn = "not-an-arn" }
    }
  }
  expect_failures = [var.target]
}

run "refuses_bad_names" {
  command = plan
  variables {
    name        = "Contacts; rm"
    environment = "../production"
  }
  expect_failures = [var.name, var.environment]
}

run "refuses_bad_numbers" {
  command = plan
  variables {
    lambda_timeout      = 901
    lambda_memory_size  = 64
    log_retention_days  = 31
    payload_limit_bytes = 6000000
  }
  expect_failures = [var.lambda_timeout, var.lambda_memory_size, var.log_retention_days, var.payload_limit_bytes]
}

run "refuses_bad_enums" {
  command = plan
  variables {
    lambda_runtime      = "nodejs22.x"
    lambda_architecture = "riscv"
    allow               = ["DROP TABLE"]
  }
  expect_failures = [var.lambda_runtime, var.lambda_architecture, var.allow]
}

run "large_declaration_goes_through_s3" {
  command = plan
  variables {
    payload_limit_bytes = 100
    declaration_bucket  = "declarations"
  }
  override_resource {
    target          = aws_cloudwatch_log_group.this
    override_during = plan
    values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:x" }
  }
  assert {
    condition = jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).declaration == { s3 = {
      bucket = "declarations"
      prefix = "db-bootstrap/production/contacts/"
      files  = ["bootstrap.yaml", "environments/production.yaml", "schema/contacts.yaml"]
    } }
    error_message = "The event names the objects and carries none of their content."
  }
  assert {
    condition = (
      [for path, object in aws_s3_object.declaration : object.source] ==
      [for path in jsondecode(nonsensitive(aws_lambda_invocation.run[0].input)).declaration.s3.files : "tests/fixtures/contacts/${path}"]
    )
    error_message = "Every file is uploaded as it is."
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Resource if statement.Sid == "ReadDeclaration"
    ]) == ["arn:aws:s3:::declarations/db-bootstrap/production/contacts/*"]
    error_message = "The function may read these objects and no others."
  }
}

run "iam_credentials_name_one_database_user" {
  command = plan
  override_resource {
    target          = aws_cloudwatch_log_group.this
    override_during = plan
    values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:x" }
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Resource if statement.Sid == "ConnectAsDatabaseUser"
    ]) == ["arn:aws:rds-db:eu-central-1:123456789012:dbuser:db-ABCDEFGHIJKL/admin"]
    error_message = "rds-db:connect is granted for this server and this user."
  }
}

run "parameter_and_its_key_are_exact" {
  command = plan
  variables {
    credentials_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { ssm_parameter = "/production/contacts/password" }
    }
  }
  override_resource {
    target          = aws_cloudwatch_log_group.this
    override_during = plan
    values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:x" }
  }
  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Sid => statement.Resource if statement.Sid != "WriteOwnLogs"
      } == {
      ReadParameter    = ["arn:aws:ssm:eu-central-1:123456789012:parameter/production/contacts/password"]
      DecryptParameter = ["arn:aws:kms:eu-central-1:123456789012:key/1"]
    }
    error_message = "One parameter, one key, nothing else."
  }
}

run "a_parameter_may_be_given_as_arn" {
  command = plan
  variables {
    credentials_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { ssm_parameter = "arn:aws:ssm:eu-west-1:123456789012:parameter/production/contacts/password" }
    }
  }
  override_resource {
    target          = aws_cloudwatch_log_group.this
    override_during = plan
    values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:x" }
  }
  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Sid => statement if statement.Sid != "WriteOwnLogs"
      } == {
      ReadParameter = {
        Sid      = "ReadParameter"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter"]
        Resource = ["arn:aws:ssm:eu-west-1:123456789012:parameter/production/contacts/password"]
      }
      DecryptParameter = {
        Sid       = "DecryptParameter"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:eu-west-1:123456789012:key/1"]
        Condition = { StringEquals = { "kms:ViaService" = "ssm.eu-west-1.amazonaws.com" } }
      }
    }
    error_message = "The policy names the parameter itself, in the region of its ARN."
  }
}

run "refuses_a_parameter_that_is_none" {
  command = plan
  variables {
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { ssm_parameter = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x" }
    }
  }
  expect_failures = [var.target]
}

run "refuses_more_than_one_parameter" {
  command = plan
  variables {
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { ssm_parameter = "arn:aws:ssm:eu-west-1:123456789012:parameter/production/*" }
    }
  }
  expect_failures = [var.target]
}

# The database and its secret may be in another region than the function.
run "what_is_the_functions_is_in_the_functions_region" {
  command = plan
  variables {
    vpc                        = true
    vpc_id                     = "vpc-1"
    subnet_ids                 = ["subnet-1"]
    database_security_group_id = "sg-database"
    https_egress               = { cidr_blocks = ["10.0.0.0/16"] }
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      region      = "eu-west-1"
      credentials = { ssm_parameter = "/production/contacts/password" }
    }
  }
  override_resource {
    target          = aws_cloudwatch_log_group.this
    override_during = plan
    values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:x" }
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement :
      statement.Condition.ArnEquals["lambda:SourceFunctionArn"] if statement.Sid == "CodeMayNotAttach"
    ]) == ["arn:aws:lambda:eu-central-1:123456789012:function:db-bootstrap-contacts-production"]
    error_message = "The denial names the function where it is, or it denies nothing."
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Resource if statement.Sid == "ReadParameter"
    ]) == ["arn:aws:ssm:eu-west-1:123456789012:parameter/production/contacts/password"]
    error_message = "The parameter is read where the target is."
  }
}

run "passwords_of_declared_roles_are_exact" {
  command = plan
  variables {
    role_name                  = "db-bootstrap-contacts-eu"
    role_password_kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/2"]
    role_password_arns = [
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf",
      "arn:aws:ssm:eu-central-1:123456789012:parameter/production/report",
    ]
  }
  override_resource {
    target          = aws_cloudwatch_log_group.this
    override_during = plan
    values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:x" }
  }
  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Sid => statement.Resource
      if contains(["ReadRoleSecrets", "ReadRoleParameters", "DecryptRolePasswords"], statement.Sid)
      } == {
      ReadRoleSecrets      = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf"]
      ReadRoleParameters   = ["arn:aws:ssm:eu-central-1:123456789012:parameter/production/report"]
      DecryptRolePasswords = ["arn:aws:kms:eu-central-1:123456789012:key/2"]
    }
    error_message = "The function may read these passwords and no others."
  }
  assert {
    condition     = aws_iam_role.this[0].name == "db-bootstrap-contacts-eu"
    error_message = "Two regions of one account need two roles."
  }
}

run "what_holds_no_password_is_refused" {
  command = plan
  variables {
    role_password_arns = ["hunter2"]
  }
  expect_failures = [var.role_password_arns]
}

run "names_are_those_of_the_project" {
  command = plan
  variables {
    name_prefix = "billing"
  }
  assert {
    condition     = aws_lambda_function.this[0].function_name == "billing-contacts-production" && aws_iam_role.this[0].name == "billing-contacts-production"
    error_message = "Two projects of one account may have a database and an environment of the same name."
  }
}

run "the_functions_name_may_be_given" {
  command = plan
  variables {
    function_name = "contacts-bootstrap"
  }
  assert {
    condition     = aws_lambda_function.this[0].function_name == "contacts-bootstrap" && aws_cloudwatch_log_group.this[0].name == "/aws/lambda/contacts-bootstrap"
    error_message = "The function and its log group have the name that was given."
  }
}

run "refuses_names_that_lambda_does_not_take" {
  command = plan
  variables {
    function_name = "contacts bootstrap"
    name_prefix   = "billing/"
  }
  expect_failures = [var.function_name, var.name_prefix]
}

run "an_existing_instance_is_looked_up" {
  command = plan
  variables {
    database_resource_id         = null
    database_instance_identifier = "contacts"
  }
  override_data {
    target = data.aws_db_instance.this
    values = { resource_id = "db-LOOKEDUP" }
  }
  assert {
    condition     = output.triggers == null ? false : data.aws_db_instance.this[0].db_instance_identifier == "contacts" && local.database == "db-LOOKEDUP/tfplayground_prod"
    error_message = "Its resource id is the server's identity."
  }
}

run "an_existing_cluster_is_looked_up" {
  command = plan
  variables {
    database_resource_id        = null
    database_cluster_identifier = "contacts"
  }
  override_data {
    target = data.aws_rds_cluster.this
    values = { cluster_resource_id = "cluster-LOOKEDUP" }
  }
  assert {
    condition     = local.database == "cluster-LOOKEDUP/tfplayground_prod"
    error_message = "Its resource id is the server's identity."
  }
}

run "engines_may_have_the_names_that_rds_gives_them" {
  command = plan
  variables {
    target = {
      engine      = "aurora-postgresql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
    }
  }
  assert {
    condition     = output.target.engine == "postgresql" && output.target.port == 5432
    error_message = "The bootstrapper knows two engines."
  }
}

run "mariadb_is_a_mysql" {
  command = plan
  variables {
    target = {
      engine      = "mariadb"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
    }
  }
  assert {
    condition     = output.target.engine == "mysql" && output.target.port == 3306
    error_message = "The bootstrapper knows two engines."
  }
}
