"""How long patrons wait from asking for a copy until it stands ready, the open holds counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from libstats.analysis.signals.signals import signals
from libstats.analysis.signals.waits import DECIDED
from libstats.analysis.work.turnaround import turnaround
from libstats.errors import AnalysisError
from libstats.report import charts, sections
from libstats.report.circulation.holds import none_told
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, joined, table, tabled
from libstats.wording import (
    Interval,
    Row,
    capital,
    month_before,
    month_name,
    number,
    records,
    tenths,
)

__all__ = ["waits"]

MONTHS = 24
COLUMNS = {
    "cases": "Holds",
    "still_open": "Still open",
    "p50": "Half within",
    "interval": "May be from … to (95%)",
    "p90": "Nine in ten within",
}
DAYS = dict.fromkeys(("p50", "p90", "naive_p50"), tenths)


def waits(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """The waits of the period and of the twelve months by system (of a branch its own), by whether
    a copy was in, and by month."""
    try:
        year = _waited(con, report, report.year)
        copies, months = [], []
        if not report.branch:
            many = Period(month_before(report.year.until, MONTHS), report.year.until)
            copies = _turned(con, "copy in", report.year)
            months = _turned(con, "source and month", many)
    except AnalysisError as error:
        return none_told(error)
    try:
        period = _waited(con, report, report.period)
    except AnalysisError:
        period = []
    times = {report.year.words: year, report.period.words: period}
    chart, young = months_of(year, months)
    return joined(
        waits_of(times, "Branch" if report.branch else "System"),
        by_copies(copies, report.year.words),
        chart,
        sections.unjudged([*_untold(times), *young, *_unsaid(con, report)]),
    )


def _turned(con: duckdb.DuckDBPyConnection, by: str, when: Period) -> list[Row]:
    return records(turnaround(con, "hold", since=when.since, until=when.until, by=by))


def _waited(con: duckdb.DuckDBPyConnection, report: Circulation, when: Period) -> list[Row]:
    """The waits of each system, or of the report's branch."""
    if not report.branch:
        return _turned(con, "source", when)
    rows = ({**row, "branch": row["part"]} for row in _turned(con, "branch", when))
    return [{**row, "part": row["branch"]} for row in report.here(rows)]


def waits_of(times: Mapping[str, Sequence[Row]], of: str) -> Html:
    """The finding and the table of what is told of as a whole."""
    told = [(when, row) for when, rows in times.items() for row in rows if _is_told(row)]
    if not told:
        return Html(paragraph("No system's holds are told of as a whole, so waits are left out."))
    several = len({row["part"] for rows in times.values() for row in rows}) > 1
    words = " ".join(_finding(row, when, of if several else "") for when, row in told)
    lines = [{"when": when, "part": row["part"], **_line(row)} for when, row in told]
    shown = table(
        lines,
        "Days from asking for a copy until it stood ready",
        headings={"when": "Asked for during", "part": of, **COLUMNS},
        formats=DAYS,
    )
    return joined(paragraph(words), shown)


def _is_told(row: Row) -> bool:
    return bool(row["coverage"] == "whole" and row["cases"])


def _finding(row: Row, when: str, of: str) -> str:
    where = f" of {row['part']}" if of else ""
    if row["p50"] is None:
        return (
            f"Of the holds{where} asked for in {when}, too few are ready yet: "
            f"{number(row['still_open'])} of {number(row['cases'])} are still open."
        )
    words = f"Of the holds{where} asked for in {when}, half were ready within "
    words += f"{tenths(row['p50'])} days"
    if row["p90"] is not None:
        words += f", nine in ten within {tenths(row['p90'])} days"
    return f"{words}. The {number(row['still_open'])} that are still open are counted."


def _line(row: Row) -> Row:
    """A row of a table: the columns in their order."""
    whole = {**row, "interval": _interval(row)}
    return {name: whole[name] for name in COLUMNS}


def _interval(row: Row) -> Interval | None:
    if row["p50"] is None:
        return None
    return Interval(row["p50"] if row["p50_low"] is None else row["p50_low"], row["p50_high"])


def by_copies(rows: Sequence[Row], when: str) -> Html:
    """The waits parted by whether a copy was in when it was asked for."""
    lines = [
        {"part": capital(row["part"]), **_line(row)} for row in rows if row["part"] is not None
    ]
    if not lines:
        return Html("")
    caption = f"Days until ready, by whether a copy was in on the day of asking, {when}"
    shown = table(lines, caption, headings={"part": "On that day", **COLUMNS}, formats=DAYS)
    note = (
        "It is told where copies and loans are loaded too. A copy that was set aside for another "
        "counts as in."
    )
    return joined(shown, paragraph(note))


def months_of(year: Sequence[Row], months: Sequence[Row]) -> tuple[Html, list[str]]:
    """The waits by month of the systems that are told of as a whole, and which months are too young
    for it."""
    pieces: list[str | Html] = []
    young: list[str] = []
    for of in [row["part"] for row in year if _is_told(row)]:
        rows = [
            {**row, "part": row["part"].rpartition(", ")[2]}
            for row in months
            if row["part"].rpartition(", ")[0] == of and row["coverage"] == "whole"
        ]
        old = [row for row in rows if 1 - row["still_open"] / row["cases"] >= DECIDED]
        young += [
            f"Holds of {of} asked for in {month_name(_first(row))}: {number(row['still_open'])} of "
            f"{number(row['cases'])} are still open, too many for a half to stay."
            for row in rows
            if row not in old
        ]
        if len(old) > 1:
            picture = charts.waits_by_month(old, "holds")
            pieces += [picture._repr_html_(), tabled(_by_month(old, of))]
    return joined(*pieces), young


def _first(row: Row) -> date:
    return date.fromisoformat(f"{row['part']}-01")


def _by_month(rows: Sequence[Row], of: str) -> Html:
    lines = [{"period": _first(row), **_line(row), "naive_p50": row["naive_p50"]} for row in rows]
    shown = table(
        lines,
        f"Days that holds of {of} took, by the month in which they were asked for",
        headings={"period": "Asked for in", **COLUMNS, "naive_p50": "Half, closed ones alone"},
        formats=DAYS,
    )
    return sections.shortened(shown, last=True)


def _untold(times: Mapping[str, Sequence[Row]]) -> list[str]:
    """Whose waits are not told as a whole, and why."""
    reasons: dict[str, list[str]] = {}
    for rows in times.values():
        for row in rows:
            why = reasons.setdefault(row["part"] or "no branch", [])
            if row["reason"] and row["reason"] not in why:
                why.append(row["reason"])
    return [f"Holds of {part}: {'; '.join(why)}." for part, why in reasons.items() if why]


def _unsaid(con: duckdb.DuckDBPyConnection, report: Circulation) -> list[str]:
    """That the control chart of waits says nothing, and why; nothing where it says something."""
    if report.branch:
        return ["Whether a branch's waits are more than the usual ups and downs is not judged."]
    try:
        rows = records(signals(con, measure="wait", process="hold", as_of=report.year.until))
    except AnalysisError:
        return []
    if not rows or any(row["is_judged"] for row in rows):
        return []
    why = next((row["reason"] for row in reversed(rows) if row["reason"]), "too few months")
    return [f"Whether all waits are more than the usual ups and downs: {why}."]
