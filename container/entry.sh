#!/bin/sh
# Lambda starts a container with the address of its runtime API, and the function's handler is what runs.
# Everywhere else (a shell, CI, an ECS task, a Kubernetes job) the arguments are those of the command line.
if [ -n "$AWS_LAMBDA_RUNTIME_API" ]; then
  exec python -m awslambdaric bootstrap.handler.handler
fi
exec db-bootstrap "$@"
