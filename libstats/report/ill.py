"""The report on interlibrary loan: of what it tells, its head, its key figures and its receipts.
See also ill_waits and ill_outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import duckdb

from libstats.analysis.provenance import freshness, receipt
from libstats.analysis.work.cases import newest_export
from libstats.analysis.work.curve import turnaround_curve
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.worklist import worklist
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError, ReportError
from libstats.report.page.html import Html, escaped, notice
from libstats.report.page.table import Table, shown, table
from libstats.wording import (
    Row,
    day_name,
    month_before,
    month_name,
    number,
    percent,
    records,
    tenths,
)

PROCESS = "ill_borrowing"
YEARS, QUARTER = 24, 3  # months shown; months that steps and shares are told of
FEW = 200  # requests of a month up to which its interval is wide
UNTOLD = "not known yet"
KINDS = {"loan": "loans", "copy": "copies", None: "kind not known"}

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Ill:
    """What the report tells of: the last month, and the newest export, to which open requests have
    aged."""

    con: duckdb.DuckDBPyConnection
    month: date
    as_of: datetime
    work: Process

    @property
    def until(self) -> date:
        """The first day after the month."""
        return month_before(self.month, -1)

    def since(self, months: int) -> date:
        """The first day of so many months that end with this one."""
        return month_before(self.month, months - 1)

    def period(self, months: int) -> dict[str, Any]:
        """The last so many months."""
        return {"since": self.since(months), "until": self.until}


def or_why_not(section: Callable[P, T]) -> Callable[P, T | Html]:
    """A section that says in words why it cannot be told, where the loaded exports cannot tell it."""

    @wraps(section)
    def told(*args: P.args, **kwargs: P.kwargs) -> T | Html:
        try:
            return section(*args, **kwargs)
        except AnalysisError as error:
            return Html(
                notice(
                    "This cannot be told from what is loaded.",
                    [f"{error.problem}.", *([error.remedy] if error.remedy else [])],
                    attention=True,
                )
            )

    return told


def read(con: duckdb.DuckDBPyConnection, month: str = "") -> Ill:
    """What the report needs.

    Parameters
    ----------
    con : an open connection
    month : such as "2026-10"; "" is the last month that the newest export covers to its end

    Raises ReportError for a month that is none, AnalysisError where nothing that tells of ILL is
    loaded.
    """
    if month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise ReportError(
            f"{month!r} is not a month", "Write the year and the month, such as 2026-10."
        )
    work = process_of(con, PROCESS)
    as_of = newest_export(con, work)
    # an export of which only the day is known was mostly written at its end
    covered = as_of + timedelta(days=1) if as_of.time() == time() else as_of
    return Ill(
        con,
        date.fromisoformat(f"{month}-01") if month else month_before(covered.date()),
        as_of,
        work,
    )


def head(report: Ill) -> Html:
    """Of which month, from which exports, and what is missing in them."""
    rows = records(freshness(report.con, process=PROCESS))
    end = datetime.combine(report.until, time())
    gaps = [
        f"The newest “{r['export']}” of {r['source']} is from {shown(r['newest_export_at'])}: what happened after that is not in it."
        for r in rows
        if r["newest_export_at"] < end
    ]
    gaps += [
        f"{number(r['rows_rejected'])} rows of “{r['export']}” of {r['source']} could not be read. “libstats rejects” says which, and why."
        for r in rows
        if r["rows_rejected"]
    ]
    box = (
        notice("Before you use these figures:", gaps, attention=True)
        if gaps
        else notice(
            f"Every export below reaches the end of {month_name(report.month)}, and all its rows could be read."
        )
    )
    headings = {
        "newest_export_at": "Newest export",
        "loads": "Files loaded",
        "rows_rejected": "Rows that could not be read",
    }
    sources = table(rows, "Where the figures come from", headings=headings)
    return Html(
        f'<p class="libstats-period">{escaped(month_name(report.month))}</p>{box}{sources._repr_html_()}',
        [sources],
    )


@or_why_not
def key_figures(report: Ill) -> Html:
    """The wait of the month's requests, those that wait now, and how many were filled, in words."""
    now, then = (
        _waited(report, months=1, month=month)
        for month in (report.month, month_before(report.month, 12))
    )
    assert now is not None
    cards = [
        (
            _days(now["p50"]),
            f"until half of {month_name(report.month)}’s requests had reached the patron",
            _compared(report, now, then, "p50"),
        )
    ]
    cards.append((_days(now["p90"]), "until nine in ten had", _compared(report, now, then, "p90")))
    cards.append(
        (
            _percent_within(report, None),
            f"had reached the patron within the goal of {report.work.goal_days:g} days",
            _within_by_kind(report),
        )
    )
    counts = {
        "late": 0,
        "near": 0,
        **dict(
            worklist(report.con, PROCESS).aggregate("standing, count(*)", "standing").fetchall()
        ),
    }
    goal = f"{number(counts['late'])} older than the goal of {report.work.goal_days:g} days, {number(counts['near'])} nearing it."
    cards.append((number(sum(counts.values())), f"requests open on {day_name(report.as_of)}", goal))
    listed = "".join(
        f'<li><strong>{a}</strong> <span class="what">{escaped(b)}</span><span class="joint">: </span><span class="comparison">{escaped(c)}</span></li>'
        for a, b, c in cards
    )
    return Html(f'<ul class="libstats-figures">{listed}</ul>')


def _waited(report: Ill, months: int, month: date | None = None) -> Row | None:
    """The turnaround of some months up to one, as one row; None where there is none to compare
    with."""
    last = month or report.month
    try:
        (row,) = records(
            turnaround(
                report.con,
                PROCESS,
                since=month_before(last, months - 1),
                until=month_before(last, -1),
            )
        )
    except AnalysisError:
        if last == report.month:
            raise
        return None
    return row


def _days(value: float | None) -> str:
    return UNTOLD if value is None else f"{tenths(value)} days"


def _compared(report: Ill, now: Row, then: Row | None, p: str) -> str:
    told = "" if now[p] is None else f"{_chance(now, p)} "
    before = "not known" if then is None or then[p] is None else f"{tenths(then[p])} days"
    return f"{told}In {month_name(month_before(report.month, 12))}: {before}."


def _chance(row: Row, p: str) -> str:
    """What the 95 % interval of a percentile says, in plain words."""
    low = tenths(row[f"{p}_low"] if row[f"{p}_low"] is not None else row[p])
    reach = (
        f"{low} or more"
        if row[f"{p}_high"] is None
        else f"from {low} to {tenths(row[f'{p}_high'])}"
    )
    few = "With so few requests" if row["cases"] < FEW else f"With {number(row['cases'])} requests"
    return f"{few}, anything {reach} is possible."


def _within_by_kind(report: Ill) -> str:
    """The share within the goal for loans and for copies, and what it leaves out."""
    told = {KINDS[kind]: _percent_within(report, kind) for kind in ("loan", "copy")}
    parts = ", ".join(f"{name} {value}" for name, value in told.items() if value != UNTOLD)
    return f"{f'{parts[:1].upper()}{parts[1:]}. ' if parts else ''}Requests that were given up are left out, as in the two figures before."


def _percent_within(report: Ill, kind: str | None) -> str:
    value = within_goal(report, kind)
    return UNTOLD if value is None else percent(value)


def within_goal(report: Ill, kind: str | None = None) -> float | None:
    """The share of the month's requests, all or of one kind, that had reached the patron within the
    goal, those given up left out as soon as they were (0 to 1).

    None where there are none, or where none of them has been followed for as long as the goal.
    """
    steps = [
        row
        for row in records(
            turnaround_curve(report.con, PROCESS, by="kind" if kind else None, **report.period(1))
        )
        if not kind or row["part"] == kind
    ]
    goal = report.work.goal_days
    followed = report.as_of >= datetime.combine(report.until, time()) + timedelta(days=goal)
    if not steps or not (
        followed or goal <= max([row["waited"] for row in steps] + _open_ages(report, kind))
    ):
        return None
    return float(
        1 - min((row["still_waiting"] for row in steps if row["waited"] <= goal), default=1.0)
    )


def _open_ages(report: Ill, kind: str | None) -> list[float]:
    """Ages of the month's requests that are still open, in days."""
    rows = records(worklist(report.con, PROCESS).select("kind, age, started_at"))
    return [
        row["age"]
        for row in rows
        if kind in (None, row["kind"]) and report.month <= row["started_at"].date() < report.until
    ]


def interval(row: Row, p: str) -> str:
    """The 95 % interval of a percentile in words; nothing where it is not known."""
    if row[p] is None:
        return ""
    low = tenths(row[f"{p}_low"] if row[f"{p}_low"] is not None else row[p])
    return f"{low} or more" if row[f"{p}_high"] is None else f"{low} to {tenths(row[f'{p}_high'])}"


def proof(report: Ill) -> Html:
    """The receipts of the figures, folded away; what was left out is among them."""
    texts: list[str] = []
    tables: list[Table] = []
    files: list[Row] = []
    for analysis, title in (
        ("turnaround", "Receipt of the waits"),
        ("fill_rate", "Receipt of the fill rate"),
        ("worklist", "Receipt of the list of open requests"),
    ):
        given = {} if analysis == "worklist" else report.period(12)
        try:
            rows = records(receipt(report.con, analysis, process=PROCESS, **given))
        except AnalysisError:
            continue
        files += [row for row in rows if row["part"] == "load"]
        definition = " ".join(
            row["value"] for row in rows if row["part"] == "definition" and row["what"] == analysis
        )
        listed = table(
            [row for row in rows if row["part"] not in ("definition", "load")],
            title,
            headings={"what": "Of what", "value": "What it was"},
        )
        texts.append(
            f"<p>{escaped(definition[:1].upper() + definition[1:])}</p>{listed._repr_html_()}"
        )
        tables.append(listed)
    loads = [
        {"file": file, "value": told}
        for file, told in dict.fromkeys((row["what"], row["value"]) for row in files)
    ]
    tables.append(table(loads, "The files behind these figures", headings={"value": "What it was"}))
    texts.append(tables[-1]._repr_html_())
    return Html(
        f"<details><summary>How these figures were counted, and what was left out</summary>{''.join(texts)}</details>",
        tables,
    )
