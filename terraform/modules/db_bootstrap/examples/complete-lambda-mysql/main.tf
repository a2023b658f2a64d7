# A MySQL instance in a VPC without any way out, bootstrapped from inside it.

locals {
  name = "contacts-${var.environment}"
}

data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_vpc" "this" {
  cidr_block           = "10.30.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}

resource "aws_security_group" "database" {
  name_prefix = "${local.name}-"
  description = "Database ${local.name}"
  vpc_id      = aws_vpc.this.id
}

# The function reads its secret through this endpoint: no NAT gateway, no internet.
resource "aws_security_group" "endpoints" {
  name_prefix = "${local.name}-endpoints-"
  description = "Interface endpoints"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id            = aws_security_group.endpoints.id
  referenced_security_group_id = module.bootstrap.security_group_id
  description                  = "Bootstrapper"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_endpoint" "secretsmanager" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.region}.secretsmanager"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.private[*].id
  security_group_ids  = [aws_vpc_security_group_ingress_rule.endpoints.security_group_id]
  private_dns_enabled = true
}

resource "aws_db_subnet_group" "this" {
  name       = local.name
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_db_instance" "this" {
  identifier                  = local.name
  engine                      = "mysql"
  engine_version              = "8.4"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  storage_encrypted           = true
  db_name                     = "contacts"
  username                    = "admin"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.this.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  skip_final_snapshot         = true
}

module "bootstrap" {
  source = "../.."

  name                 = "contacts"
  environment          = var.environment
  runner               = "lambda"
  declaration_dir      = var.declaration_dir
  database_resource_id = aws_db_instance.this.resource_id

  target = {
    engine      = "mysql"
    host        = aws_db_instance.this.address
    port        = aws_db_instance.this.port
    database    = aws_db_instance.this.db_name
    username    = aws_db_instance.this.username
    credentials = { secret_arn = aws_db_instance.this.master_user_secret[0].secret_arn }
  }

  lambda_zip = "${var.lambda_package_dir}/db-bootstrap.zip"

  vpc_id                     = aws_vpc.this.id
  subnet_ids                 = aws_subnet.private[*].id
  database_security_group_id = aws_security_group.database.id

  # Named through the endpoint, so that the run waits until it is there.
  https_egress = { security_group_ids = [one(aws_vpc_endpoint.secretsmanager.security_group_ids)] }

  # Plans show pending SQL, and warn when somebody has changed the database by hand.
  preview      = var.preview
  git_revision = var.git_revision
}

# Stands for the application: it is made only when the database is ready, and again when it has changed.
resource "terraform_data" "app" {
  triggers_replace = module.bootstrap.ready_token
}
