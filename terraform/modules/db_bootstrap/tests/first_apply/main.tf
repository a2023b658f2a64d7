# A configuration in which everything about the database is unknown until it has been created, as on a first apply.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "runner" {
  description = "Runner of the module."
  type        = string
}

resource "aws_security_group" "database" {
  name_prefix = "database-"
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id     = "vpc-1"
  cidr_block = "10.0.${count.index}.0/24"
}

resource "aws_db_instance" "this" {
  engine                      = "postgres"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  username                    = "postgres"
  manage_master_user_password = true
  skip_final_snapshot         = true
}

module "bootstrap" {
  source = "../.."

  name                 = "contacts"
  environment          = "production"
  runner               = var.runner
  declaration_dir      = "tests/fixtures/contacts"
  database_resource_id = aws_db_instance.this.resource_id
  lambda_zip           = "tests/fixtures/function.zip"
  local_command        = ["false"]

  target = {
    engine      = "postgresql"
    host        = aws_db_instance.this.address
    port        = aws_db_instance.this.port
    database    = "contacts"
    username    = aws_db_instance.this.username
    credentials = { secret_arn = aws_db_instance.this.master_user_secret[0].secret_arn }
  }
  credentials_kms_key_arn = aws_db_instance.this.master_user_secret[0].kms_key_id

  vpc_id                     = aws_security_group.database.vpc_id
  subnet_ids                 = aws_subnet.private[*].id
  database_security_group_id = aws_security_group.database.id
  https_egress               = { security_group_ids = [aws_security_group.database.id] }
}

output "ready_token" {
  description = "The module's token."
  value       = module.bootstrap.ready_token
}
