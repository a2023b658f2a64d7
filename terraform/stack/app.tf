# The application. It is deployed only when both databases are ready, and again whenever a token changes: containers
# that went on running beside a mended database were the second half of the streams incident.

locals {
  ready_tokens = {
    contacts = module.contacts.ready_token
    streams  = module.streams.ready_token
  }
  targets = {
    contacts = module.contacts.target
    streams  = module.streams.target
  }
  # One value that changes whenever any of them does.
  ready_token = sha256(jsonencode(local.ready_tokens))
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/${local.prefix}-app"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_iam_role" "app_execution" {
  name = "${local.prefix}-app-execution"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "app_execution" {
  name = "start"
  role = aws_iam_role.app_execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [for target in values(local.targets) : target.credentials.secret_arn]
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.app.arn}:*"]
      },
    ]
  })
}

resource "aws_ecs_cluster" "this" {
  name = local.prefix
}

# A service that runs this definition (`task_definition = aws_ecs_task_definition.app.arn`) rolls its containers
# whenever a token changes, because a new token makes a new revision.
resource "aws_ecs_task_definition" "app" {
  family                   = "${local.prefix}-app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.app_execution.arn

  container_definitions = jsonencode([{
    name      = "app"
    image     = var.app_image
    essential = true
    environment = concat(
      [{ name = "READY_TOKEN", value = local.ready_token }],
      [for name, target in local.targets : { name = "${upper(name)}_HOST", value = target.host }],
    )
    secrets = [
      for name, target in local.targets :
      { name = "${upper(name)}_CREDENTIALS", valueFrom = target.credentials.secret_arn }
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.app.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "app"
      }
    }
  }])

  # When the next run fails, the containers that are running keep their revision. (create_before_destroy would spread to
  # the database, and a database whose identifier is fixed cannot be created before the old one is gone.)
  skip_destroy = true
}

# Whatever deploys the application, where that is not a resource: it runs with the tokens in its hand, or not at all.
resource "terraform_data" "app" {
  input            = aws_ecs_task_definition.app.arn
  triggers_replace = local.ready_tokens

  provisioner "local-exec" {
    interpreter = ["/bin/sh", "-c"]
    command     = coalesce(var.deploy_command, ":")
    environment = {
      READY_TOKEN          = local.ready_token
      READY_TOKENS         = jsonencode(local.ready_tokens)
      DB_BOOTSTRAP_TARGETS = jsonencode(local.targets)
      ENVIRONMENT          = var.environment
    }
  }
}
