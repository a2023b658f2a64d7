output "ready_tokens" {
  description = "By database: given out when it is bootstrapped and proved."
  value       = { for name, bootstrap in module.bootstrap : name => bootstrap.ready_token }
}

output "db_bootstrap_targets" {
  description = "The targets by name, for `db-bootstrap` by hand."
  value       = { for name, bootstrap in module.bootstrap : name => bootstrap.target }
}
