"""A report of COUNTER, whatever its form: what it says of itself, its rows, and how each month of
it stands.

A row has a thing (a platform, a database, a title, an item, with what tells it apart), a metric and
a count for each month. Whatever form a report has, equal things have equal texts here.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from libstats.readers.counter.months import last_day
from libstats.readers.part import Count

__all__ = ["THING", "Facts", "Report", "Row", "Scope", "Stands"]

# what tells a thing, in this order
THING = (
    "item kind",
    "item name",
    "item parent",
    "item publisher",
    "item platform",
    "item doi",
    "item number",
    "item isbn",
    "item print issn",
    "item online issn",
    "item uri",
    "item data type",
    "item section type",
    "item year",
    "item access type",
    "item access method",
)
PLATFORM = THING.index("item platform")
METRICS = {
    re.sub(r"[\s_-]", "", name).casefold(): name
    for name in (
        "Searches_Regular",
        "Searches_Automated",
        "Searches_Federated",
        "Searches_Platform",
        "Total_Item_Investigations",
        "Unique_Item_Investigations",
        "Unique_Title_Investigations",
        "Total_Item_Requests",
        "Unique_Item_Requests",
        "Unique_Title_Requests",
        "No_License",
        "Limit_Exceeded",
    )
}
_SEARCHES = {"PR": {"Searches_Platform"}}
_EVERYWHERE = {"Total_Item_Investigations", "Unique_Item_Investigations", "Total_Item_Requests"} | {
    "Unique_Item_Requests"
}
# filters that say nothing of what is in the report, or nothing that its months do not say
_NO_FILTER = {"platform", "begindate", "enddate", "metrictype", "metrictypes"}
_ALL = {
    "accessmethod": [{"regular", "tdm"}],
    "accesstype": [
        {"controlled", "oagold", "otherfreetoread"},
        {"controlled", "oagold"},
        {"controlled", "open", "freetoread"},
    ],
}
NO_USE, NOT_READY, NO_LONGER, PARTIAL = "3030", "3031", "3032", "3040"


class Row(NamedTuple):
    """A row: the line it stands in, its thing by THING, whose it is, its metric, a count for each
    month as it is written. `aside` says why it is none: a total, a row without text; `damage` why
    it is not believed."""

    line: int
    thing: tuple[str, ...]
    institution: str
    metric: str
    counts: Sequence[str]
    aside: str = ""
    damage: str = ""


@dataclass(frozen=True)
class Scope:
    """Whose report it is: a platform (of a report without rows the one it was asked for, or none)
    and an institution."""

    platform: str
    institution: str

    def folded(self) -> tuple[str, str]:
        """Both as they are compared."""
        return _folded(self.platform), _folded(self.institution)


@dataclass(frozen=True)
class Facts:
    """What a report says of itself.

    filters     name and values of each filter, as exported
    exceptions  the numbers of its exceptions
    period      first and last day of what was asked for
    """

    report: str
    release: str
    institution: str = ""
    created: str = ""
    provider: str = ""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    metrics: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    period: tuple[date, date] | None = None

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that it was asked for."""
        return next((v for name, v in self.filters.items() if _joined(name) == "platform"), ())

    @cached_property
    def narrowed(self) -> str:
        """What it was narrowed to, in one text: filters and metrics of a master report that leave
        anything out. A standard view has none: its filters are what it is."""
        if "_" in self.report:
            return ""
        told = []
        for name, values in self.filters.items():
            plain = {_joined(value) for value in values}
            if _joined(name) in _NO_FILTER or not plain or plain == {"all"}:
                continue
            if plain not in _ALL.get(_joined(name), ()):
                told.append(f"{name.strip()}={'|'.join(sorted(values))}")
        metrics = {metric_name(metric) for metric in self.metrics}
        if metrics and not self._most <= metrics:
            told.append(f"Metric_Type={'|'.join(sorted(metrics))}")
        return "; ".join(sorted(told))

    @property
    def _most(self) -> set[str]:
        """The metrics without which a report of its kind is narrowed."""
        return _EVERYWHERE | _SEARCHES.get(self.report, set())

    def told_by(self, scope: Scope, month: date) -> str:
        """What stands for the report of one platform and month."""
        text = "\x1f".join((*scope.folded(), self.narrowed))
        mark = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:10]
        return f"{self.report} {self.release} {month:%Y-%m} {mark}"


@dataclass
class Stands:
    """How the months of a platform stand in a report: of each, whether anything is told of it,
    whether there was any use, and whether some count cannot be read. `has_rows`: a row tells of
    it."""

    is_told: list[bool]
    is_used: list[bool]
    is_doubtful: list[bool]
    has_rows: bool = True

    @classmethod
    def of(cls, months: int, *, is_told: bool = False, has_rows: bool = True) -> Stands:
        """Of so many months, none used."""
        return cls([is_told] * months, [False] * months, [False] * months, has_rows)

    def add(self, counts: Sequence[str]) -> None:
        """Take in a row."""
        for at, text in enumerate(counts):
            if is_count(text):
                self.is_told[at] = True
                self.is_used[at] |= text != "0"
            elif text:
                self.is_told[at] = self.is_doubtful[at] = True


def is_count(text: str) -> bool:
    """True for digits that a table holds as a number."""
    return text.isdigit() and text.isascii() and len(text) < 19


class Report(ABC):
    """A report as it lies in a file.

    is_sparse  True if it leaves out what is 0
    """

    facts: Facts
    months: tuple[date, ...]
    is_sparse = False

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Every row, also those that are none."""

    @abstractmethod
    def count(self) -> Count:
        """The fingerprint of the file, and its rows counted apart from what reads them."""

    @abstractmethod
    def cells(self) -> int:
        """How many counts its rows have, counted apart from what reads them."""

    @cached_property
    def told(self) -> dict[Scope, Stands]:
        """How the months of each platform stand, platforms that differ in their spelling alone
        being one; of a report without rows, of those that it was asked for, none where that is not
        said."""
        found: dict[tuple[str, str], tuple[Scope, Stands]] = {}
        known: dict[tuple[str, str], Stands] = {}
        is_damaged = False
        for row in self.rows():
            is_damaged |= bool(row.damage)
            if row.aside or row.damage:
                continue
            whose = (row.thing[PLATFORM], row.institution)
            if whose not in known:
                scope, stands = Scope(*whose), Stands.of(len(self.months), is_told=self.is_sparse)
                known[whose] = found.setdefault(scope.folded(), (scope, stands))[1]
            known[whose].add(row.counts)
        if is_damaged:  # it may have told of any of them
            for _, stands in found.values():
                stands.is_doubtful = [True] * len(self.months)
        return dict(found.values()) or {
            Scope(platform, self.facts.institution): Stands.of(len(self.months), has_rows=False)
            for platform in self.facts.platforms or ("",)
        }

    def state(self, stands: Stands, at: int) -> str:
        """How a month of a platform stands: `told`, or why its use is not known."""
        codes = self.facts.exceptions
        unknown = next((_STATES[code] for code in (NOT_READY, NO_LONGER) if code in codes), "")
        if not stands.has_rows:
            return unknown or _empty(codes)
        if not stands.is_told[at]:
            return unknown or "not told"
        if _is_under_way(self.months[at], self.facts.created):
            return "under way"
        if PARTIAL in codes or stands.is_doubtful[at]:
            return "partial"
        return unknown if unknown and not stands.is_used[at] else "told"


_STATES = {NOT_READY: "not ready", NO_LONGER: "no longer there"}
# states in which a report tells all of a month, and replaces what was told of it
WHOLE = ("told", "no use")


def _empty(codes: Sequence[str]) -> str:
    """How a report without rows stands."""
    if NO_USE in codes and PARTIAL not in codes:
        return "no use"
    return "refused" if codes else "empty"


@dataclass(frozen=True)
class Silent(Report):
    """A report without rows and without headings, of the months that it was asked for."""

    facts: Facts
    months: tuple[date, ...]
    counting: Callable[[], Count]

    def rows(self) -> Iterator[Row]:
        """None."""
        yield from ()

    def count(self) -> Count:
        """The fingerprint."""
        return replace(self.counting(), records=0)

    def cells(self) -> int:
        """None."""
        return 0


def _is_under_way(month: date, created: str) -> bool:
    """True if a report was made before the month was over."""
    try:
        return date.fromisoformat(created[:10]) <= last_day(month)
    except ValueError:
        return False


def metric_name(text: str) -> str:
    """A metric as COUNTER spells it; another as it is written."""
    return METRICS.get(re.sub(r"[\s_-]", "", text).casefold(), text.strip())


def thing_key(thing: Sequence[str]) -> str:
    """What stands for a thing: equal for equal texts."""
    text = "\x1f".join(thing)
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]


def numbered(rows: Iterator[Row]) -> Iterator[tuple[Row, str]]:
    """Each row with what stands for its thing: rows with equal things and metrics are parted by a
    column that is not read, so that their things are numbered."""
    seen: dict[int, int] = {}
    last: tuple[str, ...] = ()
    key = ""
    for row in rows:
        if row.aside or row.damage:
            yield row, ""
            continue
        if row.thing is not last:
            key, last = thing_key(row.thing), row.thing
        mark = hash((key, row.metric, row.institution))
        times = seen[mark] = seen.get(mark, 0) + 1
        yield row, key if times == 1 else f"{key} {times}"


def _joined(text: str) -> str:
    return re.sub(r"[\s_-]", "", text).casefold()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
