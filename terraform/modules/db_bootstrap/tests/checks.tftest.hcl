# Input checks: the base passes, and each run changes one thing that is then refused while planning.

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
    credentials = { secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf" }
  }
  lambda_zip                 = "tests/fixtures/function.zip"
  vpc_id                     = "vpc-1"
  subnet_ids                 = ["subnet-1", "subnet-2"]
  database_security_group_id = "sg-database"
  https_egress               = { security_group_ids = ["sg-endpoints"] }
}

run "base_passes" {
  command = plan
  assert {
    condition     = aws_lambda_function.this[0].runtime == "python3.13" && aws_lambda_function.this[0].architectures == tolist(["arm64"])
    error_message = "Runtime and architecture are those of the manifest beside the zip."
  }
}

run "refuses_a_directory_without_a_declaration" {
  command = plan
  variables {
    declaration_dir = "tests/fixtures/nothing-here"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_an_environment_without_overlay" {
  command = plan
  variables {
    declaration_dir = "tests/fixtures/no-overlay"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_file_that_is_not_text" {
  command = plan
  variables {
    declaration_dir = "tests/fixtures/not-text"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_large_declaration_without_a_bucket" {
  command = plan
  variables {
    payload_limit_bytes = 100
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_preview_of_a_local_run" {
  command = plan
  variables {
    runner  = "local"
    preview = true
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_missing_zip" {
  command = plan
  variables {
    lambda_zip = "tests/fixtures/none.zip"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_no_zip" {
  command = plan
  variables {
    lambda_zip = null
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_zip_without_manifest_and_runtime" {
  command = plan
  variables {
    lambda_zip = "tests/fixtures/no-manifest.zip"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_another_runtime_than_the_manifests" {
  command = plan
  variables {
    lambda_runtime = "python3.12"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_another_architecture_than_the_manifests" {
  command = plan
  variables {
    lambda_architecture = "x86_64"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_another_zip_than_the_manifests" {
  command = plan
  variables {
    lambda_zip = "tests/fixtures/other-zip.zip"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_password_in_the_functions_environment" {
  command = plan
  variables {
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { environment = "DB_BOOTSTRAP_PASSWORD" }
    }
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_no_role" {
  command = plan
  variables {
    create_role = false
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_no_subnets" {
  command = plan
  variables {
    subnet_ids = []
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_subnets_without_a_vpc" {
  command = plan
  variables {
    vpc                        = false
    vpc_id                     = null
    database_security_group_id = null
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_vpc_where_there_is_none" {
  command = plan
  variables {
    vpc        = false
    subnet_ids = []
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_security_group_without_its_vpc" {
  command = plan
  variables {
    vpc_id = null
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_security_group_without_the_databases" {
  command = plan
  variables {
    database_security_group_id = null
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_no_security_group_at_all" {
  command = plan
  variables {
    create_security_group = false
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_secret_without_https_egress" {
  command = plan
  variables {
    https_egress = {}
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_parameter_without_https_egress" {
  command = plan
  variables {
    https_egress = {}
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { ssm_parameter = "/p" }
    }
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_role_passwords_without_https_egress" {
  command = plan
  variables {
    https_egress       = {}
    role_password_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf"]
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
    }
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_declaration_in_s3_without_https_egress" {
  command = plan
  variables {
    https_egress        = {}
    payload_limit_bytes = 100
    declaration_bucket  = "declarations"
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
    }
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_managed_password_with_blue_green" {
  command = plan
  variables {
    blue_green_update = true
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_managed_password_with_blue_green_before_there_is_a_secret" {
  command = plan
  variables {
    blue_green_update           = true
    manage_master_user_password = true
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
    }
  }
  expect_failures = [terraform_data.checks]
}

run "takes_iam_without_https_egress" {
  command = plan
  variables {
    https_egress = {}
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { iam = true }
    }
  }
}

run "takes_own_security_groups_without_https_egress" {
  command = plan
  variables {
    https_egress          = {}
    create_security_group = false
    security_group_ids    = ["sg-own"]
  }
}

run "takes_blue_green_with_a_password_of_ones_own" {
  command = plan
  variables {
    blue_green_update = true
    target = {
      engine      = "mysql"
      host        = "h"
      database    = "d"
      username    = "u"
      credentials = { secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:own-AbCdEf" }
    }
  }
}

run "takes_a_zip_without_manifest" {
  command = plan
  variables {
    lambda_zip          = "tests/fixtures/no-manifest.zip"
    lambda_runtime      = "python3.12"
    lambda_architecture = "x86_64"
  }
}

run "refuses_a_look_at_drift_of_a_local_run" {
  command = plan
  variables {
    runner = "local"
    drift  = "warn"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_a_gate_of_a_local_run" {
  command = plan
  variables {
    runner = "local"
    gate   = "plan"
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_no_identity_of_the_server" {
  command = plan
  variables {
    database_resource_id = null
  }
  expect_failures = [terraform_data.checks]
}

run "refuses_two_identities_of_the_server" {
  command = plan
  variables {
    database_instance_identifier = "contacts"
    database_cluster_identifier  = "contacts"
  }
  expect_failures = [terraform_data.checks]
}

run "takes_a_declaration_without_overlays" {
  command = plan
  variables {
    declaration_dir = "tests/fixtures/no-overlays"
  }
}
