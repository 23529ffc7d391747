"""ILLiad's words for how far a request is and why it was not filled, in the common words of
schema.sql.

Statuses are made by each site and reasons typed by each member of staff: what is not listed is
`other`.
"""

from __future__ import annotations

from libstats.declaration.ill_reasons import CODES, REASONS, dated, spoken

# Queues in which a request waits for staff are still `new`. A conditional answer is neither filled
# nor unfilled, so it is `other`.
STATUSES = {
    "new": (
        "submitted by customer",
        "request added through client",
        "request added through web platform",
        "imported from oclc",
        "imported from docline",
        "awaiting copyright clearance",
        "awaiting request processing",
        "awaiting lending request processing",
        "awaiting local request processing",
        "awaiting unfilled processing",
        "awaiting account validation",
        "awaiting stacks searching",
        "awaiting dd stacks searching",
        "awaiting rapid request sending",
        "duplicate request review",
        "request in processing",
    ),
    "requested": ("request sent", "request sent via email", "request sent via e-mail"),
    "shipped": ("item shipped",),
    "received": (
        "awaiting post receipt processing",
        "in electronic delivery processing",
        "awaiting odyssey processing",
        "item found",
    ),
    "filled": ("delivered to web", "customer notified via e-mail", "customer notified via email"),
    "on loan": ("checked out to customer",),
    "returned": ("item checked in", "item returned", "awaiting return label printing"),
    "completed": ("request finished",),
    "cancelled": (
        "cancelled by ill staff",
        "cancelled by customer",
        "canceled by ill staff",
        "canceled by customer",
    ),
}

STATUS = spoken("""nullif(lower(trim("Transaction Status")), '')""", STATUSES, "'other'")
_TYPED = """nullif(rtrim(lower(trim("Reason For Cancellation")), '. '), '')"""
_CODE = """upper(trim("?Cancellation Code"))"""
# 9, LAC-lacking (issue/volume) or INC*-not found as cited. A bare number means something only where
# the system is known
_SAID = f"""case
            when {_CODE} similar to '[A-Z]{{3}}[*]?-.*' then left({_CODE}, 3)
            when upper(trim("?System ID")) in ('OCLC', 'ISO') then {_CODE}
        end"""
_BY_PATRON = """case
            when lower("Transaction Status") similar to 'cancell?ed by customer'
                then 'cancelled by patron'
        end"""
# what staff chose says more than the code sent to the other system, unless it is no more than
# "other"
_REASON = f"""coalesce(
            {spoken(_TYPED, REASONS)},
            {spoken(_SAID, CODES)},
            {_BY_PATRON},
            case when coalesce({_TYPED}, {_CODE}) <> '' then 'other' end
        )"""
REASON = dated(_REASON, 'us_serial_time("?Transaction Date")')
