"""How logs wrap the messages of SIP2: Koha's Log4perl, a syslog (Koha, Evergreen), the console of
FOLIO's edge module, of dp2, of notes; or the message alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_MSG = r"(?P<way>INPUT|OUTPUT) MSG: '(?P<message>.*?)'(?:\s.*)?$"
# the peer's address is passed over
_KOHA = re.compile(
    r"\[(?P<at>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)(?:[.,]\d+)?\] (?P<line>(?:\[\d*\] )?)\[[A-Z]+\] "
    rf"(?P<account>\S*?)@\S*: .*?{_MSG}"
)
_SYSLOG = re.compile(
    r"(?P<at>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ (?P<line>[^\s:]+):? .*?" + _MSG
)
_FOLIO = re.compile(
    r"(?P<at>\d\d:\d\d:\d\d)(?:[.,]\d+)? (?P<line>\[[^\]]*\]) \[[^\]]*\] \[[^\]]*\].*?"
    r"Sip response <?(?P<message>\d\d.*?)>?$"
)
_SENT = re.compile(
    r"(?P<at>(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?)\s*(?P<line>(?i:sent|send|recv|received)):\s*"
    r"(?P<message>\d\d.*)$"
)
FORMS = {"koha": _KOHA, "syslog": _SYSLOG, "folio": _FOLIO, "sent": _SENT}
# a message alone: its code and time, a field behind them
_BARE = re.compile(
    r"(?:09|1[0-2]|1[5-8]|2[3-6]|29|30|3[5-8]|6[3-6])[ -~]{0,20}\d{8}[ A-Z]{4}\d{6}"
    r"[^|^]*[A-Z]{2}[^|^]*[|^]|9[3-9].{0,60}AY\dAZ[0-9A-F]{4}|9300CN|98[YN]{6}\d{6}"
)


@dataclass(frozen=True)
class Line:
    """A line that holds a message: when it was written as far as it tells, the connection, and the
    account where it names one."""

    at: str
    connection: str
    account: str
    message: str


def form_of(lines: list[str]) -> str | None:
    """Which wrapper the lines of a log have; None where they hold no messages."""
    for form, pattern in FORMS.items():
        if any(pattern.match(line) for line in lines):
            return form
    if lines and 2 * sum(1 for line in lines if _BARE.match(line)) > len(lines):
        return "bare"
    return None


def unwrapped(form: str, line: str) -> Line | None:
    """The message in a line; None for a line of other things."""
    if form == "bare":
        return Line("", "", "", line)
    match = FORMS[form].match(line)
    if match is None:
        return None
    told = match.groupdict()
    connection = "" if form == "sent" else f"{told['line']}{told.get('account') or ''}"
    message = told["message"].removesuffix("\\r\\n").removesuffix("\\r").removesuffix("\\n")
    return Line(told["at"], connection, told.get("account") or "", message)


def dated(form: str, at: str, day: datetime | None) -> str | None:
    """When a line was written; its year, or its day, is that of the file's name. None where neither
    tells it."""
    if form == "koha" or (form == "sent" and at):
        return at.replace("/", "-")
    if day is None:
        return None
    if form == "folio":
        return f"{day:%Y-%m-%d} {at}"
    if form == "syslog":
        return _of_year(at, day)
    return None


def _of_year(at: str, day: datetime) -> str | None:
    """A month and day in the year in which it lies at or before the file's own day."""
    for year in (day.year, day.year - 1):
        try:
            moment = datetime.strptime(f"{year} {at}", "%Y %b %d %H:%M:%S")
        except ValueError:
            continue
        if moment < day + timedelta(days=2):
            return f"{moment:%Y-%m-%d %H:%M:%S}"
    return None
