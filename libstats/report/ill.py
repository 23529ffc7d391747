"""The report on interlibrary loan: of what it tells, its head, its key figures and its receipts.
See also ill_waits and ill_outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import duckdb

from libstats.analysis.provenance import freshness, receipt
from libstats.analysis.work.curve import turnaround_curve
from libstats.analysis.work.exported import newest_export
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.worklist import worklist
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError
from libstats.report import sections
from libstats.report.page import period
from libstats.report.page.html import notice
from libstats.report.page.table import Html, Table, folded, table
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
    """A section that says why it cannot be told, where the loaded exports cannot tell it."""

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
    wanted = given.since if (given := period.given(month)) else None
    work = process_of(con, PROCESS)
    as_of = newest_export(con, work)
    # an export of which only the day is known was mostly written at its end
    covered = as_of + timedelta(days=1) if as_of.time() == time() else as_of
    return Ill(con, wanted or month_before(covered.date()), as_of, work)


def head(report: Ill) -> Html:
    """Of which month, from which exports, and what is missing in them."""
    rows = records(freshness(report.con, process=PROCESS))
    end = datetime.combine(report.until, time())
    gaps = [sections.outdated(row) for row in rows if row["newest_export_at"] < end]
    gaps += [sections.unread(row) for row in rows if row["rows_rejected"]]
    month = month_name(report.month)
    complete = f"Every export below reaches the end of {month}, and all its rows could be read."
    return sections.head(month, gaps, complete, rows)


@or_why_not
def key_figures(report: Ill) -> Html:
    """The wait of the month's requests, those that wait now, and how many were filled, in words."""
    now, then = (
        _waited(report, months=1, month=month)
        for month in (report.month, month_before(report.month, 12))
    )
    assert now is not None
    goal = f"the goal of {report.work.goal_days:g} days"
    counts = {"late": 0, "near": 0, **_standings(report)}
    late = f"{number(counts['late'])} older than {goal}, {number(counts['near'])} nearing it."
    return sections.figures(
        [
            sections.Card(
                _days(now["p50"]),
                f"until half of {month_name(report.month)}’s requests had reached the patron",
                _compared(report, now, then, "p50"),
            ),
            sections.Card(
                _days(now["p90"]), "until nine in ten had", _compared(report, now, then, "p90")
            ),
            sections.Card(
                _percent_within(report, None),
                f"had reached the patron within {goal}",
                f"{_within_by_kind(report)}{_of_all(now)}",
            ),
            sections.Card(
                number(sum(counts.values())), f"requests open on {day_name(report.as_of)}", late
            ),
        ]
    )


def _standings(report: Ill) -> dict[str, int]:
    """How many open requests there are of each standing."""
    found = worklist(report.con, PROCESS).aggregate("standing, count(*)", "standing")
    return dict(found.fetchall())


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
    naive = now[f"naive_{p}"]
    alone = "" if naive is None else f" Closed ones alone: {tenths(naive)}."
    return f"{told}In {month_name(month_before(report.month, 12))}: {before}.{alone}"


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
    return (
        f"{f'{parts[:1].upper()}{parts[1:]}. ' if parts else ''}Requests that were given up are "
        "left out, as in the two figures before."
    )


def _of_all(now: Row) -> str:
    """The share of all requests that arrives, given up or not."""
    share = now["share_reached"]
    return "" if share is None else f" Of all of them {percent(share)} have arrived so far."


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
    pieces: list[Html | Table] = []
    loads: list[tuple[str, str]] = []
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
        loads += [(row["what"], row["value"]) for row in rows if row["part"] == "load"]
        pieces.append(sections.receipt(rows, analysis, title, without=["load"]))
    files = table(
        [{"file": file, "value": told} for file, told in dict.fromkeys(loads)],
        "The files behind these figures",
        headings={"value": "What it was"},
    )
    return folded("How these figures were counted, and what was left out", *pieces, files)
