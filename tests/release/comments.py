"""GitHub's endpoints for comments on loopback, as far as the Action uses them: list by page, create, update."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ISSUE = "/repos/owner/shop/issues/7/comments"


@dataclass
class Comments:
    """The comments of one pull request; `address` is the API's. `status` is what writing is answered with, 0: done."""

    bodies: dict[int, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    address: str = ""
    status: int = 0

    @property
    def ours(self) -> list[str]:
        """Those that the Action wrote."""
        return [body for body in self.bodies.values() if body.startswith("<!-- db-bootstrap")]


@contextmanager
def serving() -> Iterator[Comments]:
    """Serve a pull request with more comments of others than one page holds."""
    comments = Comments({number: f"comment {number}" for number in range(1, 131)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(comments))
    server.daemon_threads = True
    comments.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield comments
    finally:
        server.shutdown()
        server.server_close()


def _handler(comments: Comments) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """The three calls."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            assert parts.path == ISSUE, self.path
            query = parse_qs(parts.query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            listed = [{"id": number, "body": body} for number, body in comments.bodies.items()]
            self._answer(200, listed[(page - 1) * size : page * size])

        def do_POST(self) -> None:
            assert self.path == ISSUE, self.path
            self._write(max(comments.bodies) + 1)

        def do_PATCH(self) -> None:
            found = re.fullmatch(r"/repos/owner/shop/issues/comments/(\d+)", self.path)
            assert found, self.path
            assert int(found[1]) in comments.bodies
            self._write(int(found[1]))

        def _write(self, number: int) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
            comments.tokens.add(self.headers["Authorization"])
            if comments.status:
                self._answer(comments.status, {"message": "Resource not accessible by integration"})
                return
            comments.bodies[number] = body
            self._answer(200, {"id": number, "html_url": f"https://github.com/owner/shop/pull/7#{number}"})

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _answer(self, status: int, data: object) -> None:
            content = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
