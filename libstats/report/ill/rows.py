"""The report on interlibrary loan: of what it tells and where its figures come from. Its sections
are in verdict, wait_times, by_lender and outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, wraps
from typing import Any, ParamSpec, TypeVar

import duckdb

from libstats.analysis.provenance import freshness, receipt
from libstats.analysis.work.exported import newest_export
from libstats.analysis.work.fill import fill_rate
from libstats.analysis.work.turnaround import turnaround
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError, NothingTold
from libstats.report import sections
from libstats.report.page.html import notice
from libstats.report.page.period import Period, asked
from libstats.report.page.table import Html, Table, table
from libstats.wording import (
    Row,
    capital,
    month_before,
    number,
    records,
    tenths,
)

PROCESS = "ill_borrowing"
YEARS = 24  # months shown
UNTOLD = "not known yet"
KINDS = {"loan": "loans", "copy": "copies", None: "kind not known"}
EVERY = "requests"  # what they are called where no export tells loans from copies

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Ill:
    """What the report tells of: the period, how much of it the exports tell (whole, partly), and
    the newest export, to which open requests have aged."""

    con: duckdb.DuckDBPyConnection
    period: Period
    state: str
    as_of: datetime
    work: Process

    @property
    def year(self) -> Period:
        """The twelve months up to the end of the period."""
        until = self.period.until
        return Period(Period(until, until + timedelta(days=1)).last_year.since, until)

    @property
    def until_month(self) -> date:
        """The end of the last month of which no day lies behind the period."""
        return self.period.until.replace(day=1)

    @cached_property
    def kinds(self) -> list[str]:
        """Loans and copies, as far as the exports tell them apart; else none."""
        years = {"since": self.year.last_year.since, "until": self.year.until}
        found = {row["part"] for row in records(fill_rate(self.con, PROCESS, by="kind", **years))}
        return [kind for kind in ("loan", "copy") if kind in found]

    @cached_property
    def years(self) -> tuple[dict[str | None, Row], dict[str | None, Row]]:
        """The waits of the year and of the one before by kind; nothing where they are not told."""
        return (
            {row["part"]: row for row in self.waited(self.year, by="kind")},
            {row["part"]: row for row in if_told(self, self.year.last_year, "kind")},
        )

    @cached_property
    def months(self) -> dict[str, list[Row]]:
        """The waits of the last months, by kind, or of all where kinds are not told; `part` is the
        month."""
        until = self.until_month
        many = Period(month_before(until, YEARS), until)
        if not self.kinds:
            return {EVERY: self.waited(many, by="month")}
        found: dict[str, list[Row]] = {}
        for row in self.waited(many, by="kind and month"):
            if row["part"] is None:
                continue
            kind, _, month = row["part"].partition(", ")
            found.setdefault(kind, []).append({**row, "part": month})
        return found

    def waited(self, period: Period, **given: Any) -> list[Row]:
        """The turnaround of the requests made in a period."""
        return records(
            turnaround(self.con, PROCESS, since=period.since, until=period.until, **given)
        )


def if_told(report: Ill, period: Period, by: str | None = None) -> list[Row]:
    try:
        return report.waited(period, by=by)
    except AnalysisError:
        return []


def or_why_not(section: Callable[P, T]) -> Callable[P, T | Html]:
    """A section that says why it cannot be told, where the loaded exports cannot tell it."""

    @wraps(section)
    def told(*args: P.args, **kwargs: P.kwargs) -> T | Html:
        try:
            return section(*args, **kwargs)
        except AnalysisError as error:
            return Html(
                notice("This cannot be told from what is loaded.", why_not(error), attention=True)
            )

    return told


def why_not(error: AnalysisError) -> list[str]:
    return [f"{capital(error.problem)}.", *([error.remedy] if error.remedy else [])]


def read(con: duckdb.DuckDBPyConnection, **said: str) -> Ill:
    """What the report needs.

    Parameters
    ----------
    con : an open connection
    said : month, quarter, year, or since and until, as `libstats.report.page.period.given` takes
        them; without any the last month that the newest export covers to its end

    Raises ReportError for a period that is none, or of which nothing is told, AnalysisError where
    nothing that tells of ILL is loaded.
    """
    wanted = asked(con, **said)
    work = process_of(con, PROCESS)
    as_of = newest_export(con, work)
    # an export of which only the day is known was mostly written at its end
    covered = as_of + timedelta(days=1) if as_of.time() == time() else as_of
    last = month_before(covered.date())
    period = wanted or Period(last, month_before(last, -1))
    rows = records(fill_rate(con, PROCESS, since=period.since, until=period.until))
    if not rows or rows[0]["coverage"] == "outside":
        why = f": {rows[0]['reason']}" if rows and rows[0]["reason"] else ""
        raise NothingTold(
            f"nothing that is loaded tells of interlibrary loan in {period.words}{why}",
            "`libstats coverage` says which months are told of. No file was changed.",
        )
    return Ill(con, period, rows[0]["coverage"], as_of, work)


def of_requests(count: int, one: str = "", many: str = "") -> str:
    """So many requests, and what is said of one or of many."""
    return (
        f"1 request {one}".rstrip() if count == 1 else f"{number(count)} requests {many}".rstrip()
    )


def interval(row: Row, p: str) -> str:
    """The 95 % interval of a percentile in words; nothing where it is not known."""
    if row[p] is None:
        return ""
    low = tenths(row[f"{p}_low"] if row[f"{p}_low"] is not None else row[p])
    return f"{low} or more" if row[f"{p}_high"] is None else f"{low} to {tenths(row[f'{p}_high'])}"


def sources_of(report: Ill) -> list[Row]:
    return records(freshness(report.con, process=PROCESS))


def origin(report: Ill) -> Html:
    """Where the figures come from: the exports, what they lack, and the receipts."""
    pieces: list[Html | Table] = []
    loads: list[tuple[str, str]] = []
    year = {"since": report.year.since, "until": report.year.until}
    for analysis, title in (
        ("turnaround", "Receipt of the waits"),
        ("fill_rate", "Receipt of the fill rate"),
        ("worklist", "Receipt of the open requests"),
    ):
        given = {} if analysis == "worklist" else year
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
    commands = commands_of(report)
    sources = sources_of(report)
    sources += sections.behind(report.con, commands.values(), sources)
    lacks = [sections.unread(row) for row in sources if row["rows_rejected"]]
    end = datetime.combine(report.period.until, time())
    lacks += [sections.outdated(row) for row in sources if row["newest_export_at"] < end]
    complete = (
        f"Every export reaches the end of {report.period.words}, and all its rows could be read."
    )
    receipts = sections.receipts(commands)
    return sections.origin(sources, complete, lacks, receipts, *pieces, files)


def commands_of(report: Ill) -> dict[str, str]:
    """For each part of the page the command that says how it was counted."""
    waits = sections.explained(f"turnaround {PROCESS}", report.year, by="kind")
    return {
        "How long did patrons wait for loans?": waits,
        "How long did patrons wait for copies?": waits,
        "How many had it after how many days?": waits,
        "Where does the time go?": waits,
        "Lenders: who is quick, who is slow": sections.explained(
            f"turnaround {PROCESS}", report.year, start="sent", end="received", by="lender"
        ),
        "How many requests were filled?": sections.explained(f"fill_rate {PROCESS}", report.year),
        "How much is waiting?": sections.explained(f"backlog {PROCESS}", report.period),
        "Lending: how fast we answer other libraries": sections.explained(
            "turnaround ill_lending", report.year
        ),
        "Document delivery: copies of our own for our own patrons": sections.explained(
            "turnaround document_delivery", report.year
        ),
    }
