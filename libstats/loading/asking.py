"""One question to COUNTER's API, and what its answer is. Keys travel in the address, so that no
address stands in any message."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from libstats.errors import FileRefused
from libstats.readers import service
from libstats.readers.counter import answer
from libstats.readers.counter.months import between
from libstats.readers.counter.report import Report
from libstats.readers.place import place_of
from libstats.readers.service import BUSY, Verdict

__all__ = ["Asked", "ask"]

# exceptions that mean: later
_LATER = {"1010", "1011", "1020"}
# what a master report shows of each row; else it is one number for all of a platform
_ATTRIBUTES = {
    "PR": "Data_Type|Access_Method",
    "DR": "Data_Type|Access_Method",
    "TR": "Data_Type|YOP|Access_Type|Access_Method",
    "IR": "Data_Type|YOP|Access_Type|Access_Method",
}
_CODE = re.compile(r'"(?:code|number)"\s*:\s*"?(\d{4})\b', re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """A report that is asked for: of a platform by its address, in a release, of some months."""

    url: str
    release: str
    report: str
    first: date
    last: date
    keys: Mapping[str, str]
    platform: str = ""

    @property
    def host(self) -> str:
        """The server, which is all of the address that is ever said."""
        return urlsplit(self.url).hostname or ""

    def address(self) -> str:
        """The address with the keys."""
        told = {
            **self.keys,
            "begin_date": f"{self.first:%Y-%m}",
            "end_date": f"{self.last:%Y-%m}",
            **({"platform": self.platform} if self.platform else {}),
        }
        if self.report in _ATTRIBUTES:
            told["attributes_to_show"] = _ATTRIBUTES[self.report]
        release = "/r51" if self.release == "5.1" else ""
        path = f"{self.url.rstrip('/')}{release}/reports/{self.report.lower()}"
        return f"{path}?{urlencode(told, safe='|')}"


def ask(asked: Asked, target: Path, now: datetime) -> Verdict:
    """Ask, and write the answer to `target`."""
    request = urllib.request.Request(asked.address(), headers={"Accept": "application/json"})
    try:
        with target.open("wb") as out:
            reply = service.ask(request, out)
    except service.BrokeOff as error:
        return Verdict("later", f"{asked.host} did not answer whole ({error})")
    return _judged(asked, reply.status, target, reply.wait(now))


def _judged(asked: Asked, status: int, target: Path, wait: float | None) -> Verdict:
    if 300 <= status < 400:
        return Verdict("refused", f"{asked.host} sends the question elsewhere: its url has changed")
    if status == 202:
        return Verdict("later", "the report is being made (1011)", wait)
    text = target.read_bytes()[: 1 << 16].decode("utf-8", "replace") if target.exists() else ""
    try:
        report = answer.found(place_of(target), text, "utf-8") if text.strip() else None
        if report is not None and status < 300:
            report.count()  # the counts are those that stand in it
            return _of_report(asked, report, wait)
    except FileRefused as refusal:
        why = refusal.problem.partition(": ")[2]
        if status == 200 and not _CODE.search(text) and answer.CUT not in why:
            return Verdict("refused", why)
    return _without(asked, status, text, wait)


def _of_report(asked: Asked, report: Report, wait: float | None) -> Verdict:
    """What a report is to who asked."""
    facts = report.facts
    if (facts.report, facts.release) != (asked.report, asked.release):
        return Verdict("refused", f"it is another report: {facts.report} {facts.release}")
    if list(report.months) != between(asked.first, asked.last):
        return Verdict("refused", "it is of other months than those asked for")
    return _of_exceptions(facts.exceptions, is_empty=not report.cells(), wait=wait)


def _of_exceptions(codes: tuple[str, ...], *, is_empty: bool, wait: float | None) -> Verdict:
    """What the exceptions of a report say of it."""
    said = f"the report says {', '.join(codes)}"
    if set(codes) & _LATER:
        return Verdict("later", said, wait)
    if "3040" in codes:
        return Verdict("refused", f"{said}: it is partial")
    if is_empty and set(codes) & {"3031", "3032"}:
        return Verdict("other", said)
    if is_empty and "3030" not in codes:
        return Verdict("refused", said if codes else "it is empty and says no reason")
    return Verdict("whole")


def _without(asked: Asked, status: int, text: str, wait: float | None) -> Verdict:
    """What an answer that is no report says."""
    is_long = '"report_items"' in text.replace(" ", "").casefold()
    code = None if is_long else _CODE.search(text)
    if code:
        said = f"{asked.host} says {code[1]}"
        if code[1] in _LATER:
            return Verdict("later", said, wait)
        return Verdict("other" if code[1] in ("3031", "3032") else "refused", said)
    if status in BUSY or status < 300:  # what should be a report is cut
        return Verdict("later", f"{asked.host} gave no whole report (status {status})", wait)
    return Verdict("refused", f"{asked.host} refuses (status {status})")
