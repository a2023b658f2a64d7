################################################################################
# What is pending in the database, asked by every plan: preview, drift and gate
################################################################################

locals {
  # Lambda takes 64 characters.
  plan_function_name = "${substr(local.function_name, 0, 59)}-plan"

  looks = local.runs_in_lambda && (var.preview || var.drift != "ignore" || var.gate == "plan")
}

# The function that plans ask: it plans and verifies, and never applies. Whoever may only plan needs
# `lambda:InvokeFunction` on this one alone. It is not pinned to one declaration, since a plan brings the next.
resource "aws_lambda_function" "plan" {
  count = local.looks ? 1 : 0

  function_name    = local.plan_function_name
  description      = "Compares database ${var.name} of ${var.environment} with its declaration"
  role             = aws_lambda_function.this[0].role
  filename         = aws_lambda_function.this[0].filename
  source_code_hash = local.zip_digest
  handler          = aws_lambda_function.this[0].handler
  runtime          = local.runtime
  architectures    = [local.architecture]
  timeout          = var.lambda_timeout
  memory_size      = var.lambda_memory_size
  tags             = var.tags

  replace_security_groups_on_destroy = local.creates_security_group ? true : null

  environment {
    variables = merge(var.lambda_environment, {
      DB_BOOTSTRAP_PINNED = jsonencode(merge(local.pins, { actions = ["plan", "verify"] }))
    })
  }

  dynamic "vpc_config" {
    for_each = var.vpc ? [var.subnet_ids] : []
    content {
      subnet_ids         = vpc_config.value
      security_group_ids = concat(aws_security_group.this[*].id, var.security_group_ids)
    }
  }

  depends_on = [aws_cloudwatch_log_group.plan, aws_iam_role_policy.this]
}

resource "aws_cloudwatch_log_group" "plan" {
  count = local.looks ? 1 : 0

  name              = "/aws/lambda/${local.plan_function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}

# Unknown while the function is being created, and known from then on: so the first apply asks when the function is
# there and the way to the database is open, and every later plan asks while planning.
resource "terraform_data" "preview" {
  count = local.looks ? 1 : 0

  input = aws_lambda_function.plan[0].version
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

  function_name = aws_lambda_function.plan[0].function_name
  qualifier     = terraform_data.preview[0].output
  # Without the target and the environment: while planning, the function still has those of the last apply.
  input = sensitive(jsonencode(merge(
    { for key, value in local.event : key => value if !contains(["target", "environment"], key) }, { action = "plan" },
  )))
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
