# Two databases, bootstrapped and proved, and an application that is deployed onto them only then.
#
#   terraform workspace select -or-create production
#   terraform apply -var-file=../environments/production.tfvars

locals {
  prefix = "${var.project}-${var.environment}"
  tags   = { Project = var.project, Environment = var.environment, ManagedBy = "terraform" }

  # What the zip was built for is written beside it.
  lambda_zip = "${var.lambda_package_dir}/db-bootstrap.zip"
  manifest   = fileexists(local.manifest_path) ? jsondecode(file(local.manifest_path)) : null

  manifest_path = "${var.lambda_package_dir}/db-bootstrap.json"
}

# One state per environment: with another environment's variables, this one's databases would be replaced.
resource "terraform_data" "environment" {
  input = var.environment

  lifecycle {
    precondition {
      condition     = terraform.workspace == var.environment
      error_message = "The workspace is \"${terraform.workspace}\", the variables are those of \"${var.environment}\": run `terraform workspace select -or-create ${var.environment}`, or give -var-file=../environments/${terraform.workspace}.tfvars."
    }
    precondition {
      condition     = local.manifest != null
      error_message = "${local.manifest_path} does not exist; `make package` builds it."
    }
  }
}

################################################################################
# contacts: MySQL, bootstrapped from inside the VPC
################################################################################

module "contacts" {
  source = "../modules/db_bootstrap"

  name                 = "contacts"
  environment          = var.environment
  runner               = var.runners.contacts
  declaration_dir      = "${var.declarations_dir}/contacts"
  database_resource_id = aws_db_instance.this["contacts"].resource_id

  target = {
    engine      = "mysql"
    host        = aws_db_instance.this["contacts"].address
    port        = aws_db_instance.this["contacts"].port
    database    = aws_db_instance.this["contacts"].db_name
    username    = aws_db_instance.this["contacts"].username
    region      = var.region
    credentials = { secret_arn = aws_db_instance.this["contacts"].master_user_secret[0].secret_arn }
  }

  allow               = lookup(var.allow, "contacts", [])
  git_revision        = var.git_revision
  force_run_id        = var.force_run_id
  preview             = var.preview && var.runners.contacts == "lambda"
  bootstrapper_digest = var.runners.contacts == "local" ? try(local.manifest.package_digest, null) : null

  local_command = var.bootstrap_command

  lambda_zip                 = local.lambda_zip
  log_retention_days         = var.log_retention_days
  log_kms_key_arn            = aws_kms_key.logs.arn
  vpc_id                     = aws_vpc.this.id
  subnet_ids                 = aws_subnet.database[*].id
  database_security_group_id = aws_security_group.database["contacts"].id
  https_egress               = { security_group_ids = [local.endpoints_group] }
}

################################################################################
# streams: PostgreSQL, bootstrapped from the machine that runs terraform
################################################################################

module "streams" {
  source = "../modules/db_bootstrap"

  name                 = "streams"
  environment          = var.environment
  runner               = var.runners.streams
  declaration_dir      = "${var.declarations_dir}/streams"
  database_resource_id = aws_db_instance.this["streams"].resource_id

  target = {
    engine      = "postgresql"
    host        = aws_db_instance.this["streams"].address
    port        = aws_db_instance.this["streams"].port
    database    = aws_db_instance.this["streams"].db_name
    username    = aws_db_instance.this["streams"].username
    region      = var.region
    credentials = { secret_arn = aws_db_instance.this["streams"].master_user_secret[0].secret_arn }
  }

  allow               = lookup(var.allow, "streams", [])
  git_revision        = var.git_revision
  force_run_id        = var.force_run_id
  preview             = var.preview && var.runners.streams == "lambda"
  bootstrapper_digest = var.runners.streams == "local" ? try(local.manifest.package_digest, null) : null

  local_command = var.bootstrap_command

  lambda_zip                 = local.lambda_zip
  log_retention_days         = var.log_retention_days
  log_kms_key_arn            = aws_kms_key.logs.arn
  vpc_id                     = aws_vpc.this.id
  subnet_ids                 = aws_subnet.database[*].id
  database_security_group_id = aws_security_group.database["streams"].id
  https_egress               = { security_group_ids = [local.endpoints_group] }
}
