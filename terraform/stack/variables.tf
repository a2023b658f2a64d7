################################################################################
# The environment: given by -var-file=../environments/<environment>.tfvars
################################################################################

variable "environment" {
  description = "Name of the environment; the Terraform workspace must have the same."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}$", var.environment))
    error_message = "environment: lower-case letters, digits and hyphens, at most 15 of them, such as \"production\"."
  }
}

variable "project" {
  description = "Prefix of all names."
  type        = string
  default     = "tfplayground"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}$", var.project))
    error_message = "project: lower-case letters, digits and hyphens, at most 15 of them."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

################################################################################
# Network
################################################################################

variable "vpc_cidr" {
  description = "Address range of the VPC; each availability zone gets a /24 of it."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 8, 0)) && can(regex("/1[0-6]$", var.vpc_cidr))
    error_message = "vpc_cidr: an IPv4 range from /10 to /16, such as \"10.20.0.0/16\"."
  }
}

variable "operator_cidr_blocks" {
  description = "Where `terraform apply` runs, as seen from the VPC (VPN, peered network, or its public address): a database with runner `local` lets these in."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "publicly_accessible" {
  description = "Whether databases with runner `local` have a public address, for operators without a VPN. Only `operator_cidr_blocks` get in."
  type        = bool
  default     = false
  nullable    = false
}

################################################################################
# Databases
################################################################################

variable "contacts_database" {
  description = "Name of the contacts application's database."
  type        = string
}

variable "streams_database" {
  description = "Name of the streams dashboard's database."
  type        = string
}

variable "runners" {
  description = "Where each database is bootstrapped from: `lambda` (inside the VPC) or `local` (the machine that runs terraform)."
  type = object({
    contacts = optional(string, "lambda")
    streams  = optional(string, "local")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for runner in values(var.runners) : contains(["lambda", "local"], runner)])
    error_message = "runners: \"lambda\" or \"local\"."
  }
}

variable "mysql_version" {
  description = "Engine version of contacts."
  type        = string
  default     = "8.4"
}

variable "postgresql_version" {
  description = "Engine version of streams."
  type        = string
  default     = "17"
}

variable "instance_class" {
  description = "Class of the database instances."
  type        = string
  default     = "db.t4g.micro"
}

variable "allocated_storage" {
  description = "Storage of each instance in GB."
  type        = number
  default     = 20
}

variable "multi_az" {
  description = "Whether each instance has a standby in another availability zone."
  type        = bool
  default     = false
}

variable "backup_retention_days" {
  description = "Days for which automated backups are kept."
  type        = number
  default     = 1
}

variable "protect" {
  description = "Whether instances refuse to be deleted, and leave a final snapshot when they are."
  type        = bool
  default     = false
}

################################################################################
# The bootstrapper
################################################################################

variable "declarations_dir" {
  description = "Directory that holds the declarations `contacts` and `streams`."
  type        = string
  default     = "../../database"
}

variable "lambda_package_dir" {
  description = "Directory into which `make package` wrote the zip and its manifest."
  type        = string
  default     = "../../dist/lambda"
}

variable "bootstrap_command" {
  description = "Command of the local runner."
  type        = list(string)
  default     = ["db-bootstrap"]
  nullable    = false
}

variable "allow" {
  description = "Hazards that the runs may take, by database, such as `{ streams = [\"data_loss:streams.status\"] }`."
  type        = map(list(string))
  default     = {}
  nullable    = false
}

variable "git_revision" {
  description = "Revision of the declarations, for the history: `-var git_revision=$(git rev-parse HEAD)`."
  type        = string
  default     = null
}

variable "force_run_id" {
  description = "Any text; a new one bootstraps again although nothing has changed."
  type        = string
  default     = null
}

variable "preview" {
  description = "Whether plans show pending SQL of databases with runner `lambda`, and warn of drift."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days for which logs are kept."
  type        = number
  default     = 30
}

################################################################################
# The application
################################################################################

variable "app_image" {
  description = "Image of the application."
  type        = string
  default     = "public.ecr.aws/docker/library/python:3.13-slim"
}

variable "deploy_command" {
  description = "Shell command that deploys the application, run when all databases are ready and again when a token changes; it gets READY_TOKEN, READY_TOKENS and DB_BOOTSTRAP_TARGETS. Empty: none."
  type        = string
  default     = ""
  nullable    = false
}
