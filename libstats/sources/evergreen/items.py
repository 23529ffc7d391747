"""Evergreen: what its reporter, its staff screens ("Download CSV") and psql write.

The reporter quotes every cell and writes its lines in two encodings, some in Latin-1 and some in
UTF-8. Headings are the labels of the reporter, which staff may change; the names of the database's
columns are known as well. Times say their zone, to the hour. Libraries are told by their short
names (BR1); their numbers, which a bare table has, are taken as they stand.
"""

from libstats.declaration.source import LeftAlone, Source, cards_of_places

# psql ends with the number of rows, and with the time where that is switched on
FOOTER = r"\(\d+ rows?\)$|Time: "
DATES = "year first, as reports write them, or month first, as the screens do"

COPY_ID = ("target_copy", "Item ID", "Copy ID", "copy_id")
BARCODE = ("Item Barcode", "copy_barcode")
OWNER = ("Copy Owning Library", "copy_owning_lib", "owning_lib")
ITEM_TYPE = ("circ_modifier", "Circ Modifier")
# of the fourteen digits that US libraries print, the first tells a copy (3) from a patron (2); the
# reporter calls both Barcode
COPY_BARCODE = """case when not regexp_full_match(trim("Barcode"), '2\\d{13}') then "Barcode" end"""

LOAN_HEADINGS = {
    "Circ ID": ("id", "circ_id"),
    "Circulating Item": COPY_ID,
    "Barcode": BARCODE,
    "Patron": ("usr", "Patron ID", "User ID"),
    "Checkout / Renewal Library": ("Circulating Library", "circ_lib", "Checkout Library"),
    "Check In Library": ("checkin_lib",),
    "Owning Library": OWNER,
    "Patron Home Library": ("usr_home_ou", "home_ou", "Home Library"),
    "Patron Profile Group": ("usr_profile", "profile"),
    "Circulation Modifier": ITEM_TYPE,
    "Checkout Date/Time": ("xact_start", "Checkout Date"),
    "Due Date/Time": ("due_date", "Due Date"),
    "Check In Date/Time": ("checkin_time", "Checkin Date", "Check In Date"),
    "Parent Circulation": ("parent_circ",),
    "Auto Renewal": ("auto_renewal",),
    "OPAC Renewal": ("opac_renewal",),
    "Phone Renewal": ("phone_renewal",),
    "Desk Renewal": ("desk_renewal",),
}
RENEWALS = {
    "Parent Circulation": (
        "add Parent Circulation to the report: Evergreen writes each renewal as a circulation of "
        "its own, and it would count as a checkout"
    )
}

OF_PLACES = cards_of_places("Patron", "Patron Profile Group")


def loans(patron: str) -> str:
    """The SELECT of circulations, with the line for who borrowed."""
    return f"""
    select
        "Circ ID" as loan_id,
        "Circulating Item" as item_id,
        {COPY_BARCODE} as barcode,
        {patron} as patron_key,
        "Checkout / Renewal Library" as checkout_branch,
        "Check In Library" as checkin_branch,
        "Owning Library" as owning_branch,
        "Patron Home Library" as patron_branch,
        "Patron Profile Group" as patron_group,
        "Circulation Modifier" as item_type,
        screen_time("Checkout Date/Time") as checked_out_at,
        screen_time("Due Date/Time") as due_at,
        -- blank is open, also where fines stopped because it is lost. Staff may put it back to the
        --   day of the book drop; the scan is a column of its own.
        -- A circulation that was renewed ends with its renewal
        screen_time("Check In Date/Time") as returned_at,
        -- the circulation before this one, not the first of the chain
        "Parent Circulation" as renewal_of,
        -- who renewed; of a checkout nothing is told
        case
            when yes_no("?Auto Renewal") then 'automatic'
            when yes_no("?OPAC Renewal") or yes_no("?Phone Renewal") then 'patron'
            when yes_no("?Desk Renewal") then 'staff'
        end as channel
    from raw"""


CIRCULATIONS = Source(
    system="evergreen",
    name="circulations",
    recognise=("Circ ID", "Checkout / Renewal Library", "Checkout Date/Time", "Due Date/Time"),
    required=RENEWALS,
    headings=LOAN_HEADINGS,
    happened=("checked_out_at", "returned_at"),
    # what may be kept without end
    blanks={"Due Date/Time": ("infinity",)},
    set_aside=OF_PLACES,
    footer=FOOTER,
    dates=DATES,
    fills={"loan": loans("""person_key("Patron")""")},
)

AGED_HEADINGS = {name: names for name, names in LOAN_HEADINGS.items() if name != "Patron"}

# action.aged_circulation, to which Evergreen moves old circulations without their patron, and
# all_circulation, which shows them among the others: whoever borrowed is forgotten here too. What
# only these two say of a patron marks them, also beside a column of patrons
AGED = Source(
    system="evergreen",
    name="aged circulations",
    recognise=(
        "Circ ID",
        "Checkout / Renewal Library",
        "Checkout Date/Time",
        "Due Date/Time",
        "Patron Birth Year",
    ),
    required=RENEWALS,
    headings=AGED_HEADINGS
    | {"Patron Birth Year": ("usr_birth_year", "Patron ZIP", "usr_post_code")},
    happened=("checked_out_at", "returned_at"),
    set_aside=OF_PLACES,
    footer=FOOTER,
    dates=DATES,
    fills={"loan": loans("person_key('')")},
)

# the same without those two columns: what it says of the copy and of the patron's group as they
# were, which a list of circulations takes from the copy and from the patron
PATRONLESS = Source(
    system="evergreen",
    name="patronless circulations",
    recognise=(
        "Circ ID",
        "Checkout / Renewal Library",
        "Checkout Date/Time",
        "Due Date/Time",
        "Copy Circulating Library",
    ),
    unless=("Patron", "Patron Birth Year"),
    required=RENEWALS,
    headings=LOAN_HEADINGS
    | {
        "Patron Birth Year": ("usr_birth_year", "Patron ZIP", "usr_post_code"),
        "Copy Circulating Library": (
            "copy_circ_lib",
            "Copy Owning Library",
            "copy_owning_lib",
            "Copy Call Number",
            "copy_call_number",
            "Copy Location",
            "copy_location",
            "Copy Bib Record",
            "copy_bib_record",
            "Patron Home Library",
            "usr_home_ou",
            "Patron Profile Group",
            "usr_profile",
        ),
    },
    happened=("checked_out_at", "returned_at"),
    set_aside=OF_PLACES,
    footer=FOOTER,
    dates=DATES,
    fills={"loan": loans("person_key('')")},
)

# A use is no circulation in Evergreen: it has a list of its own, and is over when it is noted.
IN_HOUSE = Source(
    system="evergreen",
    name="in-house use",
    recognise=("Use ID", "Use Date/Time"),
    headings={
        "Use ID": ("id",),
        "Use Date/Time": ("use_time", "Use Time"),
        "Item": ("item", *COPY_ID),
        "Barcode": BARCODE,
        "Using Library": ("org_unit", "Library"),
    },
    happened=("checked_out_at",),
    footer=FOOTER,
    dates=DATES,
    fills={
        "loan": f"""
    select
        'in-house use ' || trim("Use ID") as loan_id,
        "Item" as item_id,
        {COPY_BARCODE} as barcode,
        "Using Library" as checkout_branch,
        "Owning Library" as owning_branch,
        screen_time("Use Date/Time") as checked_out_at,
        screen_time("Use Date/Time") as returned_at,
        true as is_in_house
    from raw"""
    },
)

# Dates only in the table of holds: the day of a time of day here.
HOLDS = Source(
    system="evergreen",
    name="holds",
    recognise=("Hold ID", "Request Date/Time", "Pickup Library"),
    headings={
        "Hold ID": ("id",),
        "Request Date/Time": ("request_time", "Request Date"),
        "Hold Type": ("hold_type",),
        "Target Object ID": ("target",),
        "Target Bib Record": ("bib_record", "Bib Record", "Record ID"),
        "Current Copy": ("current_copy", "Currently Captured Copy"),
        "Pickup Library": ("pickup_lib",),
        "Capture Date/Time": ("capture_time", "Capture Date"),
        "Shelf Time": ("shelf_time",),
        "Fulfillment Date/Time": ("fulfillment_time",),
        "Hold Cancel Date/Time": ("cancel_time", "Cancel Date/Time"),
        "Hold Cancel Cause": ("cancel_cause", "Cancelation cause", "Cancel Cause"),
        "Hold Expire Date/Time": ("expire_time",),
        "Shelf Expire Time": ("shelf_expire_time",),
        "Currently Frozen": ("frozen",),
        "Thaw Date": ("thaw_date", "Thaw Date (if frozen)"),
        "Circulation Modifier": ITEM_TYPE,
    },
    happened=("placed_on", "ready_on", "cancelled_on"),
    footer=FOOTER,
    dates=DATES,
    fills={
        "hold": """
    select
        "Hold ID" as hold_id,
        -- what is asked for is a record only in a hold on a title; a copy, volume or part have
        --   other numbers
        coalesce(
            "?Target Bib Record",
            case when upper(trim("?Hold Type")) = 'T' then "?Target Object ID" end
        ) as title_id,
        -- before it is captured the copy is one that Evergreen looks at, another every day
        case when trim("Capture Date/Time") <> '' then "Current Copy" end as item_id,
        "Pickup Library" as pickup_branch,
        "Circulation Modifier" as item_type,
        case
            when upper(trim("Hold Type")) in ('C', 'R', 'F') then true
            when trim("Hold Type") <> '' then false
        end as is_item_level,
        screen_time("Request Date/Time")::date as placed_on,
        screen_time("Shelf Time")::date as ready_on,
        coalesce(
            screen_time("?Shelf Expire Time"),
            screen_time("?Hold Expire Date/Time")
        )::date as expires_on,
        screen_time("Hold Cancel Date/Time")::date as cancelled_on,
        case
            when trim("?Fulfillment Date/Time") <> '' then 'filled'
            when trim("?Shelf Time") <> '' then 'waiting'
            when trim("?Capture Date/Time") <> '' then 'in transit'
        end as status,
        screen_time("Fulfillment Date/Time")::date as picked_up_on,
        "Hold Cancel Cause" as cancelled_reason,
        yes_no("Currently Frozen") as is_suspended,
        screen_time("Thaw Date") as suspended_until
    from raw"""
    },
)

# hold_transit_copy has the rows of holds with the columns of transit_copy, of which it is a part
TRANSITS = Source(
    system="evergreen",
    name="transits",
    recognise=("Transit ID", "Send Date/Time", "Receive Date/Time"),
    headings={
        "Transit ID": ("id",),
        "Send Date/Time": ("source_send_time",),
        "Receive Date/Time": ("dest_recv_time",),
        "Cancel Date/Time": ("cancel_time", "Cancel Time"),
        "Transited Copy": COPY_ID,
        "Barcode": BARCODE,
        "Source Library": ("source", "Sending Library"),
        "Destination Library": ("dest", "Destination"),
        "Copy Status at Transit": ("copy_status", "Prior Copy Status"),
        "Hold": ("hold", "Hold ID", "Hold requiring Transit"),
    },
    happened=("arrived_at", "sent_at", "cancelled_at"),
    footer=FOOTER,
    dates=DATES,
    fills={
        "transit": f"""
    select
        "Transit ID" as transit_id,
        "Transited Copy" as item_id,
        {COPY_BARCODE} as barcode,
        "Source Library" as from_branch,
        "Destination Library" as to_branch,
        -- no reason is written: a copy that is to lie on the hold shelf (8) travels for a hold,
        --   others mostly go home
        case
            when trim("?Hold") <> ''
                or lower(trim("?Copy Status at Transit")) in ('8', 'on holds shelf')
                then 'hold'
        end as reason,
        "Copy Status at Transit" as reason_as_exported,
        screen_time("Send Date/Time") as sent_at,
        screen_time("Receive Date/Time") as arrived_at,
        screen_time("Cancel Date/Time") as cancelled_at
    from raw"""
    },
)

LIBRARIES = Source(
    system="evergreen",
    name="libraries",
    recognise=("Short (Policy) Name", "Organizational Unit Name", "Parent Organizational Unit"),
    headings={
        "Short (Policy) Name": ("shortname", "Short Name"),
        "Organizational Unit Name": ("name",),
        "Parent Organizational Unit": ("parent_ou",),
    },
    footer=FOOTER,
    fills={
        "code": """
    select
        'branch' as list,
        "Short (Policy) Name" as code,
        "Organizational Unit Name" as name
    from raw"""
    },
)

PATRONS = LeftAlone(
    "evergreen", "patron records", ("usrname", "profile"), "libstats never reads patron records"
)
