"""Mail servers on this machine, good and odd, and a report to send them."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Serving
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from libstats.report.page import smtp
from libstats.report.page.mail import Letter, Post
from libstats.workspace.workspace import Workspace

HOST = "mail.archmere.example"
HEAD, EAST, GONE = (f"{name}@archmere.example" for name in ("head", "east", "gone"))
SECRET = "swordfish"
TODAY = date(2026, 11, 2)


class Mailbox:
    """What a mail server took, to whom, whether encrypted; and what it refuses."""

    def __init__(self) -> None:
        self.mails: list[tuple[EmailMessage, list[str], bool]] = []
        self.refused: set[str] = set()
        self.answers: dict[str, str] = {}

    async def handle_MAIL(
        self, server: Serving, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: Serving, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refused:
            return f"550 no such person: {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Serving, session: Session, envelope: Envelope) -> str:
        if answer := self.answers.get("DATA"):
            return answer
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((mail, list(envelope.rcpt_tos), session.ssl is not None))
        return "250 OK"


def authenticated(server: Any, session: Any, envelope: Any, kind: str, given: Any) -> AuthResult:
    """The login of whoever knows the password."""
    is_right = isinstance(given, LoginPassword) and given.password == SECRET.encode()
    return AuthResult(success=is_right, handled=False)


@cache
def authority() -> trustme.CA:
    return trustme.CA()


def certified(of: trustme.CA, host: str) -> ssl.SSLContext:
    """The certificate of a server."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    of.issue_cert(host).configure_cert(context)
    return context


def trusting(folder: Path, patch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this machine trusts."""
    authority().cert_pem.write_to_path(str(folder / "authority.pem"))
    patch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    return authority()


class _Started(Controller):
    """aiosmtpd knocks at its own door, with no trust in its certificate: the test does that."""

    def _trigger_server(self) -> None:
        socket.create_connection((self.hostname, self.port), 5).close()


@contextlib.contextmanager
def served(patch: pytest.MonkeyPatch, **options: Any) -> Iterator[tuple[Mailbox, int]]:
    """A mail server on this machine, to which the names of all others lead."""
    lead_here(patch)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    box = Mailbox()
    controller = _Started(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def lead_here(patch: pytest.MonkeyPatch) -> None:
    """The names of all machines lead to this one; it needs none to say its own."""
    connect = socket.create_connection
    patch.setattr(
        socket,
        "create_connection",
        lambda at, *rest, **more: connect(("127.0.0.1", at[1]), rest[0]),
    )
    patch.setattr(socket, "getfqdn", lambda name="": "desk.archmere.example")


@contextlib.contextmanager
def odd_server(*answers: bytes) -> Iterator[int]:
    """A server that says these, one for each line that it hears, and then hangs up; instead of an
    answer of nothing it waits until the other side has had enough."""

    def serve(door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line, _ = door.accept()
            with line, line.makefile("rb") as heard:
                for number, answer in enumerate(answers):
                    if number:
                        heard.readline()
                    if not answer:
                        heard.read()
                    line.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(5)
        thread = threading.Thread(target=serve, args=(door,))
        thread.start()
        yield door.getsockname()[1]
        thread.join(5)


def letter_of(folder: Path) -> Letter:
    """The page of October, and its workbook."""
    page, book = folder / "circulation-2026-10.html", folder / "circulation-2026-10.xlsx"
    page.write_text("<!doctype html><title>Größe</title>", encoding="utf-8")
    book.write_bytes(b"PK\0\1")
    about = {
        "verdict": "There were 314 checkouts in October 2026.",
        "cards": ["314 checkouts. 1% fewer than in October 2025."],
        "branch": "",
    }
    title = "Circulation: October 2026, all branches"
    return Letter("circulation", page.stem, title, about, [page, book], is_internal=False)


def posted(
    place: Workspace, port: int, *to: str, host: str = HOST, user: str = "", password: str = SECRET
) -> Post:
    """The mail of a library at that port."""
    server = smtp.Server(host, port, user, password if user else "")
    return Post(place, server, "stats@archmere.example", {"circulation": list(to)})


def sent(post: Post, letter: Letter, *, internal: bool = False, again: bool = False) -> str:
    return post.send(letter, TODAY, internal=internal, again=again)
