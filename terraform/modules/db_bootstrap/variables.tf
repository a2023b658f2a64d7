################################################################################
# What to bootstrap
################################################################################

variable "create" {
  description = "Whether to create anything. With `false` the module is empty and its outputs are null."
  type        = bool
  default     = true
  nullable    = false
}

variable "name" {
  description = "Short name of the database within the environment, such as `contacts`. Part of the names of what is created."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,23}$", var.name))
    error_message = "name: lower-case letters, digits and hyphens, at most 24 of them, such as \"contacts\"."
  }
}

variable "environment" {
  description = "Environment to bring the database to. Its overlay is `environments/<environment>.yaml` of the declaration, which may be missing where the declaration has no overlays at all."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,22}$", var.environment))
    error_message = "environment: letters, digits, underscores and hyphens, at most 23 of them, such as \"production\"."
  }
}

variable "declaration_dir" {
  description = "Directory of the declaration (the one that holds `bootstrap.yaml`). It holds no secrets: with `runner = \"lambda\"` it enters the state."
  type        = string
}

variable "target" {
  description = <<-EOT
    The database to bring into line. `credentials` names exactly one source and never holds a secret itself:
    `secret_arn` (RDS-managed, or any secret that is JSON with `username` and `password`, or the plain password),
    `ssm_parameter` (name or ARN of a SecureString), `iam = true`, or `environment` (the name of a variable on the operator's machine;
    only with `runner = "local"`). `engine` is `postgresql` or `mysql` (which takes MariaDB too), or RDS' own name, such as
    `aws_db_instance.this.engine`. `port` defaults to the engine's, `region` to the provider's.
  EOT
  type = object({
    engine   = string
    host     = string
    port     = optional(number)
    database = string
    username = string
    region   = optional(string)
    credentials = object({
      secret_arn    = optional(string)
      ssm_parameter = optional(string)
      iam           = optional(bool)
      environment   = optional(string)
    })
    tls = optional(object({
      mode    = optional(string, "verify-full")
      ca_file = optional(string)
    }), {})
    connect_deadline_seconds = optional(number, 120)
  })
  nullable = false

  validation {
    condition     = contains(["postgresql", "postgres", "aurora-postgresql", "mysql", "mariadb", "aurora-mysql"], var.target.engine)
    error_message = "target.engine: \"postgresql\" or \"mysql\" (which takes MariaDB too), or what RDS calls it: \"postgres\", \"aurora-postgresql\", \"aurora-mysql\", \"mariadb\"."
  }

  validation {
    condition     = var.target.host == null ? true : can(regex("^[^:/@\\s]+$", var.target.host))
    error_message = "target.host: the host name alone, such as `address` of an aws_db_instance; its `endpoint` has the port in it."
  }

  validation {
    condition     = contains(["verify-full", "verify-ca", "require", "disable"], var.target.tls.mode)
    error_message = "target.tls.mode: \"verify-full\", \"verify-ca\", \"require\" or \"disable\"."
  }

  validation {
    condition     = var.target.port == null ? true : var.target.port >= 1 && var.target.port <= 65535
    error_message = "target.port: a port from 1 to 65535."
  }

  validation {
    condition     = var.target.connect_deadline_seconds >= 1
    error_message = "target.connect_deadline_seconds: at least 1."
  }

  validation {
    condition = length([
      for given in [
        var.target.credentials.secret_arn != null,
        var.target.credentials.ssm_parameter != null,
        var.target.credentials.iam == true,
        var.target.credentials.environment != null,
      ] : given if given
    ]) == 1
    error_message = "target.credentials: exactly one of secret_arn, ssm_parameter, iam = true, environment."
  }

  validation {
    condition     = var.target.credentials.secret_arn == null ? true : can(regex("^arn:[^:]+:secretsmanager:[^:]+:[0-9]+:secret:[^*?]+$", var.target.credentials.secret_arn))
    error_message = "target.credentials.secret_arn: the whole ARN of one Secrets Manager secret; the secret itself does not belong here."
  }

  validation {
    condition     = var.target.credentials.ssm_parameter == null ? true : can(regex("^(arn:[^:]+:ssm:[^:]+:[0-9]+:parameter/|/)?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", var.target.credentials.ssm_parameter))
    error_message = "target.credentials.ssm_parameter: the name of one SSM parameter, such as \"/production/contacts/password\", or its ARN; without a version."
  }
}

variable "blue_green_update" {
  description = "Whether the database is updated by RDS Blue/Green deployments: `blue_green_update[0].enabled` of an `aws_db_instance`. RDS cannot do that with a master password that it manages itself, which is refused while planning."
  type        = bool
  default     = false
  nullable    = false
}

variable "manage_master_user_password" {
  description = "Whether RDS manages the master password: the argument of that name of the database, which is known before the database exists. Null goes by the secret's ARN. Only looked at with `blue_green_update`."
  type        = bool
  default     = null
}

variable "database_resource_id" {
  description = "Identity of the server: `resource_id` of an `aws_db_instance`, `cluster_resource_id` of an `aws_rds_cluster`. A new one means a new database, and runs again. IAM credentials are granted for it. Null: looked up by `database_instance_identifier` or `database_cluster_identifier`."
  type        = string
  default     = null
}

variable "database_instance_identifier" {
  description = "Identifier of the RDS instance whose `resource_id` is looked up, for a database that exists already and is not in this configuration."
  type        = string
  default     = null
}

variable "database_cluster_identifier" {
  description = "Identifier of the Aurora or Multi-AZ cluster whose `cluster_resource_id` is looked up, likewise."
  type        = string
  default     = null
}

################################################################################
# How to run
################################################################################

variable "runner" {
  description = "Where the bootstrapper runs: `local` (on the machine that runs terraform) or `lambda` (inside the VPC)."
  type        = string
  default     = "lambda"
  nullable    = false

  validation {
    condition     = contains(["local", "lambda"], var.runner)
    error_message = "runner: \"local\" or \"lambda\"."
  }
}

variable "allow" {
  description = "Hazards that this run may take, as `HAZARD` or `HAZARD:object` (what `db-bootstrap plan` prints). A change of this list alone does not run again."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for hazard in var.allow : can(regex("^[a-z_]+(:[^\\s].*)?$", hazard))])
    error_message = "allow: entries such as \"data_loss:streams.status\"."
  }
}

variable "adopt_environment" {
  description = "Take over a database that was bootstrapped as another environment or from another declaration, which is refused otherwise. A change of this alone does not run again."
  type        = bool
  default     = false
  nullable    = false
}

variable "bootstrapper_digest" {
  description = "Identity of the bootstrapper: a new one runs again. Null takes the digest of `lambda_zip`, and with `runner = \"local\"` nothing. `db-bootstrap package-lambda` writes one as `package_digest`."
  type        = string
  default     = null
}

variable "git_revision" {
  description = "Revision of the declaration, for the history. It does not run again by itself."
  type        = string
  default     = null
}

variable "force_run_id" {
  description = "Any text; a new one runs again although nothing has changed."
  type        = string
  default     = null
}

variable "preview" {
  description = "Show pending SQL as a warning of every plan (`runner = \"lambda\"` only). When the database cannot be reached, the warning says so, and the plan passes."
  type        = bool
  default     = false
  nullable    = false
}

variable "drift" {
  description = "What a plan does about a database that is no longer as it was declared and applied: `ignore` (it does not look), `warn` with the SQL that is missing, or `repair`, where drift is a change of the plan and the apply repairs it. With `runner = \"local\"`, which cannot look into the database while planning, `repair` runs with every apply, and `warn` is refused."
  type        = string
  default     = "ignore"
  nullable    = false

  validation {
    condition     = contains(["ignore", "warn", "repair"], var.drift)
    error_message = "drift: \"ignore\", \"warn\" or \"repair\"."
  }
}

variable "gate" {
  description = "When a hazard that is not in `allow` stops the work: `apply` (the plan warns, the apply is refused) or `plan` (the plan fails; `runner = \"lambda\"` only)."
  type        = string
  default     = "apply"
  nullable    = false

  validation {
    condition     = contains(["apply", "plan"], var.gate)
    error_message = "gate: \"apply\" or \"plan\"."
  }
}

################################################################################
# runner = "local"
################################################################################

variable "local_command" {
  description = "The bootstrapper's command and its first arguments. The module adds `apply ENVIRONMENT --dir DIR` and the allowed hazards."
  type        = list(string)
  default     = ["db-bootstrap"]
  nullable    = false

  validation {
    condition     = length(var.local_command) > 0
    error_message = "local_command: at least the command, such as [\"db-bootstrap\"]."
  }
}

variable "local_environment" {
  description = "Further environment variables of the local run, such as `DB_BOOTSTRAP_CA_FILE`. No secrets: terraform prints them when the command fails."
  type        = map(string)
  default     = {}
  nullable    = false
}

################################################################################
# runner = "lambda": function
################################################################################

variable "function_name" {
  description = "Name of the function. Null makes one of `name_prefix`, `name` and `environment`."
  type        = string
  default     = null

  validation {
    condition     = var.function_name == null ? true : can(regex("^[A-Za-z0-9_-]{1,64}$", var.function_name))
    error_message = "function_name: at most 64 letters, digits, underscores and hyphens."
  }
}

variable "name_prefix" {
  description = "Beginning of the names of function, role, log group and security group. Two projects of one account that have a database and an environment of the same name need two."
  type        = string
  default     = "db-bootstrap"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$", var.name_prefix))
    error_message = "name_prefix: at most 40 letters, digits, underscores and hyphens."
  }
}

variable "lambda_zip" {
  description = "Path of the zip that `db-bootstrap package-lambda` built."
  type        = string
  default     = null
}

variable "lambda_runtime" {
  description = "Runtime that the zip was built for, such as `python3.13`. Null takes `runtime` of the manifest beside the zip; another one than the manifest's is refused."
  type        = string
  default     = null

  validation {
    condition     = var.lambda_runtime == null ? true : can(regex("^python3\\.[0-9]+$", var.lambda_runtime))
    error_message = "lambda_runtime: such as \"python3.11\"."
  }
}

variable "lambda_architecture" {
  description = "Architecture that the zip was built for: `x86_64` or `arm64`. Null takes `architecture` of the manifest beside the zip; another one than the manifest's is refused."
  type        = string
  default     = null

  validation {
    condition     = var.lambda_architecture == null ? true : contains(["x86_64", "arm64"], var.lambda_architecture)
    error_message = "lambda_architecture: \"x86_64\" or \"arm64\"."
  }
}

variable "lambda_timeout" {
  description = "Seconds a run may take. 900 is Lambda's ceiling; work that outlasts it belongs to `runner = \"local\"` on a machine inside the network."
  type        = number
  default     = 900
  nullable    = false

  validation {
    condition     = var.lambda_timeout >= 1 && var.lambda_timeout <= 900
    error_message = "lambda_timeout: 1 to 900 seconds."
  }
}

variable "lambda_memory_size" {
  description = "Memory of the function in MB; CPU grows with it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.lambda_memory_size >= 128 && var.lambda_memory_size <= 10240
    error_message = "lambda_memory_size: 128 to 10240 MB."
  }
}

variable "lambda_environment" {
  description = "Further environment variables of the function, such as `DB_BOOTSTRAP_CA_FILE`. No secrets: they enter the state."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps the function's logs."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "log_retention_days: one of the periods that CloudWatch Logs takes, such as 30, 90 or 365."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key for the function's logs; its policy must let CloudWatch Logs use it. Null leaves CloudWatch's own encryption."
  type        = string
  default     = null
}

################################################################################
# runner = "lambda": network
################################################################################

variable "vpc" {
  description = "Whether the function is attached to a VPC. It has to be known while planning, which `subnet_ids` need not be."
  type        = bool
  default     = true
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets from which the database is reachable."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the subnets, for the security group."
  type        = string
  default     = null
}

variable "create_security_group" {
  description = "Whether to make a security group for the function. Without it, give `security_group_ids`."
  type        = bool
  default     = true
  nullable    = false
}

variable "security_group_ids" {
  description = "Further security groups of the function."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "database_security_group_id" {
  description = "Security group of the database: the function's group may reach it on the database's port, and it lets the function in."
  type        = string
  default     = null
}

variable "create_database_ingress_rule" {
  description = "Whether to add the rule that lets the function into the database's security group."
  type        = bool
  default     = true
  nullable    = false
}

variable "https_egress" {
  description = "Where the function reaches the AWS APIs on port 443: security groups of interface endpoints, prefix lists of gateway endpoints (S3), or CIDR blocks where there is a NAT gateway."
  type = object({
    security_group_ids = optional(list(string), [])
    prefix_list_ids    = optional(list(string), [])
    cidr_blocks        = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

################################################################################
# runner = "lambda": role
################################################################################

variable "create_role" {
  description = "Whether to make the function's role. Without it, give `role_arn`."
  type        = bool
  default     = true
  nullable    = false
}

variable "role_arn" {
  description = "Existing role of the function."
  type        = string
  default     = null
}

variable "role_name" {
  description = "Name of the role that is made. Role names are the account's: say one where the same database and environment are in two regions. Null takes the function's name."
  type        = string
  default     = null

  validation {
    condition     = var.role_name == null ? true : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.role_name))
    error_message = "role_name: at most 64 letters, digits and +=,.@_-."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the role that is made."
  type        = string
  default     = null
}

variable "credentials_kms_key_arn" {
  description = "Customer-managed KMS key of the secret or parameter. Null where it is encrypted with the AWS-managed key."
  type        = string
  default     = null
}

variable "role_password_arns" {
  description = "Secrets Manager secrets and SSM parameters that the declaration's `password_secret` entries name: the function may read them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.role_password_arns : can(regex("^arn:[^:]+:(secretsmanager:[^:]*:[0-9]*:secret:|ssm:[^:]*:[0-9]*:parameter/).", arn))])
    error_message = "role_password_arns: ARNs of Secrets Manager secrets or SSM parameters."
  }
}

variable "role_password_kms_key_arns" {
  description = "Customer-managed KMS keys of those secrets and parameters."
  type        = list(string)
  default     = []
  nullable    = false
}

################################################################################
# runner = "lambda": declarations that do not fit into an invocation
################################################################################

variable "declaration_bucket" {
  description = "S3 bucket for a declaration that is larger than `payload_limit_bytes`."
  type        = string
  default     = null
}

variable "declaration_bucket_kms_key_arn" {
  description = "KMS key of that bucket's objects, where it is customer-managed."
  type        = string
  default     = null
}

variable "payload_limit_bytes" {
  description = "Size up to which the declaration, compressed, travels in the invocation itself. Lambda takes 6 MB in all."
  type        = number
  default     = 5000000
  nullable    = false

  validation {
    condition     = var.payload_limit_bytes >= 0 && var.payload_limit_bytes <= 5500000
    error_message = "payload_limit_bytes: at most 5500000, so that the rest of the event fits under Lambda's 6 MB."
  }
}

################################################################################
# runner = "lambda": monitoring
################################################################################

variable "monitoring" {
  description = <<-EOT
    Metrics and alarms (`runner = "lambda"` only); null makes none. `verify_schedule` compares the database with its declaration,
    such as `rate(6 hours)` or a `cron(…)`; `stale_after_hours` alarms when nothing has proven the database for so long (1 to 168);
    `sns_topic_arn` is where alarms go; `application_log_group_name` is searched for errors of a missing table or column; `namespace`
    is the one of the metrics.
  EOT
  type = object({
    verify_schedule            = optional(string)
    stale_after_hours          = optional(number)
    sns_topic_arn              = optional(string)
    application_log_group_name = optional(string)
    namespace                  = optional(string, "db-bootstrap")
  })
  default = null

  validation {
    condition     = try(var.monitoring.verify_schedule, null) == null ? true : can(regex("^(rate|cron)\\(.+\\)$", var.monitoring.verify_schedule))
    error_message = "monitoring.verify_schedule: \"rate(6 hours)\" or a \"cron(…)\" of EventBridge."
  }

  validation {
    condition     = try(var.monitoring.stale_after_hours, null) == null ? true : contains(range(1, 169), var.monitoring.stale_after_hours)
    error_message = "monitoring.stale_after_hours: a whole number from 1 to 168; CloudWatch looks back one week."
  }

  validation {
    condition     = try(var.monitoring.namespace, null) == null ? true : can(regex("^[A-Za-z0-9._/#-]{1,255}$", var.monitoring.namespace)) && !startswith(var.monitoring.namespace, "AWS/")
    error_message = "monitoring.namespace: at most 255 letters, digits and ._/#-, and not AWS/…, which is Amazon's own."
  }
}

################################################################################
# Everything
################################################################################

variable "tags" {
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
  nullable    = false
}
