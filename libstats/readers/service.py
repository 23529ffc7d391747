"""One question to a service of the web, what its answer means, and the patience to ask again. Keys
travel in addresses, headers and bodies, so that none of these stands in any message."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import IO
from urllib.parse import urlsplit

__all__ = ["BUSY", "BrokeOff", "Clock", "Reply", "Verdict", "ask", "is_safe", "patiently"]

TIMEOUT = 120  # seconds without a byte
LARGEST = 1 << 30
BLOCK = 1 << 20
BUSY = {408, 429, 500, 502, 503, 504}
TRIES = 8
FIRST_WAIT, LONGEST_WAIT = 15.0, 3600.0
_HERE = ("127.0.0.1", "localhost", "::1")


class Clock:
    """The time, and waiting."""

    def now(self) -> datetime:
        """The moment in UTC."""
        return datetime.now(UTC).replace(tzinfo=None)

    def wait(self, seconds: float) -> None:
        """Do nothing for so long."""
        time.sleep(seconds)


class BrokeOff(Exception):
    """There is no answer, or not all of it; says of which kind the fault is, and nothing of what
    was asked."""


@dataclass(frozen=True)
class Reply:
    """How a service answered: its status, and its headers."""

    status: int
    headers: Message

    def wait(self, now: datetime) -> float | None:
        """The seconds that Retry-After says, which may be a moment."""
        text = (self.headers.get("Retry-After") or "").strip()
        if text.isdigit():
            return float(text)
        with suppress(ValueError, TypeError):
            moment = parsedate_to_datetime(text)
            return max((moment.replace(tzinfo=None) - now).total_seconds(), 0.0)
        return None


@dataclass(frozen=True)
class Verdict:
    """What an answer is: `whole`, `later` (with the seconds that the server wants), `other`
    (another question may have it), or `refused`; and why."""

    what: str
    why: str = ""
    wait: float | None = None


class _NowhereElse(urllib.request.HTTPRedirectHandler):
    """Keys go to no other server: who is sent elsewhere is told so."""

    def redirect_request(self, *given: object, **more: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NowhereElse)


def ask(request: urllib.request.Request, out: IO[bytes]) -> Reply:
    """Ask once, and write the answer's body. BrokeOff where there is none, or only a part."""
    try:
        with _OPENER.open(request, timeout=TIMEOUT) as response:
            _write(response, out)
            return Reply(response.status, response.headers)
    except urllib.error.HTTPError as error:
        with suppress(OSError, http.client.HTTPException):
            _write(error, out)
        return Reply(error.code, error.headers)
    except (OSError, http.client.HTTPException, ValueError) as error:
        # its text may hold the address
        raise BrokeOff(type(error).__name__) from None


def _write(response: IO[bytes], out: IO[bytes]) -> None:
    size = 0
    while block := response.read(BLOCK):
        size += len(block)
        if size > LARGEST:
            raise ValueError("too long")
        out.write(block)


def patiently(ask: Callable[[], Verdict], clock: Clock) -> Verdict:
    """What the answer is once it is there: asked again while it means later."""
    verdict = Verdict("refused")
    for tries in range(TRIES):
        verdict = ask()
        if verdict.what != "later":
            return verdict
        if tries < TRIES - 1:
            wait = FIRST_WAIT * 2**tries if verdict.wait is None else verdict.wait
            clock.wait(min(wait, LONGEST_WAIT))
    return Verdict("refused", f"{verdict.why}, {TRIES} times")


def is_safe(address: object) -> bool:
    """True for an encrypted address without a question in it, or one of this computer."""
    if not isinstance(address, str):
        return False
    try:
        told = urlsplit(address)
        host = told.hostname or ""
    except ValueError:
        return False
    is_encrypted = told.scheme == "https" or (told.scheme == "http" and host in _HERE)
    return is_encrypted and bool(host) and not (told.query or told.fragment)
