"""Mail servers that do not take a mail, each in its way: what is said, what is not, and that nothing
is taken for sent."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from libstats.errors import MailError
from libstats.report.page import smtp
from libstats.report.page.mail import SENT, Letter, Post
from libstats.workspace.workspace import Workspace
from tests.support.mailing import (
    EAST,
    GONE,
    HEAD,
    HOST,
    SECRET,
    authenticated,
    authority,
    certified,
    lead_here,
    letter_of,
    odd_server,
    posted,
    sent,
    served,
    trusting,
)

HELLO, MAY = b"220 hello\r\n", b"250 fine\r\n"


@pytest.fixture
def letter(tmp_path: Path) -> Letter:
    return letter_of(tmp_path)


def refuses(post: Post, letter: Letter, problem: str, remedy: str = "") -> None:
    """It is said in words that name nobody, no password and nothing of Python, and nothing is taken
    for sent."""
    with pytest.raises(MailError) as caught:
        sent(post, letter)
    told = str(caught.value)
    assert problem in told and remedy in told and caught.value.remedy
    for hidden in (HEAD, EAST, GONE, SECRET, "Errno", "b'", "SMTP_", "Traceback"):
        assert hidden not in told
    assert not (post.place.folder / SENT).exists()
    assert SECRET not in repr(post)


@pytest.mark.parametrize("user", ["", "stats"])
def test_nothing_goes_unencrypted_to_another_machine(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    options: dict[str, Any] = {"authenticator": authenticated, "auth_require_tls": False}
    with served(monkeypatch, **options) as (box, port):
        refuses(posted(workspace, port, HEAD, user=user), letter, "offers no encrypted connection")
    assert not box.mails


@pytest.mark.parametrize("host", [HOST, "other.archmere.example"])
def test_a_certificate_is_checked(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """That of an authority that nobody knows, and that of another server."""
    if host != HOST:
        trusting(workspace.folder, monkeypatch)
    with served(monkeypatch, tls_context=certified(authority(), host)) as (box, port):
        refuses(posted(workspace, port, HEAD), letter, "is not one that this machine trusts")
    assert not box.mails


def test_a_login_that_is_refused(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = certified(trusting(workspace.folder, monkeypatch), HOST)
    with served(monkeypatch, tls_context=context, authenticator=authenticated) as (box, port):
        wrong = posted(workspace, port, HEAD, user="stats", password="wrong-word")
        refuses(wrong, letter, "refused the name or the password (its code: 535)", "[mail] user")
    assert not box.mails


def test_a_server_that_takes_no_login(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with odd_server(HELLO, MAY, MAY) as port:
        known = posted(workspace, port, HEAD, host="localhost", user="stats")
        refuses(known, letter, "does not take a name and a password", "Leave out [mail] user")


@pytest.mark.parametrize(
    ("answers", "refused", "problem"),
    [
        ({"MAIL": f"550 not you, {HEAD}"}, set(), "refused the sender (its code: 550)"),
        ({}, {HEAD, EAST}, "refused every recipient (its code: 550)"),
        ({"DATA": "554 looks like spam"}, set(), "refused the mail itself (its code: 554)"),
        ({"DATA": "452 disk full"}, set(), "refused the mail itself (its code: 452)"),
    ],
)
def test_what_a_server_refuses(
    workspace: Workspace,
    letter: Letter,
    monkeypatch: pytest.MonkeyPatch,
    answers: dict[str, str],
    refused: set[str],
    problem: str,
) -> None:
    with served(monkeypatch) as (box, port):
        box.answers, box.refused = answers, refused
        refuses(posted(workspace, port, HEAD, EAST, host="localhost"), letter, problem)


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ((b"",), "did not answer in time. Nothing was sent"),
        ((b"554 go away\r\n",), "did not answer as a mail server does (its code: 554)"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "did not answer as a mail server does"),
        ((HELLO,), "broke the connection. Nothing was sent"),
        ((HELLO, MAY, b""), "did not answer in time. It may have taken the mail before"),
        ((HELLO, MAY, MAY), "broke the connection. It may have taken the mail before"),
        ((HELLO, MAY, MAY, MAY, b"354 go\r\n"), "broke the connection. It may have taken"),
    ],
)
def test_servers_that_misbehave(
    workspace: Workspace,
    letter: Letter,
    monkeypatch: pytest.MonkeyPatch,
    answers: tuple[bytes, ...],
    problem: str,
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    with odd_server(*answers) as port:
        refuses(posted(workspace, port, HEAD, host="127.0.0.1"), letter, problem)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"454 no TLS now\r\n", "did not answer as a mail server does (its code: 454)"),
        # how the end of a line is noticed in a handshake differs
        (b"220 go on\r\n", f"{HOST}:"),
    ],
)
def test_an_encryption_that_does_not_come_about(
    workspace: Workspace,
    letter: Letter,
    monkeypatch: pytest.MonkeyPatch,
    answer: bytes,
    problem: str,
) -> None:
    lead_here(monkeypatch)
    with odd_server(HELLO, b"250-fine\r\n250 STARTTLS\r\n", answer) as port:
        refuses(posted(workspace, port, HEAD), letter, problem, "")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (socket.gaierror(-2, "Name or service not known"), f"there is no server called {HOST}"),
        (ConnectionRefusedError(111, "Connection refused"), "takes no mail on that port"),
        (TimeoutError("timed out"), "did not answer in time"),
        (OSError(101, "Network is unreachable"), "could not be reached"),
        (ssl.SSLError(1, "wrong version number"), "an encrypted connection to"),
        (ConnectionResetError(104, "Connection reset by peer"), "broke the connection"),
        (UnicodeError("label too long"), f"there is no server called {HOST}"),
    ],
)
def test_servers_that_cannot_be_reached(
    workspace: Workspace,
    letter: Letter,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    problem: str,
) -> None:
    def fails(*given: Any, **more: Any) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", fails)
    refuses(posted(workspace, 587, HEAD), letter, problem)
