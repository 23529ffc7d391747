"""What the month in one page says of what is counted by hand or at the door: visits, programmes."""

from __future__ import annotations

from datetime import date

from libstats.analysis.counts import programmes, visits
from libstats.analysis.provenance import freshness
from libstats.report.page.period import Period
from libstats.report.sections import explained
from libstats.report.summary.rows import Asked, Count, Line, year_to_date
from libstats.wording import number, records

__all__ = ["held", "visited"]

UNJUDGED = "counts are not held against the usual ups and downs"
Months = dict[date, int]


def visited(asked: Asked) -> Line | None:
    """How many came in, of months that are counted as a whole."""
    months = _visits(asked)
    value = _sum(months, asked.period)
    if value.value is None:
        return None
    least = "" if value.is_whole else "At least "
    people = f"{number(value.value)} visits were counted."
    estimated = records(visits(asked.con, by="all", **_given(asked.period)))[0]["estimated"]
    told = [f"{least}{people}"]
    if estimated:
        told.append(f"Of these {number(int(estimated))} are worked out from samples.")
    return Line(
        told,
        number(value.value),
        "visits",
        value.value,
        [months.get(month) for month in asked.months],
        "Visits a month",
        year_to_date(asked, _sum(months, asked.year), _sum(months, asked.year.last_year), "visits"),
        unjudged=UNJUDGED,
        asks=explained("visits", asked.period),
        sources=records(freshness(asked.con, analysis="visits")),
    )


def held(asked: Asked) -> Line | None:
    """How many programmes were held, and who came."""
    rows = records(programmes(asked.con, **_given(asked.period)))
    sessions, people = (
        sum(row[name] or 0 for row in rows) for name in ("programmes", "attendance")
    )
    if not sessions and not people:
        return None
    count = f"{number(int(sessions))} programmes were held" if sessions else "Programmes were held"
    came = f"{number(int(people))} people came" if people else "who came was not counted"
    largest = max(rows, key=lambda row: row["attendance"] or 0)
    kind = ", ".join(filter(None, (largest["age"], largest["format"])))
    most = (
        f"Most of them came to: {kind}."
        if people and len(rows) > 1 and 2 * (largest["attendance"] or 0) > people
        else ""
    )
    return Line(
        [f"{count}; {came}.", *([most] if most else [])],
        number(int(sessions or people)),
        "programmes" if sessions else "people at programmes",
        int(sessions or people),
        unjudged=UNJUDGED,
        asks=explained("programmes", asked.period),
        sources=records(freshness(asked.con, analysis="programmes")),
    )


def _visits(asked: Asked) -> Months:
    """The visits of each month; none of a month of which no line tells."""
    whole = Period(asked.since, asked.period.until)
    rows = records(visits(asked.con, by="month", **_given(whole)))
    return {
        date.fromisoformat(f"{row['part']}-01"): int(row["visits"])
        for row in rows
        if row["part"] and row["visits"] is not None
    }


def _sum(months: Months, period: Period) -> Count:
    """Those of a period: whole where every month of it is told."""
    wanted = [month for month in months if period.since <= month < period.until]
    value = sum(months[month] for month in wanted) if wanted else None
    return Count(value, len(wanted) == period.months)


def _given(period: Period) -> dict[str, date]:
    return {"since": period.since, "until": period.until}
