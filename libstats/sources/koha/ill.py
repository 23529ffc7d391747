"""Koha, interlibrary loan requests. Who asked, the title, notes and links are never read."""

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
        -- Koha only borrows: lending is done in the catalogue, as loans
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

DETAILS = LeftAlone(
    "koha",
    "ILL request details",
    ("illrequest_id", "type", "value"),
    "they say what people asked for; libstats never reads them",
)
COMMENTS = LeftAlone(
    "koha", "ILL comments", ("illcomment_id",), "they are free text; libstats never reads them"
)
