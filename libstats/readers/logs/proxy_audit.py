"""The audit files of EZproxy, a day each: logins, failures, lock-outs.

    Date/Time           Event           IP           Username  Session  Other

Rows are as long as what they tell: a logout has no Other, the system no user. Which columns there
are depends on config.txt. Addresses are never read, and of Other, which may name persons, no more
than whether a limit was exceeded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from libstats.errors import FileRefused
from libstats.readers.days_in_names import in_name
from libstats.readers.logs import lines
from libstats.readers.part import Advance, Count, Damaged, Part, idle

TIME, EVENT, USER, SESSION, LIMIT = (
    "time of event",
    "event of audit",
    "user of event",
    "session of event",
    "limit exceeded",
)
_OWN = {"Username": USER, "Session": SESSION, "Other": LIMIT}
_MOMENT = re.compile(r"(\d{4}[-/]\d\d[-/]\d\d )?(\d\d:\d\d:\d\d)(?: [+-]\d{4})?")
_HEADINGS = re.compile(rb"(?:\xef\xbb\xbf)?Date/Time\tEvent(?:\t|\r|\n|$)")


def is_audit(head: bytes) -> bool:
    """True if bytes begin as audit files do."""
    return _HEADINGS.match(head) is not None


@dataclass(frozen=True)
class Audit(Part):
    """An audit file as a table. `columns`: its own headings."""

    columns: tuple[str, ...] = field(default=())

    @property
    def form(self) -> str:
        """What its bytes are."""
        return "audit file of EZproxy"

    def headers(self) -> Iterator[Audit]:
        """The file under the headings that are read. FileRefused where its times have no day."""
        columns = tuple(lines.first_lines(self.place.head())[0].split("\t"))
        told = [own for name, own in _OWN.items() if name in columns]
        found = replace(self, columns=columns, header=(TIME, EVENT, *told), preamble=0)
        times = [row[0] for row in _rows(lines.first_lines(self.place.head())[1:], found.columns)]
        found._check_days(times)
        yield found

    def _check_days(self, times: list[str]) -> None:
        matched = [match for time in times if (match := _MOMENT.fullmatch(time))]
        if matched and not any(match[1] for match in matched) and not self._day:
            raise FileRefused(
                f"{self.place.name}: its times lack their day, and so does its name",
                "Call it as EZproxy does, 20261031.txt. Nothing of it was loaded.",
            )

    @property
    def _day(self) -> str:
        day = in_name(self.written)
        return day.strftime("%Y-%m-%d") if day else ""

    def firsts(self) -> Iterator[tuple[Audit, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its lines."""
        return lines.count(self.place, advance)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every line below the headings."""
        above_all = True
        for above, text in lines.blocks(self.place):
            for number, line in enumerate(text.split("\n"), start=above + 1):
                if line and not above_all:
                    yield number, self._row(line)
                above_all = above_all and not line

    def _row(self, line: str) -> list[str]:
        (cells,) = _rows([line], self.columns)
        moment = _MOMENT.fullmatch(cells[0])
        if moment is None:
            return Damaged("it does not begin with a time, as 2026-10-31 09:30:00", line)
        if len(cells) > len(self.columns):
            return Damaged("it has more fields than there are headings", line)
        day = moment[1] or self._day
        if not day:
            return Damaged("its time lacks its day, and so does the name of the file", line)
        told = dict(zip(self.columns, cells, strict=True))
        limit = "yes" if "exceeded" in told.get("Other", "").lower() else ""
        own = {USER: told.get("Username", ""), SESSION: told.get("Session", ""), LIMIT: limit}
        return [
            f"{day.strip().replace('/', '-')} {moment[2]}",
            cells[1],
            *("" if own[name] == "-" else own[name] for name in self.header[2:]),
        ]


def _rows(texts: list[str], columns: tuple[str, ...]) -> list[list[str]]:
    """The cells of lines, as many as there are headings, or more."""
    found = []
    for text in texts:
        cells = text.split("\t")
        while len(cells) > len(columns) and not cells[-1]:
            cells.pop()
        found.append([cell.strip() for cell in cells] + [""] * (len(columns) - len(cells)))
    return found
