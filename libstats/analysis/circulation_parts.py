"""Circulation in parts: by what was lent, how, and when; and how many patrons it were."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.coverage_of_use import use_told_sql
from libstats.analysis.work.coverage_of_periods import OUTSIDE, STATE_WORDS, TOGETHER
from libstats.definitions import coverage
from libstats.definitions.parameters import Moment, asked, one_of
from libstats.definitions.roles import EQUIPMENT, folded_sql

# Every use of $since to $until as a row: as `circulation` chooses between the log and the loans of
# a desk's day.
USE = """
    logged_day as (
        select distinct
            source,
            happened_at::date as day,
            branch as desk
        from circulation_event
        where happened_at >= $since::timestamp and happened_at < $until::timestamp
    ),
    log_day as (
        select source, day, desk
        from logged_day
        union
        select source, day, null
        from logged_day
    ),
    use as (
        select
            source,
            branch,
            happened_at,
            kind,
            channel,
            item_type,
            patron_group,
            patron_key
        from circulation_event
        where happened_at >= $since::timestamp
            and happened_at < $until::timestamp
            and kind in ('checkout', 'renewal', 'in-house use')
        union all
        select
            l.source,
            l.checkout_branch,
            l.checked_out_at,
            case
                when l.is_in_house then 'in-house use'
                when l.renewal_of is not null then 'renewal'
                else 'checkout'
            end,
            l.channel,
            l.item_type,
            l.patron_group,
            l.patron_key
        from loan_ever l
        anti join log_day d
            on d.source = l.source
            and d.day = l.checked_out_at::date
            and d.desk is not distinct from l.checkout_branch
        where l.checked_out_at >= $since::timestamp and l.checked_out_at < $until::timestamp
    )
"""
# SQL: the columns that a use is parted by. What one system writes in two ways (DVD, Dvd) is one
# code; of midnight to the second only the day is known.
PARTS = {
    "item_type": "upper(trim(item_type)) as item_type",
    "channel": "channel",
    "patron_group": "patron_group",
    "hour": """isodow(happened_at) as weekday,
                if(happened_at::time = time '00:00', null, hour(happened_at)) as hour""",
    "stock": f"""case
                    when item_type is null then null
                    when (source, {folded_sql("item_type")}) in (
                        select (source, code)
                        from role
                        where about = 'code' and field = 'item_type' and role = '{EQUIPMENT}'
                    )
                        then '{EQUIPMENT}'
                    else 'collection'
                end as stock""",
}
By = Annotated[str, one_of(PARTS, "circulation cannot be parted by {}")]
BORROWERS_BY = ("branch", "patron_group")
BorrowersBy = Annotated[str, one_of(BORROWERS_BY, "borrowers cannot be parted by {}")]

# How much is told of the period at each branch, of `place_told` by month; NULL: at all of them.
_PERIOD_TOLD = f"""
    period_told as (
        select
            branch,
            {TOGETHER.replace("state", "states['checkouts']")} as state,
            min(reason) as reason
        from place_told
        where branch is not null
        group by branch
    )
"""


# The uses, and how much of them is told at each branch.
_USE_TOLD = f"""{USE},
        day_count as (
            select branch
            from use
        ),
        {use_told_sql(at_desk=True)},
        {_PERIOD_TOLD}"""


@asked
def circulation_by(
    con: duckdb.DuckDBPyConnection, by: By, *, since: Moment, until: Moment
) -> duckdb.DuckDBPyRelation:
    """What was lent, how, to whom, and when: checkouts, renewals and uses inside the library in
    parts?

    Definition: as `circulation` counts, at the branch whose desk did it: each branch's day from the
    circulation log where that has any event of it, else from the list of loans, never from both.
    Renewals of which only their number is known, and not when, are left out: they would be of no
    hour and no channel. Codes that differ only in capitals are one.

    Parameters
    ----------
    con : an open connection
    by : `item_type` (as at the event), `channel` (how it was done), `patron_group` (published
        tables withhold small counts), `hour`, with the day of the week, or `stock` (equipment, of
        types that libstats.toml calls so, and the collection)
    since, until : the period, since <= moment < until

    Returns one row per `source`, `branch` and part, ordered: the part (`item_type`, `channel`,
    `patron_group`, `stock`, or `weekday`, 1 for Monday, and `hour`, 14 for 14:00 to 14:59; NULL
    where the export does not tell it), `checkouts`, `renewals`, `in_house_uses` (events),
    `coverage` (whole, partly: what the exports tell of the checkouts at the branch in the months of
    the period), `reason` (why not whole). A branch of which nothing is told has no row.

    >>> libstats.circulation_by(con, "channel", since="2026-01-01", until="2026-02-01").columns[:3]
    ['source', 'branch', 'channel']
    """
    coverage.ready(con)
    named = "weekday, hour" if by == "hour" else by
    return con.sql(
        f"""
        with {_USE_TOLD},
        parted as (
            select
                source,
                branch,
                {PARTS[by]},
                kind
            from use
        )
        select
            p.source,
            p.branch,
            {named},
            count(*) filter (where kind = 'checkout') as checkouts,
            count(*) filter (where kind = 'renewal') as renewals,
            count(*) filter (where kind = 'in-house use') as in_house_uses,
            case coalesce(any_value(t.state), {OUTSIDE}) {STATE_WORDS} end as coverage,
            any_value(t.reason) as reason
        from parted p
        left join period_told t on t.branch = p.branch
        group by p.source, p.branch, {named}
        order by all nulls last
        """,
        params={"since": str(since), "until": str(until)},
    )


@asked
def active_borrowers(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Moment,
    until: Moment,
    by: BorrowersBy | None = None,
) -> duckdb.DuckDBPyRelation:
    """How many different patrons borrowed something?

    Definition: an active borrower is a patron who borrowed at least one item in the period (ISO
    2789:2022, 2.2.2), told apart by the keyed hash of the patron's number. A checkout whose patron
    the library system has since made anonymous, or whose key expired, may be by one more patron, or
    by one who is counted: `borrowers` is the least, `borrowers_high` the most. A patron of two
    systems is two.

    Parameters: `by` is `branch` (whose desk lent it) or `patron_group` (published tables withhold
    small counts); a patron of two counts in each, so that parts add up to more than all.

    Returns one row per `source` and part, ordered: the part, `checkouts` (events), `unknown`
    (checkouts whose patron is not known), `borrowers`, `borrowers_high` (patrons; NULL where no
    checkout tells its patron, and where a new secret key came between the loads that tell of the
    period: one patron has two keys then), `coverage` (whole, partly: what the exports tell of the
    checkouts of the period), `reason` (why not whole, or not told).

    >>> libstats.active_borrowers(con, since="2026-01-01", until="2026-02-01").columns[:2]
    ['source', 'checkouts']
    """
    coverage.ready(con)
    part = "" if by is None else f"p.{by},"
    return con.sql(
        f"""
        with {_USE_TOLD},
        -- loads of both sides of a change of keys tell of these days
        two_keys as (
            select f.source
            from loaded_day d
            join loaded_file f using (seq)
            where f.is_active
                and d.table_name in ('circulation_event', 'loan')
                and d.day >= $since::date
                and d.day < $until::timestamp
            group by f.source
            having exists (
                select 1
                from key_change k
                where k.seq > min(f.seq) and k.seq < max(f.seq)
            )
        ),
        lent as (
            select
                p.source,
                {part}
                count(*) as checkouts,
                count(*) filter (where p.patron_key is null) as unknown,
                count(distinct p.patron_key) as known,
                {TOGETHER.replace("state", f"coalesce(t.state, {OUTSIDE})")} as state,
                min(t.reason) as reason,
                bool_or(k.source is not null) as has_two_keys
            from use p
            left join period_told t on t.branch = p.branch
            left join two_keys k on k.source = p.source
            where p.kind = 'checkout'
            group by all
        )
        select
            source,
            {part.removeprefix("p.")}
            checkouts,
            unknown,
            if(known > 0 and not has_two_keys, known, null) as borrowers,
            if(known > 0 and not has_two_keys, known + unknown, null) as borrowers_high,
            case state {STATE_WORDS} end as coverage,
            case
                when has_two_keys then 'the secret key was changed between the exports that tell'
                when known = 0 then 'no export that is loaded tells whose checkouts they were'
                else reason
            end as reason
        from lent
        order by all nulls last
        """,
        params={"since": str(since), "until": str(until)},
    )
