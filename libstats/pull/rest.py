"""A service of the web that is asked one question at a time: what its answers mean, and when it is
asked again. No address, key or text of an answer stands in any message."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import IO, ClassVar, Protocol, TypeVar
from urllib.parse import urlencode

from libstats.declaration.source import Source, fold_heading
from libstats.errors import PullError
from libstats.pull.address import Site
from libstats.readers import service
from libstats.readers.service import BUSY, Clock, Reply, Verdict

T = TypeVar("T")
_BROKE_OFF = Verdict("later", "the answer broke off")
Record = dict[str, str]


class Hidden(Exception):
    """The service has no such list, or its user may not see it."""


class StartOver(Exception):
    """What was read of a list is no part of a whole any more; says why."""


class Part(Protocol):
    """A list of a service, page by page.

    name   what people call it
    file   what its file is called
    about  what makes another list of it: another declaration
    key    the heading by which its records come in order, so that one can go on behind the last;
           nothing where they can only be read from the first on
    """

    name: str
    file: str
    about: str
    key: str

    def pages(self, after: str) -> Iterator[list[Record]]:
        """The records behind the one of that key, or all."""


class Rest:
    """A service, and who asks it."""

    form: ClassVar[str]  # of its answers, as their headers name it

    def __init__(self, site: Site, clock: Clock) -> None:
        self.site, self.clock = site, clock
        self._has_answered = False

    def headers(self) -> dict[str, str]:
        """Who asks."""
        raise NotImplementedError

    def is_let_in_again(self) -> bool:
        """True if who asks was known before, and is now known anew."""
        return False

    def code(self, body: bytes) -> str:
        """The code of an error, where the service has such."""
        return ""

    def thresholds(self, body: bytes) -> Verdict:
        """What a refusal of too many questions means."""
        return Verdict("later", "it has too much to do")

    def get(
        self,
        path: str,
        given: Mapping[str, str],
        read: Callable[[bytes], T],
        *,
        moves_on: bool = False,
    ) -> T:
        """What `read` makes of an answer; it raises ValueError for one that is cut. With
        `moves_on` the service has forgotten the page once it gave it, and no question can be asked
        twice."""
        found: list[T] = []

        def once() -> Verdict:
            question = f"{self.site.base}{path}?{urlencode(given)}"
            headers = {**self.headers(), "Accept": f"application/{self.form}"}
            request, out = urllib.request.Request(question, headers=headers), io.BytesIO()
            reply = self.asked(request, out)
            verdict = self._judged(reply, out.getvalue()) if reply else _BROKE_OFF
            if verdict.what == "whole":
                try:
                    found.append(read(out.getvalue()))
                except ValueError:
                    verdict = _BROKE_OFF
            is_throttled = reply is not None and reply.status == 429
            if moves_on and verdict.what == "later" and not is_throttled:
                raise StartOver(verdict.why)
            return verdict

        verdict = service.patiently(once, self.clock)
        if verdict.what != "whole":
            raise self.error(verdict.why, "Try it again later; nothing was changed.")
        return found[-1]

    def asked(self, request: urllib.request.Request, out: IO[bytes]) -> Reply | None:
        """The answer to one question, None where it broke off. PullError where the service was
        never reached."""
        try:
            reply = service.ask(request, out)
        except service.BrokeOff as error:
            if not self._has_answered and str(error) == "URLError":
                raise self.error(
                    "it cannot be reached", "Check the address, and that its certificate is valid."
                ) from None
            return None
        self._has_answered = True
        return reply

    def error(self, problem: str, remedy: str) -> PullError:
        """An error that names the service."""
        return PullError(f"{self.site.place}: {problem}", remedy)

    def _judged(self, reply: Reply, body: bytes) -> Verdict:
        """What an answer is by its status and its type."""
        status = reply.status
        if status in BUSY:
            return self._busy(reply, body)
        if status == 401 and self.is_let_in_again():
            return Verdict("later", "it does not let the user in", 0.0)
        if status == 401:
            raise self.error("it did not let the user in", "Check the user, the password or key.")
        if status in (403, 404):
            raise Hidden
        if 300 <= status < 400:
            raise self.error("it sends the question elsewhere", "Check the address.")
        if status >= 400:
            said = " ".join(filter(None, ("status", str(status), self.code(body))))
            raise self.error(f"it refuses the question ({said})", "Check the address and the part.")
        told = reply.headers.get_content_type()
        if self.form not in told:
            raise self.error(
                f"it answers with {told} and not with {self.form.upper()}",
                "Check the address: it may be that of the pages for people.",
            )
        return Verdict("whole")

    def _busy(self, reply: Reply, body: bytes) -> Verdict:
        said = self.thresholds(body) if reply.status == 429 else Verdict("later", "it is busy")
        told = reply.wait(self.clock.now())
        return said if told is None else Verdict(said.what, said.why, told)


def cut(declared: Source, record: Mapping[str, str]) -> Record:
    """Of a record what its declaration reads; all else is written nowhere."""
    headings = (*declared.vendor_headings, *declared.recognise)
    wanted = {name for heading in headings for name in declared.names_of(heading)}
    return {path: text for path, text in record.items() if fold_heading(path) in wanted}


def line(record: Record) -> bytes:
    """A record as a line of a file."""
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"
