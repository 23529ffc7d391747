"""ReShare: its tables patron_request and patron_request_audit, as SQL over metadb gives them.

Each request exists twice, once at the library that asks and once at each that is asked; pr_id tells
these apart (pr_hrid does not), and pr_is_requester says which it is. Times are of another zone and
say it. Status and partner stand there as numbers of other tables: a report joins them. Patrons,
titles and messages are never read.
"""

from libstats.declaration.source import Source

WHEN = "with its zone, as in 2026-10-31 09:30:00+00"

REQUESTS = Source(
    system="reshare",
    name="requests",
    recognise=("pr_id", "pr_is_requester"),
    unless=("pra_id",),
    required={
        "st_code": "join the table status by pr_state_fk and add st_code to the report",
        "pr_date_created": "add pr_date_created to the report",
    },
    is_elsewhere=True,
    dates=WHEN,
    # no happened: its status changes without any day of the table changing, so the file's name says
    # its day a text in which partners write what they like
    loose=("due_on",),
    fills={
        "ill_request": """
    select
        "pr_id" as request_number,
        case
            when yes_no("pr_is_requester") then 'borrowing'
            when not yes_no("pr_is_requester") then 'lending'
        end as direction,
        case upper(trim("st_code"))
            when 'REQ_IDLE' then 'new'
            when 'REQ_VALIDATED' then 'new'
            when 'RES_IDLE' then 'new'
            when 'REQ_REQUEST_SENT_TO_SUPPLIER' then 'requested'
            when 'REQ_EXPECTS_TO_SUPPLY' then 'requested'
            when 'REQ_CONDITIONAL_ANSWER_RECEIVED' then 'other'
            when 'REQ_SHIPPED' then 'shipped'
            when 'RES_ITEM_SHIPPED' then 'shipped'
            when 'REQ_CHECKED_IN' then 'received'
            when 'REQ_REQUEST_COMPLETE' then 'completed'
            when 'RES_COMPLETE' then 'completed'
            when 'REQ_END_OF_ROTA' then 'unfilled'
            when 'RES_UNFILLED' then 'unfilled'
            when 'REQ_CANCELLED' then 'cancelled'
            when 'RES_CANCELLED' then 'cancelled'
            when 'REQ_FILLED_LOCALLY' then 'cancelled'
            when '' then null
            else case when "st_code" is not null then 'other' end
        end as status,
        "st_code" as status_as_exported,
        -- nobody's failure: it was in the library
        case upper(trim("st_code")) when 'REQ_FILLED_LOCALLY' then 'available here' end as reason,
        'ReShare' as service,
        -- the symbol that pr_resolved_sup_inst_symbol_fk stands for
        case when yes_no("pr_is_requester") then upper(trim("lender")) end as lender,
        zoned_time("pr_date_created") as created_at,
        iso_date("pr_due_date_rs") as due_on
    from raw"""
    },
)

# The log of statuses. Entries that change none are messages.
AUDIT = Source(
    system="reshare",
    name="request history",
    recognise=("pra_id", "pra_patron_request_fk", "pra_date_created"),
    required={
        "st_code": "join the table status by pra_to_status_fk and add st_code to the report",
        "pra_from_status_fk": (
            "add pra_from_status_fk to the report: messages are entries too, and change nothing"
        ),
        "pra_to_status_fk": (
            "add pra_to_status_fk to the report: messages are entries too, and change nothing"
        ),
    },
    happened=("happened_at",),
    is_elsewhere=True,
    dates=WHEN,
    set_aside={
        (
            "no change of status"
        ): """"pra_to_status_fk" is null or "pra_from_status_fk" = "pra_to_status_fk\""""
    },
    fills={
        "ill_event": """
    select
        "pra_patron_request_fk" as request_id,
        zoned_time("pra_date_created") as happened_at,
        "st_code" as status_as_exported
    from raw"""
    },
)
