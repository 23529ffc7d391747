"""ILLiad: its tables Transactions, Tracking and History as SQL writes them, or the same as exports
of
the client's grids.

SQL and the web platform write TransactionNumber, the client Transaction Number; either may have
gone through a spreadsheet, which leaves some dates as serial numbers. Titles are reading data, and
with users, notes and addresses are never read.
"""

from libstats.declaration.source import Apart, LeftAlone, Source
from libstats.sources.illiad.words import REASON, STATUS

DATES = "month first, as in 10/31/2026, year first, or a spreadsheet's serial number"
# the client writes Doc Del, the tables DocDel
DIRECTION = """case lower(replace(trim("Process Type"), ' ', ''))
            when 'borrowing' then 'borrowing'
            when 'lending' then 'lending'
            when 'docdel' then 'document delivery'
            when 'documentdelivery' then 'document delivery'
        end as direction,"""
# symbols are typed in either case; of the lenders OA, GETIT and web are none
LENDER = """upper(trim("Lending Library"))"""


def requests(told: str) -> str:
    """The SELECT of a list of requests; `told` are its lines for direction and lender."""
    return f"""
    select
        "Transaction Number" as request_number,
        -- to the millisecond: no two of some 15,000 real requests were made within one
        stamp("Creation Date") as created_stamp,
        {told}
        {STATUS} as status,
        "Transaction Status" as status_as_exported,
        coalesce("?Document Type", "?Request Type") as format,
        case lower(trim("Request Type"))
            when 'loan' then 'loan'
            when 'article' then 'copy'
        end as kind,
        "System ID" as service,
        us_serial_time("Not Wanted After")::date as needed_by,
        {REASON} as reason,
        coalesce("Reason For Cancellation", "?Cancellation Code") as reason_as_exported,
        -- may be the clock of another zone than that of Transaction Date: requests of one library
        --   end up to 3 hours before they begin. Both stay as they are
        us_serial_time("Creation Date") as created_at,
        -- the LAST change of status: articles are tidied away about 60 days after they were
        --   delivered. When anything happened is in Tracking
        us_serial_time("Transaction Date") as status_since,
        us_serial_time("Due Date")::date as due_on,
        -- text, $20.00 or 24.00; blank is unknown, not free
        typed_amount("IFM Cost") as cost
    from raw"""


# in lending the column Lending Library holds the library that asks
BY_PROCESS_TYPE = f"""{DIRECTION}
        case when lower(trim("Process Type")) <> 'lending' then {LENDER} end as lender,"""
# typed by patrons and staff
LOOSE = ("needed_by", "cost")
MOMENT = r"[0-9]{5}([.][0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}.*"

# Without Process Type nothing here says whose patron it is for, and direction and lender stay
# blank: see the two below.
REQUESTS = Source(
    system="illiad",
    name="requests",
    recognise=("Transaction Status",),
    unless=("Changed To",),
    happened=("status_since", "created_at"),
    loose=LOOSE,
    dates=DATES,
    # as the client's grid of lending came once, without its headings
    bare=(
        *(
            "Transaction Number",
            "Process Type",
            "Request Type",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "Creation Date",
            "Transaction Status",
            "Transaction Date",
        ),
        *("", "Reason For Cancellation", "", "System ID", "", "", "", "", "Cancellation Code"),
    ),
    fits={
        "Transaction Number": "[0-9]{1,9}",
        "Process Type": "(?i)borrowing|lending|doc ?del",
        "Request Type": "(?i)article|loan",
        "Creation Date": MOMENT,
        "Transaction Date": MOMENT,
    },
    fills={"ill_request": requests(BY_PROCESS_TYPE)},
)

# Copyright is cleared for what is borrowed, never for what is lent. A request of document delivery
# in such a list would be taken for borrowed.
BORROWING = Source(
    system="illiad",
    name="borrowing requests",
    recognise=("Transaction Status", "Lending Library", "Copyright Comp"),
    unless=("Process Type", "Changed To"),
    headings={"Copyright Comp": ("Copyright Payment Method", "CCC Number")},
    happened=("status_since", "created_at"),
    loose=LOOSE,
    dates=DATES,
    apart=Apart("Transaction Status", "borrowing"),
    fills={"ill_request": requests(f"'borrowing' as direction,\n        {LENDER} as lender,")},
)

# A list of lending may lack the number: its requests are told apart by the moment at which they
# came in.
LENDING = Source(
    system="illiad",
    name="lending requests",
    recognise=("Transaction Status", "Photo Item Publisher"),
    unless=(
        "Process Type",
        "Changed To",
        "Lending Library",
        "Copyright Comp",
        "Copyright Payment Method",
        "CCC Number",
        "IFM Cost",
        "Maxcost",
    ),
    happened=("status_since", "created_at"),
    loose=LOOSE,
    dates=DATES,
    # a list of borrowing may lack what the other is told by
    apart=Apart("Transaction Status", "lending", is_likely=True),
    fills={"ill_request": requests("'lending' as direction,")},
)

EVENTS = f"""
    select
        "Transaction Number" as request_id,
        us_serial_time("Date Time") as happened_at,
        "Changed To" as status_as_exported,
        {DIRECTION}
    from raw"""

# One row a change of status: the only sound source of waiting times. Who changed it is never read.
TRACKING = Source(
    system="illiad",
    name="tracking",
    recognise=("Transaction Number", "Changed To"),
    unless=("Transaction Status",),
    happened=("happened_at",),
    dates=DATES,
    fills={"ill_event": EVENTS},
)

TRACKED_REQUESTS = Source(
    system="illiad",
    name="requests with tracking",
    recognise=("Transaction Number", "Changed To", "Transaction Status"),
    happened=("happened_at",),
    loose=LOOSE,
    dates=DATES,
    fills={"ill_event": EVENTS, "ill_request": requests(BY_PROCESS_TYPE)},
)

# Free text, of which only the word shipped in an entry of the system itself is read: it is how
# ILLiad learns that a lender sent a loan.
HISTORY = Source(
    system="illiad",
    name="history",
    recognise=("Transaction Number", "Date Time", "Entry"),
    required={
        "User Name": (
            "add History.UserName to the export: only what the system itself wrote tells of a "
            "shipment"
        )
    },
    happened=("happened_at",),
    dates=DATES,
    glean={"Entry": "(?i)shipped", "User Name": r"(?i)^\s*system\s*$"},
    set_aside={"not about a shipment": """"User Name" is null or "Entry" is null"""},
    fills={
        "ill_event": """
    select
        "Transaction Number" as request_id,
        us_serial_time("Date Time") as happened_at,
        'shipped' as status_as_exported
    from raw"""
    },
)

USERS = LeftAlone(
    "illiad", "users", ("Username", "Last Name"), "libstats never reads patron records"
)
ADDRESSES = LeftAlone(
    "illiad",
    "lender addresses",
    ("Lender String", "Address Number"),
    "known, not loaded yet: no table keeps partner libraries",
)
ARTICLES = LeftAlone(
    "illiad",
    "list of articles",
    ("Journal Title", "Article Title", "Creation Date", "Status"),
    (
        "it tells neither which requests these are nor what became of them; "
        "add Transaction Number, Transaction Status and Transaction Date"
    ),
)
NOTES = LeftAlone(
    "illiad",
    "notes",
    ("Transaction Number", "Note", "Note Date"),
    "libstats never reads what people wrote",
)
