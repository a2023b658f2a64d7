################################################################################
# The function's role: exactly what runs on this one database need
################################################################################

data "aws_partition" "current" {
  count = local.creates_role ? 1 : 0
}

data "aws_caller_identity" "current" {
  count = local.creates_role ? 1 : 0
}

locals {
  creates_role = local.runs_in_lambda && var.create_role

  # The parts of an ARN, null where there is no role to make.
  partition  = one(data.aws_partition.current[*].partition)
  dns_suffix = one(data.aws_partition.current[*].dns_suffix)
  account_id = one(data.aws_caller_identity.current[*].account_id)

  # The parameter by its ARN, whether it was given by name or by ARN.
  parameter_arn = one([
    for name in [var.target.credentials.ssm_parameter] : startswith(name, "arn:") ? name :
    "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/${trimprefix(name, "/")}"
    if local.creates_role ? name != null : false
  ])
  # Where the password is kept: the region of the ARN that was given, else the target's.
  credentials_region = try(
    split(":", coalesce(var.target.credentials.secret_arn, var.target.credentials.ssm_parameter))[3], local.region,
  )

  # The variable's validation lets nothing else in.
  role_secret_arns    = [for arn in var.role_password_arns : arn if strcontains(arn, ":secretsmanager:")]
  role_parameter_arns = [for arn in var.role_password_arns : arn if strcontains(arn, ":ssm:")]

  network_interface_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]
}

resource "aws_iam_role" "this" {
  count = local.creates_role ? 1 : 0

  # Roles are the account's, functions a region's: two regions need two names.
  name                 = coalesce(var.role_name, local.function_name)
  description          = "Lambda ${local.function_name}"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  count = local.creates_role ? 1 : 0

  name = "bootstrap"
  role = aws_iam_role.this[0].id

  # Each statement beside the condition under which it is granted. A filter and no conditionals: before the database
  # exists, it is unknown whether its secret's ARN is null.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for row in [
      [true, {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [for group in concat(aws_cloudwatch_log_group.this, aws_cloudwatch_log_group.plan) : "${group.arn}:*"]
      }],

      # EC2 takes no narrower resource for these. The service needs them to attach the function to the subnets. The code
      # in the function does not, and is denied them.
      [var.vpc, {
        Sid      = "AttachToVpc"
        Effect   = "Allow"
        Action   = local.network_interface_actions
        Resource = ["*"]
      }],
      [var.vpc, {
        Sid      = "CodeMayNotAttach"
        Effect   = "Deny"
        Action   = local.network_interface_actions
        Resource = ["*"]
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = [
          for name in concat([local.function_name], local.looks ? [local.plan_function_name] : []) :
          "arn:${local.partition}:lambda:${local.own_region}:${local.account_id}:function:${name}"
        ] } }
      }],

      [var.target.credentials.secret_arn != null, {
        Sid      = "ReadSecret"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [var.target.credentials.secret_arn]
      }],
      [var.target.credentials.secret_arn != null && var.credentials_kms_key_arn != null, {
        Sid       = "DecryptSecret"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.credentials_kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${local.credentials_region}.${local.dns_suffix}" } }
      }],

      [var.target.credentials.ssm_parameter != null, {
        Sid      = "ReadParameter"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter"]
        Resource = [local.parameter_arn]
      }],
      [var.target.credentials.ssm_parameter != null && var.credentials_kms_key_arn != null, {
        Sid       = "DecryptParameter"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.credentials_kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "ssm.${local.credentials_region}.${local.dns_suffix}" } }
      }],

      [length(local.role_secret_arns) > 0, {
        Sid      = "ReadRoleSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = local.role_secret_arns
      }],
      [length(local.role_parameter_arns) > 0, {
        Sid      = "ReadRoleParameters"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter"]
        Resource = local.role_parameter_arns
      }],
      [length(var.role_password_kms_key_arns) > 0, {
        Sid      = "DecryptRolePasswords"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.role_password_kms_key_arns
        Condition = { StringEquals = { "kms:ViaService" = [
          for place in setproduct(["secretsmanager", "ssm"], distinct([for arn in var.role_password_arns : split(":", arn)[3]])) :
          "${place[0]}.${place[1]}.${local.dns_suffix}"
        ] } }
      }],

      [var.target.credentials.iam == true, {
        Sid    = "ConnectAsDatabaseUser"
        Effect = "Allow"
        Action = ["rds-db:connect"]
        Resource = [
          "arn:${local.partition}:rds-db:${local.region}:${local.account_id}:dbuser:${local.database_resource_id}/${var.target.username}",
        ]
      }],

      [local.through_s3, {
        Sid      = "ReadDeclaration"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [for bucket in [var.declaration_bucket] : "arn:${local.partition}:s3:::${bucket}/${local.s3_prefix}*" if bucket != null]
      }],
      [local.through_s3 && var.declaration_bucket_kms_key_arn != null, {
        Sid       = "DecryptDeclaration"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.declaration_bucket_kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "s3.${local.own_region}.${local.dns_suffix}" } }
      }],
    ] : row[1] if row[0]]
  })
}
