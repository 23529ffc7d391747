"""Serials: what was expected and came, what is to be claimed, what lacks in the holdings."""

from __future__ import annotations

import duckdb

from libstats.analysis.serial_issues import ISSUES
from libstats.definitions.parameters import Day, asked

__all__ = ["claims_left_out", "expected_left_out", "serial_claims", "serials_expected"]


@asked
def serials_expected(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day, as_of: Day
) -> duckdb.DuckDBPyRelation:
    """Of the issues that each vendor should have sent, how many came, are late, never came?

    Definition: an issue belongs to the month of its expected day. It is received if it has a day of
    receipt, or its status says so. While open, it is late once its expected day lies before
    `as_of`, or before the end of its source's newest export. `never_came` was given up.
    `not_published` was not published, or taken off the list unreceived. One whose status is a
    word that nobody declared is `not_known`. Only issues that the system has predicted are
    counted.

    Parameters: `since`, `until`, expected days, since <= day < until; `as_of`, the day up to which
    an open issue has aged.

    Returns one row per `month` (first day), `vendor` (NULL: not told) and `source`, ordered:
    `expected` (issues, the sum of the next six), `received`, `late`, `to_come`, `never_came`,
    `not_published`, `not_known`; `claimed`, `claimed_again` (of all, at least once, at least twice;
    NULL where the source tells of no claims), `coverage` (whole; partly: the month ended after all
    that the source tells).

    >>> given = {"since": "2026-01-01", "until": "2026-11-01", "as_of": "2026-10-31"}
    >>> libstats.serials_expected(con, **given).columns[:3]
    ['month', 'vendor', 'source']
    """
    return con.sql(
        f"""
        with
        {ISSUES},
        claiming as (
            select source
            from serial_issue
            where claims is not null or last_claimed_on is not null or status = 'claimed'
            group by source
        )
        select
            date_trunc('month', i.expected_on)::date as month,
            i.vendor,
            i.source,
            count(*) as expected,
            count(*) filter (where i.stands = 'received') as received,
            count(*) filter (where i.stands = 'late') as late,
            count(*) filter (where i.stands = 'to come') as to_come,
            count(*) filter (where i.stands = 'never came') as never_came,
            count(*) filter (where i.stands = 'not published') as not_published,
            count(*) filter (where i.stands = 'not known') as not_known,
            case
                when count(c.source) > 0 then count(*) filter (where i.claims_made >= 1)
            end as claimed,
            case
                when count(c.source) > 0 then count(*) filter (where i.claims_made >= 2)
            end as claimed_again,
            if(last_day(month) < any_value(i.told_on), 'whole', 'partly') as coverage
        from issue i
        left join claiming c using (source)
        where i.expected_on >= $since and i.expected_on < $until
        group by 1, 2, 3
        order by month, i.vendor nulls last, i.source
        """,
        params={"as_of": str(as_of), "since": str(since)[:10], "until": str(until)[:10]},
    )


@asked
def expected_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day, as_of: Day
) -> duckdb.DuckDBPyRelation:
    """Which issues are in no figure of `serials_expected`, and why?

    Parameters as for it. Returns `reason` and `rows` (issues), zero included.
    """
    return con.sql(
        f"""
        with
        {ISSUES}
        select
            'no expected day, so in no month' as reason,
            count(*) filter (where expected_on is null) as rows
        from issue
        union all
        select
            'expected outside the period',
            count(*) filter (where expected_on < $since or expected_on >= $until)
        from issue
        """,
        params={"as_of": str(as_of), "since": str(since)[:10], "until": str(until)[:10]},
    )


@asked
def serial_claims(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which issues have not come, and for which is the vendor to be reminded now?

    Definition: an open issue whose expected day lies before `as_of`. Whether it came is known up to
    `told_until`, the end of its source's newest export. A first claim is due some days after the
    expected day, each further one so long after the one before. The days are those of the
    subscription, else by its frequency (SERIALST 1995, or [claims] in libstats.toml). Payment is
    looked at first. What lies after the time that is paid, or of which no order was billed, stands
    apart. An issue that is marked missing is open until somebody says that it never came.

    Returns one row per issue, first those whose claim is due, the oldest first: `standing` (claim
    due; due if it has not come: its day lies after `told_until`; not yet; unpaid; ended: its
    subscription; frequency not told; last claim not told: its day), `title`, `enumeration`,
    `vendor`, `branch`, `expected_on` (day), `days_late` (days, at `as_of`), `frequency`,
    `claim_after_days` (days), `claim_due_on` (day; NULL: not told), `next_claim` (1: the first),
    `last_claimed_on` (day), `paid_until` (day), `payment` (paid, billed, unpaid, ended, unknown),
    `billed_on` (day), `subscription_id`, `serial_issue_id`, `source`, `told_until` (day).

    >>> libstats.serial_claims(con, as_of="2026-10-31").columns[:3]
    ['standing', 'title', 'enumeration']
    """
    return con.sql(
        f"""
        with
        {ISSUES}
        select
            case
                when payment in ('unpaid', 'ended') then payment
                when claim_after_days is null then 'frequency not told'
                when claim_due_on is null then 'last claim not told'
                when claim_due_on <= told_on then 'claim due'
                when claim_due_on <= $as_of::date then 'due if it has not come'
                else 'not yet'
            end as standing,
            title,
            enumeration,
            vendor,
            branch,
            expected_on,
            $as_of::date - expected_on as days_late,
            frequency,
            claim_after_days,
            claim_due_on,
            claims_made + 1 as next_claim,
            last_claimed_on,
            paid_until,
            payment,
            billed_on,
            subscription_id,
            serial_issue_id,
            source,
            told_until
        from issue
        where stands in ('late', 'to come') and expected_on < $as_of::date
        order by
            standing <> 'claim due',
            standing,
            claim_due_on,
            expected_on,
            source,
            serial_issue_id
        """,
        params={"as_of": str(as_of)},
    )


@asked
def claims_left_out(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which issues did `serial_claims` not list, and why?

    Parameters as for it. Returns `reason` and `rows` (issues), zero included.
    """
    return con.sql(
        f"""
        with
        {ISSUES},
        unlisted as (
            select stands
            from issue
            where not coalesce(
                stands in ('late', 'to come') and expected_on < $as_of::date,
                false
            )
        ),
        reason as (
            select unnest(['received', 'to come', 'never came', 'not published', 'not known'])
                as stands
        )
        select
            case r.stands
                when 'to come' then 'to come, or without an expected day'
                when 'not known' then 'its status is a word that nobody declared'
                else r.stands
            end as reason,
            count(i.stands) as rows
        from reason r
        left join unlisted i using (stands)
        group by r.stands
        order by r.stands
        """,
        params={"as_of": str(as_of)},
    )
