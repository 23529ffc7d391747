"""Copies: which of them the library has, and what the systems' words for their condition say."""

from __future__ import annotations

import duckdb

from libstats.definitions import codes
from libstats.definitions.parameters import Day, asked

# SQL: roles of a copy, of the row s of copy_state. Their codes are in the lists beside the sources.
IS_MISSING = "s.role in ('lost', 'paid for', 'missing', 'claimed returned')"

# The day a copy was received, for those whose own record does not tell when it came.
RECEIVED = """
    received as (
        select
            source,
            item_id,
            min(
                coalesce(
                    believed_day(received_on, null),
                    believed_day(received_at::date, null)
                )
            ) as received_on
        from order_copy
        where item_id is not null
        group by all
    )
"""

# A day on which so many copies were added that it is the day they were copied from another system:
# at least 100, and at least 20 times as many as on the middle one of all days with additions, or at
# least half of all copies of the source.
MIGRATION_DAY = """
    added_day as (
        select
            source,
            added_on,
            count(*) as copies
        from dated_item
        where added_on is not null
        group by all
    ),
    migration_day as (
        select
            source,
            added_on,
            copies
        from added_day
        qualify copies >= 100
            and (
                copies >= 20 * median(copies) over (partition by source)
                or 2 * copies >= sum(copies) over (partition by source)
            )
    )
"""


def undeclared_codes(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Which codes of copies did nobody declare, so that their copies cannot be judged?

    Returns one row per code, the commonest first: `source`, `field` (column of `item`), `code`,
    `rows` (copies) and `line`, the beginning of the line in libstats.toml that would declare it.
    """
    return con.sql(
        f"""
        select
            source,
            field,
            code,
            rows,
            line
        from ({codes.undeclared()})
        where about = 'item'
        order by rows desc, source, field, code
        """
    )


@asked
def missing_copies(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which copies does the catalogue still show though they are lost, missing or claimed returned?

    Definition: a code of the copy has the role lost, missing or claimed returned (`copy_state`);
    withdrawn copies are left out. They are no matter of weeding: search once
    more, then mend the record. Returns one row per copy, the longest lost first: `branch` (owner),
    `location`, `call_number`, `barcode`, `title`, `lost_on` (day; NULL where not exported),
    `days_lost` (days), `lost_code`, `status`, `last_seen_on` (day), `scanned_on` (day on
    which a scan of a shelf saw it last, where nothing is newer, not even its loss).
    """
    return con.sql(
        f"""
        select
            i.owning_branch as branch,
            i.location,
            i.call_number,
            i.barcode,
            t.title,
            i.lost_on,
            $as_of::date - i.lost_on as days_lost,
            i.lost_code,
            i.status,
            i.last_seen_on,
            c.day as scanned_on
        from dated_item i
        join copy_state s using (source, item_key)
        left join title t using (source, title_id)
        left join (
            select
                barcode,
                max(scanned_at)::date as day
            from shelf_scan
            where is_seen
            group by barcode
        ) c on c.barcode = i.barcode
            and c.day = i.last_seen_on
            and c.day >= coalesce(i.lost_on, c.day)
        where {IS_MISSING}
        order by
            i.lost_on nulls last,
            i.owning_branch nulls last,
            i.location nulls last,
            call_number_key(i.call_number, i.call_number_scheme) nulls last,
            i.source,
            i.item_key
        """,
        params={"as_of": str(as_of)},
    )
