"""The services that the month in one page tells of: each is one declaration in SERVICES, and what
tells of it is below."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from libstats.analysis.circulation import circulation
from libstats.analysis.collection.use import collection_use
from libstats.analysis.provenance import freshness
from libstats.analysis.work.backlog import backlog
from libstats.analysis.work.exported import newest_export
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.report.circulation import lending as lending_page
from libstats.report.circulation import rows as circulation_rows
from libstats.report.page.period import Period
from libstats.report.sections import explained
from libstats.report.summary.counts import held, visited
from libstats.report.summary.digital import digital_desk
from libstats.report.summary.rows import (
    Asked,
    Count,
    Line,
    Service,
    year_to_date,
)
from libstats.report.summary.work import Work, did, done_of, done_words, work
from libstats.report.technical_services.rows import covered_until, telling
from libstats.report.verdicts import Verdicts, stands_out, verdicts
from libstats.wording import capital, day_name, listed, month_before, month_name, number, records

__all__ = ["SERVICES", "lent"]

CHECKOUTS = lending_page.COUNTS["checkouts"]


HOLDS = Work("hold", "hold", "holds", "became ready for their patrons", {})
BORROWED = Work(
    "ill_borrowing", "request", "requests", "were filled", {"loan": "loans", "copy": "copies"}
)


def lending(asked: Asked) -> Line | None:
    """Checkouts: of the period, of 13 months, of the year so far."""
    rows = records(circulation(asked.con, since=asked.since, until=asked.period.until))
    if not rows:
        return None
    month = Period(asked.period.last_month, asked.period.until)
    found = circulation_rows.Circulation(
        asked.period,
        "",
        circulation_rows.named(rows, asked.names),
        [],
        [],
        [],
        judged=circulation_rows.named(circulation_rows.judged(asked.con, month), asked.names),
        years=circulation_rows.years(asked.con, asked.period, rows, asked.names),
    )
    if found.state(asked.period) == "outside":
        return None
    value, verdict = found.count(CHECKOUTS, asked.period), found.judgement()
    judged_here = Verdicts("checkouts", newest=verdict)
    return Line(
        lent(found, judged_here),
        number(value),
        "checkouts",
        value,
        lending_page.trend(found, CHECKOUTS),
        "Checkouts a month",
        _lent_this_year(asked, found),
        out=[
            *stands_out([("checkouts", judged_here)]),
            *(
                f"{'more' if row['verdict'] == 'better' else 'fewer'} checkouts at {row['branch']}"
                for row in found.judged
                if row["branch"] and row["verdict"] in ("better", "worse")
            ),
        ],
        moved=listed(lending_page.years_apart(found)[0]),
        is_judged=judged_here.is_judged,
        unjudged="" if judged_here.is_judged else "too few of its months are told as a whole",
        asks=explained("circulation", asked.period),
        sources=records(freshness(asked.con, analysis="circulation")),
    )


def lent(found: circulation_rows.Circulation, judged_here: Verdicts) -> list[str]:
    """The sentence of the report on circulation; of more than a month, its last one alone too."""
    # which branches stand out over the year is said above all services
    said = [lending_page.verdict(replace(found, years=()))]
    if found.period.months != 1 and judged_here.newest:
        month = month_name(found.period.last_month)
        rate = lending_page.per_day(judged_here.newest)
        said.append(f"{month} alone: {rate}, {judged_here.phrase}.")
    return said


def _lent_this_year(asked: Asked, found: circulation_rows.Circulation) -> str:
    """The year so far at all branches; where some are told in part, those that are told as a whole
    beside the year before, by name."""

    def counted(year: Period, *branches: str | None) -> Count:
        state = found.state(year, *branches)
        return Count(found.count(CHECKOUTS, year, *branches), state == "whole")

    now, then = asked.year, asked.year.last_year
    every = counted(now)
    said = year_to_date(asked, every, counted(then), "checkouts")
    if every.is_whole or every.value is None:
        return said
    names = sorted({row["branch"] for row in found.rows if row["branch"] and row["checkouts"]})
    whole = [name for name in names if counted(now, name).is_whole and counted(then, name).is_whole]
    if not whole:
        return said
    beside = year_to_date(asked, counted(now, *whole), counted(then, *whole), "checkouts")
    return f"{said} At {listed(whole)}, told as a whole: {beside.partition(': ')[2]}"


RECEIVED = {
    "order_copy": Work("order_copy", "ordered copy", "ordered copies", "were received", {}),
    "cataloguing": Work("cataloguing", "copy", "copies", "were catalogued", {}),
}


def technical_services(asked: Asked) -> Line | None:
    """What came in and went to the shelf, what waits between, and how many were received."""
    process = telling(asked.con, "received")
    of = RECEIVED.get(process or "")
    done = done_of(asked, of.process) if of else None
    if of is None or done is None or (value := done.of(asked.period)).value is None:
        return None
    judgement = verdicts(asked.con, "done", of.process, asked.period.until)
    said = done_words(value, of, asked.period)
    if phrase := judgement.of(asked.period.last_month):
        month = month_name(asked.period.last_month)
        is_month = asked.period.months == 1
        alone = f"{said} {month} alone: {phrase}."
        said = f"{said.removesuffix('.')}: {phrase}." if is_month else alone
    pile, is_missed, goal = _pile(asked)
    return Line(
        [*pile, said],
        number(value.value),
        f"{of.many} {of.done}",
        value.value,
        done.trend(asked.months),
        f"{capital(of.many)} a month",
        year_to_date(asked, done.of(asked.year), done.of(asked.year.last_year), did(of)),
        goal,
        is_missed,
        stands_out([(of.many, judgement)]),
        judgement.is_judged,
        "" if judgement.is_judged else judgement.reason,
        "",
        ("order_copy", "cataloguing"),
        explained(f"throughput {of.process}", asked.period),
        [
            row
            for name in ("order_copy", "cataloguing")
            for row in records(freshness(asked.con, process=name))
        ],
    )


def _pile(asked: Asked) -> tuple[list[str], bool, str]:
    """What waits between receipt and the shelf at the end, beside what came in and went out in the
    twelve months; whether something waits beyond the library's goal, and that in a sentence."""
    process = telling(asked.con, "available", "received")
    if process is None:
        return [], False, ""
    given: dict[str, Any] = {"since": asked.twelve.since, "until": asked.twelve.until}
    try:
        rows = records(
            backlog(asked.con, process, start="received", end="available", every="month", **given)
        )
    except AnalysisError:
        return [], False, ""
    told_until = covered_until(newest_export(asked.con, process_of(asked.con, process)))
    is_over = told_until >= datetime.combine(asked.period.until, time())
    if not rows or rows[-1]["waiting"] is None or not is_over:
        return [], False, ""
    last = rows[-1]
    came, went = (sum(row[name] or 0 for row in rows) for name in ("came", "done"))
    day = day_name(asked.period.until - timedelta(days=1))
    oldest = "" if last["oldest_age"] is None else f", the oldest for {last['oldest_age']:.0f} days"
    part = "" if last["coverage"] == "whole" else ", as far as the lists tell"
    waiting = number(last["waiting"]) if last["waiting"] else "None"
    said = [
        f"In twelve months {number(came)} copies reached the desk and {number(went)} the shelf"
        f"{part}. {waiting} waited on {day}{oldest}."
    ]
    of = process_of(asked.con, process)
    if not of.has_own_goal:
        return said, False, ""
    is_missed = bool(last["oldest_age"] and last["oldest_age"] > of.goal_days)
    word = "Some waited" if is_missed else "None waited"
    return said, is_missed, f"{word} longer than the goal of {of.goal_days:g} days."


def collection(asked: Asked) -> Line | None:
    """How many copies there are and how much each is used; how many were added."""
    given: dict[str, Any] = {"since": asked.twelve.since, "until": asked.twelve.until}
    rows = records(collection_use(asked.con, by="all", **given))
    if not rows or not rows[0]["items"]:
        return None
    use, added = rows[0], _added(asked)
    said = [_held(asked, int(use["items"])), _used(asked, use["turnover"])]
    this_year = sum(added.get(month, 0) for month in added if month >= asked.year.since)
    return Line(
        said,
        number(use["items"]),
        "copies held",
        use["items"],
        [added.get(month, 0) for month in asked.months] if added else [],
        "Copies added a month",
        f"{asked.so_far}: {number(this_year)} copies added. Withdrawn ones have left "
        "the lists, so years are not compared."
        if added
        else "",
        unjudged="a collection changes slowly",
        is_of_period=False,
        asks=explained("collection_use", asked.twelve, by="all"),
        sources=records(freshness(asked.con, analysis="collection_use")),
    )


def _held(asked: Asked, copies: int) -> str:
    """How many copies there are; of an earlier time, how many of these were there then."""
    if asked.as_of < datetime.combine(month_before(asked.period.until, -1), time()):
        return f"The newest lists hold {number(copies)} copies."
    day = day_name(asked.period.until - timedelta(days=1))
    return f"Of the copies in the newest lists {number(copies)} were there on {day}."


def _used(asked: Asked, turnover: float | None) -> str:
    """How often each copy was used in the twelve months, as far as use is told of all of them."""
    year = asked.twelve
    rows = records(circulation(asked.con, since=year.since, until=year.until))
    told = {row["period"] for row in rows if row["coverage"] != "outside"}
    if turnover is None or len(told) < 12:
        return "How much they were used is not told of all twelve months."
    few = "" if all(row["coverage"] == "whole" for row in rows) else "at least "
    return f"Each was used {few}{turnover:.1f} times in twelve months on average."


def _added(asked: Asked) -> dict[date, int]:
    """How many of the copies in the lists were added in each month."""
    rows = asked.con.execute(
        """
        select
            date_trunc('month', added_on)::date as month,
            count(*) as copies
        from item
        where added_on >= $since and added_on < $until
        group by all
        """,
        {"since": asked.since, "until": asked.period.until},
    ).fetchall()
    return dict(rows)


SERVICES = (
    Service("Circulation", lending, series=1),
    Service("Holds", partial(work, of=HOLDS), series=1),
    Service("Interlibrary loan", partial(work, of=BORROWED), series=2),
    Service("Technical services", technical_services, series=1),
    Service("Collection", collection),
    Service("Digital desk", digital_desk),
    Service("Visits", visited),
    Service("Programmes", held),
)
