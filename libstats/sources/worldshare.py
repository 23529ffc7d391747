"""OCLC WorldShare ILL and Tipasa: the monthly files of OCLC Usage Statistics, tab-delimited text
that
is named .xls.

UNCONFIRMED: no public file shows all their headings. Direct Request: Unmediated, Direct Request:
Mediated and Pages (Citation) are OCLC's; all others here are the words in which its help describes
the columns. A file whose headings differ is refused, and the library says in libstats.toml what its
file calls them. Titles, patrons and notes are never read.
"""

from libstats.declaration.ill_reasons import reason
from libstats.declaration.source import Source

DATES = "month first, as in 10/31/2026, or year first"
MAP = (
    "`libstats inspect FILE` shows the headings of the file: enter the one that means it into "
    "libstats.toml"
)

# A request is in the file of every month in which anything happened to it: it is one request, and
# the newest file tells how far it is. Where no day is read the file's name must say its month
# (borrower-2026-10-31.xls). Stats of lenders are not read: they hold only what was filled, under
# headings that nobody shows.
BORROWER = Source(
    system="worldshare",
    name="borrower requests",
    recognise=("Direct Request: Unmediated", "Direct Request: Mediated", "Pages (Citation)"),
    required={
        "ILL Record Number": (
            f"without it a request of several months would count several times. {MAP}"
        )
    },
    headings={"ILL Record Number": ("ILL Number", "Request ID", "Request Number")},
    # of the pages only that there are some
    glean={"Pages (Citation)": r"\S"},
    happened=("status_since", "created_at"),
    dates=DATES,
    fills={
        "ill_request": """
    select
        "ILL Record Number" as request_number,
        'borrowing' as direction,
        case lower(trim("Request Status"))
            when 'new' then 'new'
            when 'review' then 'new'
            when 'submitted' then 'requested'
            when 'shipped' then 'shipped'
            when 'in transit' then 'shipped'
            when 'received' then 'received'
            when 'returned' then 'returned'
            when 'complete' then 'completed'
            when 'completed' then 'completed'
            when 'closed' then 'completed'
            when 'unfilled' then 'unfilled'
            when 'cancelled' then 'cancelled'
            when 'canceled' then 'cancelled'
            when '' then null
            else case when "Request Status" is not null then 'other' end
        end as status,
        "Request Status" as status_as_exported,
        -- pages are given for copies alone
        case when coalesce(trim("Pages (Citation)"), '') <> '' then 'copy' else 'loan' end as kind,
        'WorldShare' as service,
        upper(trim("Lender Symbol")) as lender,
        us_time("Request Date") as created_at,
        us_time("Status Date") as status_since
    from raw"""
    },
)

_DAY = """us_time("Refusal Date")::date"""
_REFUSAL = f"""
    select
        "ILL Record Number" as request_id,
        -- symbols change when libraries merge; they stay as they were
        upper(trim("Lender Symbol")) as lender,
        {_DAY} as refused_on,
        {{told}}
        {reason('"Reason"', _DAY)} as reason,
        "Reason" as reason_as_exported
    from raw"""
_HEADINGS = {
    "ILL Record Number": BORROWER.headings["ILL Record Number"],
    "Reason": ("Reason for No",),
}

# One row a no, of which a request may have several and still be filled. What the borrower sees has
# the place in the lender string.
BORROWER_NO = Source(
    system="worldshare",
    name="borrower reasons for no",
    recognise=(
        "ILL Record Number",
        "Lender Symbol",
        "Reason",
        "Refusal Date",
        "Position in Lender String",
    ),
    headings=_HEADINGS,
    happened=("refused_on",),
    dates=DATES,
    fills={
        "ill_refusal": _REFUSAL.format(
            told="""'borrowing' as direction,
        whole_number("Position in Lender String") as place,"""
        )
    },
)
LENDER_NO = Source(
    system="worldshare",
    name="lender reasons for no",
    recognise=("ILL Record Number", "Lender Symbol", "Reason", "Refusal Date"),
    unless=("Position in Lender String",),
    headings=_HEADINGS,
    happened=("refused_on",),
    dates=DATES,
    fills={"ill_refusal": _REFUSAL.format(told="'lending' as direction,")},
)
