################################################################################
# The function's security group: to the database and to the AWS APIs, nowhere else
################################################################################

locals {
  creates_security_group = local.runs_in_lambda && var.vpc && var.create_security_group
  https                  = 443
}

resource "aws_security_group" "this" {
  count = local.creates_security_group ? 1 : 0

  name_prefix = "${local.function_name}-"
  description = "Lambda ${local.function_name}"
  vpc_id      = var.vpc_id
  tags        = merge({ Name = local.function_name }, var.tags)

  # Not create_before_destroy: that would spread to the VPC that the arguments refer to, and to the database behind it,
  # and a database whose identifier is fixed cannot be created before the old one is gone.
}

resource "aws_vpc_security_group_egress_rule" "database" {
  count = local.creates_security_group ? 1 : 0

  security_group_id            = aws_security_group.this[0].id
  referenced_security_group_id = local.database_security_group_id
  description                  = "Database"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  count = local.creates_security_group && var.create_database_ingress_rule ? 1 : 0

  security_group_id            = local.database_security_group_id
  referenced_security_group_id = aws_security_group.this[0].id
  description                  = "Lambda ${local.function_name}"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = var.tags
}

# Counted, not keyed: the ids of groups that the same apply creates are unknown, how many there are is not.
resource "aws_vpc_security_group_egress_rule" "https_security_group" {
  count = local.creates_security_group ? length(var.https_egress.security_group_ids) : 0

  security_group_id            = aws_security_group.this[0].id
  referenced_security_group_id = var.https_egress.security_group_ids[count.index]
  description                  = "AWS APIs through interface endpoints"
  ip_protocol                  = "tcp"
  from_port                    = local.https
  to_port                      = local.https
  tags                         = var.tags
}

resource "aws_vpc_security_group_egress_rule" "https_prefix_list" {
  count = local.creates_security_group ? length(var.https_egress.prefix_list_ids) : 0

  security_group_id = aws_security_group.this[0].id
  prefix_list_id    = var.https_egress.prefix_list_ids[count.index]
  description       = "AWS APIs through gateway endpoints"
  ip_protocol       = "tcp"
  from_port         = local.https
  to_port           = local.https
  tags              = var.tags
}

resource "aws_vpc_security_group_egress_rule" "https_cidr" {
  count = local.creates_security_group ? length(var.https_egress.cidr_blocks) : 0

  security_group_id = aws_security_group.this[0].id
  cidr_ipv4         = var.https_egress.cidr_blocks[count.index]
  description       = "AWS APIs through NAT"
  ip_protocol       = "tcp"
  from_port         = local.https
  to_port           = local.https
  tags              = var.tags
}
