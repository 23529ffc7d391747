"""Alma's REST services: items and loans, as XML or as JSON. Notes, and who borrowed, are not kept.

In both forms an element with a name for people gives `library.value`, the code, and `library.desc`,
the name. Reports of Analytics mostly have names, so names are what is loaded here too.
"""

from libstats.declaration.source import Source, cards_of_places

ITEMS = Source(
    system="alma",
    name="items of the REST service",
    recognise=("item_data.pid", "bib_data.mms_id"),
    headings={"item_data.location.desc": ("item_data.location.name",)},
    happened=("updated_at", "added_on"),
    dates="year first, as in 2026-10-31Z",
    fills={
        "item": """
    select
        "item_data.pid" as item_id,
        "item_data.barcode" as barcode,
        "bib_data.mms_id" as title_id,
        coalesce("?item_data.library.desc", "?item_data.library.value") as owning_branch,
        coalesce(
            case
                when yes_no("?holding_data.in_temp_location")
                    then "?holding_data.temp_location.desc"
            end,
            "?item_data.location.desc",
            "?item_data.location.value"
        ) as location,
        coalesce("?item_data.location.desc", "?item_data.location.value") as permanent_location,
        coalesce(
            "?item_data.physical_material_type.desc",
            "?item_data.physical_material_type.value"
        ) as item_type,
        "holding_data.call_number" as call_number,
        "holding_data.call_number_type.desc" as call_number_scheme,
        service_date("item_data.creation_date") as added_on,
        service_date("item_data.inventory_date") as last_seen_on,
        -- Item not in place says no more than that there is a process
        coalesce(
            nullif(trim("?item_data.process_type.desc"), ''),
            nullif(trim("?item_data.process_type.value"), ''),
            "?item_data.base_status.desc",
            "?item_data.base_status.value"
        ) as status,
        -- the status tells; what earlier releases wrote here is taken back
        null::varchar as lost_code,
        "item_data.description" as volume,
        "holding_data.copy_id" as copy_number,
        service_date("item_data.modification_date") as updated_at
    from raw""",
        "title": """
    select
        "bib_data.mms_id" as title_id,
        "bib_data.title" as title,
        "bib_data.author" as author,
        "bib_data.isbn" as isbn,
        "bib_data.issn" as issn,
        "bib_data.publisher_const" as publisher
    from raw""",
        "order_copy": """
    select
        case when trim("item_data.po_line") <> '' then "item_data.pid" end as order_copy_id,
        "item_data.po_line" as order_line_id,
        "item_data.pid" as item_id,
        service_date("item_data.arrival_date") as received_on
    from raw""",
    },
)

# Open loans, of a user or of a title; a loan leaves the list when the copy comes back. Times are in
# GMT, where Analytics writes the library's clock.
LOANS = Source(
    system="alma",
    name="loans of the REST service",
    recognise=("loan_id", "loan_date", "process_status"),
    happened=("checked_out_at", "returned_at"),
    set_aside=cards_of_places("user_id", "user_group.value"),
    is_elsewhere=True,
    dates="with its zone, as in 2026-10-31T13:30:00Z",
    fills={
        "loan": """
    select
        "loan_id" as loan_id,
        "item_id" as item_id,
        "item_barcode" as barcode,
        person_key("user_id") as patron_key,
        -- the copy's library. The desk that lent it is no library, and two libraries may call
        --   theirs DEFAULT_CIRC_DESK
        coalesce("?library.desc", "?library.value") as owning_branch,
        zoned_time("loan_date") as checked_out_at,
        zoned_time("due_date") as due_at,
        zoned_time("return_date") as returned_at,
        -- how often is not told: process_status RENEW says that it was
        zoned_time("last_renew_date") as last_renewed_at,
        false as is_in_house,
        "loan_status" as status_as_exported
    from raw"""
    },
)
