"""Ares, of Atlas Systems: what its reports, or a query of its tables, give of course reserves.

Names of instructors and titles are never read. The day of the status is that of its last change:
when the thing was asked for is not told.
"""

from libstats.declaration.source import Source

RESERVES = Source(
    system="ares",
    name="course reserves",
    recognise=("aresitemid", "currentstatus", "currentstatusdate"),
    headings={
        "aresitemid": ("itemid", "item id"),
        "courseid": ("class id", "classid"),
        "pickuplocation": ("pickup location",),
    },
    happened=("updated_at",),
    loose=("available_at", "cancelled_at"),
    dates="day, month as a word, year, as in 02-Oct-24, or year first",
    fills={
        "reserve_request": """
    select
        "aresitemid" as reserve_request_id,
        "courseid" as course,
        "pickuplocation" as branch,
        "itemformat" as format,
        iso_time("creationdate") as requested_at,
        -- of an item that students can use the status no longer changes, unless it is taken off
        case
            when lower(trim("currentstatus")) in (
                'item available at reserve desk', 'item available at reserves desk',
                'item available on electronic reserves'
            )
                then worded_date("currentstatusdate")::timestamp
        end as available_at,
        case
            when lower(trim("currentstatus")) in (
                'cancelled by staff', 'cancelled by instructor', 'item cancelled by staff',
                'item cancelled by instructor'
            )
                then worded_date("currentstatusdate")::timestamp
        end as cancelled_at,
        "currentstatus" as status_as_exported,
        worded_date("currentstatusdate")::timestamp as updated_at
    from raw"""
    },
)
