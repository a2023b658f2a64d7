output "ready_token" {
  description = "Given out when the database is bootstrapped and proved."
  value       = module.bootstrap.ready_token
}

output "run" {
  description = "What the run returned."
  value       = module.bootstrap.run
}

output "db_bootstrap_targets" {
  description = "The target, for `db-bootstrap` by hand."
  value       = { contacts = module.bootstrap.target }
}
