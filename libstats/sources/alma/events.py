"""Alma, journeys of copies: the report Physical Items Historical Events of Analytics. Who began an
event is never read.

The same report can list stays in temporary locations, process statuses and steps of work orders. Of
these only the journeys are loaded: a milestone has one moment, and of the last stay or step the end
would be lost, so that all would look open for ever.
"""

from libstats.declaration.source import Source
from libstats.sources.alma.items import (
    AS_OF,
    DATES,
    ITEM_HEADINGS,
    NO_DATE,
    NOTHING,
    ZERO_DATES,
    totals,
)

NOWHERE = (*NOTHING, "UNASSIGNED location")

# Analytics has these events since August 2017. Its measures are sums, and those of the whole report
# stand in every row: they are never read.
EVENTS = Source(
    system="alma",
    name="item historical events",
    recognise=("Event Start Date and Time",),
    required={
        "Event ID": (
            "add Event ID (folder Item Event Details) to the report, "
            "and Barcode or Item ID beside it: without it the same journey in two files would "
            "count twice"
        ),
        "Destination Library Name": (
            "add the library that the copy goes to, and call the column Destination Library "
            "Name: journeys alone are read, and the other events have none"
        ),
    },
    headings={
        "Item Id": ITEM_HEADINGS["Item Id"],
        "Barcode": ITEM_HEADINGS["Barcode"],
        "Source Library Name": ("Source Library Code",),
        "Destination Library Name": ("Destination Library Code",),
        AS_OF: ITEM_HEADINGS[AS_OF],
    },
    exported=AS_OF,
    happened=("arrived_at", "sent_at"),
    null_words=ZERO_DATES,
    blanks={
        "Event Start Date and Time": NO_DATE,
        "Event End Date and Time": NO_DATE,
        "Source Library Name": NOWHERE,
        "Destination Library Name": NOWHERE,
        "Barcode": ("-1",),
        "Request Type": ("Unknown", "None"),
    },
    set_aside=totals("Event ID")
    | {"no journey": """coalesce(trim("Destination Library Name"), '') = ''"""},
    dates=DATES,
    fills={
        "transit": """
    select
        "Event ID" as transit_id,
        "Item Id" as item_id,
        "Barcode" as barcode,
        "Source Library Name" as from_branch,
        "Destination Library Name" as to_branch,
        case lower(trim("Request Type"))
            when 'patron physical item request' then 'hold'
            when 'transit for reshelving' then 'return'
            when '' then null
            else case when "Request Type" is not null then 'other' end
        end as reason,
        "Request Type" as reason_as_exported,
        us_time("Event Start Date and Time") as sent_at,
        -- the scan that took the copy out of transit, mostly at its arrival: that a journey was
        --   called off is not told. No end while it goes on
        us_time("Event End Date and Time") as arrived_at
    from raw"""
    },
)
