################################################################################
# What wakes a person: a comparison on a schedule, and alarms
################################################################################

locals {
  monitored = local.runs_in_lambda && var.monitoring != null
  # Without monitoring every attribute is null, so that nothing below asks twice.
  monitoring = merge(
    { verify_schedule = null, stale_after_hours = null, sns_topic_arn = null, application_log_group_name = null, namespace = "db-bootstrap" },
    local.monitored ? { for key, value in var.monitoring : key => value } : null,
  )
  alarm_actions = [for arn in [local.monitoring.sns_topic_arn] : arn if arn != null]

  # The function's configuration fills in environment and target.
  verify_event = jsonencode({
    action             = "verify"
    declaration        = local.event.declaration
    declaration_digest = local.declaration_digest
  })
}

resource "aws_cloudwatch_event_rule" "verify" {
  count = local.monitoring.verify_schedule != null ? 1 : 0

  # EventBridge takes 64 characters.
  name                = "${substr(local.function_name, 0, 57)}-verify"
  description         = "Compares database ${var.name} of ${var.environment} with its declaration"
  schedule_expression = local.monitoring.verify_schedule
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "verify" {
  count = length(aws_cloudwatch_event_rule.verify)

  rule  = aws_cloudwatch_event_rule.verify[0].name
  arn   = aws_lambda_function.this[0].arn
  input = local.verify_event

  # What is compared is what was applied: a run that fails leaves the schedule with the declaration before it.
  depends_on = [aws_lambda_invocation.run, aws_lambda_permission.verify]
}

resource "aws_lambda_permission" "verify" {
  count = length(aws_cloudwatch_event_rule.verify)

  statement_id  = "verify"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[0].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.verify[0].arn
}

# AWS's own metric, because a function that runs out of time or memory writes none itself. It counts a comparison that
# finds drift, too: the next alarm tells the two apart.
resource "aws_cloudwatch_metric_alarm" "failed" {
  count = local.monitored ? 1 : 0

  alarm_name          = "${local.function_name}-failed"
  alarm_description   = "A run or a comparison of database ${var.name} of ${var.environment} failed. Read log group /aws/lambda/${local.function_name}."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = local.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "drift" {
  count = local.monitored ? 1 : 0

  alarm_name          = "${local.function_name}-drift"
  alarm_description   = "Database ${var.name} of ${var.environment} is not what its declaration says. Log group /aws/lambda/${local.function_name} has the differences."
  namespace           = local.monitoring.namespace
  metric_name         = "Drift"
  dimensions          = { FunctionName = local.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  # Between two comparisons nothing is known: the alarm keeps its state.
  treat_missing_data = "ignore"
  alarm_actions      = local.alarm_actions
  ok_actions         = local.alarm_actions
  tags               = var.tags
}

resource "aws_cloudwatch_metric_alarm" "stale" {
  count = local.monitoring.stale_after_hours != null ? 1 : 0

  alarm_name          = "${local.function_name}-stale"
  alarm_description   = "No run or comparison has proven database ${var.name} of ${var.environment} for ${local.monitoring.stale_after_hours} hours."
  namespace           = local.monitoring.namespace
  metric_name         = "Proven"
  dimensions          = { FunctionName = local.function_name }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = local.monitoring.stale_after_hours
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching" # a schedule that was turned off says nothing, and that is the alarm
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = var.tags
}

# The application's own word that its database is behind it: a table or a column that does not exist.
resource "aws_cloudwatch_log_metric_filter" "schema_errors" {
  count = local.monitoring.application_log_group_name != null ? 1 : 0

  name           = "${local.function_name}-schema-errors"
  log_group_name = local.monitoring.application_log_group_name
  # MySQL's errors 1146 and 1054 as drivers and clients print them; the bare numbers are in too many other lines.
  pattern = "?\"(1146,\" ?\"(1054,\" ?\"ERROR 1146\" ?\"ERROR 1054\" ?UndefinedTable ?UndefinedColumn"

  metric_transformation {
    namespace = local.monitoring.namespace
    name      = "${local.function_name}-SchemaErrors"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "schema_errors" {
  count = length(aws_cloudwatch_log_metric_filter.schema_errors)

  alarm_name          = "${local.function_name}-schema-errors"
  alarm_description   = "The application misses a table or a column of database ${var.name} of ${var.environment}. Log group ${local.monitoring.application_log_group_name}."
  namespace           = local.monitoring.namespace
  metric_name         = "${local.function_name}-SchemaErrors"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = var.tags
}
