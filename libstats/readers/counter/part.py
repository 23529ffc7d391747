"""The tables that a report of COUNTER is read as: how its months stand, its things, its counts.
What is said of a thing is written once a row, not once a month."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from libstats.errors import FileRefused
from libstats.readers.counter import answer, table
from libstats.readers.counter.report import (
    PLATFORM,
    THING,
    WHOLE,
    Report,
    Scope,
    is_count,
    numbered,
)
from libstats.readers.part import Advance, Count, Damaged, Part, idle
from libstats.readers.place import Place

__all__ = ["KINDS", "Counted", "Kind", "probe", "probe_json"]

Rows = Iterator[tuple[int, list[str]]]
MONTHS = (
    "report",
    "usage report",
    "release",
    "month",
    "platform",
    "institution",
    "provider",
    "narrowed to",
    "answer",
    "exceptions",
    "created",
)
THINGS = ("usage item", *THING, "why no item", "created")
COUNTS = ("usage report", "usage item", "metric", "month", "uses", "why no use", "created")
_NONE = [""] * len(THING)
MEMORY, WIDTH = 192 << 20, 100


def _months(report: Report) -> Rows:
    facts = report.facts
    for number, (scope, stands) in enumerate(report.told.items(), start=1):
        for at, month in enumerate(report.months):
            yield (
                number,
                [
                    facts.report,
                    facts.told_by(scope, month),
                    facts.release,
                    f"{month:%Y-%m-%d}",
                    scope.platform,
                    scope.institution,
                    facts.provider,
                    facts.narrowed,
                    report.state(stands, at),
                    ", ".join(facts.exceptions),
                    facts.created,
                ],
            )


def _things(report: Report) -> Rows:
    created = report.facts.created
    for row, key in numbered(report.rows()):
        if row.damage:
            yield row.line, Damaged(row.damage)
        else:
            yield row.line, [key, *(row.thing or _NONE), row.aside, created]


def _counts(report: Report) -> Rows:
    """Each count, and where what is 0 is left out, each month. One of a month of which the report
    does not tell all stands for no report: what another told of the whole of it stays, whichever is
    the newer."""
    created, known = report.facts.created, dict[tuple[str, str], list[_Mark]]()
    marks = _marks(report)
    for row, key in numbered(report.rows()):
        if row.aside or row.damage:
            none = Damaged(row.damage) if row.damage else ["", "", "", "", "", row.aside, created]
            yield from ((row.line, none) for _ in report.months)
            continue
        whose = (row.thing[PLATFORM], row.institution)
        if whose not in known:
            known[whose] = marks[Scope(*whose).folded()]
        for mark, text in zip(known[whose], row.counts, strict=True):
            if text or not report.is_sparse:
                told_by, why = mark.judge(text)
                yield row.line, [told_by, key, row.metric, mark.month, text, why, created]
    for scope in _marked(report):
        for mark in marks[scope.folded()]:
            yield 0, [mark.judge("0")[0], "", "", mark.month, "", "no use", created]


class _Mark(NamedTuple):
    """A month of a platform: what stands for its report, and whether that tells all of it."""

    told_by: str
    month: str
    is_whole: bool

    def judge(self, text: str) -> tuple[str, str]:
        """What stands for the report of a count, and why it is set aside, if it is; what is no
        number is rejected, and of its report all the same."""
        if text in ("", "0"):
            return self.told_by if self.is_whole else "", "no use" if text else "blank"
        if self.is_whole or not is_count(text):
            return self.told_by, ""
        return "", "not whole"


def _marked(report: Report) -> list[Scope]:
    """The platforms of which each month has a row of its own, since counts of 0 have none."""
    return [s for s, stands in report.told.items() if report.is_sparse or not stands.has_rows]


def _marks(report: Report) -> dict[tuple[str, str], list[_Mark]]:
    """Of each platform its months."""
    return {
        scope.folded(): [
            _Mark(
                report.facts.told_by(scope, month),
                f"{month:%Y-%m-%d}",
                report.state(stands, at) in WHOLE,
            )
            for at, month in enumerate(report.months)
        ]
        for scope, stands in report.told.items()
    }


@dataclass(frozen=True)
class Kind:
    """One kind of row of a report: its headings, its rows, and how many there are, counted apart
    from what reads them."""

    name: str
    header: tuple[str, ...]
    rows: Callable[[Report], Rows]
    number: Callable[[Report], int]


def _of_months(report: Report) -> int:
    return len(report.told) * len(report.months)


def _of_counts(report: Report) -> int:
    return report.cells() + len(_marked(report)) * len(report.months)


KINDS = (
    Kind("months", MONTHS, _months, _of_months),
    Kind("items", THINGS, _things, lambda report: report.count().records),
    Kind("usage", COUNTS, _counts, _of_counts),
)


@dataclass(frozen=True)
class Counted(Part):
    """The rows of one kind of a report."""

    report: Report | None = field(default=None, repr=False, compare=False)
    kind: Kind = KINDS[0]
    outer: Place | None = None
    refusal: FileRefused | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Its name in messages: `report.tsv, usage`."""
        return f"{self._outer.name}, {self.kind.name}"

    @property
    def form(self) -> str:
        """What its bytes are."""
        facts = self._report.facts
        return f"COUNTER report {facts.report}, release {facts.release}, its {self.kind.name}"

    @property
    def enough_memory(self) -> int | None:
        """For any number of counts: they are compared bit by bit."""
        return MEMORY

    @property
    def swells_to(self) -> int:
        """A count has two signs in the file, and with all that it is of a hundred."""
        return WIDTH * self.kind.number(self._report) if self.kind.name == "usage" else 0

    @property
    def _report(self) -> Report:
        assert self.report is not None
        return self.report

    @property
    def _outer(self) -> Place:
        assert self.outer is not None
        return self.outer

    def remarks(self) -> list[str]:
        """Which months it does not tell of, and why."""
        if self.kind is not KINDS[0]:
            return []
        report, untold = self._report, dict[str, list[str]]()
        for stands in report.told.values():
            for at, month in enumerate(report.months):
                if (state := report.state(stands, at)) not in ("told", "no use"):
                    untold.setdefault(state, []).append(f"{month:%Y-%m}")
        return [
            f"{state}: {', '.join(sorted(set(months)))}; the use of these months is not known"
            for state, months in untold.items()
        ]

    def headers(self) -> Iterator[Counted]:
        """The rows under their only headings. FileRefused for a report that cannot be believed."""
        if self.refusal:
            raise self.refusal
        yield replace(self, header=self.kind.header, is_bare=True)

    def firsts(self) -> Iterator[tuple[Counted, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """The fingerprint, and how many rows there are; FileRefused where these are not those
        that are read."""
        advance(self.place.packed if self.place.is_plain else 0)
        counted = self._report.count()
        fingerprint = hashlib.sha256(f"{counted.sha256}#{self.kind.name}".encode()).hexdigest()
        if counted.open_quote is not None:
            return counted
        return replace(counted, sha256=fingerprint, records=self.kind.number(self._report))

    def records(self, counted: Count | None = None, advance: Advance = idle) -> Rows:
        """(line, values) of every row."""
        return self.kind.rows(self._report)


def of_report(place: Place, report: Report) -> Iterator[Counted]:
    """The parts of a report."""
    for at, kind in enumerate(KINDS, start=1):
        name = kind.name if place.sheet is None else f"{place.sheet} {kind.name}"
        named = replace(place, sheet=name, sheet_number=10 * place.sheet_number + at)
        yield Counted(named, report=report, kind=kind, outer=place)


def probe(part: Part) -> list[Counted] | None:
    """The parts of a text or a sheet that is a report; None for another. One that cannot be
    believed is a part that says why when it is asked for its headings: beside it there may be
    sheets that can."""
    return _of(part.place, lambda: table.found(part))


def probe_json(place: Place, head: str, encoding: str) -> list[Counted] | None:
    """The parts of a text in JSON that is a report; None for another."""
    return _of(place, lambda: answer.found(place, head, encoding))


def _of(place: Place, found: Callable[[], Report | None]) -> list[Counted] | None:
    try:
        report = found()
    except FileRefused as error:
        return [Counted(place, outer=place, refusal=error)]
    return None if report is None else list(of_report(place, report))
