output "ready_token" {
  description = "Given out when the database is bootstrapped and proved."
  value       = module.bootstrap.ready_token
}

output "run" {
  description = "What the run returned; status `unchanged` on an adoption that found everything as declared."
  value       = module.bootstrap.run
}
