"""Koha, what becomes of copies: their journeys between branches, and those that were deleted."""

from libstats.declaration.source import Source
from libstats.sources.koha.items import ERROR_LINES, ITEM_HEADINGS, PEOPLE, ZERO_DATES

# Before 20.11 a journey that was called off was deleted or marked as arrived: there is no
# cancelled_at then.
TRANSFERS = Source(
    system="koha",
    name="transfers",
    recognise=("frombranch", "tobranch", "datesent"),
    unless=PEOPLE,
    required={
        "branchtransfer_id": (
            "add branchtransfers.branchtransfer_id to the report: without it the same journey in "
            "two files would count twice"
        )
    },
    headings={"itemnumber": ("ITEM_NUMBER",), "barcode": ("ITEM_BC", "ITEM_BARCODE")},
    happened=("arrived_at", "sent_at", "requested_at", "cancelled_at"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "transit": """
    select
        "branchtransfer_id" as transit_id,
        "itemnumber" as item_id,
        "barcode" as barcode,
        "frombranch" as from_branch,
        "tobranch" as to_branch,
        -- there is no reason before 20.05; the comments, which sometimes name one, may name people
        --   and are never read
        case lower(trim("reason"))
            when 'reserve' then 'hold'
            when 'returntohome' then 'return'
            when 'returntoholding' then 'return'
            when 'stockrotationadvance' then 'rotation'
            when 'stockrotationrepatriation' then 'rotation'
            when 'rotatingcollection' then 'rotation'
            when 'manual' then 'manual'
            when 'recall' then 'recall'
            when 'lostreserve' then 'ended request'
            when 'cancelreserve' then 'ended request'
            when 'recallcancellation' then 'ended request'
            when 'transfercancellation' then 'ended request'
            when '' then null
            else case when "reason" is not null then 'other' end
        end as reason,
        "reason" as reason_as_exported,
        iso_time("daterequested") as requested_at,
        -- blank while the copy waits to be sent; on older systems a request is sent at once
        iso_time("datesent") as sent_at,
        iso_time("datearrived") as arrived_at,
        iso_time("datecancelled") as cancelled_at,
        "cancellation_reason" as cancelled_reason
    from raw"""
    },
)

# deleteditems has the headings of items, and since 24.x both have deleted_on: a file of all columns
# of either is read as items, where a row that has a day of deletion is set aside. So deleted copies
# come from a report that names its columns, with deleted_on, or `timestamp as deleted_on` before
# 24.x.
DELETED = Source(
    system="koha",
    name="deleted items",
    recognise=("homebranch", "itype", "deleted_on"),
    unless=(*PEOPLE, "more_subfields_xml"),
    headings={
        key: ITEM_HEADINGS[key]
        for key in (
            "itemnumber",
            "barcode",
            "biblionumber",
            "homebranch",
            "location",
            "ccode",
            "itype",
            "itemcallnumber",
            "dateaccessioned",
            "itemlost",
        )
    }
    | {
        "datelastborrowed": ITEM_HEADINGS["datelastborrowed"],
        # where the report has no timestamp, the day of deletion stands for it
        "timestamp": ("deleted_on",),
    },
    happened=("withdrawn_at",),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "withdrawal": """
    select
        "itemnumber" as item_id,
        "barcode" as barcode,
        "biblionumber" as title_id,
        "homebranch" as owning_branch,
        "location" as location,
        "ccode" as collection,
        "itype" as item_type,
        "itemcallnumber" as call_number,
        iso_date("dateaccessioned") as added_on,
        -- deleted_on is blank for what was deleted before 24.x: there the last change was the
        --   deletion
        case
            when trim("deleted_on") <> ''
                then coalesce(iso_time("deleted_on"), iso_date("deleted_on"))
            else iso_time("timestamp")
        end as withdrawn_at,
        -- blank, not 0, for a copy that was never used
        whole_number("issues") as lifetime_checkouts,
        iso_date("datelastborrowed") as last_borrowed_on,
        "itemlost" as lost_code,
        "damaged" as damaged_code,
        "withdrawn" as withdrawn_code
    from raw"""
    },
)
