"""Alma, holds: the report Requests of Analytics. Who asked is never read.

Alma calls much a request: patrons' holds, digitisation, bookings, work orders, moves and returns to
the shelf. Holds are those whose type is *Patron physical item request*; the others are set aside
and counted. Request ID, Request Date, Pickup Location and Material Type are names that were not
confirmed in public; the type, the statuses, Active Request Flag and Request Completion Date are Ex
Libris's own words. Of the day on the hold shelf its documentation has a measure alone, in complete
days: a column with the day must be called Hold Shelf Date.
"""

from libstats.declaration.source import Source
from libstats.sources.alma.items import (
    AS_OF,
    DATES,
    ITEM_HEADINGS,
    NO_DATE,
    NOTHING,
    OF_EVENTS,
    ZERO_DATES,
    totals,
)

CALLED_OFF = (
    """(lower(trim("Request Status")) similar to 'rejected( by (library|patron))?' """
    """or lower(trim("Request Status")) = 'failed')"""
)

# A request is for a title: Analytics has no copy of it, so item_id stays blank. Its status changes
# and no day does: the file must say when it was.
REQUESTS = Source(
    system="alma",
    name="requests",
    recognise=("Request Id", "MMS Id"),
    unless=("Borrowing Creation Date", "Lending Request Status", "Item Loan Id", *OF_EVENTS),
    required={
        "Request Type Description": (
            "add Request Type Description (folder Request Type) to the report: "
            "without it work orders, digitisation and moves would count as holds"
        ),
        "Request Status": (
            "add Request Status to the report: a rejected request can have Yes as its Active "
            "Request Flag, and would wait for ever"
        ),
        "Request Date": (
            "add the day of the request, and call the column Request Date: "
            "a hold without it waits since no day"
        ),
        "Request Completion Date": (
            "add Request Completion Date to the report: without it nothing says when a request "
            "was called off"
        ),
    },
    headings={
        "Borrowing Creation Date": ("Borrowing Creation Date and Time",),
        AS_OF: ITEM_HEADINGS[AS_OF],
    },
    exported=AS_OF,
    null_words=ZERO_DATES,
    blanks={
        "Request Date": NO_DATE,
        "Request Completion Date": NO_DATE,
        "Hold Shelf Date": NO_DATE,
        "Pickup Location": NOTHING,
        "Material Type": ("None", "Unknown"),
        "MMS Id": ("-1",),
    },
    set_aside=totals("Request Id")
    | {
        "no hold": (
            """coalesce(lower(trim("Request Type Description")), '') """
            """<> 'patron physical item request'"""
        ),
    },
    # the day on which another request was completed is none of its being called off
    loose=("cancelled_on",),
    dates=DATES,
    fills={
        "hold": f"""
    select
        "Request Id" as hold_id,
        "MMS Id" as title_id,
        "Pickup Location" as pickup_branch,
        "Material Type" as item_type,
        us_time("Request Date")::date as placed_on,
        us_time("Hold Shelf Date")::date as ready_on,
        -- the day on which the process ended, later than the cancellation where the copy had to be
        --   taken off the shelf first
        case when {CALLED_OFF} then us_time("Request Completion Date")::date end as cancelled_on,
        -- Ready is still in the queue; Active has found a copy; Completed was lent. Whether a hold
        --   that ran out on the shelf is Completed too was not confirmed
        case
            when lower(trim("Request Status")) = 'completed' then 'filled'
            when lower(trim("Request Status")) = 'active'
                then case when trim("?Hold Shelf Date") <> '' then 'waiting' else 'processing' end
        end as status,
        "Request Status" as status_as_exported
    from raw"""
    },
)
