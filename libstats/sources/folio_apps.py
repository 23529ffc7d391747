"""FOLIO: what its apps save with "Export to CSV": requests, hold shelf clearance, copies in
transit, the circulation log.

They are made for people: names stand where the services have numbers (UUIDs), and times are those
of the screen, of the library's own clock, or say their zone. Names, barcodes, addresses and remarks
of patrons, and what staff wrote, are never read.
"""

from libstats.declaration.source import Source

DATES = "as the app shows it, month first as in 10/31/2026, 9:30 AM, or year first"

_STATUS = """case trim("Request status")
            when 'Open - Awaiting pickup' then 'waiting'
            when 'Open - In transit' then 'in transit'
            when 'Open - Awaiting delivery' then 'processing'
            when 'Closed - Filled' then 'filled'
        end as status"""

# The list of requests, and that of the hold shelf to be cleared, which has fewer columns.
REQUESTS = Source(
    system="folio",
    name="requests of the app",
    recognise=("Request UUID", "Request status", "Hold shelf expiration date"),
    happened=("placed_on",),
    is_elsewhere=True,
    dates=DATES,
    fills={
        "hold": f"""
    select
        "Request UUID" as hold_id,
        "Pickup service point" as pickup_branch,
        screen_time("Request date")::date as placed_on,
        coalesce(
            screen_time("?Hold shelf expiration date"),
            screen_time("?Request expiration date")
        )::date as expires_on,
        {_STATUS},
        "Request status" as status_as_exported,
        whole_number("Position in queue") as queue_position
    from raw"""
    },
)

# What is under way now: a row goes when the copy arrives.
IN_TRANSIT = Source(
    system="folio",
    name="in transit of the app",
    recognise=("Item barcode", "Check in date and time", "Destination service point"),
    absence="gone",
    happened=("sent_at",),
    is_elsewhere=True,
    dates=DATES,
    fills={
        "transit": """
    select
        -- the copy and the moment: the list has no number of the journey
        "Item barcode" || ' ' || strftime(
            screen_time("Check in date and time"),
            '%Y-%m-%d %H:%M:%S'
        ) as transit_id,
        "Item barcode" as barcode,
        "Check in service point" as from_branch,
        "Destination service point" as to_branch,
        -- without a request it goes home
        case
            when coalesce(trim("?Request type"), '') <> '' then 'hold'
            else 'return'
        end as reason,
        "Request type" as reason_as_exported,
        screen_time("Check in date and time") as sent_at
    from raw"""
    },
)

# To the minute, by the library's own clock. Fees, notices, requests and blocks stand in it too,
# which are no circulation and told elsewhere. Of an event about several copies none is named.
LOG = Source(
    system="folio",
    name="circulation log of the app",
    recognise=("Item barcode", "Object", "Circ action", "Date"),
    happened=("happened_at",),
    set_aside={
        "no circulation": """lower(trim("Object")) not in ('loan', 'n/a')""",
        # a return is logged as a check-in, and again as its loan being closed
        "a loan is closed": """lower(trim("Circ action")) = 'closed loan'""",
    },
    dates="year first, as in 2026-10-31 09:30",
    fills={
        "circulation_event": """
    select
        iso_time("Date") as happened_at,
        "Service point" as branch,
        case lower(trim("Circ action"))
            when 'checked out' then 'checkout'
            when 'checked out through override' then 'checkout'
            when 'renewed' then 'renewal'
            when 'renewed through override' then 'renewal'
            when 'checked in' then 'checkin'
            else case when trim("Circ action") <> '' then 'other' end
        end as kind,
        "Circ action" as kind_as_exported,
        case when not contains("Item barcode", ',') then "Item barcode" end as barcode
    from raw"""
    },
)
