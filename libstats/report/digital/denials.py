"""Who was turned away: from which title, why, in which month, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from libstats.analysis.turned_away import TOO_MANY, UNLICENSED
from libstats.report.digital.lending import month_of, without
from libstats.report.digital.rows import Digital as Report
from libstats.report.page.html import items, notice, paragraph
from libstats.report.page.table import Html, Table, joined, table
from libstats.report.sections import shortened
from libstats.wording import Row, day_name, many, month_name

__all__ = ["turned_away"]

WHY = {TOO_MANY: "too many were in at once", UNLICENSED: "there is no licence for it"}
NEXT = {
    TOO_MANY: "Too many at once: ask the vendor what more places cost, before the term is renewed.",
    UNLICENSED: "No licence: ask the vendor for a price; until then offer interlibrary loan.",
}
MOST = 3  # series of months on the page; the workbook has all
# what a master report and all of its views tell is the same: the views have the names
VIEWS = {"TR": {"TR_J2", "TR_B2"}, "DR": {"DR_D2"}}
NONE = (
    "No report of denials is loaded. Ask your publishers for TR_J2 (journals), TR_B2 (books) and "
    "DR_D2 (databases)."
)


def turned_away(report: Report) -> Html:
    """How often somebody was turned away, by cause, title and month, and what to do."""
    if report.year is None:
        return Html(paragraph("No report of COUNTER that is loaded tells who was turned away."))
    whole = _once(report.turned_away.get("platform", ()))
    if not whole:
        return Html(paragraph(NONE))
    when = report.year.words
    told = [row for row in whole if row["times_told"]]
    titles = _once(report.turned_away.get("title", ()))
    lacks = dict.fromkeys(
        f"{_of(row)}: {row['why_unknown']}." for row in whole if row["why_unknown"]
    )
    return joined(
        items(map(_said, told))
        if told
        else paragraph(f"No report tells of anybody who was turned away, {when}."),
        items(NEXT[why] for why in WHY if why in {row["reason"] for row in told}) if told else "",
        notice("Not all of these months are told:", lacks, attention=True) if lacks else "",
        shortened(_titles(titles, when)) if titles else "",
        *_months(_once(report.turned_away.get("month", ())), when),
        paragraph(
            f"Counted by publishers, {when}. A person who tries again counts again. Reports and "
            "releases overlap: never add them up."
        ),
    )


def _once(rows: Sequence[Row]) -> list[Row]:
    """The rows without those of master reports of which all views are there."""
    there: dict[tuple[Any, ...], set[str]] = {}
    for row in rows:
        there.setdefault(_line(row), set()).add(row["report"])
    return [
        row
        for row in rows
        if row["report"] not in VIEWS or not VIEWS[row["report"]] <= there[_line(row)]
    ]


def _line(row: Row) -> tuple[Any, ...]:
    return row["source"], row["platform"], row["release"], row["institution"]


def _of(row: Row) -> str:
    """Of which platform and report a row is."""
    return f"{row['platform'] or 'a platform without a name'}, {row['report']} {row['release']}"


def _said(row: Row) -> str:
    """What a report tells of one cause, with the year before where that is told as well."""
    before = row["times_a_year_before"]
    year = "" if before is None or row["times"] is None else f" A year before: {before:,}."
    rest = "" if row["times"] is not None else " in the months that are told"
    return f"{_of(row)}: {many(row['times_told'], 'time')}{rest}, since {WHY[row['reason']]}.{year}"


def _titles(rows: Sequence[Row], when: str) -> Table:
    listed = [
        {
            "title": row["part"],
            "of": _of(row),
            "why": WHY[row["reason"]],
            "times": row["times_told"],
            "before": row["times_a_year_before"],
            "term": _term(row),
        }
        for row in rows
    ]
    headings = {
        "title": "Title or database",
        "of": "Platform and report",
        "times": "Times, in the months told",
        "before": "Times a year before",
        "term": "Licence, and until when",
    }
    caption = f"Turned away, by title, {when}"
    listed = without(listed, "before")
    return table(listed, caption, headings=headings, sheet="Turned away by title")


def _term(row: Row) -> str:
    """The licence that opens it, and the end of its term."""
    if row["licence_id"] is None:
        return "none of this name in the form licences"
    if row["term_ends_on"] is None:
        return f"{row['licence_id']}, last day not told"
    return f"{row['licence_id']}, {day_name(row['term_ends_on'])}"


def _months(rows: Sequence[Row], when: str) -> list[Table]:
    """Month by month: on the page a column for each of the largest series, in the workbook all."""
    caption = f"Turned away, month by month, {when}"
    formats = {"period": month_name}
    every = [
        {
            "period": month_of(row),
            "of": _of(row),
            "institution": row["institution"],
            "why": WHY[row["reason"]],
            "times": row["times"],
            "before": row["times_a_year_before"],
            "unknown": row["why_unknown"],
        }
        for row in sorted(rows, key=lambda row: row["part"], reverse=True)
    ]
    headings = {
        "period": "Month",
        "of": "Platform and report",
        "times": "Times",
        "before": "Same month a year before",
        "unknown": "Why not known",
    }
    sheet = "Turned away by month"
    whole = table(every, caption, headings=headings, formats=formats, sheet=sheet).at_most(0)
    lines, named = _beside(rows)
    if not named:
        return [whole]
    shown = table(
        lines, caption, headings={"period": "Month"} | named, formats=formats, sheet="By month"
    )
    return [shown, whole]


def _beside(rows: Sequence[Row]) -> tuple[list[Row], dict[str, str]]:
    """A line a month with the largest series of refusals beside each other, each with the year
    before where any month of that is told; the names of the columns."""
    sums: dict[tuple[Any, ...], int] = {}
    for row in rows:
        count = (row["times"] or 0) + (row["times_a_year_before"] or 0)
        sums[_series(row)] = sums.get(_series(row), 0) + count
    largest = sorted((s for s in sums if sums[s]), key=lambda s: (-sums[s], repr(s)))[:MOST]
    lines: dict[date, Row] = {}
    named: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row["part"], reverse=True):
        if (series := _series(row)) in largest:
            name = f"{largest.index(series)}"
            named[name] = f"{_of(row)}: {row['reason']}"
            named[f"{name} before"] = f"{_of(row)}: {row['reason']}, a year before"
            line = lines.setdefault(month_of(row), {"period": month_of(row)})
            line |= {name: row["times"], f"{name} before": row["times_a_year_before"]}
    columns = ["period", *sorted(named)]
    listed = [{name: line.get(name) for name in columns} for line in lines.values()]
    return without(listed, *(name for name in columns if name.endswith("before"))), named


def _series(row: Row) -> tuple[Any, ...]:
    return *_line(row), row["report"], row["narrowed_to"], row["reason"]
