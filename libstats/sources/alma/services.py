"""Alma's REST services besides items and loans: requests, resource sharing requests, fees, invoices
and order lines, as XML or as JSON; and those that are known and left alone.

What stands here is from Ex Libris's documentation and from what others' programs read, not from a
library's own answers. Lists within a record (lines of an invoice, payments of a fee, funds of an
order line) are not read; who asked or owes, titles of requests and comments never are.
"""

from libstats.declaration.source import LeftAlone, Source

DATES = "with its zone, as in 2026-10-31Z"

# Requests of a user, a title or a copy. Ended ones (status=history) say of none how it ended.
REQUESTS = Source(
    system="alma",
    name="requests of the REST service",
    # Analytics has the first four too
    recognise=("request_id", "request_type", "request_status", "mms_id", "pickup_location_type"),
    happened=("placed_on",),
    set_aside={
        "no hold": """coalesce(upper(trim("request_type")), '') <> 'HOLD'""",
        "ended, how is not told": """upper(trim("request_status")) = 'HISTORY'""",
    },
    dates=DATES,
    fills={
        "hold": """
    select
        "request_id" as hold_id,
        "mms_id" as title_id,
        -- only asked for until it is found
        case
            when upper(trim("?request_status")) in ('IN_PROCESS', 'ON_HOLD_SHELF')
                then "item_id"
        end as item_id,
        -- the name, as in Analytics; nothing where it is sent home or to an office
        case
            when upper(trim("pickup_location_type")) not like 'USER_%'
                then coalesce("?pickup_location", "?pickup_location_library")
        end as pickup_branch,
        coalesce("?material_type.desc", "?material_type.value") as item_type,
        service_date("request_date") as placed_on,
        service_date("expiry_date") as expires_on,
        case upper(replace(trim("request_status"), ' ', '_'))
            when 'ON_HOLD_SHELF' then 'waiting'
            when 'IN_PROCESS' then 'processing'
        end as status,
        "request_status" as status_as_exported,
        whole_number("place_in_queue") as queue_position
    from raw"""
    },
)

# Of borrowing and of lending, which only a status of their beginning and a requester tell apart:
# where neither does, the direction stays blank.
RESOURCE_SHARING = Source(
    system="alma",
    name="resource sharing requests of the REST service",
    recognise=("request_id", "status.value", "citation_type.value", "format.value"),
    headings={"created_time": ("created_date",)},
    happened=("created_at", "updated_at"),
    is_elsewhere=True,
    dates="with its zone, as in 2026-10-31T13:30:00Z",
    fills={
        "ill_request": """
    select
        "request_id" as request_number,
        case
            when upper(trim("status.value")) like '%\\_LEND' escape '\\' then 'lending'
            when upper(trim("status.value")) like '%\\_BOR' escape '\\' then 'borrowing'
            when trim("?requester.value") <> '' then 'borrowing'
        end as direction,
        -- what one partner says (rejected, expired) ends nothing while others are left
        case upper(trim("status.value"))
            when 'REQUEST_CREATED_BOR' then 'new'
            when 'REQUEST_CREATED_LEND' then 'new'
            when 'PENDING_APPROVAL' then 'new'
            when 'READY_TO_SEND' then 'new'
            when 'LOCATE_IN_PROCESS' then 'new'
            when 'BEING_PROCESSED_LEND' then 'new'
            when 'REQUEST_SENT' then 'requested'
            when 'SHIPPED_PHYSICALLY' then 'shipped'
            when 'SHIPPED_DIGITALLY' then 'shipped'
            when 'RECEIVED_PHYSICALLY' then 'received'
            when 'RECEIVED_DIGITALLY' then 'received'
            when 'LOANED' then 'on loan'
            when '' then null
            else case when "status.value" is not null then 'other' end
        end as status,
        coalesce("?status.desc", "?status.value") as status_as_exported,
        -- of lending the partner is who asks
        case
            when upper(trim("?status.value")) like '%\\_BOR' escape '\\'
                or trim("?requester.value") <> ''
                then upper(trim("partner.value"))
        end as lender,
        coalesce("?citation_type.desc", "?citation_type.value") as format,
        case upper(trim("format.value"))
            when 'PHYSICAL' then 'loan'
            when 'DIGITAL' then 'copy'
            when 'PHYSICAL_NON_RETURNABLE' then 'copy'
        end as kind,
        service_date("last_interest_date") as needed_by,
        coalesce(zoned_time("created_time"), service_date("created_time")::timestamp) as created_at,
        zoned_time("last_modified_time") as updated_at
    from raw"""
    },
)

# The fee itself and what is open of it. What was paid and waived stands in a list within it.
FEES = Source(
    system="alma",
    name="fees of the REST service",
    recognise=("balance", "original_amount", "creation_time", "type.value"),
    happened=("happened_on",),
    is_elsewhere=True,
    dates="with its zone, as in 2026-10-31T13:30:00Z",
    fills={
        "charge": """
    select
        "id" as charge_id,
        case when upper(trim("type.value")) = 'CREDIT' then 'credited' else 'assessed' end as kind,
        "type.value" as kind_as_exported,
        case
            when upper(trim("?type.value")) = 'CREDIT' then -abs(amount("original_amount"))
            else amount("original_amount")
        end as amount,
        amount("balance") as outstanding,
        zoned_time("creation_time")::date as happened_on,
        coalesce("?owner.desc", "?owner.value") as branch,
        "status.value" as status,
        zoned_time("status_time") as updated_at
    from raw"""
    },
)

INVOICES = Source(
    system="alma",
    name="invoices of the REST service",
    recognise=("number", "invoice_date", "vendor.value"),
    happened=("billed_on", "closed_on"),
    loose=("closed_on",),  # of an invoice that is not closed
    dates=DATES,
    fills={
        "invoice": """
    select
        -- as in Analytics, which does not have the number of the record
        trim("vendor.value") || ' ' || trim("number") as invoice_id,
        "number" as invoice_number,
        "vendor.value" as vendor_id,
        service_date("invoice_date") as billed_on,
        case
            when upper(trim("?invoice_status.value")) = 'CLOSED'
                then service_date("?payment.voucher_date")
        end as closed_on,
        plain_amount("additional_charges.shipment") as shipping_cost
    from raw""",
        "vendor": """
    select
        "vendor.value" as vendor_id,
        "vendor.desc" as name
    from raw""",
    },
)

ORDER_LINES = Source(
    system="alma",
    name="order lines of the REST service",
    recognise=("number", "po_number", "vendor.value", "acquisition_method.value"),
    happened=("created_on", "placed_on"),
    dates=DATES,
    fills={
        "order_line": """
    select
        "number" as order_line_id,
        "po_number" as purchase_order_id,
        "resource_metadata.mms_id.value" as title_id,
        "vendor.value" as vendor_id,
        "vendor.desc" as vendor_name,
        -- what is sent may be received or not: the status does not say
        case upper(trim("status.value"))
            when 'INREVIEW' then 'new'
            when 'INREVIEWDEFERRED' then 'new'
            when 'READY' then 'new'
            when 'AUTOPACK' then 'new'
            when 'SENT' then 'ordered'
            when 'WAITING_FOR_INVOICE' then 'received'
            when 'CLOSED' then 'closed'
            when 'CANCELLED' then 'cancelled'
            when '' then null
            else case when "status.value" is not null then 'other' end
        end as status,
        coalesce("?status.desc", "?status.value") as status_as_exported,
        "acquisition_method.value" as method_as_exported,
        "type.value" as type_as_exported,
        yes_no("rush") as is_rush,
        "price.currency.value" as currency,
        plain_amount("price.sum") as list_price,
        service_date("created_date") as created_on,
        service_date("sent_date") as placed_on,
        service_date("expected_arrival_date") as expected_on
    from raw""",
        "vendor": """
    select
        "vendor.value" as vendor_id,
        "vendor.desc" as name
    from raw""",
    },
)

OTHER_REQUESTS = LeftAlone(
    "alma",
    "requests of the REST service without holds",
    ("request_id", "request_type", "request_sub_type.value"),
    "none of it is to be picked up: digitisation, work orders and moves are not loaded",
)
_NOT_YET = "known, not loaded yet"
USERS = LeftAlone(
    "alma", "users of the REST service", ("primary_id", "last_name"),
    "libstats never reads patron records",
)  # fmt: skip
HOLDINGS = LeftAlone(
    "alma", "holdings of the REST service", ("holding_id", "library.value", "location.value"),
    f"{_NOT_YET}: no table keeps holdings; export the items",
)  # fmt: skip
REQUESTED = LeftAlone(
    "alma", "requested resources of the REST service",
    ("resource_metadata.mms_id.value", "location.library.value"),
    f"{_NOT_YET}: it lists what is to be fetched; export the requests themselves",
)  # fmt: skip
VENDORS = LeftAlone(
    "alma", "vendors of the REST service", ("code", "name", "financial_sys_code"),
    f"{_NOT_YET}; invoices and order lines name their vendors",
)  # fmt: skip
FUNDS = LeftAlone(
    "alma", "funds of the REST service", ("code", "fiscal_period.value", "type.value"),
    f"{_NOT_YET}; use the report on Funds Expenditure of Analytics",
)  # fmt: skip
PARTNERS = LeftAlone(
    "alma", "partners of the REST service", ("partner_details.code", "partner_details.name"),
    f"{_NOT_YET}: no table keeps partner libraries",
)  # fmt: skip
PORTFOLIOS = LeftAlone(
    "alma", "portfolios of the REST service", ("is_local", "availability.value"),
    f"{_NOT_YET}: no table keeps electronic titles",
)  # fmt: skip
LICENSES = LeftAlone(
    "alma", "licenses of the REST service", ("code", "licensor.value"),
    f"{_NOT_YET}: no table keeps licenses",
)  # fmt: skip
COURSES = LeftAlone(
    "alma", "courses of the REST service", ("academic_department.value", "code", "name"),
    f"{_NOT_YET}; what is wanted for courses can be loaded as reserve requests",
)  # fmt: skip
PURCHASE_REQUESTS = LeftAlone(
    "alma", "purchase requests of the REST service",
    ("acquisition_unit.value", "citation_type.value"),
    f"{_NOT_YET}: who asks is a patron, and no table keeps suggestions",
)  # fmt: skip
SETS = LeftAlone(
    "alma", "sets of the REST service", ("number_of_members.value", "content.value"),
    f"{_NOT_YET}: a set names records and tells nothing of them",
)  # fmt: skip
ERROR = LeftAlone(
    "alma", "message of an error", ("errorsExist",),
    "the service gave it instead of an answer: ask again",
)  # fmt: skip
