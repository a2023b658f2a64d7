output "ready_token" {
  description = "Given out when the database is bootstrapped and proved."
  value       = module.bootstrap.ready_token
}

output "db_bootstrap_targets" {
  description = "The target, for `db-bootstrap` by hand."
  value       = { streams = module.bootstrap.target }
}
