"""SirsiDynix Symphony: its history logs, and what its API programs and its report tools write.

The API programs (selitem, selcharge, ...) write bars between columns, one at the end, no headings
and no quotes; what went wrong stands among the rows in lines that begin with **. Which columns
there are, the letters behind -o say: they stand in libstats.toml or in the file's name. A copy is
its catalogue key, call sequence and copy number together; a user is a key in some exports and a
barcode in others, so that distinct users of both cannot be counted together.
"""

from libstats.declaration.source import LeftAlone, Source

# lines of errors, and the lines with which a finished report (.prn) begins
NOT_ROWS = r"\*\*|\s|[A-Z][a-z]"
NO_DATE = ("0", "NEVER")
ITEM_KEY = ("Catalog Key", "Call Sequence", "Copy Number")
ITEM_ID = """trim("Catalog Key") || ':' || trim("Call Sequence") || ':' || trim("Copy Number")"""

# The current location is the home location on the shelf, else a word for what is with the copy:
# CHECKEDOUT, HOLDS, INTRANSIT, MISSING. A copy may also be at home in DISCARD or LOST.
STATUS = """case
            when "Current Location" is distinct from "?Home Location"
                or upper(trim("Current Location")) in (
                    'CHECKEDOUT', 'INTRANSIT', 'HOLDS', 'ON-ORDER', 'ONORDER', 'BINDERY',
                    'REPAIR', 'CATALOGING', 'RESHELVING', 'ILL', 'LOST', 'LOST-ASSUM',
                    'LOST-CLAIM', 'LOST-PAID', 'LONGOVRDUE', 'MISSING', 'DISCARD'
                )
                then "Current Location"
        end as status,
        -- the status tells; what earlier releases wrote here is taken back
        null::varchar as lost_code,
        null::varchar as withdrawn_code,"""

ITEMS = Source(
    system="symphony",
    name="selitem",
    command="selitem",
    letters={
        "I": ITEM_KEY,
        "C": ("Catalog Key",),
        "B": ("Item ID",),
        "t": ("Item Type",),
        "f": ("Date Created",),
        "l": ("Home Location",),
        "m": ("Current Location",),
        "y": ("Library",),
    },
    recognise=("Catalog Key", "Item ID"),
    unless=("Home Location Name", "Item Library"),
    absence="gone",
    happened=("added_on",),
    footer=NOT_ROWS,
    dates="as Symphony writes them, 20261031",
    blanks={"Date Created": NO_DATE},
    fills={
        "item": f"""
    select
        {ITEM_ID} as item_id,
        -- padded with blanks at its end
        "Item ID" as barcode,
        "Catalog Key" as title_id,
        "Library" as owning_branch,
        "Home Location" as location,
        "Item Type" as item_type,
        packed_time("Date Created")::date as added_on,
        {STATUS}
        "Copy Number" as copy_number
    from raw"""
    },
)

# Open charges only: a charge vanishes when the copy comes back. With [whole] it is the list of what
# is out now.
CHARGES = Source(
    system="symphony",
    name="selcharge",
    command="selcharge",
    letters={
        "I": ITEM_KEY,
        "K": (*ITEM_KEY, "Charge Number"),
        "U": ("User Key",),
        "d": ("Date Due",),
        "e": ("Date Renewed",),
        "c": ("Date Charged",),
    },
    recognise=("Catalog Key", "Date Due"),
    required={
        "Date Charged": (
            "add c (date charged) to -o: without it two loans of the same copy count as one"
        ),
        "Copy Number": "add I or K (the copy's key) to -o",
    },
    absence="gone",
    happened=("checked_out_at", "last_renewed_at"),
    set_aside={"charged to the card of a place": 'is_place("User Key")'},
    footer=NOT_ROWS,
    dates="as Symphony writes them, 202610310930",
    blanks={"Date Due": NO_DATE, "Date Renewed": NO_DATE},
    fills={
        "loan": f"""
    select
        -- the number of a charge begins again with each loan of the copy
        {ITEM_ID} || ' ' || trim("Date Charged") as loan_id,
        {ITEM_ID} as item_id,
        person_key("User Key") as patron_key,
        packed_time("Date Charged") as checked_out_at,
        packed_time("Date Due") as due_at,
        packed_time("Date Renewed") as last_renewed_at
    from raw"""
    },
)

HOLDS = Source(
    system="symphony",
    name="selhold",
    command="selhold",
    letters={
        "K": ("Hold Key",),
        "I": ITEM_KEY,
        "C": ("Catalog Key",),
        "N": ("Catalog Key", "Call Sequence"),
        "U": ("User Key",),
        "w": ("Pickup Library",),
        "l": ("Inactive Reason",),
        "k": ("Date Inactive",),
        "p": ("Date Placed",),
        "t": ("Hold Type",),
        "u": ("Override",),
        "n": ("Notices",),
        "m": ("Date Notified",),
        "5": ("Date Available",),
        "6": ("Date Hold Expires",),
    },
    recognise=("Hold Key", "Date Placed", "Pickup Library"),
    required={
        "Hold Key": (
            "add K (the number of the hold) to -o; where columns are named in libstats.toml, "
            'that one is "Hold Key": without it the same hold in two files would count twice'
        )
    },
    happened=("placed_on", "ready_on", "cancelled_on"),
    # the one is read where the hold was not filled, the other where it was
    loose=("cancelled_on", "picked_up_on"),
    footer=NOT_ROWS,
    dates="as Symphony writes them, 20261031",
    blanks=dict.fromkeys(
        ("Date Placed", "Date Inactive", "Date Notified", "Date Available", "Date Hold Expires"),
        NO_DATE,
    )
    | {"Inactive Reason": ("NONE",)},
    fills={
        "hold": f"""
    select
        "Hold Key" as hold_id,
        "Catalog Key" as title_id,
        -- of a hold on a title the copy is any, until one is found
        case
            when upper(trim("?Hold Type")) = 'C' or packed_time("?Date Available") is not null
                then {ITEM_ID}
        end as item_id,
        "Pickup Library" as pickup_branch,
        case upper(trim("Hold Type")) when 'C' then true when 'T' then false end as is_item_level,
        packed_time("Date Placed")::date as placed_on,
        packed_time("Date Available")::date as ready_on,
        packed_time("Date Notified")::date as notified_on,
        -- the last day on the hold shelf
        packed_time("Date Hold Expires")::date as expires_on,
        -- inactive is filled, or ended otherwise; of a word that nobody declared neither is known
        case
            when upper(trim("Inactive Reason")) in (
                'CANCELLED', 'CANCELED', 'EXPIRED', 'EXP_ONSHELF', 'EXP-ONSHELF'
            )
                then packed_time("Date Inactive")::date
        end as cancelled_on,
        case
            when upper(trim("?Inactive Reason")) = 'FILLED' then 'filled'
            else case when packed_time("?Date Available") is not null then 'waiting' end
        end as status,
        "Inactive Reason" as status_as_exported,
        case
            when upper(trim("?Inactive Reason")) = 'FILLED'
                then packed_time("?Date Inactive")::date
        end as picked_up_on
    from raw"""
    },
)

# A line is a transaction. Most are none of circulation (IY: a user's record was touched) and are
# set aside.
HISTORY = Source(
    system="symphony",
    name="history log",
    recognise=("time", "command", "is system card", "NQ", "FE"),
    happened=("happened_at",),
    set_aside={"not circulation": """"command" not in ('CV', 'RV', 'EV', 'WV')"""},
    dates="as Symphony writes them, 20261031093059",
    fills={
        "circulation_event": """
    select
        -- when it was done; a discharge may tell an earlier day (CO) for a book drop, which is not
        --   read
        packed_time("time") as happened_at,
        "FE" as branch,
        -- WV is an item marked as used in the library. A charge to a card of a place, such as
        --   DISCARD or MAIN-DISCARD, is weeding or repair, no loan; of cards with other names the
        --   library says it
        case "command"
            when 'CV'
                then case
                    when yes_no("is system card") or is_place("UO") then 'other'
                    else 'checkout'
                end
            when 'RV' then case when is_place("UO") then 'other' else 'renewal' end
            when 'EV' then 'checkin'
            when 'WV' then 'in-house use'
        end as kind,
        "command" as kind_as_exported,
        -- 3 is WorkFlows, 5 the catalogue online; 6 and 23 are SIP2, which self-check machines
        --   speak, and here and there other machines do
        case "dC"
            when '3' then 'staff'
            when '5' then 'patron'
            when '6' then 'self-check'
            when '23' then 'self-check'
        end as channel,
        "NQ" as barcode,
        -- a discharge names no user
        person_key("UO") as patron_key
    from raw"""
    },
)
EXTRACT = LeftAlone(
    "symphony",
    "extract of a history log",
    (r"/^[A-Z]\d{18}[A-Z] *$/",),
    (
        "its lines no longer say which command they are; load the history log itself (.hist, "
        "packed with gzip or not)"
    ),
)

# What BLUEcloud Analytics and Director's Station export, under the names of Symphony's fields.
# Reports choose their columns.
ITEM_LIST = Source(
    system="symphony",
    name="item list",
    recognise=("Item ID", "Home Location", "Current Location"),
    unless=("User ID", "Call Sequence"),
    headings={
        "Item ID": ("Item Barcode", "Barcode"),
        "Catalog Key": ("Title Control Number", "Cat Key"),
        "Item Library": ("Library",),
        "Item Date Created": ("Date Created", "Item Creation Date"),
        "Year of Publication": ("Publication Year",),
        "Total Renewals": ("Item Total Renewals",),
        "In House Charges": ("Item In House Charges",),
        "Total Checkouts": ("Item Total Checkouts",),
        "Date Last Charged": ("Item Date Last Charged",),
        "Date Inventoried": ("Item Date Inventoried",),
    },
    absence="gone",
    happened=("last_borrowed_on", "added_on", "last_seen_on"),
    dates="month first, as in 10/31/2026",
    blanks=dict.fromkeys(
        ("Item Date Created", "Date Last Charged", "Date Inventoried"), (*NO_DATE, "Never")
    )
    | {"Item Type": ("$<ITYP_desc_unknown>",)},
    loose=("published_year",),
    set_aside={"total": """lower(trim("Item ID")) in ('total', 'grand total')"""},
    fills={
        "item": f"""
    select
        -- 567|25|1, with whatever stands between the three
        nullif(regexp_replace(trim("Item Key"), '[^0-9]+', ':', 'g'), '') as item_id,
        "Item ID" as barcode,
        "Catalog Key" as title_id,
        "Item Library" as owning_branch,
        "Home Location" as location,
        "Item Type" as item_type,
        "Call Number" as call_number,
        "Classification" as call_number_scheme,
        "Shelving Key" as shelf_key,
        coalesce(us_date("Item Date Created"), packed_time("Item Date Created")::date) as added_on,
        -- what a borrower is billed for a lost copy
        typed_amount("Price") as replacement_price,
        -- Item Total Charges counts renewals and uses in the library at some sites: left out
        whole_number("Total Checkouts") as lifetime_checkouts,
        whole_number("Total Renewals") as lifetime_renewals,
        whole_number("In House Charges") as lifetime_in_house,
        coalesce(
            us_date("Date Last Charged"),
            packed_time("Date Last Charged")::date
        ) as last_borrowed_on,
        coalesce(
            us_date("Date Inventoried"),
            packed_time("Date Inventoried")::date
        ) as last_seen_on,
        {STATUS}
        "Copy Number" as copy_number
    from raw""",
        "title": """
    select
        "Catalog Key" as title_id,
        "Title" as title,
        "Author" as author,
        whole_number("Year of Publication") as published_year
    from raw""",
    },
)

USERS = LeftAlone(
    "symphony", "user records", ("User ID", "User Name"), "libstats never reads patron records"
)
TRANS_STAT = LeftAlone(
    "symphony",
    "circulation statistics of BLUEcloud Analytics",
    (r"/^Trans Stat /",),
    (
        "it holds sums, which cannot be told apart from those of a report run again; "
        "load the history logs instead"
    ),
)
