"""DNS and TCP: whether the host name resolves, and whether its port answers."""

from __future__ import annotations

import socket
import time

from bootstrap.dialects.base import Endpoint
from bootstrap.findings import Check, Finding, State
from bootstrap.insight.doctor import terraform


def resolve(endpoint: Endpoint) -> Finding:
    """Look up the host name."""
    if endpoint.socket:
        return Finding(Check.DNS, State.SKIPPED, f"{endpoint.socket} is a Unix socket")
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        again = error.errno == socket.EAI_AGAIN
        remedy = (
            "check the DNS servers of this network: a VPC needs enableDnsSupport, or a resolver rule for the zone"
            if again
            else "correct the target's host: write the instance's address as an attribute, not as text"
        )
        fact = f"{endpoint.host} does not resolve: {error.strerror}"
        return Finding(
            Check.DNS, State.FAILED, fact, remedy, terraform.vpc_dns() if again else terraform.host(endpoint)
        )
    addresses = ", ".join(dict.fromkeys(str(entry[4][0]) for entry in found))
    return Finding(Check.DNS, State.OK, f"{endpoint.host} is {addresses}")


def open_port(endpoint: Endpoint, seconds: float) -> Finding:
    """Open a TCP connection, or the Unix socket, and close it."""
    place = endpoint.socket or f"{endpoint.host}:{endpoint.port}"
    started = time.monotonic()
    try:
        plain_connection(endpoint, seconds).close()
    except ConnectionRefusedError:
        remedy = f"check the port ({endpoint.port}), and that the server runs and listens on this address"
        return Finding(
            Check.TCP, State.FAILED, f"{place} refuses connections: nothing listens there", remedy,
            terraform.port(endpoint),
        )  # fmt: skip
    except TimeoutError:
        return Finding(
            Check.TCP, State.FAILED, f"{place} does not answer within {seconds:g} s: packets are dropped on the way",
            "let the security group of the database admit this machine or function, and check the routes and network"
            " ACLs of both subnets",
            terraform.ingress(endpoint.port),
        )  # fmt: skip
    except OSError as error:
        remedy = (
            "check the socket's path" if endpoint.socket else "check the routes from here to the database's subnets"
        )
        return Finding(Check.TCP, State.FAILED, f"{place}: {error.strerror or error}", remedy)
    return Finding(Check.TCP, State.OK, f"{place} answers within {(time.monotonic() - started) * 1000:.0f} ms")


def plain_connection(endpoint: Endpoint, seconds: float) -> socket.socket:
    """A connected socket, without TLS. Raises OSError."""
    if not endpoint.socket:
        return socket.create_connection((endpoint.host, endpoint.port), timeout=seconds)
    path = endpoint.socket
    if endpoint.engine == "postgresql":
        path = f"{path}/.s.PGSQL.{endpoint.port}"
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection
