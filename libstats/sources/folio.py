"""FOLIO: what its services answer (JSON), and what Metadb and LDP give by SQL (CSV).

The services write itemId and status.name, the tables of Metadb item_id and status__name, which is
the same to libstats. Every time says its zone, several zones may stand in one file. A column exists
in Metadb only if any record ever had the field. Places, types and groups are numbers (UUIDs),
unless a report joins their names; `folio service points` and the like tell libstats the names.
"""

from libstats.declaration.source import LeftAlone, Source, cards_of_places

DATES = "with its zone, as in 2026-10-31T09:30:00.000+00:00: give the column as it is, not its day"
# Metadb's tables that end in __t__ hold every state that a record ever had: each would count as
# another loan
EARLIER = {
    "an earlier state": """not yes_no("__current")""",
    "an ended state": """"__end" not like '9999-%'""",
}
UPDATED = ("updated_date", "metadata__updated_date")

LOANS = Source(
    system="folio",
    name="loans",
    recognise=("loan_id", "loanDate", "dueDate"),
    unless=("operation", "process_status"),
    headings={
        "loan_id": ("id",),
        "userId": ("user_id", "borrower.id"),
        "itemId": ("item.id",),
        "item.barcode": ("barcode", "item_barcode"),
        "dueDate": ("loan_due_date",),
        "returnDate": ("loan_return_date",),
        "status.name": ("status__name", "loan_status"),
        "checkoutServicePointId": ("checkoutServicePoint.id",),
        "checkinServicePointId": ("checkinServicePoint.id",),
        "item.materialType.name": ("material_type_name",),
        "patronGroupIdAtCheckout": ("patronGroupAtCheckout.id",),
        "metadata.updatedDate": UPDATED,
    },
    happened=("checked_out_at", "returned_at"),
    set_aside=EARLIER | cards_of_places("userId", "patronGroupIdAtCheckout", "patron_group_name"),
    is_elsewhere=True,
    dates=DATES,
    fills={
        "loan": """
    select
        "loan_id" as loan_id,
        "itemId" as item_id,
        "item.barcode" as barcode,
        -- blank once FOLIO, or a weekly job of the library, anonymised the loan
        person_key("userId") as patron_key,
        "checkoutServicePointId" as checkout_branch,
        "checkinServicePointId" as checkin_branch,
        -- names only where the report has no numbers
        coalesce("?patronGroupIdAtCheckout", "?patron_group_name") as patron_group,
        "item.materialType.name" as item_type,
        zoned_time("loanDate") as checked_out_at,
        zoned_time("dueDate") as due_at,
        -- staff may put it back, to the day of the book drop; systemReturnDate is the scan
        coalesce(zoned_time("?returnDate"), zoned_time("?systemReturnDate")) as returned_at,
        -- not written before the first renewal. When they were is in the history of loans alone
        case
            when trim("renewalCount") <> '' then whole_number("renewalCount")
            else 0
        end as renewals,
        -- a loan for use in the reading room
        case when trim("forUseAtLocation.status") <> '' then true end as is_in_house,
        -- one whose copy was lost and paid for is closed without a return
        "status.name" as status_as_exported,
        zoned_time("metadata.updatedDate") as updated_at
    from raw"""
    },
)

# A copy that is checked in although it was available was used in the library; all other check-ins
# end loans, transits and holds, which are told elsewhere. They are loans that are over at once, not
# a log of events: libstats would take a desk's day from such a log, which has no checkouts.
CHECK_INS = Source(
    system="folio",
    name="check-ins",
    recognise=("check_in_id", "occurredDateTime", "itemStatusPriorToCheckIn"),
    headings={"check_in_id": ("id",)},
    happened=("checked_out_at",),
    set_aside={
        **EARLIER,
        (
            "no use in the library"
        ): """coalesce(lower(trim("itemStatusPriorToCheckIn")), '') <> 'available'""",
    },
    is_elsewhere=True,
    dates=DATES,
    fills={
        "loan": """
    select
        'check-in ' || trim("check_in_id") as loan_id,
        "itemId" as item_id,
        "servicePointId" as checkout_branch,
        zoned_time("occurredDateTime") as checked_out_at,
        zoned_time("occurredDateTime") as returned_at,
        true as is_in_house
    from raw"""
    },
)

# Older releases write fulfilmentPreference, newer ones fulfillmentPreference.
REQUESTS = Source(
    system="folio",
    name="requests",
    recognise=("request_id", "requestType", "requestDate"),
    # Alma's requests have the same three
    unless=("MMS Id", "Title", "Library Name", "request_sub_type.value"),
    headings={
        "request_id": ("id",),
        "status": ("request_status",),
        "pickupServicePointId": ("pickupServicePoint.id",),
        "instanceId": ("instance.id",),
        "itemId": ("item.id",),
        "metadata.updatedDate": UPDATED,
    },
    happened=("placed_on", "cancelled_on"),
    loose=("cancelled_on",),
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "hold": """
    select
        "request_id" as hold_id,
        "instanceId" as title_id,
        -- the copy is the one that fills it when it is paged, or once it is found; until then it is
        --   only asked for
        case
            when lower(trim("?requestType")) = 'page'
                or trim("?status") in (
                    'Open - Awaiting pickup', 'Open - In transit', 'Open - Awaiting delivery',
                    'Closed - Filled'
                )
                then "itemId"
        end as item_id,
        "pickupServicePointId" as pickup_branch,
        -- before requests on titles there were only requests on copies
        coalesce(lower(trim("?requestLevel")), 'item') = 'item' as is_item_level,
        zoned_time("requestDate")::date as placed_on,
        coalesce(
            zoned_time("?holdShelfExpirationDate"),
            zoned_time("?requestExpirationDate")
        )::date as expires_on,
        -- a request that was not picked up, or ran out, ends too. FOLIO does not say when a copy
        --   came to the hold shelf
        case
            when trim("status") in (
                'Closed - Cancelled', 'Closed - Pickup expired', 'Closed - Unfilled'
            )
                then coalesce(
                    zoned_time("?cancelledDate"),
                    zoned_time("?awaitingPickupRequestClosedDate"),
                    zoned_time("?metadata.updatedDate")
                )::date
        end as cancelled_on,
        case trim("status")
            when 'Open - Awaiting pickup' then 'waiting'
            when 'Open - In transit' then 'in transit'
            when 'Open - Awaiting delivery' then 'processing'
            when 'Closed - Filled' then 'filled'
        end as status,
        "status" as status_as_exported,
        whole_number("position") as queue_position,
        zoned_time("metadata.updatedDate") as updated_at
    from raw"""
    },
)

ITEMS = Source(
    system="folio",
    name="items",
    recognise=("item_id", "holdingsRecordId", "materialTypeId"),
    headings={
        "item_id": ("id",),
        "barcode": ("item_barcode",),
        "status.name": ("status_name", "status__name"),
        "materialTypeId": ("materialType.id",),
        "effectiveLocationId": ("effectiveLocation.id",),
        "effectiveCallNumberComponents.callNumber": (
            "effective_call_number_components__call_number",
            "effective_call_number",
        ),
        "effectiveShelvingOrder": ("effective_shelving_order",),
        "metadata.createdDate": ("created_date", "metadata__created_date", "creation_date"),
        "metadata.updatedDate": UPDATED,
        "lastCheckIn.dateTime": ("last_check_in__date_time",),
        "publicationPeriod.start": ("publication_period__start",),
    },
    absence="gone",
    happened=("updated_at", "added_on", "last_seen_on"),
    loose=("published_year",),
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "item": """
    select
        "item_id" as item_id,
        "barcode" as barcode,
        -- the record of the copy names its holdings; the title stands only where a report joins it
        "instanceId" as title_id,
        "effectiveLocationId" as location,
        "permanentLocationId" as permanent_location,
        -- by name where it stands in the file, as in loans
        coalesce("?materialType.name", "?materialTypeId") as item_type,
        "effectiveCallNumberComponents.callNumber" as call_number,
        "effectiveShelvingOrder" as shelf_key,
        zoned_time("metadata.createdDate")::date as added_on,
        zoned_time("lastCheckIn.dateTime")::date as last_seen_on,
        "status.name" as status,
        -- the status tells; what earlier releases wrote here is taken back
        null::varchar as lost_code,
        null::varchar as withdrawn_code,
        "volume" as volume,
        "copyNumber" as copy_number,
        zoned_time("metadata.updatedDate") as updated_at
    from raw""",
        "title": """
    select
        "instanceId" as title_id,
        "title" as title,
        -- the first year where there are several
        whole_number("publicationPeriod.start") as published_year
    from raw""",
    },
)


def names(
    name: str, recognise: tuple[str, ...], of: str, label: str, unless: tuple[str, ...] = ()
) -> Source:
    """A declaration of one of FOLIO's lists of names."""
    return Source(
        system="folio",
        name=name,
        recognise=recognise,
        unless=unless,
        set_aside=EARLIER,
        fills={
            "code": f"""
    select
        '{of}' as list,
        "id" as code,
        "{label}" as name
    from raw"""
        },
    )


SERVICE_POINTS = names(
    "service points",
    ("id", "name", "code", "discoveryDisplayName"),
    "branch",
    "name",
    unless=("libraryId",),
)
LOCATIONS = names("locations", ("id", "name", "code", "libraryId", "campusId"), "location", "name")
PATRON_GROUPS = names("patron groups", ("id", "group", "desc"), "patron_group", "group")

HISTORY = LeftAlone(
    "folio",
    "history of loans",
    ("operation", "loan.id"),
    (
        "each row is one more state of a loan, and would count as another loan: "
        "export the loans themselves"
    ),
)
RENEWALS = LeftAlone(
    "folio",
    "dates of renewals",
    ("loan_id", "loan_action"),
    (
        "one renewal may stand in it several times, seconds apart, and would count as often: the "
        "loans themselves say how often each was renewed"
    ),
)
USERS = LeftAlone(
    "folio", "users", ("id", "username", "patronGroup"), "libstats never reads patron records"
)
