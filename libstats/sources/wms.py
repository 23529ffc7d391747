"""OCLC WorldShare Management Services (WMS): the text files that OCLC puts on the library's SFTP
server every day or week, bars between columns and no quoting.

Headings changed over the years, and words beside underscores are one to libstats: Item_Barcode and
Item Barcode. A copy has no number but its barcode; a record goes by its OCLC number. Patrons'
columns, notes of staff and the reports of patrons are never read.
"""

from libstats.declaration.source import LeftAlone, Source

DATES = "year first, as in 2026-10-31 09:30:00"
NULLS = ("null", "NULL")
# A copy stays in the reports for some time after it was deleted, its status Withdrawn. The column
# is empty for all others.
DELETED = """trim("Item Deleted Date") <> ''"""
ITEM_HEADINGS = {
    "Item Barcode": ("BarCode",),
    "OCLC Number": ("OCLC No",),
    "Holding Location": ("Item Holding Location",),
    "Shelving Location": ("Item Permanent Shelving Location",),
    "Temp Shelving Location": (
        "Item Temporary Shelving Location",
        "Temporary Shelving Location",
    ),
    "Call Number": ("Item Call Number",),
    "Enumeration": ("Item Enumeration and Chronology", "Description"),
    "Author": ("Author Name",),
    "Title": ("Title or Description",),
    "ISBN": ("Title ISBN",),
    "Cost": ("LHR Item Cost",),
    "Current Status": ("Item Status Current Status",),
    "Loan Date Due": ("Item Due Date",),
    "Issued Count": ("Item Issued Count",),
    "Soft Issued Count": ("Item Soft Issued Count",),
    "Last Issued Date": ("Item Last Issued Date",),
    "Last Inventoried Date": ("Item Last Inventoried Date",),
    "Created Date": ("LHR Date Entered on File",),
    "Publication Date": ("Year",),
    "Language Code": ("Language",),
}
WITHDRAWAL = """
    select
        "Item Barcode" as barcode,
        "OCLC Number" as title_id,
        "Holding Location" as owning_branch,
        "Shelving Location" as location,
        "Item Type" as item_type,
        "Call Number" as call_number,
        iso_time("Item Deleted Date") as withdrawn_at,
        whole_number("Issued Count") as lifetime_checkouts,
        iso_time("Last Issued Date")::date as last_borrowed_on
    from raw"""
TITLE = """
    select
        "OCLC Number" as title_id,
        "Title" as title,
        "Author" as author,
        "ISBN" as isbn,
        -- 2019, [2019], c2019-
        whole_number(
            nullif(regexp_extract("Publication Date", '(?:^|\\D)(\\d{4})(?:\\D|$)', 1), '')
        ) as published_year,
        "Language Code" as language,
        "Material Format" as material
    from raw"""

INVENTORIES = Source(
    system="wms",
    name="item inventories",
    recognise=("Item Barcode", "Current Status", "Last Inventoried Date"),
    unless=("Patron Barcode",),
    headings=ITEM_HEADINGS,
    absence="gone",
    happened=("last_seen_on", "last_borrowed_on", "added_on"),
    loose=("price", "added_on", "published_year"),
    null_words=NULLS,
    set_aside={"deleted": DELETED},
    only={"withdrawal": DELETED},
    dates=DATES,
    fills={
        "item": """
    select
        "Item Barcode" as barcode,
        "OCLC Number" as title_id,
        "Holding Location" as owning_branch,
        -- where it is for now, else where it belongs
        coalesce(
            nullif(trim("?Temp Shelving Location"), ''),
            "?Shelving Location"
        ) as location,
        "Shelving Location" as permanent_location,
        "Item Type" as item_type,
        "Call Number" as call_number,
        -- some sites have the six digits of the record here, which are no date
        iso_time("Created Date")::date as added_on,
        -- typed by hand: $5.00, 5.00 USD, 31.93 USD (for the set)
        typed_amount("Cost") as price,
        whole_number("Issued Count") as lifetime_checkouts,
        -- a soft issue is a use in the library
        whole_number("Soft Issued Count") as lifetime_in_house,
        iso_time("Last Issued Date")::date as last_borrowed_on,
        greatest(
            iso_time("?Last Issued Date"),
            iso_time("?Last Inventoried Date")
        )::date as last_seen_on,
        iso_time("Loan Date Due")::date as due_on,
        "Current Status" as status,
        "Enumeration" as volume
    from raw""",
        "title": TITLE,
        "withdrawal": WITHDRAWAL,
    },
)

# What came and went in a week: it says nothing of the others.
ADDED_AND_DELETED = Source(
    system="wms",
    name="items added and deleted",
    recognise=("Item Barcode", "Created Date", "Item Deleted Date", "Last Modified Date"),
    unless=("Patron Barcode", "Current Status"),
    headings={
        heading: names
        for heading, names in ITEM_HEADINGS.items()
        if heading
        not in (
            "Temp Shelving Location",
            "Enumeration",
            "Current Status",
            "Loan Date Due",
            "Soft Issued Count",
            "Last Inventoried Date",
        )
    },
    happened=("updated_at", "added_on"),
    loose=("price", "published_year"),
    null_words=NULLS,
    set_aside={"deleted": DELETED},
    only={"withdrawal": DELETED},
    dates=DATES,
    fills={
        "item": """
    select
        "Item Barcode" as barcode,
        "OCLC Number" as title_id,
        "Holding Location" as owning_branch,
        "Shelving Location" as permanent_location,
        "Item Type" as item_type,
        "Call Number" as call_number,
        iso_time("Created Date")::date as added_on,
        typed_amount("Cost") as price,
        whole_number("Issued Count") as lifetime_checkouts,
        iso_time("Last Modified Date") as updated_at
    from raw""",
        "title": TITLE,
        "withdrawal": WITHDRAWAL,
    },
)

# What is out now: a row goes when the copy comes back, and the report is made every day.
CHECKED_OUT = Source(
    system="wms",
    name="checked-out items",
    recognise=("Item Barcode", "Loan Date Checked Out", "Loan Date Due"),
    headings={
        "Item Barcode": ("BarCode",),
        "Holding Location": ("Inst symbol.Holding Location",),
        "Status": ("Current Status",),
        "Loan Date Checked Out": ("Checkout Date",),
    },
    absence="gone",
    happened=("checked_out_at",),
    null_words=NULLS,
    set_aside={
        "charged to the card of a place": """is_place("Patron Barcode")""",
        "charged to a card of a group of places": """is_place_group("Borrower Category")""",
    },
    dates=DATES,
    fills={
        "loan": """
    select
        -- the copy and the moment: the report has no number of the loan
        "Item Barcode" || ' ' || strftime(
            iso_time("Loan Date Checked Out"),
            '%Y-%m-%d %H:%M:%S'
        ) as loan_id,
        "Item Barcode" as barcode,
        person_key("Patron Barcode") as patron_key,
        -- may stand behind the symbol of the institution and a point
        regexp_extract(trim("Holding Location"), '[^.]*$') as owning_branch,
        "Borrower Category" as patron_group,
        iso_time("Loan Date Checked Out") as checked_out_at,
        iso_time("Loan Date Due") as due_at,
        "Status" as status_as_exported
    from raw"""
    },
)

PATRONS = LeftAlone(
    "wms",
    "patron reports",
    ("Patron Barcode", "First Name", "Borrower Category", "Total Fines"),
    "libstats never reads patron records",
)
