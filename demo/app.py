"""The demo's application: a small process that answers from its databases, or says 500 as any application would.

    python -m demo.app serve DEPLOYMENT PORT     one revision of it
    python -m demo.app deploy                    what the stack runs as `deploy_command`, with the tokens in its hand

`/contacts` asks MySQL by SQL, `/dashboard` asks PostgreSQL through SQLAlchemy, as the applications of the two
incidents did. It knows of the bootstrapper nothing but the token that it was deployed with.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import psycopg2
import pymysql
import sqlalchemy
from sqlalchemy import orm

# What each version of the application's code selects: the second one is the release of the streams incident.
STREAM_COLUMNS = {1: (), 2: ("live_started_at", "offline_at", "testing_started_at")}


@dataclass(frozen=True)
class Deployment:
    """One revision of the application: its code's version, its databases, and the token it was deployed with."""

    environment: str
    code: int
    token: str
    targets: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Deployment:
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        """Keep it for the process that serves it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self)))


def credentials(target: dict[str, Any]) -> dict[str, str]:
    """Fetch user and password of a database as an application does: from the secret that RDS keeps."""
    client = boto3.client("secretsmanager", region_name=target.get("region"))
    secret: dict[str, str] = json.loads(
        client.get_secret_value(SecretId=target["credentials"]["secret_arn"])["SecretString"]
    )
    return secret


def connect_mysql(target: dict[str, Any]) -> pymysql.connections.Connection[Any]:
    """Connect with the certificate and the host name verified."""
    secret = credentials(target)
    return pymysql.connect(
        host=target["host"],
        port=int(target["port"]),
        user=secret["username"],
        password=secret["password"],
        database=target["database"],
        autocommit=True,
        connect_timeout=30,
        ssl_ca=os.environ["DB_BOOTSTRAP_CA_FILE"],
        ssl_verify_cert=True,
        ssl_verify_identity=True,
    )


def connect_postgresql(target: dict[str, Any]) -> psycopg2.extensions.connection:
    """Connect with the certificate and the host name verified."""
    secret = credentials(target)
    return psycopg2.connect(
        host=target["host"],
        port=target["port"],
        user=secret["username"],
        password=secret["password"],
        dbname=target["database"],
        connect_timeout=30,
        sslmode="verify-full",
        sslrootcert=os.environ["DB_BOOTSTRAP_CA_FILE"],
    )


def stream_model(code: int) -> type[Any]:
    """The ORM's class for streams, as this version of the code has it."""

    class Base(orm.DeclarativeBase):
        """Its own registry: a process may ask for both versions."""

    columns: dict[str, Any] = {
        "__tablename__": "streams",
        "stream_id": orm.mapped_column(sqlalchemy.String, primary_key=True),
        "status": orm.mapped_column(sqlalchemy.String),
        "created_at": orm.mapped_column(sqlalchemy.DateTime),
    }
    columns |= {name: orm.mapped_column(sqlalchemy.DateTime) for name in STREAM_COLUMNS[code]}
    return type("Stream", (Base,), columns)


class Application:
    """What the routes do."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        streams = deployment.targets["streams"]
        self.engine = sqlalchemy.create_engine(
            "postgresql+psycopg2://", creator=lambda: connect_postgresql(streams), poolclass=sqlalchemy.NullPool
        )
        self.model = stream_model(deployment.code)

    def contacts(self) -> list[dict[str, Any]]:
        """The contacts, by name."""
        with connect_mysql(self.deployment.targets["contacts"]) as session, session.cursor() as cursor:
            cursor.execute("SELECT name, email, phone FROM contacts ORDER BY id")
            return [dict(zip(("name", "email", "phone"), row, strict=True)) for row in cursor.fetchall()]

    def dashboard(self) -> list[dict[str, Any]]:
        """The streams, with every column that this version of the code knows."""
        names = [column.name for column in self.model.__table__.columns]
        with orm.Session(self.engine) as session:
            found = session.scalars(sqlalchemy.select(self.model).order_by(self.model.stream_id))
            return [{name: getattr(stream, name) for name in names} for stream in found]

    def add_stream(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Store one stream, as the application does every day."""
        with orm.Session(self.engine) as session, session.begin():
            created_at = datetime.fromisoformat(values["created_at"])
            session.add(self.model(**{**values, "created_at": created_at}))
        return []


def serve(deployment: Deployment, port: int) -> None:
    """Answer requests until the process is ended."""
    application = Application(deployment)

    class Handler(BaseHTTPRequestHandler):
        """Routes to methods; any error is a 500 with its text."""

        def do_GET(self) -> None:
            """Answer `/contacts` and `/dashboard`."""
            routes = {"/contacts": application.contacts, "/dashboard": application.dashboard}
            self._answer(routes.get(self.path))

        def do_POST(self) -> None:
            """Store a stream."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer((lambda: application.add_stream(body)) if self.path == "/streams" else None)

        def _answer(self, route: Any) -> None:
            status, answer = 404, {"error": "not found"}
            if route is not None:
                try:
                    status, answer = 200, {"rows": route(), "token": deployment.token}
                except Exception as error:  # noqa: BLE001 an application's catch-all, as every framework has it
                    status, answer = 500, {"error": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
            payload = json.dumps(answer, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def deploy() -> None:
    """Deploy the revision that the stack's environment variables describe."""
    from demo import apps  # noqa: PLC0415 the serving process needs none of it

    deployment = Deployment(
        environment=os.environ["ENVIRONMENT"],
        code=int(os.environ["DEMO_APP_CODE"]),
        token=os.environ["READY_TOKEN"],
        targets=json.loads(os.environ["DB_BOOTSTRAP_TARGETS"]),
    )
    apps.deploy(Path(os.environ["DEMO_APPS"]), deployment, owner=int(os.environ["DEMO_OWNER"]))
    print(f"app of {deployment.environment}: code {deployment.code} deployed, token {deployment.token[:12]}")


def main() -> int:
    """Serve or deploy."""
    parser = argparse.ArgumentParser(prog="python -m demo.app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    served = commands.add_parser("serve")
    served.add_argument("deployment", type=Path)
    served.add_argument("port", type=int)
    commands.add_parser("deploy")
    arguments = parser.parse_args()
    if arguments.command == "deploy":
        deploy()
    else:
        serve(Deployment.read(arguments.deployment), arguments.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
