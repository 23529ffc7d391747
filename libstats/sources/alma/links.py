"""Alma: the report Link Resolver Usage of Analytics. Addresses of computers and groups of users are
never read.

Its measures are sums over whatever columns a report has. So that no request counts in two reports
of different columns, these are asked for: the day, the source, ISSN and ISBN. What is parted
further (by groups of users) is added up again; sums of months, or without titles, are refused.
"""

from libstats.declaration.source import Source
from libstats.sources.alma.items import AS_OF, DATES, ITEM_HEADINGS, NO_DATE, NOTHING, ZERO_DATES

GRAIN = "without it the report adds up what another one tells apart, and requests would count twice"
TOTAL = "'(.* )?total:?'"


def count(heading: str) -> str:
    """SQL: a measure, which some of the designer's forms write with a comma every three digits."""
    return f"""whole_number(
            case
                when regexp_full_match(trim("{heading}"), '[0-9]{{1,3}}(,[0-9]{{3}})+')
                    then replace("{heading}", ',', '')
                else "{heading}"
            end
        )"""


# A request without ISSN and ISBN is one all the same: of what it asked for nothing is known here
USAGE = Source(
    system="alma",
    name="link resolver usage",
    recognise=("Number of Clicked Requests",),
    required={
        "Request Date": f"add Request Date, the day, to the report: {GRAIN}",
        "Source Type": f"add Source Type to the report: {GRAIN}",
        "ISSN": f"add ISSN to the report: {GRAIN}",
        "ISBN": f"add ISBN to the report: {GRAIN}",
        "Number of Requests": "add Number of Requests to the report",
    },
    headings={
        "ISSN": ITEM_HEADINGS["ISSN"],
        "ISBN": ITEM_HEADINGS["ISBN"],
        "Number of Services (total)": ("Number of Services",),
        "Number of Clicked Services (total)": ("Number of Clicked Services",),
        AS_OF: ITEM_HEADINGS[AS_OF],
    },
    exported=AS_OF,
    happened=("requested_on",),
    null_words=ZERO_DATES,
    blanks={"Request Date": NO_DATE, "Source Type": NOTHING, "ISSN": NOTHING, "ISBN": NOTHING},
    # below the list, and where the designer asked for it below each day or source
    set_aside={
        "total": (
            f"""lower(trim("Request Date")) similar to {TOTAL} """
            f"""or lower(trim("Source Type")) similar to {TOTAL}"""
        )
    },
    dates=DATES,
    fills={
        "link_resolver_usage": f"""
    select
        us_time("Request Date")::date as requested_on,
        "Source Type" as origin,
        "ISSN" as issn,
        "ISBN" as isbn,
        {count("Number of Requests")} as requests,
        -- 1 or 0 for a request, however many of its services were chosen
        {count("Number of Clicked Requests")} as clicked_requests,
        {count("Number of Requests Without Services")} as requests_without_services,
        {count("Number of Services (total)")} as services,
        {count("Number of Clicked Services (total)")} as clicked_services
    from raw"""
    },
)
