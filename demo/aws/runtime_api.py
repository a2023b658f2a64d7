"""The Lambda Runtime API for one invocation: what a function's process talks to while it runs.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Invocation:
    """One event on its way into a function."""

    request_id: str
    function_arn: str
    event: bytes
    deadline_milliseconds: int


@dataclass
class Outcome:
    """What the function answered; `payload` is None as long as it has not."""

    payload: bytes | None = None
    failed: bool = False
    answered: threading.Event = field(default_factory=threading.Event)

    def set(self, payload: bytes, *, failed: bool) -> None:
        """Keep the answer and wake who waits for it."""
        self.payload, self.failed = payload, failed
        self.answered.set()


class RuntimeApi:
    """A server on a free loopback port that hands out one invocation and takes one answer."""

    def __init__(self, invocation: Invocation) -> None:
        self.outcome = Outcome()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(invocation, self.outcome))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API wants it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(invocation: Invocation, outcome: Outcome) -> type[BaseHTTPRequestHandler]:
    handed_out = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        """The four calls of the Runtime API."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Hand out the event; a second request waits for ever, as a frozen function does."""
            if handed_out.is_set():
                threading.Event().wait()
            handed_out.set()
            headers = {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_milliseconds),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            }
            self._answer(200, invocation.event, headers)

        def do_POST(self) -> None:
            """Take the function's response, its error, or its failure to start."""
            payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(202, b'{"status":"OK"}', {"Content-Type": "application/json"})
            outcome.set(payload, failed=not self.path.endswith("/response"))

        def log_message(self, format: str, *args: object) -> None:
            """Keep the log for what the function writes."""

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
