# A PostgreSQL instance that the machine which runs terraform can reach: no function, no zip.

resource "aws_security_group" "database" {
  name_prefix = "streams-${var.environment}-"
  description = "Database streams of ${var.environment}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "operator" {
  count = length(var.operator_cidr_blocks)

  security_group_id = aws_security_group.database.id
  cidr_ipv4         = var.operator_cidr_blocks[count.index]
  description       = "The machine that runs terraform"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_db_instance" "this" {
  identifier                  = "streams-${var.environment}"
  engine                      = "postgres"
  engine_version              = "17"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  storage_encrypted           = true
  db_name                     = "streams"
  username                    = "streams_admin"
  manage_master_user_password = true
  db_subnet_group_name        = var.db_subnet_group_name
  vpc_security_group_ids      = [aws_security_group.database.id]
  skip_final_snapshot         = true

  # Without the rule, the run would wait at a closed door.
  depends_on = [aws_vpc_security_group_ingress_rule.operator]
}

module "bootstrap" {
  source = "../.."

  name                 = "streams"
  environment          = var.environment
  runner               = "local"
  declaration_dir      = var.declaration_dir
  database_resource_id = aws_db_instance.this.resource_id

  target = {
    engine      = "postgresql"
    host        = aws_db_instance.this.address
    database    = aws_db_instance.this.db_name
    username    = aws_db_instance.this.username
    credentials = { secret_arn = aws_db_instance.this.master_user_secret[0].secret_arn }
  }
}

# Stands for the application: it is made only when the database is ready, and again when it has changed.
resource "terraform_data" "app" {
  triggers_replace = module.bootstrap.ready_token
}
