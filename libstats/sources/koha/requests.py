"""Koha, purchase suggestions. Who asked, who decided and what they wrote is never read."""

from libstats.declaration.source import Source
from libstats.sources.koha.items import ERROR_LINES, PEOPLE, ZERO_DATES

SUGGESTIONS = Source(
    system="koha",
    name="purchase suggestions",
    recognise=("suggestionid", "suggesteddate"),
    unless=PEOPLE,
    required={"STATUS": "add suggestions.STATUS to the report"},
    headings={
        "biblionumber": ("BIBLIO_NUMBER",),
        "branchcode": ("BRANCH", "Library"),
        "lastmodificationdate": ("date",),
    },
    happened=("requested_on", "accepted_on", "declined_on", "updated_at"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "purchase_request": """
    select
        "suggestionid" as purchase_request_id,
        -- set when the suggestion is ordered: the order itself it does not name
        "biblionumber" as title_id,
        "title" as title,
        "isbn" as isbn,
        "branchcode" as branch,
        "itemtype" as item_type,
        iso_time("suggesteddate")::date as requested_on,
        iso_time("accepteddate")::date as accepted_on,
        iso_time("rejecteddate")::date as declined_on,
        "STATUS" as status_as_exported,
        -- AVAILABLE is set when the order is received; its day is that of the last change
        iso_time("lastmodificationdate") as updated_at
    from raw"""
    },
)
