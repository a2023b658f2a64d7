################################################################################
# Input checks: each refers only to what is known while planning, so that nothing is created before it fails
################################################################################

locals {
  # `db-bootstrap package-lambda` writes down what the zip was built for, beside the zip.
  manifest_path  = var.lambda_zip == null ? "(no zip)" : "${trimsuffix(var.lambda_zip, ".zip")}.json"
  manifest_found = local.runs_in_lambda && local.zip_found ? fileexists(local.manifest_path) : false
  manifest       = local.manifest_found ? jsondecode(file(local.manifest_path)) : null

  # Null where neither the variable nor the manifest says it.
  runtime      = try(coalesce(var.lambda_runtime, try(local.manifest.runtime, null)), null)
  architecture = try(coalesce(var.lambda_architecture, try(local.manifest.architecture, null)), null)

  # `credentials` names exactly one source. Asking for the two that need no AWS API answers also before the secret
  # exists, when its ARN is unknown.
  reads_password = var.target.credentials.iam != true && var.target.credentials.environment == null
  uses_aws_apis  = local.reads_password || length(var.role_password_arns) > 0 || local.through_s3
  https_ways     = length(flatten(values(var.https_egress)))

  managed_password = var.manage_master_user_password != null ? var.manage_master_user_password : (
    local.reads_password ? strcontains(try(coalesce(var.target.credentials.secret_arn, "-"), "-"), ":secret:rds!") : false
  )
}

# Stand-ins for what a check refuses as missing: with null the provider would fail first, with words of its own.
locals {
  zip_path                   = coalesce(var.lambda_zip, "(none)")
  given_role_arn             = coalesce(var.role_arn, "arn:aws:iam::000000000000:role/none")
  database_security_group_id = coalesce(var.database_security_group_id, "sg-none")
}

# Conditionals instead of `||`: where the first operand decides, an unknown second one must not put off the check.
resource "terraform_data" "checks" {
  count = var.create ? 1 : 0

  lifecycle {
    precondition {
      condition     = contains(local.declaration_files, "bootstrap.yaml")
      error_message = "declaration_dir: ${var.declaration_dir} holds no bootstrap.yaml."
    }
    precondition {
      condition     = var.database_instance_identifier == null && var.database_cluster_identifier == null ? var.database_resource_id != null : true
      error_message = "database_resource_id: needed, or database_instance_identifier or database_cluster_identifier, by which it is looked up."
    }
    precondition {
      condition     = var.database_instance_identifier == null || var.database_cluster_identifier == null
      error_message = "database_instance_identifier, database_cluster_identifier: both are set; keep the one that the target's host belongs to."
    }
    precondition {
      condition = (
        length(fileset(var.declaration_dir, "environments/*")) == 0 ? true :
        length(setintersection(local.declaration_files, [for kind in ["yaml", "yml"] : "environments/${var.environment}.${kind}"])) > 0
      )
      error_message = "environment: ${var.declaration_dir}/environments/${var.environment}.yaml does not exist."
    }
    precondition {
      condition     = var.runner == "lambda" || !var.preview
      error_message = "preview: only runner = \"lambda\" can show pending SQL; run `db-bootstrap plan ${var.environment}` instead."
    }
    precondition {
      condition     = var.runner == "lambda" || var.drift != "warn"
      error_message = "drift: only runner = \"lambda\" can look into the database while planning; run `db-bootstrap verify ${var.environment}` instead, or set drift = \"repair\", which runs with every apply."
    }
    precondition {
      condition     = var.runner == "lambda" || var.gate == "apply"
      error_message = "gate: only runner = \"lambda\" can tell while planning what the apply would refuse; run `db-bootstrap plan ${var.environment}` instead."
    }
    precondition {
      condition     = var.blue_green_update ? !local.managed_password : true
      error_message = "blue_green_update: RDS makes no Blue/Green deployment of a database whose master password it manages. Set manage_master_user_password = false on the database and keep the password in a secret of your own, or update without Blue/Green."
    }

    # The package
    precondition {
      condition     = local.runs_in_lambda ? local.zip_found : true
      error_message = "lambda_zip: ${local.zip_path} does not exist; `db-bootstrap package-lambda` builds it."
    }
    precondition {
      condition     = local.runs_in_lambda && local.zip_found ? local.runtime != null && local.architecture != null : true
      error_message = "lambda_runtime, lambda_architecture: the zip has no manifest ${local.manifest_path} beside it; keep it there (`db-bootstrap package-lambda` writes both), or set both variables."
    }
    precondition {
      condition     = local.manifest == null ? true : local.runtime == try(local.manifest.runtime, local.runtime)
      error_message = "lambda_runtime: ${coalesce(local.runtime, "(none)")} is set, but ${local.manifest_path} says that the zip was built for ${try(local.manifest.runtime, "another")}; leave lambda_runtime out, or build the zip with that Python."
    }
    precondition {
      condition     = local.manifest == null ? true : local.architecture == try(local.manifest.architecture, local.architecture)
      error_message = "lambda_architecture: ${coalesce(local.architecture, "(none)")} is set, but ${local.manifest_path} says that the zip was built for ${try(local.manifest.architecture, "another")}; leave lambda_architecture out, or build the zip for that architecture."
    }
    precondition {
      condition     = try(local.manifest.sha256, null) == null ? true : local.manifest.sha256 == filesha256(var.lambda_zip)
      error_message = "lambda_zip: ${local.zip_path} is not the zip that ${local.manifest_path} describes; run `db-bootstrap package-lambda` again, which writes both."
    }

    # The declaration's way to the function
    precondition {
      condition     = local.through_s3 || length(local.not_text) == 0
      error_message = "declaration_dir: not UTF-8 text: ${join(", ", local.not_text)}."
    }
    precondition {
      condition     = local.through_s3 ? var.declaration_bucket != null : true
      error_message = "declaration_bucket: the declaration is larger than an invocation takes (payload_limit_bytes${local.monitoring.verify_schedule == null ? "" : ", 7500 with monitoring.verify_schedule"}), so it needs a bucket to go through."
    }
    precondition {
      condition     = local.monitoring.verify_schedule == null ? true : length(local.verify_event) <= 8192
      error_message = "monitoring.verify_schedule: the list of the declaration's files is longer than EventBridge passes on (8192 characters); join files, or leave the schedule out and run `db-bootstrap verify ${var.environment}` from a job of your own."
    }
    precondition {
      condition     = var.monitoring == null ? true : var.runner == "lambda"
      error_message = "monitoring: only runner = \"lambda\" has a function whose metrics can be looked at; leave it out, or run `db-bootstrap verify ${var.environment}` on a schedule of your own."
    }

    # Credentials and role
    precondition {
      condition     = local.runs_in_lambda ? var.target.credentials.environment == null : true
      error_message = "target.credentials.environment: a password in the function's environment would be in the state; use secret_arn, ssm_parameter or iam with runner = \"lambda\"."
    }
    precondition {
      condition     = local.runs_in_lambda && !var.create_role ? var.role_arn != null : true
      error_message = "role_arn: needed with create_role = false."
    }

    # Network
    precondition {
      condition     = local.runs_in_lambda && var.vpc ? length(var.subnet_ids) > 0 : true
      error_message = "subnet_ids: name private subnets from which the database is reachable, or set vpc = false for a function outside of any VPC."
    }
    precondition {
      condition     = local.runs_in_lambda && !var.vpc ? length(var.subnet_ids) == 0 : true
      error_message = "subnet_ids: set, although vpc = false leaves the function outside of any VPC; remove one of the two."
    }
    precondition {
      condition     = local.runs_in_lambda && !var.vpc ? var.vpc_id == null && var.database_security_group_id == null && length(var.security_group_ids) == 0 : true
      error_message = "vpc_id, database_security_group_id, security_group_ids: set, although vpc = false leaves the function outside of any VPC; remove them or vpc = false."
    }
    precondition {
      condition     = local.creates_security_group ? var.vpc_id != null : true
      error_message = "vpc_id: needed for the function's security group; else set create_security_group = false."
    }
    precondition {
      condition     = local.creates_security_group ? var.database_security_group_id != null : true
      error_message = "database_security_group_id: needed for the function's security group; else set create_security_group = false."
    }
    precondition {
      condition     = local.runs_in_lambda && var.vpc && !var.create_security_group ? length(var.security_group_ids) > 0 : true
      error_message = "security_group_ids: needed with create_security_group = false."
    }
    precondition {
      condition     = local.creates_security_group && length(var.security_group_ids) == 0 && local.uses_aws_apis ? local.https_ways > 0 : true
      error_message = "https_egress: the function reads a password or its declaration through an AWS API, and its security group lets it reach none; name the security group of an interface endpoint, a prefix list, or a CIDR block behind a NAT gateway (or use credentials = { iam = true }, which needs no AWS API)."
    }
  }
}
