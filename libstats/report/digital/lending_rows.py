"""What the report on the digital desk tells of digital lending, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from libstats.analysis.digital_circulation import digital_circulation
from libstats.analysis.digital_cost import digital_cost
from libstats.analysis.digital_print import digital_and_print, unmatched
from libstats.analysis.digital_titles import digital_endings, digital_holds
from libstats.analysis.today.digital_titles import digital_to_decide
from libstats.report.page.period import Period
from libstats.wording import Row, month_before, records

__all__ = ["Lending", "read"]

Rows = Sequence[Row]


@dataclass(frozen=True)
class Lending:
    """What platforms of digital lending tell.

    months     at most twelve up to the newest that any platform tells of
    is_listed  whether any list of titles is loaded
    lent       checkouts by month, each lending model apart, `before` those of the year before
    ends       titles whose licence ends, `queues` those with holds, `decide` which of both are
               urgent, a title once
    apart      how many titles are not matched with the catalogue, by reason
    """

    months: Period | None = None
    is_listed: bool = False
    lent: Rows = ()
    before: Rows = ()
    ends: Rows = ()
    queues: Rows = ()
    decide: Rows = ()
    costs: Rows = ()
    in_print: Rows = ()
    apart: Rows = ()


def read(con: duckdb.DuckDBPyConnection, period: Period, is_listed: bool) -> Lending:
    """Read it: months up to the end of a period, titles as of the day after it."""
    months = _months(con, period)
    within = {"since": months.since, "until": months.until}
    year_before = {name: month_before(day, 12) for name, day in within.items()}
    return Lending(
        months,
        is_listed,
        lent=records(digital_circulation(con, **within, by="month")),
        before=records(digital_circulation(con, **year_before, by="month")),
        ends=records(digital_endings(con, as_of=period.until)),
        queues=records(digital_holds(con)),
        decide=digital_to_decide(con, period.until),
        costs=records(digital_cost(con, **within)),
        in_print=records(digital_and_print(con)),
        apart=records(unmatched(con)),
    )


def _months(con: duckdb.DuckDBPyConnection, period: Period) -> Period:
    """At most twelve months up to the newest of which a platform tells, before the end of the
    period; where none is told, the last one of the period."""
    rows: list[tuple[date]] = con.execute(
        """
        select month
        from (
            select date_trunc('month', starts_on)::date as month
            from digital_use
            union
            select date_trunc('month', lent_at)::date
            from digital_loan
        )
        where month + interval 1 month <= $until::timestamp
        order by month
        """,
        {"until": str(period.until)},
    ).fetchall()
    told = [month for (month,) in rows] or [period.last_month]
    newest = told[-1]
    first = min(month for month in told if month >= month_before(newest, 11))
    return Period(first, month_before(newest, -1))
