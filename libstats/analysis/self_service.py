"""What share of checkouts patrons did themselves, and whose log tells it."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.coverage_of_logs import TOLD_OF_WHAT, log_told_sql, part_beside, told_beside
from libstats.analysis.self_service_together import EACH, TOGETHER
from libstats.analysis.work.coverage_of_periods import OUTSIDE, PARTLY, WHOLE
from libstats.definitions import coverage
from libstats.definitions.parameters import Moment, asked, one_of

# SQL: what of the view `coverage` tells of all checkouts, and what of those at machines
_OF_SHARES = """
                case
                    when table_name = 'machine_event' then 'machines'
                    when table_name = 'circulation_event' and event = 'checkout' then 'own'
                    when table_name = 'loan' and event = 'checked_out' then 'own'
                end"""
_BOTH = f"""
                select
                    place,
                    any_value(state) filter (where what = 'own') as own,
                    any_value(state) filter (where what = 'machines') as machines,
                    any_value(reason) filter (where what = 'own') as why_own,
                    any_value(reason) filter (where what = 'machines') as why_machines,
                    -- both tell of the same days
                    count(*) = 2
                        and min(first_day) = max(first_day)
                        and min(last_day) = max(last_day) as is_alike,
                    min(state) as state
                from ({TOLD_OF_WHAT})
                group by place
"""
SHARE_PARTS = {
    "all": "'all'",
    "branch": "upper(trim({branch}))",
    "hour": "strftime({at}, '%H:00')",
    "month": "strftime({at}, '%Y-%m')",
}
ByShare = Annotated[str, one_of(SHARE_PARTS, "self-service cannot be parted by {}")]


@asked
def self_service(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: ByShare = "branch"
) -> duckdb.DuckDBPyRelation:
    """What share of checkouts did patrons do themselves?

    Definition: checkouts at self-checks, of all checkouts. Each branch is judged by itself. Where
    the library system's own log says how each was done, it alone is asked. Where it does not,
    machines' logs (SIP2) say how many were done there, and the system's log how many there were in
    all. The two are never added: a checkout at a machine stands in both. Where the machines tell of
    more than the system, no share is given. It needs logs of the same days. By all, hour or month
    it is of the branches with a machine together. These are those whose share is known and where a
    patron used one. Outside of what is told figures are NULL.

    Parameters
    ----------
    con : an open connection
    since, until : since <= moment < until
    by : all, branch (as the system and the machines name it: the two must be the same code), hour
        or month

    Returns one row per part, ordered: `part` (NULL: not told), `checkouts` (of the system's own
    log, else of its loans; NULL where it tells of none), `self_checkouts` (NULL: nobody tells, or
    nothing tells of all checkouts), `share` (0 to 1), `told_by` (own log, machines; both of several
    branches), `at_machines` (checkouts that machines tell of, whatever is used), `coverage` (whole,
    partly, outside: what those that are used tell of it, the least of them; partly too where a
    branch has no share), `reason` (why not whole).

    >>> libstats.self_service(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['part', 'checkouts', 'self_checkouts']
    """
    coverage.ready(con)
    part = "c.part" if by == "hour" else "u.period"
    told = (
        EACH
        if by == "branch"
        else TOGETHER.format(part=part, period="null" if by == "hour" else "s.period")
    )
    return con.sql(f"with {_judged(by)} {told}", params={"since": str(since), "until": str(until)})


def _judged(by: str) -> str:
    """SQL: CTEs to `judged`, a row a branch and period (of by="month" each month, else one), with
    figures and who tells them; `by_part` has what is counted of each hour too."""
    period = SHARE_PARTS["month" if by == "month" else "all"]
    columns = f"""
                upper(trim({{branch}})) as branch,
                {period} as period,
                {SHARE_PARTS["hour"] if by == "hour" else "null"} as part"""
    at_event = columns.format(at="happened_at", branch="branch")
    at_loan = columns.format(at="checked_out_at", branch="checkout_branch")
    cell = "{'branch': upper(trim(branch)), 'period': period}"
    return f"""
        event as (
            select
                {at_event},
                channel
            from circulation_event
            where kind = 'checkout'
                and happened_at >= $since::timestamp
                and happened_at < $until::timestamp
        ),
        lent as (
            select
                {at_loan},
                channel
            from loan
            where checked_out_at >= $since::timestamp
                and checked_out_at < $until::timestamp
                and renewal_of is null
                and not coalesce(is_in_house, false)
                -- a log and the loans tell of the same checkouts
                and not exists (from event)
        ),
        own as (
            select
                branch,
                period,
                part,
                count(*) as checkouts,
                count(channel) as told,
                count(*) filter (where channel = 'self-check') as at_self_checks
            from (from event union all from lent)
            group by all
        ),
        machine as (
            select
                {at_event},
                count(*) filter (where outcome = 'done') as done
            from machine_event
            where kind = 'checkout'
                and happened_at >= $since::timestamp
                and happened_at < $until::timestamp
            group by all
        ),
        by_part as (
            select
                coalesce(o.branch, m.branch) as branch,
                coalesce(o.period, m.period) as period,
                coalesce(o.part, m.part) as part,
                o.checkouts,
                o.told,
                o.at_self_checks,
                m.done
            from own o
            full join machine m
                on m.branch is not distinct from o.branch
                and m.period = o.period
                and m.part is not distinct from o.part
        ),
        counted as (
            select
                {{'branch': branch, 'period': period}} as part,
                sum(checkouts)::bigint as checkouts,
                sum(told)::bigint as told,
                sum(at_self_checks)::bigint as at_self_checks,
                sum(done)::bigint as done
            from by_part
            group by all
        ),
        {log_told_sql("month" if by == "month" else "all", _OF_SHARES, place=cell)},
        beside as (
            select
                {part_beside("all", "cell")},
                coalesce(c.checkouts, if(t.own > {OUTSIDE}, 0, null)) as checkouts,
                coalesce(c.done, if(t.machines > {OUTSIDE}, 0, null)) as at_machines,
                c.at_self_checks,
                coalesce(c.told = c.checkouts, false) as is_own,
                {_state("checkouts", "own")} as own,
                {_state("done", "machines")} as machines,
                t.why_own,
                t.why_machines,
                coalesce(t.is_alike, false) as is_alike
            {told_beside("all", _BOTH)}
        ),
        stated as (
            select
                *,
                if(is_own, own, least(own, machines)) as state
            from beside
        ),
        counted_by_patrons as (
            select
                *,
                case
                    when is_own then at_self_checks
                    when state > {OUTSIDE} then at_machines
                end as self_checkouts,
                case
                    when is_own then 'own log'
                    when state > {OUTSIDE} and at_machines is not null then 'machines'
                end as told_by
            from stated
        ),
        judged as (
            select
                *,
                case
                    when self_checkouts <= checkouts and (is_own or is_alike)
                        then self_checkouts / nullif(checkouts, 0)
                end as share,
                case
                    when state = {WHOLE} then null
                    when is_own or own < {WHOLE} and why_own is not null then why_own
                    when own = {OUTSIDE} then 'nothing that is loaded tells of all checkouts'
                    when machines < {WHOLE} and why_machines is not null then why_machines
                    when machines = {OUTSIDE} then 'no log of machines tells of it'
                    else 'no export that is loaded says how much of it it tells'
                end as reason
            from counted_by_patrons
        )"""


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: ByShare = "branch"
) -> duckdb.DuckDBPyRelation:
    """Which checkouts at machines are in no share of `self_service`, and why?

    Parameters as for it. Returns `reason` and `rows` (checkouts at machines), zero included.
    """
    return con.sql(
        """
        select
            'refused, or taken back' as reason,
            count(*) filter (
                where outcome <> 'done'
                    and happened_at >= $since::timestamp
                    and happened_at < $until::timestamp
            ) as rows
        from machine_event
        where kind = 'checkout'
        union all
        select
            'outside of the period',
            count(*) filter (
                where happened_at < $since::timestamp or happened_at >= $until::timestamp
            )
        from machine_event
        where kind = 'checkout'
        """,
        params={"since": str(since), "until": str(until)},
    )


def _state(counted: str, told: str) -> str:
    """SQL: how much is told of what is counted: in part at least where there is any."""
    return f"""case
                    when c.{counted} is not null
                        then greatest(coalesce(t.{told}, {PARTLY}), {PARTLY})
                    else greatest(coalesce(t.{told}, {OUTSIDE}), {OUTSIDE})
                end"""
