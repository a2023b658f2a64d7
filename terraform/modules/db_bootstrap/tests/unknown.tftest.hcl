# The first plan, before the database exists: nothing about it is known, and the plan still has to work.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
}

run "lambda_plans_before_the_database_exists" {
  command = plan
  module {
    source = "./tests/first_apply"
  }
  variables {
    runner = "lambda"
  }
}

run "local_plans_before_the_database_exists" {
  command = plan
  module {
    source = "./tests/first_apply"
  }
  variables {
    runner = "local"
  }
}
