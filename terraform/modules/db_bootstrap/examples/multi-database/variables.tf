variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

variable "environment" {
  description = "Environment: an overlay of each declaration."
  type        = string
  default     = "staging"
}

variable "databases" {
  description = "The databases by name: what each is called on the server, and where its declaration is."
  type = map(object({
    database        = string
    declaration_dir = string
  }))
  default = {
    streams = { database = "postgres_main", declaration_dir = "../../../../../database/streams" }
  }
}

variable "vpc_id" {
  description = "VPC of the cluster."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets with a NAT gateway."
  type        = list(string)
}

variable "db_subnet_group_name" {
  description = "Subnet group of the cluster."
  type        = string
}

variable "lambda_package_dir" {
  description = "Directory into which `make package` wrote the zip and its manifest."
  type        = string
  default     = "../../../../../dist/lambda"
}
