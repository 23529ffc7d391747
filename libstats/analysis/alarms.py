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
from libstats.declaration.raw import quoted
from libstats.definitions import codes, coverage, days, decisions, roles
from libstats.definitions.parameters import asked

UNDECLARED = "code without a role"  # one thing, however many rows carry it


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


# SQL: the roles of the column in which a code stands
_WORDS = " ".join(
    f"when about = {quoted(about)} and field = {quoted(field)}"
    f" then {quoted(', '.join(roles.offered(about, field)))}"
    for about, fields in roles.FIELDS.items()
    for field in fields
)
# name -> (what a person is told, SQL that gives source, place, rows; rows only where there is
# something to tell; and `thing`, where not the place but another text tells two alarms apart)
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
    "barcode of several copies": (
        "copies that are held carry one barcode, so that loans and scans of it are of nobody knows "
        "which. Look both up in your system, and give one another barcode. The first are:",
        """
        select
            source,
            'item' as place,
            count(*) as rows,
            array_to_string(list(barcode order by barcode)[:3], ', ') as words
        from (
            select source, barcode
            from item join copy_state using (source, item_key)
            where barcode is not null and coalesce(is_held, true)
            group by all
            having count(*) > 1
        )
        group by source
        """,
    ),
    "numbers that are dates": (
        "numbers or barcodes such as 2-Jan or 2026-01-02 stand between others that are no dates: a "
        "spreadsheet took 1-2 for a day. Export again, and leave the file shut there",
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
    UNDECLARED: (
        "nobody declared what this code means. What carries it is not judged and stands apart. Add "
        "to libstats.toml what stands in brackets, and below it the rest with a role in place of "
        "the points, one of:",
        f"""
        select
            source,
            line as place,
            rows,
            case {_WORDS} end as words
        from ({codes.undeclared()})
        """,
    ),
    "issues of no subscription": (
        "issues name subscriptions that are on no list: how often these come, and until when they "
        "are paid, is not known. Add their lines to the list of subscriptions, or correct the "
        "number",
        """
        select
            s.source,
            'subscription ' || min(s.subscription_id) || case
                when count(distinct s.subscription_id) > 1
                    then ' and ' || count(distinct s.subscription_id) - 1 || ' more'
                else ''
            end as place,
            count(*) as rows
        from serial_issue s
        anti join subscription b
            on b.subscription_id = s.subscription_id and b.source in (s.source, 'own')
        where s.subscription_id is not null and exists (from subscription)
        group by s.source
        """,
    ),
    "impossible days": (
        "days that are none (1900-01-01, 1970-01-01, 9999 and the like), days after the export, or "
        "last uses before the copies came. They are taken for blank",
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
    alarm, source, place; no row where all is well. Each has an `id`, which is the same as long as
    the same is wrong with the same file, table, code or days. Of one that was accepted also
    `accepted_for` (the reason; NULL: it was not), `accepted_until` (day; NULL: none was said),
    `accepted_rows` (rows concerned then; NULL: not known), whether it holds still or not.

    >>> list(dict.fromkeys(row[0] for row in libstats.check(con).fetchall()))[:3]
    ['barcodes from a spreadsheet', 'code without a role', 'gap in a log']
    """
    coverage.ready(con)
    alarms = " union all by name ".join(
        f"""
        select
            $name_{place} as alarm,
            $meaning_{place} as meaning,
            *
        from ({sql})
        """
        for place, (_, sql) in enumerate(ALARMS.values())
    )
    words = {f"name_{place}": name for place, name in enumerate(ALARMS)}
    words |= {f"meaning_{place}": meaning for place, (meaning, _) in enumerate(ALARMS.values())}
    return con.sql(
        f"""
        with found as ({alarms}),
        named as (
            select
                *,
                {decisions.alarm_id_sql("alarm", "source", "coalesce(thing, place)")} as id
            from found
        )
        select
            n.alarm,
            n.source,
            n.place,
            n.rows::bigint as rows,
            concat_ws(' ', n.meaning, n.words) as meaning,
            n.id,
            d.reason as accepted_for,
            d.until_on as accepted_until,
            {decisions.rows_sql("d.seen")} as accepted_rows
        from named n
        left join newest_decision d
            on d.process = '{decisions.ALARM}'
            and d.decision = '{decisions.ACCEPT}'
            and d.case_source = n.source
            and d.case_id = n.id
        order by n.alarm, n.source, n.place, n.id
        """,
        params=words,
    )
