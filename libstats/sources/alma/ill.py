"""Alma, resource sharing: the reports Borrowing Requests and Lending Requests of Analytics.
Requesters, titles and notes are never read.

A report without Data Updated As Of has its day in its name: its newest request may be older than
its newest status. Measures of days are complete days, and of several spans the sum of these: they
are never read. How often a request counts is not taken from Num of Requests.
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

# One row a request AND partner of its rota: with three partners Num of Requests says 3. Here they
# are one request, and its lender is the partner that is active.
BORROWING = Source(
    system="alma",
    name="borrowing requests",
    recognise=("Borrowing Creation Date",),
    # rows of both directions would all be of this one
    unless=("Item Loan Id", "Lending Request Status"),
    required={
        "Internal ID": (
            "add the number of the request to the report: without it a request would count once "
            "for each partner of its rota"
        )
    },
    headings={
        "Borrowing Creation Date": ("Borrowing Creation Date and Time",),
        "Internal ID": ("Borrowing Request ID", "Request ID"),
        "Borrowing Request Status": ("Request Status",),
        "Partner Code": ("Partner Name",),
        AS_OF: ITEM_HEADINGS[AS_OF],
    },
    exported=AS_OF,
    null_words=ZERO_DATES,
    blanks={"Borrowing Creation Date": NO_DATE, "Needed by Date": NO_DATE, "Partner Code": NOTHING},
    set_aside=totals("Internal ID"),
    dates=DATES,
    fills={
        "ill_request": """
    select
        "Internal ID" as request_number,
        'borrowing' as direction,
        -- what is said of one partner (rejected, expired, not located) ends nothing while others
        --   are left, and is other
        case lower(trim("Borrowing Request Status"))
            when 'request created' then 'new'
            when 'created borrowing request' then 'new'
            when 'request sent to partner' then 'requested'
            when 'sent to partner' then 'requested'
            when 'shipped physically' then 'shipped'
            when 'shipped digitally' then 'shipped'
            when 'received by library' then 'received'
            when 'physically received by library' then 'received'
            when 'digitally received by library' then 'received'
            when 'loaned item to patron' then 'on loan'
            when 'returned by patron' then 'returned'
            when 'returned item to partner' then 'returned'
            when 'request completed' then 'completed'
            when 'completed' then 'completed'
            when 'cancelled by patron' then 'cancelled'
            when 'canceled by patron' then 'cancelled'
            when 'cancelled by staff' then 'cancelled'
            when 'canceled by staff' then 'cancelled'
            when '' then null
            else case when "Borrowing Request Status" is not null then 'other' end
        end as status,
        "Borrowing Request Status" as status_as_exported,
        case
            when lower(trim("?Partner Active Status")) = 'active' then upper(trim("?Partner Code"))
        end as lender,
        us_time("Needed by Date")::date as needed_by,
        us_time("Borrowing Creation Date") as created_at
    from raw"""
    },
)

LENDING = Source(
    system="alma",
    name="lending requests",
    recognise=("Lending Request Status",),
    unless=("Borrowing Creation Date", "Borrowing Request Status"),
    required={
        "Internal ID": (
            "add Internal ID to the report: External Request ID is the partner's number, "
            "and two partners may use the same"
        )
    },
    headings={
        "Lending Creation Date": ("Lending Creation Date and Time", "Creation Date"),
        AS_OF: ITEM_HEADINGS[AS_OF],
    },
    exported=AS_OF,
    null_words=ZERO_DATES,
    blanks={
        "Lending Creation Date": NO_DATE,
        "Needed by Date": NO_DATE,
        "Actual Shipped Format": ("None", "Unknown"),
    },
    set_aside=totals("Internal ID"),
    dates=DATES,
    fills={
        "ill_request": """
    select
        "Internal ID" as request_number,
        'lending' as direction,
        case lower(trim("Lending Request Status"))
            when 'created lending request' then 'new'
            when 'being processed' then 'new'
            when 'shipped physically' then 'shipped'
            when 'shipped digitally' then 'shipped'
            when 'received by partner' then 'shipped'
            when 'returned by partner' then 'returned'
            when 'request completed' then 'completed'
            when 'completed' then 'completed'
            when 'rejected the borrower request' then 'unfilled'
            when 'rejected' then 'unfilled'
            when 'expired' then 'unfilled'
            when 'cancelled by partner' then 'cancelled'
            when 'canceled by partner' then 'cancelled'
            when '' then null
            else case when "Lending Request Status" is not null then 'other' end
        end as status,
        "Lending Request Status" as status_as_exported,
        "Citation Type" as format,
        -- what was sent, not what was asked for: a book may go out as a scan
        case lower(trim("Actual Shipped Format"))
            when 'physical' then 'loan'
            when 'digital' then 'copy'
            when 'physical non-returnable' then 'copy'
        end as kind,
        us_time("Needed by Date")::date as needed_by,
        us_time("Lending Creation Date") as created_at
    from raw"""
    },
)
