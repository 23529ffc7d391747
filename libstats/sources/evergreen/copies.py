"""Evergreen, its copies: the list of items, deleted ones too, inventory, and the issues of
serials."""

from libstats.declaration.source import Source
from libstats.sources.evergreen.items import BARCODE, COPY_BARCODE, DATES, FOOTER, ITEM_TYPE, OWNER

HEADINGS = {
    "Item ID": ("id", "Copy ID", "copy_id"),
    "Barcode": BARCODE,
    "Circulating Library": ("circ_lib", "Circulation Library"),
    "Owning Library": OWNER,
    "Classification Scheme": ("label_class",),
    "Call Number Label": ("label", "Call Number", "call_number_label"),
    "Call Number Sort Key": ("label_sortkey",),
    "Shelving Location": ("location", "Copy Location"),
    "Item Status": ("status", "Copy Status", "Status"),
    "Item Status Changed Time": ("status_changed_time", "Status Changed Time"),
    "Creation Date/Time": ("create_date", "Create Date", "Creation Date"),
    "Last Edit Date/Time": ("edit_date", "Edit Date"),
    "Price": ("price",),
    "Cost": ("cost", "Acquisition Cost"),
    "Circulation Modifier": ITEM_TYPE,
    "Can Circulate": ("circulate", "Circulate"),
    "Is Deleted": ("deleted",),
    "Total Circulation Count": ("circ_count", "Total Circ Count"),
    "Inventory Date": ("Inventory Date/Time", "inventory_date"),
    "Record ID": ("record", "Bib Record", "bib_id"),
    "Title Proper (normalized)": ("title", "Title Proper"),
    "Author (normalized)": ("author",),
    "Publication Year (normalized)": ("pubdate", "Publication Year"),
}
STATUS = """lower(trim("Item Status"))"""
IS_LOST = f"{STATUS} in ('lost', 'missing', 'long overdue', 'lost and paid', '3', '4', '16', '17')"
CALL_NUMBER = """concat_ws(
            ' ',
            nullif(trim("?Prefix"), ''),
            nullif(trim("Call Number Label"), ''),
            nullif(trim("?Suffix"), '')
        )"""
# the column of this name holds the day of creation where nothing circulated: it is read only beside
# the count
LAST = """case
            when whole_number("Total Circulation Count") > 0
                then screen_time("Last Circulation or Creation Date")::date
        end"""

# Units of serials are copies like others. Deleted copies stay in the table, marked.
ITEMS = Source(
    system="evergreen",
    name="items",
    recognise=("Barcode", "Circulating Library"),
    unless=(
        "Circ ID",
        "Checkout / Renewal Library",
        "Checkout Date/Time",
        "Hold ID",
        "Lineitem ID",
        "Transit ID",
    ),
    headings=HEADINGS | {"Checkout Date/Time": ("xact_start",)},
    absence="gone",
    set_aside={"deleted": 'yes_no("Is Deleted")'},
    only={"withdrawal": 'yes_no("Is Deleted")'},
    happened=("updated_at", "added_on", "last_borrowed_on", "last_seen_on"),
    # a copy without a record (a loan of something that is not catalogued) hangs on record -1
    blanks={"Record ID": ("-1",)},
    # the last two are read under a condition only, and blank where it does not hold
    loose=("published_year", "last_borrowed_on", "lost_on"),
    footer=FOOTER,
    dates=DATES,
    fills={
        "item": f"""
    select
        "Item ID" as item_id,
        {COPY_BARCODE} as barcode,
        "Record ID" as title_id,
        "Owning Library" as owning_branch,
        -- where a floating copy lies now
        "Circulating Library" as current_branch,
        "Shelving Location" as location,
        "Circulation Modifier" as item_type,
        {CALL_NUMBER} as call_number,
        "Classification Scheme" as call_number_scheme,
        "Call Number Sort Key" as shelf_key,
        -- when the record of the copy was made, which may be with the order
        screen_time("Creation Date/Time")::date as added_on,
        amount("Cost") as price,
        -- Price is what a borrower is charged
        amount("Price") as replacement_price,
        -- renewals are circulations in Evergreen, and are counted in it
        whole_number("Total Circulation Count") as lifetime_checkouts,
        {LAST} as last_borrowed_on,
        screen_time("Inventory Date")::date as last_seen_on,
        "Item Status" as status,
        -- the status tells; what earlier releases wrote here is taken back
        null::varchar as lost_code,
        case when {IS_LOST} then screen_time("Item Status Changed Time")::date end as lost_on,
        null::varchar as damaged_code,
        null::varchar as withdrawn_code,
        case when not yes_no("Can Circulate") then 'does not circulate' end as not_for_loan_code,
        "Copy Number" as copy_number,
        screen_time("Last Edit Date/Time") as updated_at
    from raw""",
        "title": """
    select
        "Record ID" as title_id,
        "Title Proper (normalized)" as title,
        "Author (normalized)" as author,
        -- text: a year, nothing, or something else; 9999 is a serial that still appears
        whole_number("Publication Year (normalized)") as published_year,
        -- written as a set: {0123456789,"0123456789 (pbk.)"}
        replace(trim(replace("ISBN", chr(34), ''), '{}'), ',', ' | ') as isbn,
        replace(trim(replace("ISSN", chr(34), ''), '{}'), ',', ' | ') as issn,
        "Publisher" as publisher
    from raw""",
        "withdrawal": f"""
    select
        "Item ID" as item_id,
        {COPY_BARCODE} as barcode,
        "Record ID" as title_id,
        "Owning Library" as owning_branch,
        "Shelving Location" as location,
        "Circulation Modifier" as item_type,
        {CALL_NUMBER} as call_number,
        screen_time("Creation Date/Time")::date as added_on,
        -- there is no day of deletion: the last change of a deleted copy is it
        screen_time("Last Edit Date/Time") as withdrawn_at,
        whole_number("Total Circulation Count") as lifetime_checkouts,
        {LAST} as last_borrowed_on,
        case when {IS_LOST} then "Item Status" end as lost_code,
        case when {STATUS} in ('damaged', '14') then "Item Status" end as damaged_code,
        case when {STATUS} in ('discard/weed', '13') then "Item Status" end as withdrawn_code
    from raw""",
    },
)

# One row a scan: the newest of a copy in one file counts.
INVENTORY = Source(
    system="evergreen",
    name="inventory",
    recognise=("Inventory Date", "Item"),
    unless=("Circulating Library",),
    headings={
        "Inventory Date": HEADINGS["Inventory Date"],
        "Item": ("copy", "Item ID", "Copy"),
        "Barcode": BARCODE,
        "Circulating Library": HEADINGS["Circulating Library"],
    },
    happened=("last_seen_on",),
    footer=FOOTER,
    dates=DATES,
    fills={
        "item": f"""
    select
        "Item" as item_id,
        {COPY_BARCODE} as barcode,
        screen_time("Inventory Date")::date as last_seen_on
    from raw"""
    },
)

SERIAL_ITEMS = Source(
    system="evergreen",
    name="serial items",
    recognise=("Serial Item ID", "Issuance Label", "Date Expected", "Date Received"),
    headings={
        "Serial Item ID": ("id", "Item ID"),
        "Date Expected": ("Expected Date",),
        "Date Received": ("Received Date",),
        "Issuance Label": ("label", "Issuance", "issuance"),
        "Subscription ID": ("subscription", "Subscription"),
        "Record ID": ("record_entry", "Bib Record"),
        "Receiving Library": ("holding_lib", "owning_lib", "Owning Library"),
        "Unit": ("Unit ID",),
        "Edit Date": ("Edit Date/Time",),
    },
    happened=("received_on", "updated_at"),
    footer=FOOTER,
    dates=DATES,
    fills={
        "serial_issue": """
    select
        "Serial Item ID" as serial_issue_id,
        "Subscription ID" as subscription_id,
        "Record ID" as title_id,
        "Receiving Library" as branch,
        "Issuance Label" as enumeration,
        -- Expected stays so however late it is; Not Held was never wanted
        case lower(trim("Status"))
            when 'expected' then 'expected'
            when 'received' then 'received'
            when 'claimed' then 'claimed'
            when 'not published' then 'not published'
            when 'bound' then 'bound'
            when 'discarded' then 'discarded'
            when '' then null
            else case when "Status" is not null then 'other' end
        end as status,
        "Status" as status_as_exported,
        screen_time("Date Expected")::date as expected_on,
        screen_time("Date Received")::date as received_on,
        "Unit" as item_id,
        screen_time("Edit Date") as updated_at
    from raw"""
    },
)
