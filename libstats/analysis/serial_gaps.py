"""Serials: what lacks between the issues that came."""

from __future__ import annotations

import duckdb

from libstats.analysis.serial_issues import ISSUES, read_sql
from libstats.definitions.parameters import Day, asked

__all__ = ["gaps_left_out", "serial_gaps"]

_READ = f"""
        {ISSUES},
        numbered as (
            select
                *,
                coalesce(subscription_id, 'title ' || title_id) || coalesce(' at ' || branch, '')
                    as of_serial,
                {read_sql("enumeration")} as place
            from issue
        ),
        -- where no volume is told, numbers that fall back begin anew
        fallen as (
            select
                *,
                place.volume is null and place.number < lag(place.number) over (
                    partition by source, of_serial, place.volume
                    order by expected_on nulls last, serial_issue_id
                ) as is_new
            from numbered
            where place.number is not null and of_serial is not null
        ),
        line as (
            select
                * exclude (place, is_new),
                place.volume as volume,
                place.number as first_number,
                greatest(place.last, place.number) as last_number,
                sum(coalesce(is_new, false)::integer) over (
                    partition by source, of_serial, place.volume
                    order by expected_on nulls last, serial_issue_id
                    rows unbounded preceding
                ) as run
            from fallen
        )"""


@asked
def serial_gaps(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which issues lack between those that came, or never came?

    Definition: numbers that lack between two received issues of one volume, at one branch. Every
    other issue that was given up is a gap too. Volume and number are read from the enumeration, by
    the patterns of enumeration_patterns.csv; a year may stand for the volume. A double issue fills
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
        come as (
            select
                *,
                max(last_number) over (
                    partition by source, of_serial, volume, run
                    order by first_number, last_number, serial_issue_id
                    rows between unbounded preceding and 1 preceding
                ) as before
            from line
            where stands = 'received'
        ),
        hole as (
            select
                source,
                of_serial,
                volume,
                run,
                before + 1 as from_number,
                first_number - 1 as to_number,
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
        summed as (
            select
                h.* exclude (of_serial, run),
                1 + h.to_number - h.from_number as width,
                coalesce(sum(t.numbers) filter (
                    where t.stands in ('late', 'to come', 'not known')
                ), 0) as to_claim,
                coalesce(sum(t.numbers) filter (where t.stands = 'never came'), 0) as never_came,
                coalesce(sum(t.numbers) filter (where t.stands = 'not published'), 0) as unpublished
            from hole h
            left join told_of t
                on t.source = h.source
                and t.of_serial = h.of_serial
                and t.volume is not distinct from h.volume
                and t.run = h.run
                and t.from_number = h.from_number
            group by all
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
                greatest(width - to_claim - never_came - unpublished, 0)::bigint as without_line,
                source
            from summed
            where width > unpublished
            union all
            select
                title,
                subscription_id,
                vendor,
                branch,
                place.volume,
                coalesce('no. ' || place.number, enumeration, 'issue ' || serial_issue_id),
                1,
                0,
                1,
                0,
                source
            from numbered n
            where stands = 'never came'
                and (source, serial_issue_id) not in (select (source, serial_issue_id) from told_of)
                and (source, serial_issue_id) not in (select (source, serial_issue_id) from doubled)
        )
        from gap
        order by title nulls last, subscription_id, volume, missing, source
        """,
        params={"as_of": str(as_of)},
    )


@asked
def gaps_left_out(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which issues could not be laid in a row, so that a gap beside them is not seen?

    Parameters as for `serial_gaps`. Returns `reason` and `rows` (issues), zero included.
    """
    return con.sql(
        f"""
        with
        {_READ}
        select
            'no enumeration is told' as reason,
            count(*) filter (where coalesce(trim(enumeration), '') = '') as rows
        from numbered
        union all
        select
            'its enumeration is written so that no number can be read',
            count(*) filter (where trim(enumeration) <> '' and place.number is null)
        from numbered
        union all
        select
            'neither subscription nor title is told',
            count(*) filter (where place.number is not null and of_serial is null)
        from numbered
        """,
        params={"as_of": str(as_of)},
    )
