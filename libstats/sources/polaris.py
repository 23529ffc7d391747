"""Polaris: what SQL gives of its tables, and what SimplyReports writes.

Names of columns are those of the database, or of whoever wrote the report. Codes of item types and
collections are each library's own. Times are the library's own clock. Management Studio writes NULL
as a word, and headings only where it is told to.
"""

from libstats.declaration.source import LeftAlone, Source

NULLS = ("NULL",)
DATES = "year first, as in 2026-10-31 09:30:00.000, or month first, as in 10/31/2026"

# A transaction is a header and any number of details: pivoted (docs/export-polaris.md), one row is
# one transaction.
TRANSACTIONS = Source(
    system="polaris",
    name="transactions",
    recognise=("TransactionID", "TransactionTypeID", "OrganizationID"),
    unless=("TransactionSubTypeID", "numValue"),
    required={
        "TranClientDate": (
            "add TranClientDate, when it happened at the desk, to the query; "
            "TransactionDate is when the server wrote it"
        ),
        "RenewalFlag": (
            "add the detail 124 as RenewalFlag: a renewal is a checkout with that flag, "
            "and would count as one"
        ),
        "CheckInType": (
            "add the detail 128 as CheckInType: use in the library is a check-in of that kind"
        ),
    },
    headings={
        "RenewalFlag": ("Renewal", "renew", "124"),
        "CheckInType": ("CheckinTypeID", "128"),
        "ItemRecordID": ("38",),
        "PatronID": ("6",),
        "MaterialTypeID": ("MaterialType", "4"),
        "CollectionID": ("Collection", "61"),
        "ShelfLocationID": ("ShelfLocation", "296"),
        "PatronCodeID": ("PatronCode", "PatronStatClass", "33"),
        "SourceID": ("Source", "145"),
        "OrganizationID": ("Branch",),
    },
    happened=("happened_at",),
    null_words=NULLS,
    dates=DATES,
    fills={
        "circulation_event": """
    select
        us_time("TranClientDate") as happened_at,
        "OrganizationID" as branch,
        -- 6001 is a checkout, or with the flag 1 a renewal; on a card that stands for a place it is
        --   none. A check-in (6002) of type 6, or 56 in Leap, is a use in the library, 3 is an
        --   inventory
        case trim("?TransactionTypeID")
            when '6001'
                then case
                    when is_place("?PatronID") or is_place_group("?PatronCodeID") then 'other'
                    when coalesce(trim("?RenewalFlag"), '') in ('', '0') then 'checkout'
                    else 'renewal'
                end
            when '6002'
                then case
                    when trim("?CheckInType") in ('6', '56') then 'in-house use'
                    when trim("?CheckInType") = '3' then 'other'
                    else 'checkin'
                end
            when '6016' then 'payment'
            else case when trim("?TransactionTypeID") <> '' then 'other' end
        end as kind,
        "TransactionTypeID" as kind_as_exported,
        -- 42 is the catalogue, 48 the nightly job
        case trim("SourceID") when '42' then 'patron' when '48' then 'automatic' end as channel,
        "ItemRecordID" as item_id,
        "MaterialTypeID" as item_type,
        "ShelfLocationID" as location,
        "CollectionID" as collection,
        person_key("PatronID") as patron_key,
        "PatronCodeID" as patron_group
    from raw"""
    },
)
UNPIVOTED = LeftAlone(
    "polaris",
    "transactions with details",
    ("TransactionID", "TransactionSubTypeID"),
    (
        "each row is one detail, so that a checkout would count as often as it has details: "
        "make one row of each transaction, as docs/export-polaris.md shows"
    ),
)

ITEM_HEADINGS = {
    "ItemRecordID": ("Item Record ID", "Item Control Number"),
    "Barcode": ("Item Barcode",),
    "AssociatedBibRecordID": ("Bibliographic Record ID", "Bib Record ID", "BibliographicRecordID"),
    "AssignedBranchID": ("Item Assigned Branch ID",),
    "AssignedBranchName": (
        "Item Assigned Branch Name",
        "Assigned Branch",
        "Item Assigned Branch",
        "Assigned Branch Name",
    ),
    "AssignedCollectionName": (
        "Item Assigned Collection Name",
        "Assigned Collection",
        "Collection Name",
        "Collection Abbr",
    ),
    "AssignedCollectionID": ("Item Assigned Collection ID",),
    "MaterialTypeName": ("Material Type Description", "Item Material Type", "Material Type"),
    "MaterialTypeID": ("Item Material Type ID",),
    "ShelfLocationName": ("Item Shelf Location", "Shelf Location"),
    "CallNumber": ("Item Call Number", "Call Number"),
    "Price": ("Item Price",),
    "LifetimeCircCount": ("Item Lifetime Circ Count", "Lifetime Circ Count"),
    "LifetimeRenewalsCount": ("Item Lifetime Renewals Count", "Lifetime Renewals Count"),
    "LifetimeInHouseUseCount": ("Item Lifetime In-House Use Count", "Lifetime In-House Use Count"),
    "LastCheckoutRenewDate": (
        "Last Checkout/Renew Date",
        "Last Checkout Renew Date",
        "Item Last Checkout/Renew Date",
    ),
    "LastCircTransactionDate": ("Last Circ Transaction Date", "Item Last Circ Transaction Date"),
    "FirstAvailableDate": ("First Available Date", "Item First Available Date"),
    "ItemStatus": ("Item Status Descr", "Item Circulation Status", "Item Status", "Circ Status"),
    "RecordStatusID": ("Item Record Status ID",),
    "BrowseTitle": ("Browse Title", "Title"),
    "BrowseAuthor": ("Browse Author", "Author"),
    "ItemStatusID": ("Item Status ID",),
    "DueDate": ("Due Date", "Item Due Date"),
}
NO_DATE = ("0", "None")
# Circulations of one calendar year stand under headings that name it, such as Prev Year (2025) Circ
# Count: they are not read, and the same report of the next year is of the same shape.


def of_items(name: str, by: str, unless: tuple[str, ...]) -> Source:
    """A declaration of lists of items: CircItemRecords, or a report; it has the number of the item,
    its barcode or both."""
    return Source(
        system="polaris",
        name=name,
        recognise=(by, "LifetimeCircCount"),
        unless=("PatronID", "TransactionID", *unless),
        headings=ITEM_HEADINGS,
        absence="gone",
        happened=("last_seen_on", "last_borrowed_on", "added_on"),
        loose=("lifetime_checkouts",),
        null_words=NULLS,
        blanks=dict.fromkeys(
            ("LastCheckoutRenewDate", "LastCircTransactionDate", "FirstAvailableDate", "DueDate"),
            NO_DATE,
        ),
        # 1 is final, that is in use, 4 deleted
        set_aside={"deleted": """trim("RecordStatusID") = '4'"""},
        dates=DATES,
        fills=ITEM,
    )


ITEM = {
    "item": """
    select
        "ItemRecordID" as item_id,
        -- 1.23457E+13 has lost its digits in a spreadsheet
        case
            when not regexp_matches("Barcode", '^[0-9][.,]?[0-9]*[eE][+]') then "Barcode"
        end as barcode,
        "AssociatedBibRecordID" as title_id,
        -- by number, as in transactions; by name where a report has only that
        coalesce("?AssignedBranchID", "?AssignedBranchName") as owning_branch,
        coalesce("?ShelfLocationID", "?ShelfLocationName") as location,
        coalesce("?AssignedCollectionID", "?AssignedCollectionName") as collection,
        coalesce("?MaterialTypeID", "?MaterialTypeName") as item_type,
        "CallNumber" as call_number,
        us_time("FirstAvailableDate")::date as added_on,
        typed_amount("Price") as price,
        -- Polaris calls a renewal a circulation too, and nothing proves whether this counter holds
        --   them: only none is certain
        case when whole_number("LifetimeCircCount") = 0 then 0 end as lifetime_checkouts,
        whole_number("LifetimeRenewalsCount") as lifetime_renewals,
        whole_number("LifetimeInHouseUseCount") as lifetime_in_house,
        -- a checkout or a renewal; the last transaction may be any, also a check-in
        us_time("LastCheckoutRenewDate")::date as last_borrowed_on,
        us_time("LastCircTransactionDate")::date as last_seen_on,
        us_time("DueDate")::date as due_on,
        coalesce("?ItemStatus", "?ItemStatusID") as status,
        -- the status tells; what earlier releases wrote here is taken back
        null::varchar as lost_code,
        null::varchar as withdrawn_code,
        null::varchar as damaged_code
    from raw""",
    "title": """
    select
        "AssociatedBibRecordID" as title_id,
        "BrowseTitle" as title,
        "BrowseAuthor" as author,
        "ISBN" as isbn
    from raw""",
}

ITEMS = of_items("items", "ItemRecordID", ())
ITEMS_BY_BARCODE = of_items("items by barcode", "Barcode", ("ItemRecordID",))

HOLDS = Source(
    system="polaris",
    name="holds",
    recognise=("SysHoldRequestID", "PickupBranchID"),
    required={
        "SysHoldStatus": (
            "join SysHoldStatuses and add its Name as SysHoldStatus: "
            "by its number alone a hold that is over would wait for ever"
        )
    },
    headings={"SysHoldStatus": ("HoldStatus", "Hold Status")},
    absence="gone",
    happened=("placed_on", "ready_on", "notified_on", "cancelled_on"),
    loose=("ready_on", "cancelled_on", "starts_on", "suspended_until"),
    null_words=NULLS,
    dates=DATES,
    fills={
        "hold": """
    select
        "SysHoldRequestID" as hold_id,
        "BibliographicRecordID" as title_id,
        "TrappingItemRecordID" as item_id,
        "PickupBranchID" as pickup_branch,
        us_time("CreationDate")::date as placed_on,
        -- a request goes to the history once it is filled: its day on the shelf is seen only while
        --   it is held
        case
            when lower(trim("SysHoldStatus")) = 'held'
                then us_time("?LastStatusTransitionDate")::date
        end as ready_on,
        us_time("HoldNotificationDate")::date as notified_on,
        coalesce(us_time("?HoldTillDate"), us_time("?ExpirationDate"))::date as expires_on,
        case
            when lower(trim("SysHoldStatus")) in (
                'cancelled', 'canceled', 'expired', 'unclaimed', 'not supplied', 'not-supplied',
                'denied'
            )
                then us_time("?LastStatusTransitionDate")::date
        end as cancelled_on,
        case lower(trim("SysHoldStatus"))
            when 'held' then 'waiting'
            when 'shipped' then 'in transit'
            when 'pending' then 'processing'
            when 'out' then 'filled'
            when 'filled' then 'filled'
        end as status,
        "SysHoldStatus" as status_as_exported,
        -- until that day a request is inactive: the patron wants it later, or has suspended it
        case
            when not coalesce(yes_no("?Suspended"), false) then us_time("?ActivationDate")::date
        end as starts_on,
        whole_number("Sequence") as queue_position,
        yes_no("Suspended") as is_suspended,
        case
            when yes_no("?Suspended") then us_time("?ActivationDate")::date::timestamp
        end as suspended_until
    from raw"""
    },
)

BRANCHES = Source(
    system="polaris",
    name="organizations",
    recognise=("OrganizationID", "OrganizationCodeID", "Name"),
    null_words=NULLS,
    fills={
        "code": """
    select
        'branch' as list,
        "OrganizationID" as code,
        "Name" as name
    from raw"""
    },
)

# The sheet Key of a report: what the abbreviations of collections stand for.
COLLECTIONS = Source(
    system="polaris",
    name="collections",
    recognise=("Collection Code", "Collection Name"),
    unless=("Item Barcode", "LifetimeCircCount"),
    null_words=NULLS,
    fills={
        "code": """
    select
        'collection' as list,
        "Collection Code" as code,
        "Collection Name" as name
    from raw"""
    },
)

PATRONS = LeftAlone(
    "polaris", "patron records", ("PatronID", "NameLast"), "libstats never reads patron records"
)
