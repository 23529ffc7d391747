"""Alma: reports of Analytics as the designer, a schedule or an e-mail delivers them.

Columns have the names of Analytics, or those of whoever designed the report; each is in one folder
or another, and Library Name or Creation Date are in several. Dates are month first unless the
designer chose year first; Alma writes none day first by itself. Names and notes of users are never
read.
"""

from libstats.declaration.source import LeftAlone, Source

DATES = "month first, as in 10/31/2026, or year first"
# what R and spreadsheets make of "no date" is blank in columns of dates alone: 0 and NA are codes
# elsewhere
NO_DATE = ("0", "-1", "NA", "NEVER")
NOTHING = ("-1", "Unknown", "None")
ZERO_DATES = ("0-00-00 00:00:00", "0000-00-00 00:00:00", "0-00-00", "0000-00-00")
# Unknown is blank in a call number, and may be a title
BLANKS = {
    "Permanent Call Number": ("Unknown", "None"),
    "Permanent Call Number Type": ("Unknown", "None"),
    "Location Name": ("UNASSIGNED location", "Unknown", "None"),
    "Temporary Location Name": ("UNASSIGNED location", "Unknown", "None"),
    "Library Name": ("Unknown", "None"),
    "Process Type": ("None", "Unknown"),
    "Material Type": ("None", "Unknown"),
    "Language Code": ("Unknown",),
    "PO Line Reference": ("-1",),
    "Vendor Code": ("-1", "Unknown"),
    "ISBN": ("-1", "Unknown"),
    "ISSN": ("-1", "Unknown"),
    "Barcode": ("-1",),
    "Sent Date": NO_DATE,
    "Receiving Date": NO_DATE,
    "Last Loan Date": NO_DATE,
    "Item Creation Date": NO_DATE,
    "Begin Publication Date": NO_DATE,
}
# Analytics is a day or more behind
AS_OF = "Data Updated As Of"
ITEM_HEADINGS = {
    "Item Id": ("Physical Item Id", "Item PID"),
    "Barcode": ("Item Barcode", "Physical Item Barcode"),
    "Receiving Date": ("Receiving Date And Time",),
    # Creation Date alone is the record's or the copy's: name it Item Creation Date in the report,
    # or it is not read
    "Item Creation Date": ("Physical Item Creation Date", "Creation Date (Physical Item)"),
    "ISBN": ("ISBN (Normalized)", "ISBN Valid"),
    "ISSN": ("ISSN (Normalized)", "ISSN Valid"),
    "Title": ("Title (Complete)",),
    "Retention Note": ("Retention Reason",),
    "Copy Id": ("Item Copy Id",),
    AS_OF: ("Data Available As Of",),
}
# what only lists of historical events have, of which there may be many to a copy
OF_EVENTS = ("Event Start Date and Time", "Event Start Date", "Event ID")
# A year where there is one: c2004, cop. 2016, [2017]. 202u is no year, 9999 the end of what still
# appears, and of two years neither is taken
ONE_YEAR = """case
            when regexp_full_match(trim("?Begin Publication Date"), '1[0-9]{3}|20[0-9]{2}')
                then trim("?Begin Publication Date")::integer
            when len(
                list_distinct(
                    regexp_extract_all("?Publication Date", '1[4-9][0-9]{2}|20[0-9]{2}')
                )
            ) = 1
                then regexp_extract("?Publication Date", '1[4-9][0-9]{2}|20[0-9]{2}')::integer
        end"""

# What the record says it is; else 9999, by which a year says that it still appears. Of several
# volumes a monograph may have that year too: only the record's own level tells it apart
IS_SERIAL = """case
            when lower(trim(coalesce("?Bibliographic Level", "?Bib Level")))
                in ('s', 'serial', 'b', 'serial component part', 'i', 'integrating resource')
                then true
            when lower(trim(coalesce("?Bibliographic Level", "?Bib Level")))
                in ('m', 'monograph', 'monograph/item', 'a', 'monographic component part')
                then false
            when '9999' in (trim("?Begin Publication Date"), trim("?End Publication Date"))
                then true
        end"""

TITLE = f"""
    select
        "MMS Id" as title_id,
        "Title" as title,
        "Author" as author,
        -- several, with ; between them, in no order that means anything
        "ISBN" as isbn,
        "ISSN" as issn,
        {ONE_YEAR} as published_year,
        {IS_SERIAL} as is_serial,
        "Publisher" as publisher,
        coalesce("?Language Code", "?Language") as language
    from raw"""

# Fund Ledger Code comes again each fiscal year: with the period in the report the two are two funds
FUND_ID = """case
            when "Fund Ledger Code" is not null
                then concat_ws(' ', trim("Fund Ledger Code"), trim("?Fiscal Period Description"))
        end"""
ORDER_LINE = """
    select
        "PO Line Reference" as order_line_id,
        "PO Number" as purchase_order_id,
        "MMS Id" as title_id,
        "Vendor Code" as vendor_id,
        "Vendor Name" as vendor_name,
        -- ACTIVE is all that is neither closed nor cancelled. A reason for cancelling is also there
        --   on lines that were taken up again
        case upper(trim("Status"))
            when 'CLOSED' then 'closed'
            when 'CANCELLED' then 'cancelled'
            when 'ACTIVE'
                then case
                    when yes_no("?Receiving Status") then 'received'
                    when "?Sent Date" is not null then 'ordered'
                    else 'new'
                end
            else case when "Status" is not null then 'other' end
        end as status,
        "Status" as status_as_exported,
        us_time("PO Line Creation Date")::date as created_on,
        us_time("Sent Date")::date as placed_on,
        "Acquisition Method" as method_as_exported,
        "Order Line Type Code" as type_as_exported,
        -- PRINTED_BOOK_SO; .._CO is a subscription
        regexp_matches(upper(trim("?Order Line Type Code")), '_(SO|CO)$') as is_standing,
        -- of several copies the last received counts
        us_time("Receiving Date")::date as received_on,
        us_time("PO Line Modification Date") as updated_at
    from raw"""
VENDOR = """
    select
        "Vendor Code" as vendor_id,
        "Vendor Name" as name
    from raw"""

ITEM = {
    "item": """
    select
        "Item Id" as item_id,
        -- 1.23457E+13 has lost its digits in a spreadsheet
        case
            when not regexp_matches("Barcode", '^[0-9][.,]?[0-9]*[eE][+]') then "Barcode"
        end as barcode,
        "MMS Id" as title_id,
        -- by name, which most reports have; by code only where the name is missing
        coalesce("?Library Name", "?Library Code") as owning_branch,
        coalesce("?Temporary Location Name", "?Location Name", "?Location Code") as location,
        coalesce("?Location Name", "?Location Code") as permanent_location,
        "Material Type" as item_type,
        "Permanent Call Number" as call_number,
        "Permanent Call Number Type" as call_number_scheme,
        us_time("Item Creation Date")::date as added_on,
        -- since Alma: the measures leave out what was migrated. Auto-renewals are in neither
        whole_number("Loans (Not In House)") as lifetime_checkouts,
        coalesce(
            whole_number("?Loans Including Pre-Migration (In House + Not In House)"),
            whole_number("?Loans (In House + Not In House)")
        ) as lifetime_uses,
        whole_number("Loans (In House)") as lifetime_in_house,
        us_time("Last Loan Date")::date as last_borrowed_on,
        -- Item not in place says no more than that there is a process
        coalesce("?Process Type", "?Base Status") as status,
        -- the status tells; what earlier releases wrote here is taken back
        null::varchar as lost_code,
        coalesce(
            "?Retention Note",
            case when yes_no("?Has Committed To Retain") then 'committed to retain' end
        ) as retained_for,
        "Description" as volume,
        "Copy Id" as copy_number
    from raw""",
    "title": TITLE,
    # -1 is no order
    "order_copy": """
    select
        case when "PO Line Reference" is not null then "Item Id" end as order_copy_id,
        "PO Line Reference" as order_line_id,
        "Item Id" as item_id,
        us_time("Receiving Date")::date as received_on
    from raw""",
    # when a line of several copies is received, its copies tell
    "order_line": "\n".join(
        line
        for line in ORDER_LINE.splitlines()
        if "received_on" not in line and "several copies" not in line
    ),
    "vendor": VENDOR,
}
HAPPENED = ("last_borrowed_on", "added_on")
DELETED = {"deleted": """lower(trim("Lifecycle")) = 'deleted'"""}


def totals(heading: str) -> dict[str, str]:
    """The rule for rows below the list that add it up."""
    return {"total": f"""lower(trim("{heading}")) similar to '(grand |report )?total:?'"""}


def of_items(name: str, by: str, unless: tuple[str, ...]) -> Source:
    """A declaration of lists of items; a report may have the number of the item, its barcode or
    both."""
    return Source(
        system="alma",
        name=name,
        recognise=("MMS Id", by),
        unless=("Item Loan Id", "Loan Date", *OF_EVENTS, "Request Id", *unless),
        headings=ITEM_HEADINGS,
        exported=AS_OF,
        absence="gone",
        happened=HAPPENED,
        null_words=ZERO_DATES,
        blanks=BLANKS,
        loose=("published_year", "is_serial"),
        set_aside=totals("MMS Id") | DELETED,
        dates=DATES,
        fills=ITEM,
    )


ITEMS = of_items("physical items", "Item Id", ())
ITEMS_BY_BARCODE = of_items("physical items by barcode", "Barcode", ("Item Id",))

# Funds expenditure, and whatever else lists order lines: a line over two funds comes twice, one
# with two copies too, and is one line. A list of newly received books without number or barcode of
# the item (one row a copy) can tell of lines and titles, not of copies.
ORDER_LINES = Source(
    system="alma",
    name="order lines",
    recognise=("PO Line Reference",),
    unless=("Item Loan Id", *OF_EVENTS),
    headings={key: ITEM_HEADINGS[key] for key in ("Receiving Date", "ISBN", "ISSN", "Title", AS_OF)}
    | {"Status": ("PO Line Status",)},
    exported=AS_OF,
    happened=("updated_at", "created_on", "placed_on", "received_on"),
    null_words=ZERO_DATES,
    blanks={
        key: BLANKS[key]
        for key in (
            "PO Line Reference",
            "Vendor Code",
            "ISBN",
            "ISSN",
            "Sent Date",
            "Receiving Date",
            "Language Code",
            "Begin Publication Date",
        )
    },
    loose=("published_year", "is_serial"),
    set_aside=totals("PO Line Reference") | {"not ordered": '"PO Line Reference" is null'},
    dates=DATES,
    fills={
        "order_line": ORDER_LINE,
        "order_fund": f"""
    select
        "PO Line Reference" as order_line_id,
        "Fund Ledger Code" as fund_share,
        {FUND_ID} as fund_id,
        "Fund Ledger Code" as fund_code
    from raw""",
        "fund": f"""
    select
        {FUND_ID} as fund_id,
        "Fund Ledger Code" as code,
        "Fund Ledger Name" as name,
        "Fiscal Period Description" as period
    from raw""",
        "vendor": VENDOR,
        "purchase_order": """
    select
        "PO Number" as purchase_order_id,
        "Vendor Code" as vendor_id,
        us_time("PO Creation Date")::date as created_on
    from raw""",
        "title": TITLE,
    },
)

# A list of titles, or of titles and libraries: one row here for each MMS Id, however often it
# comes.
TITLES = Source(
    system="alma",
    name="titles",
    recognise=("MMS Id", "ISBN"),
    unless=(
        "Item Id",
        "Barcode",
        "PO Line Reference",
        "Item Loan Id",
        "Loan Date",
        *OF_EVENTS,
        "Request Id",
    ),
    headings={
        key: ITEM_HEADINGS[key] for key in ("Item Id", "Barcode", "ISBN", "ISSN", "Title", AS_OF)
    },
    exported=AS_OF,
    null_words=ZERO_DATES,
    blanks={
        key: BLANKS[key] for key in ("ISBN", "ISSN", "Language Code", "Begin Publication Date")
    },
    loose=("published_year", "is_serial"),
    set_aside=totals("MMS Id"),
    dates=DATES,
    fills={"title": TITLE},
)

PATRONS = LeftAlone(
    "alma",
    "patron records",
    ("Primary Identifier", "Expiry Date"),
    "libstats never reads patron records",
)
