"""Alarms: what in the loaded exports looks as it does when something went wrong on the way here.

Each alarm is one query over the current tables or the loads; none is ever true of data that are in
order.
"""

from __future__ import annotations

import duckdb

from libstats import schema
from libstats.analysis.alarms_of_loads import OF_LOADS
from libstats.analysis.collection.copies import MIGRATION_DAY
from libstats.declaration import spreadsheet
from libstats.definitions import codes, coverage, days
from libstats.definitions.parameters import asked


def _days_of(table: str) -> str:
    """SQL: source, item_key, field, day of each day of the copies of a table."""
    return f"""
            unpivot (
                select
                    source,
                    item_key,
                    {", ".join(f"{day}::varchar as {day}" for day in days.OF_COPIES)}
                from {table}
            )
            on {", ".join(days.OF_COPIES)}
            into name field value day
        """


def _numbers() -> str:
    """SQL: source, place, number of everything that has a number of its own, or a barcode."""
    by_hand = ("code", "fund", "vendor")
    return " union all ".join(
        f"select source, '{table.name}.{column.name}' as place, {column.name} as number"
        f" from {table.name} where {column.name} is not null"
        for table in schema.tables().values()
        if table.name not in by_hand
        for column in table.columns
        if column.name == "barcode" or (column.name,) == table.exported_key
    )


# name -> (what a person is told, SQL that gives source, place, rows; rows only where there is
# something to tell)
ALARMS: dict[str, tuple[str, str]] = {
    **OF_LOADS,
    "barcodes from a spreadsheet": (
        "barcodes such as 1.23457E+13 went through a spreadsheet and lost their last digits; "
        "export again without opening the file there",
        """
        select
            source,
            place,
            count(*) as rows
        from (
            select source, 'item' as place, barcode
            from item
            union all
            select source, 'loan', barcode
            from loan
        )
        where regexp_full_match(barcode, '[0-9][.,]?[0-9]*[eE][+][0-9]+')
        group by source, place
        """,
    ),
    "numbers that are dates": (
        "numbers or barcodes such as 2-Jan or 2026-01-02 stand between others that are no dates: a "
        "spreadsheet took 1-2 for a day; export again without opening the file there",
        f"""
        with number as ({_numbers()}),
        form as (
            select
                source,
                place,
                -- 2003-05-12 is a number where 2003-05-120 is one
                case
                    when length(number) < 25 and regexp_matches(number, '[-/. ]')
                        then regexp_replace(number, '[0-9]+', '9', 'g')
                end as form,
                count(*) as n,
                count(*) filter (
                    where length(number) < 25 and regexp_full_match(number, '{spreadsheet.DAY}')
                ) as dated
            from number
            group by all
        )
        select
            source,
            place,
            sum(dated) filter (where dated = n) as rows
        from form
        group by source, place
        having rows > 0 and sum(n) > sum(dated)
        """,
    ),
    "garbled letters": (
        "letters with accents are garbled: a program between the system and libstats took the file "
        "for another encoding; export again without it",
        r"""
        select
            source,
            place,
            count(*) as rows
        from (
            select source, 'title' as place, title as words
            from title
            union all
            select source, 'item', concat_ws(' ', owning_branch, call_number)
            from item
        )
        where regexp_matches(words, '\x{FFFD}|\x{E2}\x{20AC}')
            or regexp_matches(
                words,
                '\x{C3}[\x{80}-\x{BF}\x{0152}-\x{0192}\x{02C6}-\x{02DC}\x{2013}-\x{2122}]'
            )
        group by source, place
        """,
    ),
    "total rows": (
        "rows that look like totals are counted as data",
        """
        select
            source,
            'item' as place,
            count(*) as rows
        from item
        where regexp_full_match(
                lower(coalesce(barcode, item_id, '')),
                '(grand |sub)?total:?'
            )
            or regexp_full_match(lower(coalesce(owning_branch, '')), '(grand |sub)?total:?')
        group by source
        """,
    ),
    "two clocks": (
        "loans or requests that end before they begin: two clocks, or two time zones, wrote one "
        "row; durations of these systems are doubtful",
        """
        select
            source,
            'loan' as place,
            count(*) as rows
        from loan
        where returned_at < checked_out_at
        group by source
        union all
        select
            source,
            'ill_request' as place,
            count(*) as rows
        from ill_request
        where status_since < created_at
        group by source
        """,
    ),
    "direction unknown": (
        "requests that say neither borrowing, lending nor document delivery are in no figure of "
        "these; add the column that tells (ILLiad: Process Type)",
        """
        select
            source,
            'ill_request' as place,
            count(*) as rows
        from ill_request
        where direction is null
        group by source
        """,
    ),
    "migration day": (
        "over a quarter of all copies were added on one day: that is a migration, not work",
        """
        select
            source,
            'item added on ' || added_on as place,
            count(*) as rows
        from dated_item d
        where added_on is not null
        group by source, added_on
        having count(*) >= 100
            and count(*) > 0.25 * (select count(*) from item i where i.source = d.source)
        """,
    ),
    "code without a role": (
        "nobody declared what this code means, so nothing is concluded from it: its copies are not "
        "judged and not counted, its cases stand apart; add to libstats.toml what stands in "
        "brackets, and below it the rest with a role "
        f"in place of the points (of copies: {', '.join(codes.COPY_ROLES)})",
        f"""
        select
            source,
            line as place,
            rows
        from ({codes.undeclared()})
        """,
    ),
    "impossible days": (
        "days that are none (1900-01-01, 1970-01-01, 9999 and the like), days after the export, or "
        "last uses before the copies came: they are taken for blank",
        f"""
        with {MIGRATION_DAY},
        day as ({_days_of("item")}),
        believed as ({_days_of("dated_item")})
        select
            source,
            'item, ' || field as place,
            count(*) as rows
        from day anti join believed using (source, item_key, field)
        group by all
        union all
        select
            i.source,
            'item, last_borrowed_on before added_on',
            count(*) filter (where i.last_borrowed_on < i.added_on)
        from dated_item i anti join migration_day using (source, added_on)
        group by all
        -- single copies are entered anew, with a new day
        having count(*) filter (where i.last_borrowed_on < i.added_on) > 0.01 * count(*)
        """,
    ),
}


@asked
def check(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """What in the loaded exports looks wrong, and should be looked at before the figures are
    believed?

    Returns one row per alarm and place: `alarm`, `source`, `place` (file or table), `rows` (rows
    concerned, in the gap in a log: days), `meaning` (what it means and what to do), ordered by
    alarm, source, place; no row where all is well.

    >>> list(dict.fromkeys(row[0] for row in libstats.check(con).fetchall()))[:3]
    ['barcodes from a spreadsheet', 'code without a role', 'gap in a log']
    """
    coverage.ready(con)
    alarms = " union all ".join(
        f"""
        select
            $name_{place} as alarm,
            source,
            place,
            rows::bigint as rows,
            $meaning_{place} as meaning
        from ({sql})
        """
        for place, (_, sql) in enumerate(ALARMS.values())
    )
    words = {f"name_{place}": name for place, name in enumerate(ALARMS)}
    words |= {f"meaning_{place}": meaning for place, (meaning, _) in enumerate(ALARMS.values())}
    return con.sql(f"{alarms} order by alarm, source, place", params=words)
