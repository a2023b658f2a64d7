terraform {
  # Nothing newer than `check` blocks is used; the tests of this module need 1.7 for mock providers.
  required_version = ">= 1.5.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}
