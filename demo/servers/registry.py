"""Servers that several processes share: the first that asks starts one, the others find it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from demo.servers.cache import file_lock
from demo.servers.master import Login
from demo.servers.mysql import MariaDBServer, MySQLServer
from demo.servers.postgresql import PostgresServer
from demo.servers.process import GuardedProcess, ask_guard, stop_guard

SERVER_TYPES: Mapping[str, type[PostgresServer] | type[MySQLServer]] = {
    "postgresql": PostgresServer,
    "mariadb": MariaDBServer,
    "mysql": MySQLServer,
}
Server = PostgresServer | MySQLServer
SUPERUSER = "rdsadmin"  # whom RDS keeps to itself
SHARED = {"max_connections": "400"}  # several processes, with several sessions each


@dataclass(frozen=True)
class Registry:
    """A folder with one small file per running server, readable by its owner only: it holds the password."""

    directory: Path

    def get(self, name: str, *, owner: int, start: Callable[[int], Server] | None = None) -> Server:
        """Return the server `name`, started when it does not run yet.

        Args:
            name: an engine (`postgresql`, `mariadb`, `mysql`), with a version as in `postgresql-18`, and with
                `+routines` for a MySQL or MariaDB whose master may make functions and triggers; or any other name when
                `start` is given.
            owner: process that the server must not outlive; 0: it stays until `stop_all`.
            start: how to start it, given the owner.

        Raises:
            ServerUnavailableError: no such server can be had here.
            ServerStartError: it did not start.
        """
        with file_lock(self.directory / f"{name}.lock"):
            path = self.directory / f"{name}.json"
            if path.exists():
                server = load(json.loads(path.read_text()))
                if server.process.is_running():
                    return server
            server = (start or _starter(name))(owner)
            partial = path.with_suffix(".partial")  # whoever lists the servers finds it whole or not at all
            partial.touch(mode=0o600)
            partial.write_text(json.dumps(dump(server)))
            partial.rename(path)
            return server

    def running(self) -> dict[str, Server]:
        """The servers that run, by name."""
        found = {path.stem: load(json.loads(path.read_text())) for path in sorted(self.directory.glob("*.json"))}
        return {name: server for name, server in found.items() if server.process.is_running()}

    def stop(self, name: str) -> None:
        """End a server; one that does not run is no error."""
        path = self.directory / f"{name}.json"
        if path.exists():
            stop_guard(int(json.loads(path.read_text())["guard_pid"]))
            path.unlink(missing_ok=True)  # another process may have ended it at the same time

    def stop_all(self) -> None:
        """End every server of the folder: all are asked before the first is waited for."""
        paths = sorted(self.directory.glob("*.json"))
        for path in paths:
            ask_guard(int(json.loads(path.read_text())["guard_pid"]))
        for path in paths:
            self.stop(path.stem)


def dump(server: Server) -> dict[str, Any]:
    """What another process needs to know to use a server."""
    return {
        "engine": server.engine,
        "guard_pid": server.process.guard_pid,
        "directory": str(server.process.directory),
        "host": server.host,
        "port": server.port,
        "username": server.username,
        "password": server.password,
        "ca_file": str(server.ca_file),
        "version": server.version,
        "master": None if server.master is None else asdict(server.master),
    }


def load(state: Mapping[str, Any]) -> Server:
    """The server that `dump` described."""
    return SERVER_TYPES[state["engine"]](
        process=GuardedProcess(int(state["guard_pid"]), Path(state["directory"])),
        host=state.get("host", "localhost"),
        port=int(state["port"]),
        username=state["username"],
        password=state["password"],
        ca_file=Path(state["ca_file"]),
        version=state["version"],
        master=None if state.get("master") is None else Login(**state["master"]),
    )


def _starter(name: str) -> Callable[[int], Server]:
    """A server with a master; ``+routines``: one that lets the master make functions and triggers."""
    server, _, routines = name.partition("+")
    engine, _, version = server.partition("-")
    settings = dict(SHARED)
    if routines:
        settings["log-bin-trust-function-creators"] = "1"

    def start(owner: int) -> Server:
        kind = SERVER_TYPES[engine]
        server = kind.start(version=version or None, username=SUPERUSER, owner=owner, settings=settings)
        return server.with_master()

    return start
