"""Serials: what lacks between the issues that came."""

from __future__ import annotations

import duckdb

from libstats.analysis.serial_issues import ISSUES, read_sql
from libstats.definitions.parameters import Day, asked

__all__ = ["gaps_left_out", "issues_unread", "serial_gaps"]

NO_ENUMERATION = "no enumeration is told"
NO_NUMBER = "its enumeration is written so that no number can be read"
NO_SERIAL = "neither subscription nor title is told"
OTHERWISE_WRITTEN = "its enumeration is written otherwise than those around it"
REASONS = (NO_ENUMERATION, NO_NUMBER, NO_SERIAL, OTHERWISE_WRITTEN)
NAMED = 5  # issues by name in a reason

# An issue without a volume among those of one volume is of that volume where its numbers, with
# those of its like beside it, fill the place between them exactly.
_READ = f"""
        {ISSUES},
        numbered as (
            select
                *,
                coalesce(subscription_id, 'title ' || title_id) || coalesce(' at ' || branch, '')
                    as of_serial,
                {read_sql("enumeration")} as place,
                row_number() over (
                    partition by source, of_serial
                    order by coalesce(expected_on, received_on) nulls last, serial_issue_id
                ) as nth
            from issue
        ),
        beside as (
            select
                source,
                serial_issue_id,
                of_serial,
                place,
                place.number as first_number,
                greatest(place.last, place.number) as last_number,
                last_value(
                    if(
                        place.volume is null,
                        null,
                        {{'nth': nth, 'volume': place.volume,
                            'number': greatest(place.last, place.number)}}
                    )
                    ignore nulls
                ) over (
                    partition by source, of_serial order by nth
                    rows between unbounded preceding and 1 preceding
                ) as above,
                first_value(
                    if(
                        place.volume is null,
                        null,
                        {{'nth': nth, 'volume': place.volume, 'number': place.number}}
                    )
                    ignore nulls
                ) over (
                    partition by source, of_serial order by nth
                    rows between 1 following and unbounded following
                ) as below
            from numbered
            where of_serial is not null
        ),
        fitting as (
            select
                source,
                unnest(list(serial_issue_id)) as serial_issue_id,
                any_value(above.volume) as of_volume
            from beside
            where place.number is not null and place.volume is null
            group by source, of_serial, above.nth, below.nth
            having any_value(above.volume) = any_value(below.volume)
                and min(first_number) = any_value(above.number) + 1
                and max(last_number) = any_value(below.number) - 1
                and sum(1 + last_number - first_number)
                    = any_value(below.number) - any_value(above.number) - 1
        ),
        laid as (
            select
                n.*,
                coalesce(n.place.volume, f.of_volume) as volume,
                case
                    when n.place.number is null then 'none'
                    when volume is null then 'number'
                    when volume between 1900 and 2099 then 'year and number'
                    else 'volume and number'
                end as form
            from numbered n
            left join fitting f using (source, serial_issue_id)
        ),
        -- where no volume is told, numbers that fall back begin anew
        fallen as (
            select
                *,
                volume is null and place.number < lag(place.number) over (
                    partition by source, of_serial, volume
                    order by nth
                ) as is_new
            from laid
            where place.number is not null and of_serial is not null
        ),
        line as (
            select
                * exclude (place, is_new),
                place.number as first_number,
                greatest(place.last, place.number) as last_number,
                sum(coalesce(is_new, false)::integer) over (
                    partition by source, of_serial, volume
                    order by nth
                    rows unbounded preceding
                ) as run
            from fallen
        ),
        come as (
            select
                *,
                max(last_number) over earlier as before,
                arg_max(nth, last_number) over earlier as nth_before
            from line
            where stands = 'received'
            window earlier as (
                partition by source, of_serial, volume, run
                order by first_number, last_number, serial_issue_id
                rows between unbounded preceding and 1 preceding
            )
        ),
        hole as (
            select
                source,
                of_serial,
                volume,
                run,
                form,
                before + 1 as from_number,
                first_number - 1 as to_number,
                least(nth, nth_before) as after_nth,
                greatest(nth, nth_before) as until_nth,
                title,
                subscription_id,
                vendor,
                branch
            from come
            where first_number > before + 1
        ),
        told_of as (
            select
                h.source,
                h.of_serial,
                h.volume,
                h.run,
                h.from_number,
                l.serial_issue_id,
                l.stands,
                -- of a double issue that reaches over the hole, what lies in it
                1 + least(l.last_number, h.to_number) - greatest(l.first_number, h.from_number)
                    as numbers
            from hole h
            join line l
                on l.source = h.source
                and l.of_serial = h.of_serial
                and l.volume is not distinct from h.volume
                and l.run = h.run
                and l.first_number <= h.to_number
                and l.last_number >= h.from_number
            -- of two lines of one number the one that may still come
            qualify row_number() over (
                partition by h.source, h.of_serial, h.volume, h.run, h.from_number, l.first_number
                order by l.stands in ('late', 'to come', 'not known') desc, l.serial_issue_id
            ) = 1
        ),
        summed as (
            select
                h.*,
                1 + h.to_number - h.from_number as width,
                coalesce(sum(t.numbers) filter (
                    where t.stands in ('late', 'to come', 'not known')
                ), 0) as to_claim,
                coalesce(sum(t.numbers) filter (where t.stands = 'never came'), 0) as never_came,
                coalesce(sum(t.numbers) filter (where t.stands = 'not published'), 0)
                    as unpublished
            from hole h
            left join told_of t
                on t.source = h.source
                and t.of_serial = h.of_serial
                and t.volume is not distinct from h.volume
                and t.run = h.run
                and t.from_number = h.from_number
            group by all
        ),
        measured as (
            select
                *,
                greatest(width - to_claim - never_came - unpublished, 0) as without_line
            from summed
        ),
        -- what came between both sides of a hole, and is written in another form, may be what lacks
        stranger as (
            select distinct
                s.source,
                s.serial_issue_id,
                h.of_serial,
                h.volume,
                h.run,
                h.from_number
            from measured h
            join laid s
                on s.source = h.source
                and s.of_serial = h.of_serial
                and s.nth > h.after_nth
                and s.nth < h.until_nth
                and s.form <> h.form
                and s.stands = 'received'
            where h.without_line > 0
        ),
        sure as (
            select *
            from measured h
            anti join stranger s
                on s.source = h.source
                and s.of_serial = h.of_serial
                and s.volume is not distinct from h.volume
                and s.run = h.run
                and s.from_number = h.from_number
        )"""


@asked
def serial_gaps(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which issues lack between those that came, or never came?

    Definition: numbers that lack between two received issues of one volume, at one branch. Every
    other issue that was given up is a gap too. Volume and number are read from the enumeration, by
    the patterns of enumeration_patterns.csv; a year may stand for the volume. An issue without a
    volume is of the one around it where its numbers fit there exactly. Where another came in
    between that is written otherwise, no gap is told: it may be what lacks. A double issue fills
    both numbers. Unpublished issues leave no gap. Before the first and after the last issue that
    came, only what was given up is a gap: nothing tells how long a volume is.

    Parameters: `as_of`, the day up to which open issues have aged.

    Returns one row per gap, ordered by title: `title`, `subscription_id`, `vendor`, `branch`,
    `volume` (NULL: not told), `missing` (the numbers, else the enumeration), `issues` (how many
    lack; the sum of the next three), `to_claim` (open: they may still come), `never_came` (given
    up), `without_line` (no line of the list tells of them), `source`.

    >>> libstats.serial_gaps(con, as_of="2026-10-31").columns[:3]
    ['title', 'subscription_id', 'vendor']
    """
    return con.sql(
        f"""
        with
        {_READ},
        -- given up, while another line of the same number came
        doubled as (
            select
                l.source,
                l.serial_issue_id
            from line l
            semi join come c
                on c.source = l.source
                and c.of_serial = l.of_serial
                and c.volume is not distinct from l.volume
                and c.run = l.run
                and c.first_number <= l.first_number
                and c.last_number >= l.last_number
            where l.stands = 'never came'
        ),
        gap as (
            select
                title,
                subscription_id,
                vendor,
                branch,
                volume,
                if(from_number = to_number, 'no. ', 'nos. ')
                    || concat_ws(' to ', from_number, nullif(to_number, from_number)) as missing,
                (width - unpublished)::bigint as issues,
                to_claim::bigint as to_claim,
                never_came::bigint as never_came,
                without_line::bigint as without_line,
                source
            from sure
            where width > unpublished
            union all
            select
                title,
                subscription_id,
                vendor,
                branch,
                volume,
                coalesce('no. ' || place.number, enumeration, 'issue ' || serial_issue_id),
                1,
                0,
                1,
                0,
                source
            from laid
            where stands = 'never came'
                and (source, serial_issue_id) not in (
                    select (t.source, t.serial_issue_id)
                    from told_of t
                    semi join sure h
                        on t.source = h.source
                        and t.of_serial = h.of_serial
                        and t.volume is not distinct from h.volume
                        and t.run = h.run
                        and t.from_number = h.from_number
                )
                and (source, serial_issue_id) not in (select (source, serial_issue_id) from doubled)
        )
        from gap
        order by title nulls last, subscription_id, volume, missing, source
        """,
        params={"as_of": str(as_of)},
    )


@asked
def issues_unread(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which issues can be laid in no row with others, so that a gap beside them is not seen?

    Parameters as for `serial_gaps`. Returns one row per issue, ordered: `reason`, `title`,
    `subscription_id`, `branch`, `enumeration`, `expected_on` (day), `serial_issue_id`, `source`.
    """
    return con.sql(
        f"""
        with
        {_READ}
        select
            case
                when coalesce(trim(enumeration), '') = '' then '{NO_ENUMERATION}'
                when place.number is null then '{NO_NUMBER}'
                when of_serial is null then '{NO_SERIAL}'
                else '{OTHERWISE_WRITTEN}'
            end as reason,
            title,
            subscription_id,
            branch,
            enumeration,
            expected_on,
            serial_issue_id,
            source
        from laid
        where place.number is null
            or of_serial is null
            or (source, serial_issue_id) in (select (source, serial_issue_id) from stranger)
        order by reason, title nulls last, subscription_id, expected_on, serial_issue_id, source
        """,
        params={"as_of": str(as_of)},
    )


@asked
def gaps_left_out(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which issues could not be laid in a row, so that a gap beside them is not seen?

    Parameters as for `serial_gaps`. Returns `reason`, with the first issues by name, and `rows`
    (issues), zero included.
    """
    named = ", ".join(f"('{reason}', {place})" for place, reason in enumerate(REASONS))
    first = f"[1:{NAMED}]"
    return (
        issues_unread(con, as_of=as_of)
        .set_alias("u")
        .join(
            con.sql(f"select * from (values {named}) as t(why, place)").set_alias("w"),
            "u.reason = w.why",
            "right",
        )
        .aggregate(
            f"""
            why || coalesce(
                ': ' || list_aggregate(
                    (list(
                        concat_ws(
                            ', ',
                            coalesce(title, 'subscription ' || subscription_id),
                            coalesce(enumeration, 'issue ' || serial_issue_id)
                        )
                        order by title, expected_on, serial_issue_id
                    ) filter (where reason is not null)){first},
                    'string_agg',
                    '; '
                ) || if(count(reason) > {NAMED}, '; and others', ''),
                ''
            ) as reason,
            count(reason) as rows,
            place
            """,
            "why, place",
        )
        .order("place")
        .select("reason, rows")
    )
