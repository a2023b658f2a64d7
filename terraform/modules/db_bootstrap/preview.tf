################################################################################
# What is pending in the database, asked by every plan: preview, drift and gate
################################################################################

locals {
  looks = local.runs_in_lambda && (var.preview || var.drift != "ignore" || var.gate == "plan")
}

# Unknown while the function is being created, and known from then on: so the first apply asks when the function is
# there and the way to the database is open, and every later plan asks while planning.
resource "terraform_data" "preview" {
  count = local.looks ? 1 : 0

  input = aws_lambda_function.this[0].version
  depends_on = [
    aws_vpc_security_group_egress_rule.database,
    aws_vpc_security_group_egress_rule.https_security_group,
    aws_vpc_security_group_egress_rule.https_prefix_list,
    aws_vpc_security_group_egress_rule.https_cidr,
    aws_vpc_security_group_ingress_rule.database,
  ]
}

data "aws_lambda_invocation" "plan" {
  count = local.looks ? 1 : 0

  function_name = aws_lambda_function.this[0].function_name
  qualifier     = terraform_data.preview[0].output
  input         = sensitive(jsonencode(merge(local.event, { action = "plan" })))
}

locals {
  # The function that answers may be of an older zip than this module, or a mock.
  found   = one([for plan in data.aws_lambda_invocation.plan : try(jsondecode(plan.result), null)])
  status  = try(local.found.status, "planned")
  pending = try(local.found.pending, [])
  refused = try(local.found.refused, [])
  drifted = try(local.found.drift, false)

  database_name = "${var.name} (${var.environment})"

  # Whether a run is to be expected: drift alone is no reason to run, unless it is to be repaired.
  gate_applies = !local.drifted || var.drift == "repair"

  allowed_then = distinct(concat(var.allow, try(local.found.allow, [])))
  way_out      = length(try(local.found.allow, [])) > 0 ? "\nTo allow that: allow = ${jsonencode(local.allowed_then)}" : ""
  refusal = join("", [
    "An apply of ${local.database_name} is refused:\n", join("\n", local.refused), local.way_out,
  ])
}

# One check, because each that is not known yet is a warning of its own. Where nothing was ever run, everything is
# pending, and the apply at hand runs it.
check "in_sync" {
  assert {
    condition = local.status == "new" || (local.status != "unknown" && length(local.pending) + length(local.refused) == 0)
    error_message = join("\n\n", compact([
      local.status == "unknown" ? "What is pending in ${local.database_name} is unknown: ${try(local.found.reason, "")}" : "",
      length(local.pending) > 0 ? "${local.drifted ? "Drift" : "Pending SQL"} in ${local.database_name}:\n${join("\n", local.pending)}" : "",
      length(local.refused) > 0 ? local.refusal : "",
    ]))
  }
}

# runner = "local": Terraform cannot look into the database while planning. `repair` runs with every apply, and on a
# database that is as declared the run changes nothing.
resource "terraform_data" "repair" {
  count = local.runs_locally && var.drift == "repair" ? 1 : 0

  triggers_replace = timestamp()

  provisioner "local-exec" {
    interpreter = ["/bin/sh", "-c"]
    command     = local.local_line
    environment = local.local_variables
  }

  depends_on = [terraform_data.run]
}
