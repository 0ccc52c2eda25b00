"""A small HTTP server that speaks LibreTranslate's ``POST /translate``, and counts what reaches it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Machine:
    """What it does next, and what it was sent.

    Attributes:
        status: of its answers.
        body: raw, in place of a translation.
        wait: seconds before it answers.
        drip: seconds between the bytes of its answer; 0 sends it whole.
    """

    url: str = ""
    status: int = 200
    body: bytes | None = None
    wait: float = 0.0
    drip: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def machine() -> Iterator[Machine]:
    """Serve on a free port of this machine."""
    state = Machine()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            asked = json.loads(self.rfile.read(length))
            state.asked.append(asked)
            state.paths.append(self.path)
            time.sleep(state.wait)
            body = state.body
            if body is None:
                body = json.dumps({"translatedText": f"[{asked['target']}] {asked['q']}"}).encode()
            try:
                self.send_response(state.status)
                for name, value in state.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                for piece in [body] if not state.drip else [body[i : i + 1] for i in range(len(body))]:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    time.sleep(state.drip)
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
