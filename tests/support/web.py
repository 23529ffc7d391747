"""A server of this machine alone that answers as a test says, and keeps what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Question:
    """What was asked: of which path, with what, by whom, and what was sent."""

    path: str
    given: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Given:
    """An answer. Of one that is `cut` only half is sent."""

    body: str = ""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False


class Web(ThreadingHTTPServer):
    """The server: `answer` answers, but a number of a question in `instead` is answered by that."""

    answer: Callable[[Question], Given]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Question] = []
        self.instead: dict[int, Given | Callable[[], Given]] = {}

    def replied(self, question: Question) -> Given:
        """The answer to a question, from 1 on."""
        self.asked.append(question)
        other = self.instead.pop(len(self.asked), None)
        if other is None:
            return self.answer(question)
        return other if isinstance(other, Given) else other()


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        told = urlsplit(self.path)
        given = {key: values[0] for key, values in parse_qs(told.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.replied(Question(told.path, given, dict(self.headers), body))
        sent = reply.body.encode()
        self.send_response(reply.status)
        told_headers = {"Content-Type": reply.kind, "Content-Length": str(len(sent))}
        for name, value in {**told_headers, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent[: len(sent) // 2] if reply.is_cut else sent)

    do_POST = do_GET

    def log_message(self, *given: object) -> None:
        """Nothing."""


@contextmanager
def web() -> Iterator[Web]:
    """A server that runs."""
    server = Web()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
