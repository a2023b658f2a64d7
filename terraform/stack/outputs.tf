output "db_bootstrap_targets" {
  description = "The databases by name, as `db-bootstrap` and the declarations' overlays read them. Holds no secrets."
  value       = local.targets
}

output "ready_tokens" {
  description = "By database: given out only when it is bootstrapped and proved."
  value       = local.ready_tokens
}

output "ready_token" {
  description = "One token for both databases, as the application carries it."
  value       = local.ready_token
}

output "task_definition_arn" {
  description = "Revision of the application that belongs to these tokens."
  value       = aws_ecs_task_definition.app.arn
}

output "app_security_group_id" {
  description = "Security group of the application: both databases let it in."
  value       = aws_security_group.app.id
}
