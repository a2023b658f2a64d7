locals {
  databases = {
    contacts = {
      engine   = "mysql"
      version  = var.mysql_version
      port     = 3306
      database = var.contacts_database
      username = "admin"
      runner   = var.runners.contacts
    }
    streams = {
      engine   = "postgres"
      version  = var.postgresql_version
      port     = 5432
      database = var.streams_database
      username = "streams_admin"
      runner   = var.runners.streams
    }
  }
}

resource "aws_db_subnet_group" "this" {
  name       = local.prefix
  subnet_ids = aws_subnet.database[*].id
}

resource "aws_db_instance" "this" {
  for_each = local.databases

  identifier     = "${local.prefix}-${each.key}"
  engine         = each.value.engine
  engine_version = each.value.version
  instance_class = var.instance_class
  port           = each.value.port
  db_name        = each.value.database
  username       = each.value.username

  # RDS makes the password and keeps it in Secrets Manager: Terraform never knows it.
  manage_master_user_password = true

  allocated_storage = var.allocated_storage
  storage_type      = "gp3"
  storage_encrypted = true
  multi_az          = var.multi_az

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database[each.key].id]
  publicly_accessible    = var.publicly_accessible && each.value.runner == "local"

  iam_database_authentication_enabled = true
  auto_minor_version_upgrade          = true
  apply_immediately                   = true

  backup_retention_period   = var.backup_retention_days
  copy_tags_to_snapshot     = true
  deletion_protection       = var.protect
  skip_final_snapshot       = !var.protect
  final_snapshot_identifier = var.protect ? "${local.prefix}-${each.key}-final" : null

  # Instances come last, so that a run finds every way open as soon as there is a database.
  depends_on = [
    aws_route.internet,
    aws_route_table_association.database,
    aws_vpc_security_group_ingress_rule.operator,
  ]
}
