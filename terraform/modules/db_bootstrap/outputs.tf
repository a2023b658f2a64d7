output "ready_token" {
  description = "Given out only when the run has succeeded and its result is verified: let the application depend on it. `lambda`: the token that the run returned and recorded in the database; `local`: digest of declaration and database."
  value       = local.ready_token
}

output "verified_target" {
  description = "The target, known only when the run has succeeded: an application that takes its host from here is deployed after the run, and not at all when the run fails. Its values stay the same from run to run."
  value       = var.create ? { for key, value in local.target : key => value if local.ready_token != null } : null
}

output "target" {
  description = "The target in the shape that `db-bootstrap` reads (`DB_BOOTSTRAP_TARGET`, or a stack's output `db_bootstrap_targets`). Holds no secret, and is known whether the run succeeded or not."
  value       = var.create ? local.target : null
}

output "declaration_digest" {
  description = "Digest of the declaration's files: `sha256sum` of what `sha256sum` prints for them."
  value       = var.create ? local.declaration_digest : null
}

output "triggers" {
  description = "What decides whether to run: digest by file, environment, database, bootstrapper. A change of any of them runs again, and nothing else does. `request` is the id of the request that the last run was made for."
  value       = local.run_triggers
}

output "run" {
  description = "What the last run by Lambda returned: status, run id, fingerprint, number of statements, one line of summary. Null with `runner = \"local\"`, which returns nothing to Terraform."
  value       = local.result
}

output "lambda_function_name" {
  description = "Name of the function."
  value       = one(aws_lambda_function.this[*].function_name)
}

output "lambda_function_arn" {
  description = "ARN of the function."
  value       = one(aws_lambda_function.this[*].arn)
}

output "role_arn" {
  description = "ARN of the function's role, made here or given."
  value       = one(aws_lambda_function.this[*].role)
}

output "role_name" {
  description = "Name of the role that was made here."
  value       = one(aws_iam_role.this[*].name)
}

output "security_group_id" {
  description = "Security group of the function that was made here."
  value       = one(aws_security_group.this[*].id)
}

output "log_group_name" {
  description = "Log group of the function."
  value       = one(aws_cloudwatch_log_group.this[*].name)
}
