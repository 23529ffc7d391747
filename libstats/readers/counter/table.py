"""A report as a table, in text or in a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from libstats.errors import FileRefused
from libstats.readers.counter import preamble
from libstats.readers.counter.form import INSTITUTION, METRIC, TOTAL, form_of
from libstats.readers.counter.months import between, month_of
from libstats.readers.counter.preamble import AGAIN, folded, legible
from libstats.readers.counter.report import PLATFORM, THING, Facts, Report, Row, Silent
from libstats.readers.part import Count, Part

__all__ = ["Table", "found"]

_LABELS = {"reportid", "release"}
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+")
_TOTAL_FOR = re.compile(r"total\s+for\s+all\b", re.IGNORECASE)
_ALL = {"all", "total", "totals", "grandtotal", "sum"}


def found(part: Part) -> Report | None:
    """A part as a report, if headings of one stand among its first rows. FileRefused for one that
    cannot be believed."""
    for guess in part.headers():
        names = [folded(heading) for heading in guess.header]
        if TOTAL in names and (METRIC in names or _is_of_4(guess)):
            return _opened(guess, names)
    return _silent(part)


def _opened(part: Part, names: Sequence[str]) -> Report:
    """A part under the headings of a report."""
    rows = _firsts(part)
    above = rows[: part.preamble]
    if METRIC not in names:
        facts = preamble.facts_of_4(part.name, above)
        assert facts is not None
    elif _labels(above) & _LABELS:
        facts = preamble.facts(part.name, above)
    else:
        facts = _inferred(part.name, names)
    if not any(map(month_of, part.header)) and facts.period and not rows[part.preamble + 1 :]:
        return Silent(facts, tuple(between(*facts.period)), part.count)
    return Table(part, facts, _Columns(part.name, part.header, names, facts))


def _labels(rows: Sequence[Sequence[str]]) -> set[str]:
    return {folded(row[0].rstrip(": ")) for row in rows}


def _firsts(part: Part) -> list[list[str]]:
    return next((rows for each, rows in part.firsts() if each.delimiter == part.delimiter), [])


def _is_of_4(part: Part) -> bool:
    return preamble.facts_of_4(part.name, _firsts(part)[: part.preamble]) is not None


def _silent(part: Part) -> Report | None:
    """A report that ends above its headings: it has no rows, and may say why."""
    for each, rows in part.firsts():
        if _labels(rows) >= _LABELS:
            facts = preamble.facts(part.name, rows)
            if not facts.period:
                raise FileRefused(
                    f"{part.name}: it is empty, and its Reporting_Period is missing",
                    AGAIN,
                )
            return Silent(facts, tuple(between(*facts.period)), each.count)
    return None


def _inferred(name: str, names: Sequence[str]) -> Facts:
    """What columns alone say of a report without the rows above them, where that is certain."""
    given = set(names)
    if {"title", "sectiontype", "accessmethod"} <= given:
        return Facts("TR", "5")
    raise FileRefused(
        f"{name}: the rows above the headings are missing (Report_ID, Release and others), and its"
        " columns alone do not say which report and release it is",
        AGAIN,
    )


class _Columns:
    """Where in a table things, metrics and months stand. FileRefused for a column that is neither,
    and for months that are not those of the report."""

    def __init__(self, name: str, header: Sequence[str], names: Sequence[str], facts: Facts):
        self.name, self.facts, self.width = name, facts, len(header)
        self.names, self.form = list(names), form_of(facts)
        self.total = self.names.index(TOTAL)
        self.metric = next((names.index(n) for n in self.form.metrics if n in names), None)
        self.institution = next((names.index(n) for n in INSTITUTION if n in names), None)
        self.thing = [-1] * len(THING)
        for at, folded_name in enumerate(self.names):
            place = 1 if folded_name in self.form.names else self.form.places.get(folded_name)
            if place is not None and self.thing[place] < 0:
                self.thing[place] = at
        self._check_names(header)
        self.at, self.months = self._months(header)

    def _check_names(self, header: Sequence[str]) -> None:
        """FileRefused where the report has no column of what its rows are about, or of what is
        counted."""
        form, what = self.form, ""
        if form.kind == "platform":
            self.thing[PLATFORM], self.thing[1] = self.thing[1], -1
            what = "" if self.thing[PLATFORM] >= 0 else "Platform"
        elif self.thing[1] < 0 and not header[0].strip():
            self.thing[1] = 0  # some leave the first heading blank
        elif self.thing[1] < 0:
            what = form.kind.capitalize()
        if self.metric is None and not form.counted:
            what = what or "of what is counted"
        if what:
            raise FileRefused(
                f"{self.name}: the report {self.facts.report} has no column {what}", AGAIN
            )

    def _months(self, header: Sequence[str]) -> tuple[list[int], tuple[date, ...]]:
        found: dict[int, date] = {}
        form = self.form
        known = {*form.metrics, TOTAL, *form.places, *form.names, *INSTITUTION}
        for at, heading in enumerate(header):
            month = month_of(heading)
            if month is not None:
                found[at] = month
            elif self.names[at] not in known and not self._is_passed(at):
                raise FileRefused(
                    f"{self.name}: the heading of column {at + 1} is neither a month nor one that"
                    " COUNTER has",
                    AGAIN,
                )
        self._check(found, header)
        return list(found), tuple(found.values())

    def _is_passed(self, at: int) -> bool:
        name = self.names[at]
        is_first = at == self.thing[1]
        return is_first or not legible(name) or bool(self.form.passed.fullmatch(name))

    def _check(self, found: dict[int, date], header: Sequence[str]) -> None:
        months, period = list(found.values()), self.facts.period
        if not months:
            raise FileRefused(
                f"{self.name}: it has no months, only the total of its period"
                " (Exclude_Monthly_Details)",
                "Download it with monthly details: what came in which month cannot be told.",
            )
        twice = next((m for m in months if months.count(m) > 1), None)
        if twice:
            raise FileRefused(f"{self.name}: two columns are of {twice:%Y-%m}", AGAIN)
        asked = between(*period) if period else months
        if not set(months) <= set(asked):
            outside = min(set(months) - set(asked))
            raise FileRefused(
                f"{self.name}: a column is of {outside:%Y-%m}, which is not in its"
                f" Reporting_Period: a spreadsheet may have changed the heading",
                AGAIN,
            )
        if not period and any(re.match(r"\d\d\D", header[at].strip()) for at in found):
            raise FileRefused(
                f"{self.name}: a spreadsheet has changed the headings of its months, and no"
                " Reporting_Period says which they were",
                AGAIN,
            )


@dataclass(frozen=True)
class Table(Report):
    """A report as a table: the part it lies in, under its headings."""

    part: Part
    facts: Facts
    columns: _Columns

    @property
    def months(self) -> tuple[date, ...]:  # type: ignore[override]
        """The months that it has columns for."""
        return self.columns.months

    @cached_property
    def counted(self) -> Count:
        """The count of the part."""
        return self.part.count()

    def count(self) -> Count:
        """The fingerprint, and the rows below the headings."""
        counted = self.counted
        return replace(counted, records=max(counted.records - self.part.above, 0))

    def cells(self) -> int:
        """Rows times months."""
        return self.count().records * len(self.months)

    def rows(self) -> Iterator[Row]:
        """Every row below the headings."""
        columns = self.columns
        thing_of, width = _reading(columns.thing), columns.width
        last: tuple[str, ...] = ()
        for line, row in self.part.records(self.counted):
            over = row[width:]
            if len(row) < width or any(map(legible, over)):
                if preamble.is_blank(row):
                    yield self._aside(line, "without text")
                else:
                    yield self._aside(line, "", f"{len(row)} fields instead of {width}")
                continue
            thing = thing_of(row)
            metric = legible(row[columns.metric]) if columns.metric is not None else ""
            if why := self._why_none(row, thing, metric):
                yield self._aside(line, why)
                continue
            thing = self._cleaned(thing)
            thing = last = last if thing == last else thing
            institution = self.facts.institution
            if columns.institution is not None:
                institution = legible(row[columns.institution]) or institution
            counts = [text if (text := row[at]).isdigit() else number(text) for at in columns.at]
            metric = columns.form.named(metric) if metric else columns.form.counted
            yield Row(line, thing, institution, metric, counts)

    def _aside(self, line: int, why: str, damage: str = "") -> Row:
        return Row(line, (), "", "", ("",) * len(self.months), why, damage)

    def _why_none(self, row: Sequence[str], thing: Sequence[str], metric: str) -> str:
        """Why a row is none: it has no text, it adds up others, it is the headings again."""
        if not metric and preamble.is_blank(row):
            return "without text"
        if row[self.columns.total][:1] in "Rr" and folded(row[self.columns.total]) == TOTAL:
            return "headings again"
        if _TOTAL_FOR.match(thing[1]):
            return "a total"
        if metric and folded(metric) not in _ALL:
            return ""
        told = {folded(text) for text in thing if text}
        return "a total" if told and told <= _ALL else ""

    def _cleaned(self, thing: tuple[str, ...]) -> tuple[str, ...]:
        year = THING.index("item year")
        if thing[year].isdigit():
            thing = (*thing[:year], thing[year].zfill(4), *thing[year + 1 :])
        return (self.columns.form.kind, *thing[1:])


def _reading(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """What reads the thing of a row; a row for each metric is about that of the one above."""
    above, found = list[str](), tuple[str, ...]()

    def thing_of(row: Sequence[str]) -> tuple[str, ...]:
        nonlocal above, found
        here = [row[at] if at >= 0 else "" for at in places]
        if here != above:
            above, found = here, tuple(map(legible, here))
        return found

    return thing_of


def number(text: str) -> str:
    """A count as digits: `1,000`, `=0` and `5.0` are how spreadsheets write some."""
    if text.isdigit():
        return text
    plain = legible(text).removeprefix("=").strip()
    if _THOUSANDS.fullmatch(plain):
        return plain.replace(",", "")
    return plain[:-2] if re.fullmatch(r"\d+\.0", plain) else plain
