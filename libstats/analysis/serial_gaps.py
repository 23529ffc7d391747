"""Serials: what lacks between the issues that came."""

from __future__ import annotations

import duckdb

from libstats.analysis.serial_rows import LAID
from libstats.definitions.parameters import Day, asked

__all__ = ["gaps_left_out", "issues_unread", "serial_gaps"]

NO_ENUMERATION = "no enumeration is told"
NO_NUMBER = "its enumeration is written so that no number can be read"
NO_SERIAL = "neither subscription nor title is told"
OTHERWISE_WRITTEN = "its enumeration is written otherwise than those around it"
REASONS = (NO_ENUMERATION, NO_NUMBER, NO_SERIAL, OTHERWISE_WRITTEN)
NAMED = 5  # issues by name in a reason


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
        {LAID},
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
        {LAID}
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
