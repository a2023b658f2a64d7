data "aws_availability_zones" "available" {
  state = "available"
}

locals {
  zones         = 2 # what RDS asks of a subnet group
  any_runs_here = contains(values(var.runners), "local")
  is_public     = var.publicly_accessible && local.any_runs_here
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = local.prefix }
}

resource "aws_subnet" "database" {
  count = local.zones

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.vpc_cidr, 24 - tonumber(split("/", var.vpc_cidr)[1]), count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]

  tags = { Name = "${local.prefix}-database-${count.index}" }
}

resource "aws_route_table" "database" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.prefix}-database" }
}

resource "aws_route_table_association" "database" {
  count = local.zones

  subnet_id      = aws_subnet.database[count.index].id
  route_table_id = aws_route_table.database.id
}

# Only where an operator without a VPN has to reach a database: otherwise nothing leads out of this VPC.
resource "aws_internet_gateway" "this" {
  count = local.is_public ? 1 : 0

  vpc_id = aws_vpc.this.id

  tags = { Name = local.prefix }
}

resource "aws_route" "internet" {
  count = local.is_public ? 1 : 0

  route_table_id         = aws_route_table.database.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

################################################################################
# Security groups: each database has its own, and names who may come in
################################################################################

resource "aws_security_group" "database" {
  for_each = local.databases

  name_prefix = "${local.prefix}-${each.key}-"
  description = "Database ${each.key} of ${var.environment}"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.prefix}-${each.key}" }
}

resource "aws_security_group" "app" {
  name_prefix = "${local.prefix}-app-"
  description = "Application of ${var.environment}"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.prefix}-app" }
}

resource "aws_vpc_security_group_ingress_rule" "app" {
  for_each = local.databases

  security_group_id            = aws_security_group.database[each.key].id
  referenced_security_group_id = aws_security_group.app.id
  description                  = "Application"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "app" {
  for_each = local.databases

  security_group_id            = aws_security_group.app.id
  referenced_security_group_id = aws_security_group.database[each.key].id
  description                  = "Database ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_ingress_rule" "operator" {
  for_each = {
    for pair in setproduct([for name, database in local.databases : name if database.runner == "local"], var.operator_cidr_blocks) :
    "${pair[0]} ${pair[1]}" => { database = pair[0], cidr = pair[1] }
  }

  security_group_id = aws_security_group.database[each.value.database].id
  cidr_ipv4         = each.value.cidr
  description       = "The machine that runs terraform"
  ip_protocol       = "tcp"
  from_port         = local.databases[each.value.database].port
  to_port           = local.databases[each.value.database].port
}

################################################################################
# The way to Secrets Manager, without a way to the internet
################################################################################

resource "aws_security_group" "endpoints" {
  name_prefix = "${local.prefix}-endpoints-"
  description = "Interface endpoints of ${var.environment}"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.prefix}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id = aws_security_group.endpoints.id
  cidr_ipv4         = var.vpc_cidr
  description       = "From within the VPC"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_endpoint" "secretsmanager" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.region}.secretsmanager"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.database[*].id
  security_group_ids  = [aws_vpc_security_group_ingress_rule.endpoints.security_group_id]
  private_dns_enabled = true

  tags = { Name = "${local.prefix}-secretsmanager" }
}

locals {
  # Named through the endpoint and its rule: whoever uses it waits until the way is open.
  endpoints_group = one(aws_vpc_endpoint.secretsmanager.security_group_ids)
}
