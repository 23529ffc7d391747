"""Titles of digital lending: which licences end, and for which titles too many wait."""

from __future__ import annotations

import duckdb

from libstats.analysis.work.hold_queues import BUY_FROM
from libstats.declaration.raw import quoted
from libstats.definitions.parameters import Day, asked
from libstats.definitions.roles import QUEUED, folded_sql

__all__ = [
    "FEW_CHECKOUTS",
    "SOON_DAYS",
    "TERMED",
    "digital_endings",
    "digital_holds",
    "endings_left_out",
    "holds_left_out",
]

SOON_DAYS = 60
"""Days before a licence ends from which it is to be thought of: OverDrive's own carts of what ends
look 30 days ahead, and many libraries order once a month."""
FEW_CHECKOUTS = 3
"""Bought checkouts that are left, from which a title is to be thought of."""

# termed: the titles with the kind of terms that their lending model is (NULL: not told, or
# undeclared), and what makes two rows one title: the ISBN, else title and author
TERMED = f"""
        termed as (
            select
                t.*,
                r.role as terms,
                lending_model is not null and r.role is null as is_undeclared,
                concat_ws(
                    chr(31),
                    t.source,
                    coalesce(collection, ''),
                    lower(coalesce(format, '')),
                    coalesce(isbn, concat_ws(chr(31), title, author), digital_title_id)
                ) as same
            from digital_title t
            left join (
                select source, code, min(role) as role
                from role
                where about = 'digital_title' and coalesce(field, 'lending_model') = 'lending_model'
                group by all
            ) r on r.source = t.source and r.code = {folded_sql("t.lending_model")}
        )"""
# ends: a licence ends by its last day, or by its last checkout. That none is left of none that was
# bought says nothing.
_ENDS = f"""
        {TERMED},
        counted as (
            select
                * exclude (holds),
                -- whoever waits for a title waits for whichever copy of it comes
                max(holds) over (partition by same) as holds,
                coalesce(expires_on, pay_per_use_until) as ends_on,
                if(checkouts_bought > 0 or checkouts_left > 0, checkouts_left, null) as left_over
            from termed
        ),
        judged as (
            select
                *,
                case
                    when left_over = 0 then 'used up'
                    when ends_on < $as_of::date then 'ended'
                    when left_over <= $few then 'few left'
                    when ends_on <= $as_of::date + $within then 'soon'
                end as standing
            from counted
        )"""


@asked
def digital_endings(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    within_days: int = SOON_DAYS,
    few_checkouts: int = FEW_CHECKOUTS,
) -> duckdb.DuckDBPyRelation:
    """Which licences of digital titles end soon, so that somebody must decide to buy them again?

    Definition: a title, in one format and lending model, is listed by any of two ends. One is a
    day that is past, or comes within `within_days` of `as_of`. It is that on which the last copy
    expires, or on which the price for each checkout ends. The other is its bought checkouts: at
    most `few_checkouts` are left. As the platform's newest list has it; unproven on real files.

    Parameters
    ----------
    con : an open connection
    as_of : the day that it is asked for
    within_days : how many days ahead it looks
    few_checkouts : how many checkouts are few

    Returns one row per title, format and lending model, those with most holds first: `title`,
    `author`, `isbn`, `format`, `lending_model`, `collection` (as exported; NULL: not told),
    `standing` (used up, ended, few left, soon), `ends_on` (day; NULL: by checkouts alone),
    `days_left` (days; negative when past), `checkouts_left` (NULL: not metered so), `holds`
    (patrons who wait for the title in this format, in whichever lending model; NULL: not told),
    `lifetime_checkouts`, `is_held_otherwise` (true where another lending model of the same title
    goes on), `price` (of one, at present), `currency`, `digital_title_id`, `source`.

    >>> libstats.digital_endings(con, as_of="2026-10-31").columns[:3]
    ['title', 'author', 'isbn']
    """
    return con.sql(
        f"""
        with
        {_ENDS},
        going_on as (
            select distinct same
            from judged
            where standing is null
                and (copies > 0 or terms in ('simultaneous use', 'cost per checkout'))
        )
        select
            title,
            author,
            isbn,
            format,
            lending_model,
            collection,
            standing,
            ends_on,
            ends_on - $as_of::date as days_left,
            left_over as checkouts_left,
            holds,
            lifetime_checkouts,
            same in (select same from going_on) as is_held_otherwise,
            price,
            currency,
            digital_title_id,
            source
        from judged
        where standing is not null
        order by coalesce(holds, 0) desc, ends_on nulls last, left_over nulls last, title,
            digital_title_id, source
        """,
        params={"as_of": str(as_of), "within": int(within_days), "few": int(few_checkouts)},
    )


@asked
def endings_left_out(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    within_days: int = SOON_DAYS,
    few_checkouts: int = FEW_CHECKOUTS,
) -> duckdb.DuckDBPyRelation:
    """Which titles did `digital_endings` not list, and why?

    Parameters as for it. Returns `reason` and `rows` (titles by format and lending model), zero
    included.
    """
    return con.sql(
        f"""
        with
        {_ENDS}
        select
            'no end is told' as reason,
            count(*) filter (where ends_on is null and left_over is null) as rows
        from judged
        union all
        select
            'they end later',
            count(*) filter (
                where standing is null and (ends_on is not null or left_over is not null)
            )
        from judged
        """,
        params={"as_of": str(as_of), "within": int(within_days), "few": int(few_checkouts)},
    )


@asked
def digital_holds(
    con: duckdb.DuckDBPyConnection, *, holds_a_copy: int = BUY_FROM
) -> duckdb.DuckDBPyRelation:
    """How many wait for one copy of each digital title, and where should another be bought?

    Definition: holds of a title in one format, for each copy that serves one patron at a time. The
    models that do so share one queue, so their copies stand together. Under all others nobody
    queues. Copies of a licence whose bought checkouts are used up lend no more. Where rows of one
    title tell of different holds, the most is taken, so the truth may be more. A title is judged
    where its models are all known and all have that queue. As the platform's newest list has it;
    unproven on real files.

    Parameters
    ----------
    con : an open connection
    holds_a_copy : how many may wait for one copy

    Returns one row per title and format with holds, the longest queue first: `title`, `author`,
    `isbn`, `format`, `lending_models` (as exported; NULL: not told), `collection`, `holds`,
    `copies` (that still lend), `holds_per_copy` (NULL: cannot be judged), `to_buy` (copies, until
    no more than `holds_a_copy` wait for one; 0: enough; NULL: cannot be judged), `standing` (buy,
    enough, no copy left, cannot judge), `why` (it cannot be judged), `price` (of one; NULL where
    there are several models), `currency`, `source`.

    >>> libstats.digital_holds(con).columns[:3]
    ['title', 'author', 'isbn']
    """
    queued = ", ".join(map(quoted, QUEUED))
    return con.sql(
        f"""
        with
        {TERMED},
        queue as (
            select
                any_value(title) as title,
                any_value(author) as author,
                any_value(isbn) as isbn,
                any_value(format) as format,
                string_agg(distinct lending_model, '; ' order by lending_model) as lending_models,
                any_value(collection) as collection,
                max(holds) as holds,
                sum(
                    if(checkouts_left = 0 and checkouts_bought > 0, 0, copies)
                ) filter (where terms in ({queued}) or lending_model is null)::bigint as copies,
                coalesce(bool_or(terms not in ({queued})), false) as is_also_unqueued,
                bool_or(is_undeclared) as is_undeclared,
                if(count(*) = 1, any_value(price), null) as price,
                if(count(*) = 1, any_value(currency), null) as currency,
                any_value(source) as source,
                same
            from termed
            group by same
            having max(holds) > 0
        ),
        judged as (
            select
                *,
                case
                    when is_undeclared then 'nobody declared its lending model'
                    when is_also_unqueued then 'it is also lent without a queue'
                    when copies is null then 'its copies are not told'
                end as why
            from queue
        )
        select
            title,
            author,
            isbn,
            format,
            lending_models,
            collection,
            holds,
            copies,
            if(why is null, holds / nullif(copies, 0), null) as holds_per_copy,
            if(
                why is null,
                greatest(ceil(holds / $most)::bigint - copies, 0),
                null
            ) as to_buy,
            case
                when why is not null then 'cannot judge'
                when copies = 0 then 'no copy left'
                when holds > $most * copies then 'buy'
                else 'enough'
            end as standing,
            why,
            price,
            currency,
            source
        from judged
        order by holds_per_copy desc nulls last, holds desc, title, same
        """,
        params={"most": int(holds_a_copy)},
    )


@asked
def holds_left_out(
    con: duckdb.DuckDBPyConnection, *, holds_a_copy: int = BUY_FROM
) -> duckdb.DuckDBPyRelation:
    """Which titles are not in `digital_holds`, and why?

    Parameters as for it. Returns `reason` and `rows` (titles by format), zero included.
    """
    return con.sql(
        f"""
        with
        {TERMED},
        queue as (
            select same, max(holds) as holds
            from termed
            group by same
        )
        select
            'nobody waits' as reason,
            count(*) filter (where holds = 0) as rows
        from queue
        union all
        select
            'holds are not told',
            count(*) filter (where holds is null)
        from queue
        """
    )
