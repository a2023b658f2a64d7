################################################################################
# The declaration: which files there are, and what they say
################################################################################

locals {
  runs_locally   = var.create && var.runner == "local"
  runs_in_lambda = var.create && var.runner == "lambda"

  # What the loader may read. Other environments' overlays say nothing about this one, so they must not run it again.
  declaration_files = [
    for path in sort(fileset(var.declaration_dir, "**/*.{yaml,yml,csv,jsonl,ndjson,json,sql}")) : path
    if !can(regex("(^|/)\\.", path)) && (
      !startswith(path, "environments/") ||
      startswith(path, "environments/${var.environment}.") ||
      startswith(path, "environments/${var.environment}/")
    )
  ]
  file_digests = { for path in local.declaration_files : path => filesha256("${var.declaration_dir}/${path}") }

  # What `sha256sum` prints for the files, digested once more: anybody can compute it without terraform.
  declaration_digest = sha256(join("", [for path, digest in local.file_digests : "${digest}  ${path}\n"]))
}

################################################################################
# The target, in the one shape that the bootstrapper knows
################################################################################

data "aws_db_instance" "this" {
  count = var.create && var.database_instance_identifier != null ? 1 : 0

  db_instance_identifier = var.database_instance_identifier
}

data "aws_rds_cluster" "this" {
  count = var.create && var.database_cluster_identifier != null ? 1 : 0

  cluster_identifier = var.database_cluster_identifier
}

data "aws_region" "current" {
  count = var.create ? 1 : 0
}

locals {
  # Where the database and its secret are, and where what is made here is.
  region     = var.create ? coalesce(var.target.region, local.own_region) : var.target.region
  own_region = one(data.aws_region.current[*].id)
  # RDS' own names mean one of two engines to the bootstrapper.
  engine = strcontains(var.target.engine, "postgres") ? "postgresql" : "mysql"
  port   = var.target.port != null ? var.target.port : { postgresql = 5432, mysql = 3306 }[local.engine]

  # What is looked up is decided by the identifiers, which are known; a resource's id need not be.
  database_resource_id = try(coalesce(
    one(data.aws_db_instance.this[*].resource_id), one(data.aws_rds_cluster.this[*].cluster_resource_id), var.database_resource_id,
  ), "(none)")

  credentials = {
    secret_arn    = var.target.credentials.secret_arn
    ssm_parameter = var.target.credentials.ssm_parameter
    iam           = var.target.credentials.iam == true ? true : null
    environment   = var.target.credentials.environment
  }

  # Absent is absent: the bootstrapper decodes strictly, and null is not one of the words it knows.
  target = {
    engine                   = local.engine
    host                     = var.target.host
    port                     = local.port
    database                 = var.target.database
    username                 = var.target.username
    region                   = local.region
    credentials              = { for source, value in local.credentials : source => value if value != null }
    tls                      = { for key, value in var.target.tls : key => value if value != null }
    connect_deadline_seconds = var.target.connect_deadline_seconds
  }
}

################################################################################
# When to run: the declaration, the bootstrapper or the database is another one
################################################################################

locals {
  zip_found    = var.lambda_zip == null ? false : fileexists(var.lambda_zip)
  zip_digest   = local.runs_in_lambda && local.zip_found ? filebase64sha256(var.lambda_zip) : ""
  bootstrapper = var.bootstrapper_digest != null ? var.bootstrapper_digest : local.zip_digest
  database     = var.create ? "${local.database_resource_id}/${var.target.database}" : ""

  # A key for each file, so that the plan says which of them has changed.
  triggers = merge(
    { for path, digest in local.file_digests : "file ${path}" => digest },
    { environment = var.environment, database = local.database, bootstrapper = local.bootstrapper },
    { for id in [var.force_run_id] : "force_run_id" => id if id != null },
  )
}

# What is asked for. It gets a new id with every change, also with the one back to
# what it was; a run remembers the id that it was made for. So a run that failed is due again even after the declaration
# has been taken back, and whatever else has failed in between: the database is then neither one nor the other.
resource "terraform_data" "request" {
  count = var.create ? 1 : 0

  # The database's own difference is a reason, once: unknown while planning, so that the request is replaced, and empty
  # again by the time of the apply, so that the next plan finds no difference.
  triggers_replace = merge(local.triggers, {
    drift = var.drift == "repair" ? (local.drifted ? substr(timestamp(), 0, 0) : "") : ""
  })

  lifecycle {
    precondition {
      condition     = var.gate == "plan" && local.gate_applies ? length(local.refused) == 0 : true
      error_message = local.refusal
    }
  }

  depends_on = [terraform_data.checks]
}

locals {
  run_triggers = var.create ? merge(local.triggers, { request = terraform_data.request[0].id }) : null
}

locals {
  # Unknown while a run is due, whichever runner carries it out.
  ready_token = one(concat(terraform_data.run[*].output, local.result == null ? [] : [local.result.ready_token]))
}

################################################################################
# runner = "local"
################################################################################

locals {
  local_token = sha256("${local.declaration_digest} ${local.database}")

  local_arguments = concat(
    var.local_command,
    ["apply", var.environment, "--dir", abspath(var.declaration_dir)],
    flatten([for hazard in var.allow : ["--allow", hazard]]),
    var.adopt_environment ? ["--adopt-environment"] : [],
  )
  # Every argument in single quotes: nothing in a path or a name is for the shell to read.
  local_line = join(" ", [for argument in local.local_arguments : "'${replace(argument, "'", "'\\''")}'"])
  local_variables = merge(
    # Messages speak of the module's variables, not of the command's options.
    { DB_BOOTSTRAP_WORDING = "terraform" },
    var.local_environment,
    { DB_BOOTSTRAP_TARGET = jsonencode(local.target) },
    { for revision in [var.git_revision] : "DB_BOOTSTRAP_GIT_REVISION" => revision if revision != null },
  )
}

resource "terraform_data" "run" {
  count = local.runs_locally ? 1 : 0

  # Handed out as `output`: unknown while a run is due, so that whatever depends on it waits for the run.
  input            = local.local_token
  triggers_replace = local.run_triggers

  provisioner "local-exec" {
    interpreter = ["/bin/sh", "-c"]
    command     = local.local_line
    environment = local.local_variables
  }
}
