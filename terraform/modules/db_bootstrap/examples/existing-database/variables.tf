variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

variable "environment" {
  description = "Environment: an overlay of the declaration."
  type        = string
  default     = "production"
}

variable "declaration_dir" {
  description = "Directory of the declaration, such as `db-bootstrap import` wrote it."
  type        = string
}

variable "db_instance_identifier" {
  description = "Identifier of the existing instance."
  type        = string
}

variable "database" {
  description = "Name of the database in it."
  type        = string
}

variable "username" {
  description = "Role of the database that may log in with an IAM token."
  type        = string
  default     = "bootstrap"
}

variable "vpc_id" {
  description = "VPC of the instance."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets from which the instance is reachable."
  type        = list(string)
}

variable "lambda_package_dir" {
  description = "Directory into which `make package` wrote the zip and its manifest."
  type        = string
  default     = "../../../../../dist/lambda"
}
