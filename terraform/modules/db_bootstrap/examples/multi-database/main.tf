# Several databases on one Aurora cluster, each with its own declaration, run and token.

resource "aws_rds_cluster" "this" {
  cluster_identifier          = "shared-${var.environment}"
  engine                      = "aurora-postgresql"
  database_name               = "postgres_main"
  master_username             = "cluster_admin"
  manage_master_user_password = true
  storage_encrypted           = true
  db_subnet_group_name        = var.db_subnet_group_name
  vpc_security_group_ids      = [aws_security_group.database.id]
  skip_final_snapshot         = true

  serverlessv2_scaling_configuration {
    min_capacity = 0
    max_capacity = 4
  }
}

resource "aws_rds_cluster_instance" "this" {
  identifier         = "shared-${var.environment}-1"
  cluster_identifier = aws_rds_cluster.this.id
  engine             = aws_rds_cluster.this.engine
  instance_class     = "db.serverless"
}

resource "aws_security_group" "database" {
  name_prefix = "shared-${var.environment}-"
  description = "Cluster shared-${var.environment}"
  vpc_id      = var.vpc_id
}

module "bootstrap" {
  source   = "../.."
  for_each = var.databases

  name                 = each.key
  environment          = var.environment
  runner               = "lambda"
  declaration_dir      = each.value.declaration_dir
  database_resource_id = aws_rds_cluster.this.cluster_resource_id

  target = {
    engine   = "postgresql"
    host     = aws_rds_cluster.this.endpoint
    database = each.value.database
    username = aws_rds_cluster.this.master_username
    credentials = {
      secret_arn = aws_rds_cluster.this.master_user_secret[0].secret_arn
    }
    # A paused cluster takes about 15 seconds to resume, longer after a day.
    connect_deadline_seconds = 180
  }

  lambda_zip = "${var.lambda_package_dir}/db-bootstrap.zip"

  vpc_id                     = var.vpc_id
  subnet_ids                 = var.subnet_ids
  database_security_group_id = aws_security_group.database.id
  https_egress               = { cidr_blocks = ["0.0.0.0/0"] } # these subnets have a NAT gateway

  # The endpoint is the cluster's, but nothing answers there before there is an instance.
  depends_on = [aws_rds_cluster_instance.this]
}
