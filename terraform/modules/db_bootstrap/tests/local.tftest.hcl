# runner = "local", applied for real: the command is a shell's `test`, which sees what the module gives it.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
}

variables {
  name                 = "contacts"
  environment          = "production"
  runner               = "local"
  declaration_dir      = "tests/fixtures/contacts"
  database_resource_id = "db-ABCDEFGHIJKL"
  target = {
    engine      = "postgresql"
    host        = "contacts.abc.eu-central-1.rds.amazonaws.com"
    database    = "contacts"
    username    = "it's"
    credentials = { environment = "DB_BOOTSTRAP_PASSWORD" }
  }
  local_environment = { EXPECTED = "apply production --allow data_loss:it's" }
  allow             = ["data_loss:it's"]
  local_command = ["/bin/sh", "-c", <<-EOT
    test "$1 $2 $5 $6" = "$EXPECTED" && test "$3" = --dir && test -f "$4/bootstrap.yaml" &&
    test "$DB_BOOTSTRAP_GIT_REVISION" = 0123abc && case "$DB_BOOTSTRAP_TARGET" in *'"username":"it'*'"port":5432'*|*'"port":5432'*'"username":"it'*) ;; *) exit 1;; esac
  EOT
  , "sh"]
  git_revision = "0123abc"
}

run "first_apply" {
  assert {
    condition     = output.ready_token == sha256("${output.declaration_digest} db-ABCDEFGHIJKL/contacts")
    error_message = "The token is the digest of declaration and database."
  }
  assert {
    condition     = output.run == null && output.lambda_function_name == null
    error_message = "A local run makes no function."
  }
}

# A command that fails would fail the apply: that none does shows that nothing runs.
run "unchanged_runs_nothing" {
  variables {
    local_command = ["false"]
    git_revision  = "4567def"
  }
  assert {
    condition     = output.ready_token == run.first_apply.ready_token
    error_message = "Neither the command nor the revision is a reason to run."
  }
}

run "changed_declaration_runs_again" {
  variables {
    declaration_dir = "tests/fixtures/contacts-changed"
  }
  assert {
    condition     = output.ready_token != run.first_apply.ready_token
    error_message = "Another declaration has another token."
  }
}

# Every plan has the run, and the token stays known: what depends on it is not replaced.
run "repair_runs_with_every_apply" {
  command = plan
  variables {
    drift           = "repair"
    declaration_dir = "tests/fixtures/contacts-changed"
  }
  assert {
    condition     = length(terraform_data.repair) == 1 && output.ready_token == run.changed_declaration_runs_again.ready_token
    error_message = "A repair of its own, and the token that is known."
  }
}
