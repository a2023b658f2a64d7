variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

variable "environment" {
  description = "Environment: an overlay of the declaration."
  type        = string
  default     = "dev"
}

variable "declaration_dir" {
  description = "Directory of the declaration."
  type        = string
  default     = "../../../../../database/streams"
}

variable "vpc_id" {
  description = "VPC that this machine reaches, by VPN or peering."
  type        = string
}

variable "db_subnet_group_name" {
  description = "Subnet group for the database."
  type        = string
}

variable "operator_cidr_blocks" {
  description = "Where this machine is, as seen from the VPC."
  type        = list(string)
}
