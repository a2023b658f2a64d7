variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

variable "environment" {
  description = "Environment: an overlay of the declaration."
  type        = string
  default     = "staging"
}

variable "declaration_dir" {
  description = "Directory of the declaration."
  type        = string
  default     = "../../../../../database/contacts"
}

variable "lambda_package_dir" {
  description = "Directory into which `make package` wrote the zip and its manifest."
  type        = string
  default     = "../../../../../dist/lambda"
}

variable "preview" {
  description = "Whether plans show pending SQL."
  type        = bool
  default     = true
}

variable "git_revision" {
  description = "Revision of the declaration, for the history."
  type        = string
  default     = null
}
