"""Koha, interlibrary loan requests: what is asked for its patrons (illrequests), and, since 26.05,
what other libraries ask of it (iso18626_requests and their messages). Who asked, the title, notes
and links are never read."""

from libstats.declaration.source import LeftAlone, Source
from libstats.sources.koha.items import ERROR_LINES, PEOPLE, ZERO_DATES

# A request that staff kill is deleted, and so are those of a patron who is deleted: what a file
# lacks is kept.
ILL_REQUESTS = Source(
    system="koha",
    name="ILL requests",
    recognise=("illrequest_id", "status"),
    unless=PEOPLE,
    happened=("updated_at", "completed_on", "replied_on", "created_at"),
    null_words=(*ZERO_DATES, "N/A", "n/a", "-"),
    failure=ERROR_LINES,
    fills={
        "ill_request": """
    select
        "illrequest_id" as request_number,
        -- this table is of its own patrons' requests. What others ask of the library is in
        --   iso18626_requests since 26.05, and before that only in the catalogue, as loans
        'borrowing' as direction,
        -- NEW, QUEUED (made by a patron), UNAUTH (made without logging in) and REQREV (taken back
        --   from the supplier) wait for staff; REQ is with a supplier,
        -- GENREQ with partner libraries; CHK is lent to the patron, RET came back; CANCREQ asks to
        --   be cancelled and is still open; KILL is deleted at once.
        -- COMP is set when the copy is obtained, or only when it went back, as staff please.
        --   Services (BLDSS, ...) add their own
        case upper(trim("status"))
            when 'NEW' then 'new'
            when 'QUEUED' then 'new'
            when 'UNAUTH' then 'new'
            when 'REQREV' then 'new'
            when 'REQ' then 'requested'
            when 'GENREQ' then 'requested'
            when 'CHK' then 'on loan'
            when 'RET' then 'returned'
            when 'COMP' then 'completed'
            when 'CANCREQ' then 'cancellation asked'
            when 'KILL' then 'cancelled'
            when '' then null
            else case when "status" is not null then 'other' end
        end as status,
        "status" as status_as_exported,
        -- the library's own word, shown in place of the status; blank again after the status
        --   changes
        "status_alias" as local_status,
        "branchcode" as branch,
        "medium" as format,
        "backend" as service,
        -- written when the request is made, by whoever makes it: when it was sent is not told
        iso_date("placed")::timestamp as created_at,
        -- the last answer of the service, which may be no more than that it has the request
        iso_date("replied") as replied_on,
        iso_date("completed") as completed_on,
        iso_date("due_date") as due_on,
        -- both are free text of 20 characters: 12.50, £12.50, 12,50 EUR
        typed_amount("cost") as quoted_cost,
        typed_amount("price_paid") as cost,
        iso_time("updated") as updated_at
    from raw"""
    },
)

# The statuses of ISO 18626 of the library that supplies, and what the one that asks may say.
STATUSES = (
    *("RequestReceived", "ExpectToSupply", "WillSupply", "Loaned", "Overdue", "Recalled"),
    *("RetryPossible", "Unfilled", "HoldReturn", "ReleaseHoldReturn", "CopyCompleted"),
    *("LoanCompleted", "CompletedWithoutReturn", "Cancelled"),
)
ACTIONS = (
    *("StatusRequest", "Received", "Cancel", "Renew", "ShippedReturn", "ShippedForward"),
    "Notification",
)
# Its own numbers begin at 1 as those of illrequests do
LENDING_ID = """'lending ' || trim("iso18626_request_id")"""
_STATUS = 'trim("status")'
LENDING_REQUESTS = Source(
    system="koha",
    name="ILL lending requests",
    recognise=("iso18626_request_id", "status", "service_type"),
    unless=("iso18626_message_id", "securityCode"),
    happened=("updated_at", "created_at"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "ill_request": f"""
    select
        {LENDING_ID} as request_number,
        'lending' as direction,
        case {_STATUS}
            when 'RequestReceived' then 'new'
            when 'ExpectToSupply' then 'requested'
            when 'WillSupply' then 'requested'
            when 'Loaned' then 'shipped'
            when 'Overdue' then 'shipped'
            when 'Recalled' then 'shipped'
            when 'HoldReturn' then 'shipped'
            when 'ReleaseHoldReturn' then 'shipped'
            when 'RetryPossible' then 'unfilled'
            when 'Unfilled' then 'unfilled'
            when 'CopyCompleted' then 'completed'
            when 'LoanCompleted' then 'completed'
            when 'CompletedWithoutReturn' then 'completed'
            when 'Cancelled' then 'cancelled'
            when '' then null
            else case when "status" is not null then 'other' end
        end as status,
        "status" as status_as_exported,
        -- CopyOrLoan leaves it to us
        case trim("service_type") when 'Loan' then 'loan' when 'Copy' then 'copy' end as kind,
        'ISO 18626' as service,
        iso_time("created_on") as created_at,
        -- any change of the row, of which the last is mostly one of its status
        iso_time("updated_on") as updated_at
    from raw"""
    },
)

# What the two libraries wrote to each other. The message holds whom it is for: of it the word of
# its status, or of its action, is read and nothing else. Confirmations say only that it arrived.
LENDING_MESSAGES = Source(
    system="koha",
    name="ILL lending messages",
    recognise=("iso18626_message_id", "iso18626_request_id", "type", "timestamp"),
    happened=("happened_at",),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    glean={
        # in JSON or in XML; of two words that begin alike the longer one first
        "content": rf'status(?:>|" ?: ?")(?:{"|".join(sorted(STATUSES, reverse=True))})'
        rf'|action(?:>|" ?: ?")(?:{"|".join(sorted(ACTIONS, reverse=True))})'
    },
    set_aside={
        "no change of status": """not (
            trim("type") = 'request'
            or trim("type") in ('supplyingAgencyMessage', 'requestingAgencyMessage')
                and coalesce(trim("content"), '') <> ''
        )"""
    },
    fills={
        "ill_event": f"""
    select
        {LENDING_ID} as request_id,
        iso_time("timestamp") as happened_at,
        case
            when trim("type") = 'request' then 'RequestReceived'
            else regexp_extract("content", '[A-Za-z]+$')
        end as status_as_exported,
        'lending' as direction
    from raw"""
    },
)
AGENCIES = LeftAlone(
    "koha",
    "ILL partner agencies",
    ("iso18626_requesting_agency_id", "securityCode"),
    "it holds passwords; libstats never reads them",
)

DETAILS = LeftAlone(
    "koha",
    "ILL request details",
    ("illrequest_id", "type", "value"),
    "they say what people asked for; libstats never reads them",
)
COMMENTS = LeftAlone(
    "koha", "ILL comments", ("illcomment_id",), "they are free text; libstats never reads them"
)
