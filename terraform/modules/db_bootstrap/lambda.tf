################################################################################
# The function
################################################################################

locals {
  function_name = var.function_name != null ? var.function_name : "${var.name_prefix}-${var.name}-${var.environment}"
}

resource "aws_cloudwatch_log_group" "this" {
  count = local.runs_in_lambda ? 1 : 0

  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  count = local.runs_in_lambda ? 1 : 0

  function_name    = local.function_name
  description      = "Brings database ${var.name} of ${var.environment} to its declaration"
  role             = var.create_role ? aws_iam_role.this[0].arn : local.given_role_arn
  filename         = local.zip_path
  source_code_hash = local.zip_digest
  handler          = "bootstrap.handler.handler"
  runtime          = local.runtime
  architectures    = [local.architecture]
  timeout          = var.lambda_timeout
  memory_size      = var.lambda_memory_size
  tags             = var.tags

  # AWS frees a deleted function's network interfaces late, and until then its security group cannot be deleted: let
  # the function go with the VPC's default group instead.
  replace_security_groups_on_destroy = local.creates_security_group ? true : null

  environment {
    variables = merge(
      var.lambda_environment,
      { DB_BOOTSTRAP_PINNED = jsonencode(merge(local.pins, {
        actions            = ["apply", "plan", "verify", "doctor"]
        declaration_digest = local.declaration_digest
        allow              = var.allow
        adopt_environment  = var.adopt_environment
      })) },
      { for namespace in [local.monitoring.namespace] : "DB_BOOTSTRAP_METRICS_NAMESPACE" => namespace if local.monitored },
    )
  }

  dynamic "vpc_config" {
    for_each = var.vpc ? [var.subnet_ids] : []
    content {
      subnet_ids         = vpc_config.value
      security_group_ids = concat(aws_security_group.this[*].id, var.security_group_ids)
    }
  }

  # The role must be able to log and to attach to the VPC before the first invocation.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

# Whoever may invoke the function chooses its event. What it does, to which database, and with which declaration, is
# its own configuration's, and the event cannot say otherwise.
locals {
  pins = merge(
    { environment = var.environment, target = local.target },
    { for bucket in [var.declaration_bucket] : "s3" => { bucket = bucket, prefix = local.s3_prefix } if local.through_s3 && bucket != null },
  )
}

################################################################################
# How the declaration gets there: in the event, or through S3 where it is too large for one
################################################################################

locals {
  # null where a file is not UTF-8 text, which no file of a declaration may be.
  compressed_files = {
    for path in(local.runs_in_lambda ? local.declaration_files : []) :
    path => try(base64gzip(file("${var.declaration_dir}/${path}")), null)
  }
  not_text = [for path, content in local.compressed_files : path if content == null]

  # EventBridge takes 8192 characters for what it passes on; the rest of the event needs some of them.
  payload_limit = local.monitoring.verify_schedule != null ? min(var.payload_limit_bytes, 7500) : var.payload_limit_bytes
  through_s3    = local.runs_in_lambda && length(jsonencode(local.compressed_files)) > local.payload_limit
  # Constant, so that the role's policy does not change with the declaration: IAM takes its time to tell everybody. A run
  # that finds files of another declaration than it was asked to apply is refused by their digest.
  s3_prefix = "${var.function_name != null ? var.function_name : var.name_prefix}/${var.environment}/${var.name}/"

  declaration_in_event = { files = local.compressed_files }
  declaration_in_s3 = {
    s3 = { bucket = var.declaration_bucket, prefix = local.s3_prefix, files = local.declaration_files }
  }

  event = merge(
    {
      action             = "apply"
      environment        = var.environment
      target             = local.target
      allow              = var.allow
      declaration_digest = local.declaration_digest
      # Through JSON, because the two forms have different types.
      declaration = jsondecode(local.through_s3 ? jsonencode(local.declaration_in_s3) : jsonencode(local.declaration_in_event))
    },
    { for adopted in [var.adopt_environment] : "adopt_environment" => adopted if adopted },
    { for revision in [var.git_revision] : "git_revision" => revision if revision != null },
  )
}

resource "aws_s3_object" "declaration" {
  for_each = local.through_s3 ? local.file_digests : {}

  bucket      = var.declaration_bucket
  key         = "${local.s3_prefix}${each.key}"
  source      = "${var.declaration_dir}/${each.key}"
  source_hash = each.value
  kms_key_id  = var.declaration_bucket_kms_key_arn
  tags        = var.tags

  depends_on = [terraform_data.request]
}

################################################################################
# The run
################################################################################

resource "aws_lambda_invocation" "run" {
  count = local.runs_in_lambda ? 1 : 0

  function_name = aws_lambda_function.this[0].function_name
  input         = sensitive(jsonencode(local.event)) # no secret, but base64 by the page in a plan
  triggers      = local.run_triggers

  # A run is replaced, never updated: an update that fails would be stored as done.
  lifecycle_scope = "CREATE_ONLY"

  lifecycle {
    # The event also holds what is no reason to run: the revision, the allowed hazards, how terraform compresses. It is
    # `triggers` that decides; the replacement is then invoked with the event as it is now.
    ignore_changes = [input]
  }

  depends_on = [
    aws_s3_object.declaration,
    aws_vpc_security_group_egress_rule.database,
    aws_vpc_security_group_egress_rule.https_security_group,
    aws_vpc_security_group_egress_rule.https_prefix_list,
    aws_vpc_security_group_egress_rule.https_cidr,
    aws_vpc_security_group_ingress_rule.database,
  ]
}

locals {
  # The function raises when anything is not as declared, so whatever it returned is a success.
  result = one([for run in aws_lambda_invocation.run : jsondecode(run.result)])
}
