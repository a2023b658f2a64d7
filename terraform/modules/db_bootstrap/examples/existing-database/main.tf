# A database that is there already, made by others: it is looked up, never created, and adopted as it is.

data "aws_db_instance" "existing" {
  db_instance_identifier = var.db_instance_identifier
}

module "bootstrap" {
  source = "../.."

  name                 = "legacy"
  environment          = var.environment
  runner               = "lambda"
  declaration_dir      = var.declaration_dir
  database_resource_id = data.aws_db_instance.existing.resource_id

  target = {
    engine   = data.aws_db_instance.existing.engine
    host     = data.aws_db_instance.existing.address
    port     = data.aws_db_instance.existing.port
    database = var.database
    username = var.username
    # A role of the database that is granted `rds_iam`: there is no password anywhere.
    credentials = { iam = true }
  }

  lambda_zip = "${var.lambda_package_dir}/db-bootstrap.zip"

  vpc_id                     = var.vpc_id
  subnet_ids                 = var.subnet_ids
  database_security_group_id = one(data.aws_db_instance.existing.vpc_security_groups)

  # IAM tokens are signed locally: the function needs no way to any AWS API.
  https_egress = {}
}
