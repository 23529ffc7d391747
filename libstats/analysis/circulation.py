"""Circulation: how much was lent, renewed and used, per month and branch."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import duckdb

from libstats.analysis.coverage_of_use import use_told_sql, where_told
from libstats.analysis.days_of_use import days_sql
from libstats.analysis.work.coverage_of_periods import PARTLY, STATE_WORDS, STATES
from libstats.analysis.work.spans import ALL
from libstats.definitions import coverage
from libstats.definitions.parameters import Moment, asked, one_of
from libstats.definitions.parted import Parted, Sums

ROLES = ("checkout_branch", "owning_branch", "patron_branch", ALL)
BranchRole = Annotated[
    Literal["checkout_branch", "owning_branch", "patron_branch", "all"],
    one_of(ROLES, "there is no branch role {}"),
]

EVENTS = (
    *("checkouts", "renewals_by_staff", "renewals_by_patron", "renewals_automatic"),
    *("renewals_unknown", "renewals_undated", "in_house_uses", "other_events"),
)
DAYS_OF = ("days_from_log", "days_from_loans")
# what is counted as use, of the columns above
USES = (
    "checkouts + renewals_by_staff + renewals_by_patron + renewals_automatic + renewals_unknown"
    " + in_house_uses"
)


@asked
def circulation(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Moment,
    until: Moment,
    branch: BranchRole = "checkout_branch",
) -> duckdb.DuckDBPyRelation:
    """How many checkouts, renewals and in-house uses were there, by month and branch?

    Definition: a checkout is one copy lent once. Renewals are counted apart, by who made them; so
    is use inside the library. ISO 2789 6.2 counts loans, renewals and in-house use separately. Each
    branch's day is counted from the circulation log where that has any event of the branch on the
    day. Every other day is counted from the list of loans, so that none is counted twice. A loan
    whose desk is not known counts on days on which its system's log is silent. Most systems' loans
    say how often they were renewed, not when: those renewals stand under the month of the checkout,
    apart. Where each renewal is a loan of its own (Evergreen), it is a renewal of its day. What the
    exports do not cover is left empty, with its reason (the view `coverage`): a 0 would be a guess.
    Of what they cover in part there may be more.

    Parameters
    ----------
    con : an open connection
    since, until : the period, since <= moment < until
    branch : whose figures: `checkout_branch` the desk that did it, `owning_branch` the owner of the
        copy (as it is now), `patron_branch` the borrower's branch (only loans know it); `all` for
        one row a month, of all branches together, and of many libraries together

    Returns one row per month and branch, ordered: `period` (first day of the month), `branch` (NULL
    where it cannot be told; by the borrower's it is called `patron_branch`, and published tables
    withhold small counts of it), `checkouts`, `renewals_by_staff`, `renewals_by_patron` (online or
    self-check), `renewals_automatic`, `renewals_unknown` (the export does not say who),
    `renewals_undated` (from loans), `in_house_uses`, `other_events` (check-ins, payments and the
    like: not counted above), all in events; `days_from_log`, `days_from_loans`, in days of a desk;
    `coverage` (whole, partly, outside: what the exports tell of the month there, the least of its
    counts), `reason` (why not whole, in words).
    Raises AnalysisError for an unknown role.

    >>> libstats.circulation(con, since="2026-01-01", until="2026-02-01").columns[:3]
    ['period', 'branch', 'checkouts']
    """
    return CIRCULATION.ask(con, since=since, until=until, branch=branch)


def _sums(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Moment,
    until: Moment,
    branch: BranchRole = "checkout_branch",
) -> Sums:
    """The answer but for its order: a branch is of one library, and adds up with none of another's.

    So are days of a desk, of which two libraries may have one of the same name.
    """
    coverage.ready(con)
    told = use_told_sql(at_desk=branch == "checkout_branch")
    if branch == ALL:  # it is told of though nothing was lent
        told = use_told_sql(at_desk=False, branches=f"select '{ALL}' as branch")
    return Sums(
        f"""
        {days_sql(branch)},
        {told},
        month_count as (
            select
                date_trunc('month', day)::date as period,
                branch,
                {", ".join(f"sum({name})::bigint as {name}" for name in EVENTS)},
                count(distinct (day, desk)) filter (where is_log) as days_from_log,
                count(distinct (day, desk)) filter (where not is_log) as days_from_loans
            from day_count
            group by all
        )
        select
            t.period,
            t.branch,
            {where_told("checkouts")},
            {where_told("renewals_by_staff", "renewals")},
            {where_told("renewals_by_patron", "renewals")},
            {where_told("renewals_automatic", "renewals")},
            {where_told("renewals_unknown", "renewals")},
            {where_told("renewals_undated", "checkouts")},
            {where_told("in_house_uses")},
            {where_told("other_events", "any")},
            coalesce(c.days_from_log, 0) as days_from_log,
            coalesce(c.days_from_loans, 0) as days_from_loans,
            case t.state {STATE_WORDS} end as coverage,
            t.reason
        from place_told t
        left join month_count c
            on c.period = t.period and c.branch is not distinct from t.branch
        where t.branch is not null or c.period is not null
        """,
        _period(since, until),
    )


def _made(*, branch: BranchRole = "checkout_branch", **_: Any) -> Sums:
    if branch == ALL:
        return Sums(_TOGETHER, {})
    named = "patron_branch" if branch == "patron_branch" else "branch"
    return Sums(
        f"""
        select
            period,
            branch as {named},
            * exclude (period, branch)
        from sums
        order by period, {named} nulls last
        """,
        {},
    )


# SQL: of all together. A library of which a month is not told lacks in its counts.
_TOGETHER = f"""
        select
            period,
            branch,
            {", ".join(f"sum({name})::bigint as {name}" for name in (*EVENTS, *DAYS_OF))},
            if(count(distinct coverage) = 1, any_value(coverage), '{STATES[PARTLY]}') as coverage,
            string_agg(distinct reason, '; ' order by reason) as reason
        from sums
        group by period, branch
        order by period
"""
CIRCULATION = Parted(_sums, _made)


@asked
def left_out(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Moment,
    until: Moment,
    branch: BranchRole = "checkout_branch",
) -> duckdb.DuckDBPyRelation:
    """What was not counted by `circulation`, and why?

    Parameters as for `circulation`. Returns `reason` and `rows`, in rows of the exports, one row
    per reason, zero included.
    """
    return con.sql(
        f"""
        {days_sql(branch)},
        reasons as (
            select
                1 as place,
                'log: check-ins, payments and other events that are no use of the collection'
                    as reason,
                coalesce(sum(other_events), 0)::bigint as rows
            from day_count
            union all
            select
                2,
                'loans: that day is counted from the log of the same desk, or of any where the '
                    || 'loan tells none',
                coalesce(sum({USES}), 0)::bigint
            from lent l
            semi join log_day d
                on d.source = l.source and d.day = l.day and d.desk is not distinct from l.desk
            union all
            select
                3,
                'loans: no checkout time, so no month',
                count(*)
            from loan_ever
            where checked_out_at is null
            union all
            select
                4,
                'counted, but under no branch',
                coalesce(sum({USES}), 0)::bigint
            from day_count
            where branch is null
        )
        select reason, rows
        from reasons
        order by place
        """,
        params=_period(since, until),
    )


def _period(since: Moment, until: Moment) -> dict[str, str]:
    return {"since": str(since), "until": str(until)}
