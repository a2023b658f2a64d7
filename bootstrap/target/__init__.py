"""Resolving a target and connecting to it: RDS, Secrets Manager, Parameter Store, IAM tokens, TLS, Terraform."""
