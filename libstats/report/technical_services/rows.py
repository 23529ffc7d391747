"""What the report on technical services tells of, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import duckdb

from libstats.analysis.provenance import freshness, receipt
from libstats.analysis.work.backlog import backlog
from libstats.analysis.work.exported import known_milestones, newest_export
from libstats.analysis.work.throughput import throughput
from libstats.analysis.work.turnaround import turnaround
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError, NothingTold, ReportError
from libstats.report.page.period import Period, asked
from libstats.report.technical_services import serials
from libstats.report.technical_services.catalogued import Catalogued, read_catalogued
from libstats.report.technical_services.funds import read_funds
from libstats.report.technical_services.invoices import Bills, read_bills, with_receipt
from libstats.report.technical_services.requests import Requests, read_requests
from libstats.report.technical_services.routes import Routes, read_routes
from libstats.report.technical_services.serials import Serials
from libstats.report.technical_services.vendor_rows import Orders, read_orders
from libstats.report.technical_services.vendor_terms import Terms, read_terms
from libstats.report.verdicts import Verdicts, verdicts
from libstats.wording import Row, month_before, records

__all__ = [
    "BEST",
    "Stage",
    "TechnicalServices",
    "changes_of",
    "covered_until",
    "read",
    "state_of",
    "telling",
    "total",
    "twelve",
]

ORDERS, DESK, SERIALS, REQUESTS = "order_copy", "cataloguing", "serials", "purchase_request"
WORK = (ORDERS, DESK, SERIALS, REQUESTS)
# the kinds of work that may tell of each step, and of each stretch of the way: the first that does
STEPS = {"received": (ORDERS, DESK), "catalogued": (DESK, ORDERS), "available": (DESK, ORDERS)}
STAGES = (("received", "catalogued"), ("catalogued", "available"), ("received", "available"))
ENDS = {"received": ORDERS, "catalogued": DESK}  # with which each kind of work is done
EVER = date(1900, 1, 1)
BEST = ("whole", "partly", "outside")


@dataclass(frozen=True)
class Stage:
    """What lies between two steps: the rows of `backlog` month by month, those of the period, and
    the waits by month of receipt, of the year and of the year before."""

    process: str
    start: str
    end: str
    months: Sequence[Row] = ()
    within: Sequence[Row] = ()
    waits: Sequence[Row] = ()
    year: Row | None = None
    year_before: Row | None = None

    def at(self, month: date) -> Row | None:
        """The pile at the end of a month."""
        return next((row for row in self.months if row["period"] == month), None)


@dataclass(frozen=True)
class TechnicalServices:
    """What the report tells of: the period, up to when the exports tell, the rows of `throughput`
    of each step by month, those of the period and of the same a year before, each stage of the way
    that is told, the orders, the sources and the receipts. `behind` are the exports
    behind its parts besides: of these none is called old, since messages come when a vendor writes.
    `told_by` is the kind of work that tells of each step, `why` is why a part of it cannot be
    told, `judged` what the control charts say of the steps with which work is done, `bills` what is
    to be asked about invoices."""

    period: Period
    as_of: datetime
    goal_days: float
    steps: dict[str, list[Row]]
    within: dict[str, list[Row]]
    last_year: dict[str, list[Row]] = field(default_factory=dict)
    stages: Sequence[Stage] = ()
    orders: Orders = field(default_factory=Orders)
    sources: Sequence[Row] = ()
    receipts: dict[str, list[Row]] = field(default_factory=dict)
    changes: Sequence[Row] = ()
    why: Sequence[str] = ()
    judged: dict[str, Verdicts] = field(default_factory=dict)
    bills: Bills = field(default_factory=Bills)
    terms: Terms | None = None
    money: Sequence[Row] = ()
    serials: Serials = field(default_factory=Serials)
    requests: Requests = field(default_factory=Requests)
    routes: Routes = field(default_factory=Routes)
    catalogued: Catalogued | None = None
    behind: Sequence[Row] = ()
    told_by: dict[str, str] = field(default_factory=dict)

    @property
    def months(self) -> list[date]:
        """The 13 months up to the end of the period."""
        return [month_before(self.period.last_month, back) for back in range(12, -1, -1)]

    def stage(self, start: str, end: str) -> Stage | None:
        """What lies between two steps; None where no export tells of it."""
        return next((each for each in self.stages if (each.start, each.end) == (start, end)), None)

    @property
    def pile(self) -> Stage | None:
        """The longest stretch from receipt on that is told."""
        return self.stage("received", "available") or self.stage("received", "catalogued")

    def done(self, step: str) -> int | None:
        """How many reached a step in the period; None where nothing tells of it."""
        return total(self.within.get(step))

    def done_before(self, step: str) -> int | None:
        """How many did a year before; None where that is not told as a whole."""
        rows = self.last_year.get(step)
        return total(rows) if state_of(rows) == "whole" else None

    def state(self, step: str) -> str:
        """How much of a step in the period is told: whole, partly, outside."""
        return state_of(self.within.get(step))

    def untold(self, step: str) -> str:
        """Why nothing is said of a step: that no export tells of it, or up to when they do."""
        reasons = [row.get("reason") for row in self.within.get(step) or ()]
        return next(filter(None, reasons), "no export tells of it").removesuffix(" 00:00")

    def in_month(self, step: str, month: date) -> int | None:
        """How many reached a step in a month; None where nothing tells of it."""
        rows = self.steps.get(step)
        if rows is None or state_of(rows) == "outside":
            return None
        return total([row for row in rows if row["period"] == month])


def state_of(rows: Sequence[Row] | None) -> str:
    """How much the rows of a period tell: a period in which nothing was done has none, and is
    told."""
    if rows is None:
        return "outside"
    found = {row["coverage"] for row in rows}
    return "whole" if not found else found.pop() if len(found) == 1 else "partly"


def total(rows: Sequence[Row] | None) -> int | None:
    """How many the rows of a period tell; None where nothing is told."""
    if rows is None or state_of(rows) == "outside":
        return None
    return sum(int(row["cases"]) for row in rows if row["cases"] is not None)


def read(con: duckdb.DuckDBPyConnection, **said: str) -> TechnicalServices:
    """Read what the report on technical services needs.

    Parameters
    ----------
    con : an open connection
    said : month, quarter, year, or since and until, as `libstats.report.page.period.given` takes
        them; without any the last month that the exports cover to its end

    Raises ReportError for a period that is none, or of which nothing is told.
    """
    as_of, last = _newest(con)
    period = asked(con, **said) or Period(last, month_before(last, -1))
    steps, within, last_year, told_by = {}, {}, {}, {}
    every = "month" if period.months else "day"
    for step in STEPS:
        if process := telling(con, step):
            told_by[step] = process
            steps[step] = _counted(con, process, step, _year(period), "month")
            within[step] = _counted(con, process, step, period, every)
            last_year[step] = _counted(con, process, step, period.last_year, every)
    why: list[str] = []
    stages = [stage for start, end_ in STAGES if (stage := _stage(con, start, end_, period, why))]
    found = TechnicalServices(
        period,
        as_of,
        process_of(con, DESK).goal_days,
        steps,
        within,
        last_year,
        stages,
        read_orders(con, period, as_of, why),
        _sources(con),
        _receipts(con, period, within),
        changes_of(con, _year(period)),
        list(dict.fromkeys(why)),
        _judged(con, period),
        with_receipt(con, read_bills(con, twelve(period), as_of)),
        read_terms(con, Period(month_before(period.last_month, 23), _year(period).until)),
        read_funds(con, min(as_of.date(), period.until)),
        serials.with_receipt(con, serials.read_serials(con, twelve(period), as_of)),
        read_requests(con, twelve(period), as_of),
        read_routes(con, twelve(period)),
        read_catalogued(con, period, twelve(period)),
        told_by=told_by,
    )
    _refuse(found)
    return found


def _judged(con: duckdb.DuckDBPyConnection, period: Period) -> dict[str, Verdicts]:
    """What the control charts say of each step with which its kind of work is done."""
    return {
        step: verdicts(con, "done", process, period.until)
        for step, process in ENDS.items()
        if telling(con, step) == process
    }


def covered_until(told: datetime) -> datetime:
    """Up to when an export tells: of one of which only the day is known, to its end."""
    return told + timedelta(days=1) if told.time() == time() else told


def _newest(con: duckdb.DuckDBPyConnection) -> tuple[datetime, date]:
    """Up to when the newest export that tells of the work tells, and the last month of which it
    tells to its end; of records alone the month in which the newest were exported."""
    told = []
    for name in WORK:
        try:
            work = process_of(con, name)
            if known_milestones(con, work):
                told.append(newest_export(con, work))
        except AnalysisError:
            continue
    if told:
        return max(told), month_before(covered_until(max(told)).date().replace(day=1))
    records_at: datetime | None = con.execute(
        """
        select max(exported_at)
        from loaded_file
        where is_active and list_contains(columns['title'], 'faults')
        """
    ).fetchall()[0][0]
    if records_at is None:
        raise ReportError(
            "no export that tells of orders, of requests to buy, of cataloguing or of serials has"
            " been loaded",
            "Load one: libstats load exports",
        )
    return records_at, records_at.date().replace(day=1)


def _year(period: Period) -> Period:
    """The 13 months up to the end of a period."""
    since = month_before(period.last_month, 12)
    return Period(since, period.until)


def telling(con: duckdb.DuckDBPyConnection, step: str, start: str = "") -> str | None:
    """The kind of work that tells of a step, and of the one before it."""
    for name in STEPS[step]:
        if {step, start or step} <= known_milestones(con, process_of(con, name)):
            return name
    return None


def _counted(
    con: duckdb.DuckDBPyConnection, process: str, step: str, period: Period, every: str
) -> list[Row]:
    """The rows of `throughput`; where nothing is told, or long before it, one that says so."""

    def rows(since: date, every: str) -> list[Row]:
        asked_of: dict[str, Any] = {"milestone": step, "until": period.until, "every": every}
        return records(throughput(con, process, since=since, **asked_of))

    untold = {"period": period.since, "cases": None, "coverage": "outside"}
    try:
        found = rows(period.since, every)
        ever = [] if found else rows(EVER, "year")
        if found or any(row["coverage"] != "outside" for row in ever):
            return found
    except AnalysisError as error:
        return [{**untold, "reason": error.problem}]
    early = " so early" if ever else ""
    return [{**untold, "reason": f"nothing that is loaded tells of it{early}"}]


def _stage(
    con: duckdb.DuckDBPyConnection, start: str, end: str, period: Period, why: list[str]
) -> Stage | None:
    """What lies between two steps, as far as one kind of work tells of both."""
    process = telling(con, end, start)
    if process is None:
        why.append(f"no export tells for one and the same copy when it was {start} and {end}")
        return None
    between: dict[str, Any] = {"start": start, "end": end}
    months = Period(min(_year(period).since, period.last_year.since.replace(day=1)), period.until)
    try:
        return Stage(
            process,
            start,
            end,
            _piles(con, process, months, "month", between),
            _piles(con, process, period, "month" if period.months else "day", between),
            _waited(con, process, _year(period), {**between, "by": "month"}),
            *(
                next(iter(_waited(con, process, when, between)), None)
                for when in (twelve(period), twelve(period).earlier(12))
            ),
        )
    except AnalysisError as error:
        why.append(error.problem)
        return None


def twelve(period: Period) -> Period:
    """The 12 months up to the end of a period."""
    return Period(month_before(period.last_month, 11), month_before(period.last_month, -1))


def _piles(
    con: duckdb.DuckDBPyConnection,
    process: str,
    period: Period,
    every: str,
    between: dict[str, Any],
) -> list[Row]:
    return records(
        backlog(con, process, since=period.since, until=period.until, every=every, **between)
    )


def _waited(
    con: duckdb.DuckDBPyConnection, process: str, period: Period, between: dict[str, Any]
) -> list[Row]:
    try:
        found = turnaround(con, process, since=period.since, until=period.until, **between)
    except AnalysisError:
        return []
    return records(found)


def _sources(con: duckdb.DuckDBPyConnection) -> list[Row]:
    rows = [row for name in WORK for row in records(freshness(con, process=name))]
    return list({(row["source"], row["export"]): row for row in rows}.values())


def _receipts(
    con: duckdb.DuckDBPyConnection, period: Period, within: dict[str, list[Row]]
) -> dict[str, list[Row]]:
    """How each step was counted."""
    found = {}
    for step in within:
        try:
            found[step] = records(
                receipt(
                    con,
                    "throughput",
                    process=telling(con, step),
                    milestone=step,
                    since=period.since,
                    until=period.until,
                )
            )
        except AnalysisError:
            continue
    return found


def changes_of(con: duckdb.DuckDBPyConnection, period: Period) -> list[Row]:
    """What libstats.toml says was changed in these months, in this work or in all of the library:
    what is said of one branch alone explains no pile."""
    rows: list[Row] = records(con.sql("from change"))
    return [
        row
        for row in rows
        if (row["process"] in (ORDERS, DESK) or not (row["process"] or row["branch"]))
        and period.since <= row["changed_on"] < period.until
    ]


def _refuse(found: TechnicalServices) -> None:
    """ReportError where nothing is told of the period."""
    # of a list that is never known to be whole, nothing counted is nothing told
    told = [step for step in found.within if found.state(step) == "whole" or found.done(step)]
    waits = found.pile and any(row["waiting"] for row in found.pile.within)
    ends = covered_until(found.as_of) <= datetime.combine(found.period.since, time())
    asked_for = found.requests.told or found.requests.open_ones
    looked_at = found.catalogued and found.catalogued.faults
    if ends or not (told or waits or found.serials.expected or asked_for or looked_at):
        reasons = [row["reason"] for rows in found.within.values() for row in rows if row["reason"]]
        why = f": {reasons[0]}" if reasons else ""
        raise NothingTold(
            f"nothing that is loaded tells of technical services in {found.period.words}{why}",
            "`libstats coverage` says which months are told of. No file was changed.",
        )
