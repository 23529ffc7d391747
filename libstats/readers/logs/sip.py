"""The messages of self-checks, sorters and vendors' logins in SIP2, as a log holds them.

A row is an answer, since it alone says whether anything was done; of its question it takes whether
that came from a machine that had worked offline, and when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from libstats.errors import FileRefused
from libstats.readers.days_in_names import in_name
from libstats.readers.logs import lines
from libstats.readers.logs.sip_message import ANSWERS, ASKED_BY, Message, read
from libstats.readers.logs.sip_wrapper import Line, dated, form_of, unwrapped
from libstats.readers.part import Advance, Count, Damaged, Doubted, Part, idle
from libstats.readers.place import Place

HEADER = (
    "sip time",
    "sip kind",
    "sip outcome",
    "sip reason",
    "sip account",
    "sip institution",
    "sip location",
    "sip item",
    "sip bin",
    "sip alert",
    "sip destination",
    "sip media",
    "sip amount",
    "sip items",
    "sip offline",
    "sip written",
    "sip aside",
)
UNKNOWN_WORDS = "refused in words that libstats does not know: counted as other"
# within so many seconds the same answer with the same number is one that was asked for again
AGAIN_SECONDS = 30
MOST_HELD = 1000
_CHANGING = re.compile(r"\d{8}[ A-Z]{4}\d{6}|AZ[0-9A-Fa-f]{4}\W*$")
_DAYLESS = {"syslog": "year", "folio": "day"}
_NAMES = {
    "koha": "Koha's log",
    "syslog": "a syslog",
    "folio": "FOLIO's log",
    "sent": "a log of what was sent and received",
    "bare": "alone",
}


def probe(place: Place, head: bytes) -> Sip | None:
    """The log that the bytes are; None for other bytes."""
    form = form_of(lines.first_lines(head))
    return Sip(place, wrapper=form) if form else None


@dataclass(frozen=True)
class Sip(Part):
    """A log of messages as a table. `wrapper`: how its lines hold them."""

    wrapper: str = "bare"

    @property
    def form(self) -> str:
        """What its bytes are."""
        return f"messages of SIP2, {_NAMES[self.wrapper]}"

    def headers(self) -> Iterator[Sip]:
        """The log under its headings, which do not stand in it. FileRefused where nothing tells the
        year or the day of its times."""
        if self.wrapper in _DAYLESS and self._day is None:
            raise FileRefused(
                f"{self.place.name}: its times lack their {_DAYLESS[self.wrapper]}, and so does its"
                " name",
                "Put the day into its name, as in sip-2026-10-31.log. Nothing of it was loaded.",
            )
        yield replace(self, header=HEADER, is_bare=True)

    @property
    def _day(self) -> datetime | None:
        return in_name(self.written)

    def firsts(self) -> Iterator[tuple[Sip, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its lines."""
        return lines.count(self.place, advance)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every line."""
        talk = _Talk(self.wrapper, self._day)
        for above, text in lines.blocks(self.place):
            for number, line in enumerate(text.split("\n"), start=above + 1):
                if line:
                    yield number, _told(talk.row(line), line)


def _told(row: list[str], line: str) -> list[str]:
    """The row, with its line for who asks for it on the screen where it is not understood."""
    if isinstance(row, Damaged):
        return Damaged(row.reason, line)
    return Doubted(row, UNKNOWN_WORDS, line) if row[3] == "other" else row


class _Talk:
    """What the machines and the system said so far: the last question of each connection, and the
    answers of the last seconds."""

    def __init__(self, wrapper: str, day: datetime | None) -> None:
        self.wrapper, self.day = wrapper, day
        self._asked: dict[str, Message] = {}
        self._answered: dict[tuple[str, str, int], str] = {}

    def row(self, line: str) -> list[str]:
        """The row of a line."""
        found = unwrapped(self.wrapper, line)
        if found is None:
            return _aside("no message")
        message = read(found.message)
        if message is None:
            return Damaged("the message is none of SIP2, or is cut")
        if not message.kind:
            return _aside("no work")
        if message.code not in ANSWERS:
            self._asked[found.connection] = message
            return _aside("question")
        return self._answer(found, message)

    def _answer(self, line: Line, message: Message) -> list[str]:
        asked = self._asked.get(line.connection)
        if asked is None or not _belongs(asked, message):
            asked = None
        written = dated(self.wrapper, line.at, self.day) or message.at
        if written is None:
            return _aside("no time")
        if self._is_again(line, message, written):
            return _aside("sent again")
        is_offline = asked is not None and asked.code in ("09", "11", "29") and _is_offline(asked)
        done = asked.at if is_offline and asked and asked.at else written
        row = _row(line, message, asked, done, is_offline=is_offline)
        return [*row, written, ""]

    def _is_again(self, line: Line, message: Message, written: str) -> bool:
        """True for an answer that was given seconds before, under the same number."""
        if not message.sequence:
            return False
        # the time of an answer may differ, and with it the checksum
        text = _CHANGING.sub("", line.message)
        what = (line.connection, message.sequence, hash(text))
        before = self._answered.pop(what, None)
        self._answered[what] = written
        if len(self._answered) > MOST_HELD:
            self._answered.pop(next(iter(self._answered)))
        return before is not None and _seconds(before, written) <= AGAIN_SECONDS


def _belongs(asked: Message, message: Message) -> bool:
    """True if that was the question of this answer."""
    items = {text for text in (asked.told.get("AB"), message.told.get("AB")) if text}
    by = {ASKED_BY[message.code], "01"} if message.code == "24" else {ASKED_BY[message.code]}
    return asked.code in by and len(items) < 2


def _is_offline(asked: Message) -> bool:
    flag = asked.fixed[:1] if asked.code == "09" else asked.fixed[1:2]
    return flag == "Y"


def _seconds(before: str, after: str) -> float:
    one, other = (datetime.fromisoformat(t.removesuffix("Z")) for t in (before, after))
    return abs((other - one).total_seconds())


def _aside(why: str) -> list[str]:
    return [*[""] * (len(HEADER) - 1), why]


def _row(
    line: Line, message: Message, asked: Message | None, done: str, *, is_offline: bool
) -> list[str]:
    told = (asked.told if asked else {}) | message.told
    outcome = _outcome(message, told)
    kind = message.kind
    if message.code == "12" and outcome == "done" and message.fixed[1:2] == "Y":
        kind = "renewal"
    reason = message.reason if outcome == "refused" else ""
    if message.code in ("24", "64") and outcome == "refused":
        reason = "patron unknown" if told.get("BL") == "N" else "wrong password"
    is_sure = outcome in ("done", "not on loan", "sent on", "taken back")
    is_about_patron = message.code in ("24", "64", "94")
    return [
        done,
        kind,
        outcome,
        reason,
        line.account,
        told.get("AO", ""),
        "" if is_about_patron else told.get("AP", ""),
        # what a machine could not lend may be the card that somebody held before it
        told.get("AB", "") if is_sure and not is_about_patron else "",
        told.get("CL", "") if message.code == "10" else "",
        told.get("CV", "") if message.code == "10" else "",
        told.get("CT", "") if message.code == "10" else "",
        told.get("CK", "") if not is_about_patron else "",
        told.get("BV", "") if message.code == "38" else "",
        message.fixed[1:5] if message.code == "66" else "1",
        "yes" if is_offline else "",
    ]


def _outcome(message: Message, told: dict[str, str]) -> str:
    """What became of what was asked: only ok = 1 (of a payment Y) is done."""
    if message.code in ("24", "64"):
        if "BL" not in told and "CQ" not in told:
            return "not told"
        return "refused" if "N" in (told.get("BL"), told.get("CQ")) else "done"
    is_ok = message.fixed[:1] == ("Y" if message.code == "38" else "1")
    if is_ok:
        return "taken back" if told.get("BI") == "Y" else "done"
    if message.code == "10" and message.fixed[3:4] == "Y" and told.get("CV") in _ON:
        return "sent on"
    if message.code == "10" and message.reason == "not on loan":
        return "not on loan"
    return "refused" if message.fixed[:1] in ("0", "N") else "not told"


# alerts of a return that goes on: to a hold, or to another branch
_ON = ("01", "02", "03", "04")
