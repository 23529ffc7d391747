"""FOLIO's services besides circulation: instances, orders, invoices, money and fees; and those that
are known and left alone.

What stands here is from FOLIO's published schemas and their examples, not from a library's own
answers. Times say their zone. Lists within a record (contributors, funds, locations) are not read;
who did something, descriptions and notes never are.
"""

from libstats.declaration.source import LeftAlone, Source
from libstats.sources.folio import DATES, EARLIER, UPDATED

CREATED = ("created_date", "metadata__created_date", "creation_date")
MADE: dict[str, tuple[str, ...]] = {"metadata.createdDate": CREATED}
STAMPS = MADE | {"metadata.updatedDate": UPDATED}

# Authors and ISBNs stand in lists within the record.
INSTANCES = Source(
    system="folio",
    name="instances",
    recognise=("id", "title", "instanceTypeId"),
    headings=STAMPS | {"publicationPeriod.start": ("publication_period__start",)},
    happened=("updated_at", "created_on"),
    loose=("published_year",),
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "title": """
    select
        "id" as title_id,
        "title" as title,
        whole_number("publicationPeriod.start") as published_year,
        "languages" as language,
        zoned_time("metadata.createdDate")::date as created_on,
        zoned_time("metadata.updatedDate") as updated_at
    from raw"""
    },
)

PURCHASE_ORDERS = Source(
    system="folio",
    name="purchase orders",
    recognise=("id", "poNumber", "orderType", "workflowStatus"),
    headings=MADE,
    happened=("created_on", "placed_on"),
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "purchase_order": """
    select
        "id" as purchase_order_id,
        "poNumber" as name,
        "vendor" as vendor_id,
        zoned_time("metadata.createdDate")::date as created_on,
        -- when it was opened; blank while it is pending
        zoned_time("dateOrdered")::date as placed_on,
        lower(trim("orderType")) = 'ongoing' as is_standing
    from raw"""
    },
)

ORDER_LINES = Source(
    system="folio",
    name="order lines",
    recognise=("id", "poLineNumber", "purchaseOrderId"),
    headings=STAMPS
    | {
        "cost.quantityPhysical": ("cost__quantity_physical",),
        "cost.quantityElectronic": ("cost__quantity_electronic",),
        "cost.listUnitPrice": ("cost__list_unit_price",),
        "cost.currency": ("cost__currency",),
        "physical.expectedReceiptDate": ("physical__expected_receipt_date",),
    },
    happened=("updated_at", "created_on"),
    loose=("received_on",),  # of a line that is not received in full
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "order_line": """
    select
        "id" as order_line_id,
        "purchaseOrderId" as purchase_order_id,
        "instanceId" as title_id,
        case lower(trim("receiptStatus"))
            when 'pending' then 'new'
            when 'awaiting receipt' then 'ordered'
            when 'ongoing' then 'ordered'
            when 'partially received' then 'partial'
            when 'fully received' then 'received'
            when 'cancelled' then 'cancelled'
            when '' then null
            else case when "receiptStatus" is not null then 'other' end
        end as status,
        "receiptStatus" as status_as_exported,
        (
            coalesce(whole_number("?cost.quantityPhysical"), 0)
            + coalesce(whole_number("?cost.quantityElectronic"), 0)
        ) as quantity,
        -- the number of the method: FOLIO's own are the same everywhere, others are the library's
        lower(trim("acquisitionMethod")) as method_as_exported,
        "orderFormat" as type_as_exported,
        yes_no("rush") as is_rush,
        "cost.currency" as currency,
        plain_amount("cost.listUnitPrice") as list_price,
        zoned_time("metadata.createdDate")::date as created_on,
        zoned_time("physical.expectedReceiptDate")::date as expected_on,
        case
            when lower(trim("?receiptStatus")) = 'fully received'
                then zoned_time("receiptDate")::date
        end as received_on,
        zoned_time("metadata.updatedDate") as updated_at
    from raw"""
    },
)

# One for each copy or issue that is expected; without a day it has not come.
PIECES = Source(
    system="folio",
    name="pieces",
    recognise=("id", "poLineId", "receivingStatus"),
    happened=("received_at",),
    loose=("received_on", "received_at"),  # of a piece that is not received
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "order_copy": """
    select
        "id" as order_copy_id,
        "poLineId" as order_line_id,
        "itemId" as item_id,
        case
            when lower(trim("?receivingStatus")) = 'received'
                then zoned_time("receivedDate")::date
        end as received_on,
        case
            when lower(trim("?receivingStatus")) = 'received' then zoned_time("receivedDate")
        end as received_at
    from raw"""
    },
)

INVOICES = Source(
    system="folio",
    name="invoices",
    recognise=("id", "vendorInvoiceNo", "invoiceDate"),
    happened=("billed_on", "closed_on"),
    loose=("closed_on",),  # of an invoice that is not paid
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "invoice": """
    select
        "id" as invoice_id,
        "vendorInvoiceNo" as invoice_number,
        "vendorId" as vendor_id,
        zoned_time("invoiceDate")::date as billed_on,
        case
            when lower(trim("?status")) = 'paid' then zoned_time("paymentDate")::date
        end as closed_on,
        "currency" as currency
    from raw"""
    },
)

INVOICE_LINES = Source(
    system="folio",
    name="invoice lines",
    recognise=("id", "invoiceId", "invoiceLineNumber"),
    loose=("paid",),  # of a line that is not paid
    set_aside=EARLIER,
    fills={
        "invoice_line": """
    select
        "id" as invoice_line_id,
        "invoiceId" as invoice_id,
        "poLineId" as order_line_id,
        whole_number("quantity") as quantity,
        plain_amount("total") as amount,
        case when lower(trim("?invoiceLineStatus")) = 'paid' then plain_amount("total") end as paid
    from raw"""
    },
)

# A pending payment is followed by the payment: it is no money spent. A credit is stored positive.
TRANSACTIONS = Source(
    system="folio",
    name="fund transactions",
    recognise=("id", "transactionType", "fiscalYearId", "amount"),
    headings=MADE | {"encumbrance.sourcePoLineId": ("encumbrance__source_po_line_id",)},
    happened=("happened_on",),
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "fund_transaction": """
    select
        "id" as transaction_id,
        case lower(trim("transactionType"))
            when 'encumbrance' then 'encumbered'
            when 'payment' then 'spent'
            when 'credit' then 'refunded'
            when 'allocation' then 'allocated'
            when 'transfer' then 'transferred'
            when 'rollover transfer' then 'transferred'
            else 'other'
        end as kind,
        "transactionType" as kind_as_exported,
        coalesce(nullif(trim("?fromFundId"), ''), "?toFundId") as fund_id,
        "encumbrance.sourcePoLineId" as order_line_id,
        "sourceInvoiceLineId" as invoice_line_id,
        case
            when lower(trim("?transactionType")) = 'credit' then -plain_amount("amount")
            else plain_amount("amount")
        end as amount,
        zoned_time("metadata.createdDate")::date as happened_on
    from raw"""
    },
)

# What was charged, and what is open of it.
FEES = Source(
    system="folio",
    name="fees",
    recognise=("id", "feeFineType", "amount", "remaining"),
    headings=STAMPS | {"status.name": ("status__name",)},
    happened=("happened_on",),
    set_aside=EARLIER,
    is_elsewhere=True,
    dates=DATES,
    fills={
        "charge": """
    select
        "id" as charge_id,
        'assessed' as kind,
        "feeFineType" as kind_as_exported,
        plain_amount("amount") as amount,
        plain_amount("remaining") as outstanding,
        zoned_time("metadata.createdDate")::date as happened_on,
        "feeFineOwner" as branch,
        "status.name" as status,
        "itemId" as item_id,
        "loanId" as loan_id,
        zoned_time("metadata.updatedDate") as updated_at
    from raw"""
    },
)

# An action whose type is that of a fee charges it, which the list of fees tells.
FEE_ACTIONS = Source(
    system="folio",
    name="fee actions",
    recognise=("id", "accountId", "typeAction", "amountAction"),
    happened=("happened_on",),
    set_aside=EARLIER
    | {
        "no payment": (
            """lower(trim("typeAction")) not similar to """
            """'(paid|waived|transferred|refunded|credited|cancelled).*'"""
        )
    },
    is_elsewhere=True,
    dates=DATES,
    fills={
        "charge": """
    select
        "id" as charge_id,
        case split_part(lower(trim("typeAction")), ' ', 1)
            when 'paid' then 'paid'
            when 'waived' then 'waived'
            when 'cancelled' then 'cancelled'
            when 'refunded' then 'refunded'
            when 'credited' then 'credited'
            else 'other'
        end as kind,
        "typeAction" as kind_as_exported,
        case
            when lower(trim("?typeAction")) like 'refunded%' then plain_amount("amountAction")
            else -plain_amount("amountAction")
        end as amount,
        zoned_time("dateAction")::date as happened_on,
        "createdAt" as branch,
        "paymentMethod" as payment_type
    from raw"""
    },
)

ORGANIZATIONS = Source(
    system="folio",
    name="organizations",
    recognise=("id", "code", "name", "isVendor"),
    set_aside=EARLIER | {"no vendor": """not yes_no("isVendor")"""},
    fills={
        "vendor": """
    select
        "id" as vendor_id,
        "name" as name,
        lower(trim("status")) = 'active' as is_active,
        "edi.vendorEdiCode" as edi_number
    from raw"""
    },
)

_NOT_YET = "known, not loaded yet"
HOLDINGS = LeftAlone(
    "folio", "holdings", ("instanceId", "holdingsTypeId"),
    f"{_NOT_YET}: no table keeps holdings; export the items",
)  # fmt: skip
HOLDINGS_OF_SOURCE = LeftAlone(
    "folio", "holdings", ("instanceId", "permanentLocationId", "sourceId"), HOLDINGS.why
)
FUNDS = LeftAlone(
    "folio", "funds", ("fundStatus", "ledgerId"),
    f"{_NOT_YET}: what they hold stands in budgets, a year each; export the transactions",
)  # fmt: skip
BUDGETS = LeftAlone("folio", "budgets", ("budgetStatus", "fundId", "fiscalYearId"), _NOT_YET)
LOG = LeftAlone(
    "folio", "circulation log", ("object", "action", "servicePointId"),
    "its rows tell again what loans and requests tell: export those",
)  # fmt: skip
TITLES_OF_ORDERS = LeftAlone(
    "folio", "titles of order lines", ("poLineId", "poLineNumber", "title"),
    "they tell again what order lines tell: export those",
)  # fmt: skip
AGREEMENTS = LeftAlone(
    "folio",
    "agreements",
    ("agreementStatus.value", "name"),
    f"{_NOT_YET}: no table keeps agreements",
)
ERROR = LeftAlone(
    "folio", "message of an error", ("message", "type", "code"),
    "the service gave it instead of an answer: ask again",
)  # fmt: skip
