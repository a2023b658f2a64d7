"""Lines of Terraform that remedy what a check found. Names in capitals are the reader's to fill in."""

from __future__ import annotations

from bootstrap.dialects.base import Endpoint

Lines = tuple[str, ...]


def host(endpoint: Endpoint) -> Lines:
    """The host of the target as an attribute of the instance."""
    return (
        "target = {",
        f'  engine = "{endpoint.engine}"',
        "  host   = aws_db_instance.NAME.address # Aurora: aws_rds_cluster.NAME.endpoint",
        "  port   = aws_db_instance.NAME.port",
        "}",
    )


def port(endpoint: Endpoint) -> Lines:
    """The port of the instance and of the target, from one place."""
    return (
        f'resource "aws_db_instance" "NAME" {{ port = {endpoint.port} }}',
        "# target: port = aws_db_instance.NAME.port",
    )


def vpc_dns() -> Lines:
    """Amazon's resolver in the VPC."""
    return (
        'resource "aws_vpc" "NAME" {',
        "  enable_dns_support   = true",
        "  enable_dns_hostnames = true",
        "}",
    )


def route() -> Lines:
    """A route from the database's subnets to the internet, for an operator outside of the VPC."""
    return (
        'resource "aws_route" "internet" {',
        "  route_table_id         = aws_route_table.DATABASE.id",
        '  destination_cidr_block = "0.0.0.0/0"',
        "  gateway_id             = aws_internet_gateway.NAME.id",
        "}",
    )


def ingress(to: int, group: str = "aws_security_group.DATABASE.id") -> Lines:
    """A rule that lets a source reach the database's port."""
    return (
        'resource "aws_vpc_security_group_ingress_rule" "db_bootstrap" {',
        f"  security_group_id            = {group}",
        "  referenced_security_group_id = aws_security_group.RUNNER.id # or cidr_ipv4 of the operator",
        f"  from_port                    = {to}",
        f"  to_port                      = {to}",
        '  ip_protocol                  = "tcp"',
        "}",
    )


def authority() -> Lines:
    """Another certificate of the instance."""
    return ('resource "aws_db_instance" "NAME" {', '  ca_cert_identifier = "rds-ca-rsa2048-g1"', "}")


def credentials() -> Lines:
    """The secret that RDS itself keeps in step with the master's password."""
    return (
        'resource "aws_db_instance" "NAME" { manage_master_user_password = true }',
        "# target: credentials = { secret_arn = aws_db_instance.NAME.master_user_secret[0].secret_arn }",
    )


def writer() -> Lines:
    """The endpoint that leads to the writer."""
    return ("# target:", "host = aws_rds_cluster.NAME.endpoint # not reader_endpoint, not that of a read replica")


def direct() -> Lines:
    """The database's own endpoint instead of a proxy's."""
    return ("# target:", "host = aws_db_instance.NAME.address # not aws_db_proxy.NAME.endpoint")


def parameter(engine: str, name: str, value: str) -> Lines:
    """A parameter of the instance's parameter group."""
    return (
        f'resource "aws_db_parameter_group" "NAME" {{ # {engine}',
        "  parameter {",
        f'    name  = "{name}"',
        f'    value = "{value}"',
        "  }",
        "}",
    )


def storage() -> Lines:
    """More storage, and more of it by itself."""
    return (
        'resource "aws_db_instance" "NAME" {',
        "  allocated_storage     = GIGABYTES",
        "  max_allocated_storage = MORE_GIGABYTES",
        "}",
    )
