"""The monthly series of a library: what is counted or waited for in each month, and which months
are no points, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from libstats.analysis.coverage_of_use import use_told_sql
from libstats.analysis.days_of_use import days_sql
from libstats.analysis.signals.months import MONTHS, WHOLE_LIBRARY
from libstats.analysis.work.coverage_of_periods import PARTLY, STATE_WORDS, WHOLE
from libstats.analysis.work.throughput import THROUGHPUT
from libstats.analysis.work.told_together import together_sql
from libstats.definitions import coverage
from libstats.definitions.parted import Sums

USES = {
    "checkouts": "checkouts",
    "renewals": "renewals_by_staff + renewals_by_patron + renewals_automatic + renewals_unknown"
    " + renewals_undated",
    "in_house_uses": "in_house_uses",
}


@dataclass(frozen=True)
class Asked:
    """What a series is of, and of which whole months: since <= month < until."""

    con: duckdb.DuckDBPyConnection
    process: str | None
    kind: str | None
    is_by_branch: bool
    since: date
    until: date

    @property
    def period(self) -> dict[str, Any]:
        """The period as analyses take it."""
        return {"since": self.since, "until": self.until}


def use_sums(asked: Asked, measure: str) -> Sums:
    """Checkouts, renewals or uses inside the library: rows `day` (part: the branch, period: the
    day, cases), `told` (part, period: the month, state, reason), `store`, and the calendar's."""
    coverage.ready(asked.con)
    branch = "branch" if asked.is_by_branch else "null::varchar"
    reason = "t.reason" if asked.is_by_branch else "concat_ws(': ', t.branch, t.reason)"
    place = "t.branch is not null" if asked.is_by_branch else "t.branch is not null or c.has_any"
    state = f"t.states['{measure}']"
    open_days = _open_days(asked)
    return Sums(
        f"""
        {days_sql("checkout_branch")},
        {use_told_sql(at_desk=True)},
        counted_place as (
            select distinct
                branch,
                date_trunc('month', day)::date as period,
                true as has_any
            from day_count
        )
        select
            'day' as row,
            {branch} as part,
            day as period,
            sum({USES[measure]})::bigint as cases
        from day_count
        group by all
        union all by name
        select
            'told' as row,
            {"t.branch" if asked.is_by_branch else branch} as part,
            t.period,
            if(min({state}) = max({state}), min({state}), {PARTLY}) as state,
            min({reason}) filter (where {state} < {WHOLE}) as reason
        from place_told t
        left join counted_place c
            on c.branch is not distinct from t.branch and c.period = t.period
        where {place}
        group by all
        union all by name
        select 'store' as row
        union all by name
        from ({open_days.sql})
        """,
        {**{name: str(day) for name, day in asked.period.items()}, **open_days.params},
    )


def use_made() -> Sums:
    """The months of what `use_sums` adds up."""
    return Sums(
        f"""
        with daily as (
            select
                part as branch,
                period as day,
                sum(cases)::bigint as cases
            from sums
            where row = 'day'
            group by all
        ),
        {together_sql("told", "part", "period", row="told")},
        month_told as (
            select
                part as branch,
                period,
                case state {STATE_WORDS} end as coverage,
                reason
            from told
        ),
        {MONTHS.lstrip()}
        """,
        {},
    )


def done_sums(asked: Asked) -> Sums:
    """Cases that were done: the sums of `throughput` `every` day and every month, and the rows of
    the calendar."""
    by = "branch" if asked.is_by_branch else None
    daily, monthly = (
        THROUGHPUT.sums(asked.con, process=asked.process, every=every, by=by, **asked.period)
        for every in ("day", "month")
    )
    open_days = _open_days(asked)
    return Sums(
        f"""
        select
            'day' as every,
            *
        from ({daily.sql})
        union all by name
        select
            'month' as every,
            *
        from ({monthly.sql})
        union all by name
        from ({open_days.sql})
        """,
        {**daily.params, **monthly.params, **open_days.params},
    )


def done_made(*, is_by_branch: bool) -> Sums:
    """The months of what `done_sums` adds up. Of those without a row that lie between others
    nothing was done."""
    branch = "part" if is_by_branch else "null::varchar"
    of_day, of_month = (
        f"""
            with sums as (from sums_of_{every})
            from ({THROUGHPUT.made().sql})"""
        for every in ("day", "month")
    )
    return Sums(
        f"""
        with sums_of_day as (
            from sums
            where every = 'day'
        ),
        sums_of_month as (
            from sums
            where every = 'month'
        ),
        daily as (
            select
                {branch} as branch,
                period as day,
                cases
            from ({of_day})
        ),
        told as (
            select
                {branch} as branch,
                period,
                coverage,
                reason
            from ({of_month})
        ),
        every_month as (
            select
                branch,
                unnest(generate_series(
                    min(period)::timestamp, max(period)::timestamp, interval 1 month
                ))::date as period
            from told
            {"where branch is not null" if is_by_branch else ""}
            group by branch
        ),
        month_told as (
            select
                m.branch,
                m.period,
                coalesce(t.coverage, 'whole') as coverage,
                t.reason
            from every_month m
            left join told t on t.branch is not distinct from m.branch and t.period = m.period
        ),
        {MONTHS.lstrip()}
        """,
        {},
    )


def _open_days(asked: Asked) -> Sums:
    """Rows `calendar` (part: the branch that has one of its own) and `open` (part, period: a day
    on which it is open). Without a calendar of its own the library is open where one of its
    branches is."""
    default = f"""exists (
                select *
                from calendar_day
                where calendar = '{WHOLE_LIBRARY}'
            )"""
    of_branches = """
                select calendar
                from calendar_day
                where calendar in (select code from code where list = 'branch')
                    or calendar in (select branch from coverage)"""
    part = "calendar" if asked.is_by_branch else f"'{WHOLE_LIBRARY}'"
    which = f"if({default}, calendar = '{WHOLE_LIBRARY}', calendar in ({of_branches}))"
    return Sums(
        f"""
        select distinct
            'open' as row,
            {part} as part,
            day as period
        from calendar_day
        where is_open
            and day >= $since::date
            and day < $until::date
            and {"true" if asked.is_by_branch else which}
        union all by name
        select distinct
            'calendar' as row,
            calendar as part
        from calendar_day
        where {"true" if asked.is_by_branch else "false"}
        """,
        {name: str(day) for name, day in asked.period.items()},
    )
