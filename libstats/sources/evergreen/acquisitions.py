"""Evergreen, acquisitions: purchase orders, line items and their copies, invoices, funds and their
debits, providers.

A provider is told by its code, a fund by its number where the report has it, else by its code and
year.
"""

from libstats.declaration.source import Source
from libstats.sources.evergreen.items import DATES, FOOTER

HEADINGS = {
    "Purchase Order ID": ("purchase_order", "po_id"),
    "Name": ("PO Name", "po_name"),
    "Ordering Agency": ("ordering_agency",),
    "Order Date": ("order_date",),
    "Provider Code": ("provider_code", "provider"),
    "Provider Name": ("provider_name",),
    "Lineitem ID": ("lineitem", "lineitem_id", "Line Item ID"),
    "Status": ("state", "Lineitem Status", "lineitem_state"),
    "Estimated Unit Price": ("estimated_unit_price",),
    "Expected Receive Date": ("expected_recv_time",),
    "Creation Time": ("create_time",),
    "Edit Time": ("edit_time", "Last Edit Time"),
    "Item Detail ID": ("detail_id", "lineitem_detail"),
    "Item ID": ("eg_copy_id",),
    "Record ID": ("eg_bib_id",),
    "Actual Receive Date": ("recv_time",),
    "Fund ID": ("fund", "fund_id"),
    "Fund Code": ("fund_code", "code"),
    "Fund Year": ("fund_year", "year"),
    "Cancel Reason": ("cancel_reason",),
    "Keep Debits?": ("keep_debits",),
}
FUND_ID = """coalesce("?Fund ID", "?Fund Code" || ' ' || "?Fund Year")"""
VENDOR = """
    select
        "Provider Code" as vendor_id,
        "Provider Name" as name,
        "Currency" as list_currency,
        yes_no("Active") as is_active,
        "SAN" as edi_number
    from raw"""
ORDER = """
    select
        "Purchase Order ID" as purchase_order_id,
        "Name" as name,
        "Provider Code" as vendor_id,
        screen_time("Order Date")::date as placed_on,
        "Ordering Agency" as branch
    from raw"""

# A row a copy on order (line item detail), or a row a line that has none. A line with two copies
# comes twice and is one line.
LINES = Source(
    system="evergreen",
    name="order lines",
    recognise=("Lineitem ID", "Status"),
    unless=("Invoice Entry ID",),
    headings=HEADINGS | {"Invoice Entry ID": ("inv_item_count",)},
    happened=("updated_at", "placed_at", "created_on"),
    footer=FOOTER,
    dates=DATES,
    fills={
        "order_line": """
    select
        "Lineitem ID" as order_line_id,
        "Purchase Order ID" as purchase_order_id,
        "Record ID" as title_id,
        "Provider Code" as vendor_id,
        "Provider Name" as vendor_name,
        -- a line that a vendor delays is cancelled too, with a reason that keeps the money set
        --   aside (its name begins with Delayed): it is still on order.
        -- The order itself stays on-order when some of its copies have come
        case lower(trim("Status"))
            when 'on-order' then 'ordered'
            when 'received' then 'received'
            when 'cancelled'
                then case
                    when lower(trim("?Cancel Reason")) like 'delayed%' or yes_no("?Keep Debits?")
                        then 'ordered'
                    else 'cancelled'
                end
            when 'new' then 'new'
            when 'selector-ready' then 'new'
            when 'order-ready' then 'new'
            when 'approved' then 'new'
            when 'pending-order' then 'new'
            when '' then null
            else case when "Status" is not null then 'other' end
        end as status,
        case
            when lower(trim("?Status")) = 'cancelled'
                and (lower(trim("?Cancel Reason")) like 'delayed%' or yes_no("?Keep Debits?"))
                then 'cancelled, delayed'
            else "Status"
        end as status_as_exported,
        whole_number("Item Count") as quantity,
        amount("Estimated Unit Price") as estimated_price,
        screen_time("Creation Time")::date as created_on,
        screen_time("Order Date")::date as placed_on,
        screen_time("Order Date") as placed_at,
        screen_time("Expected Receive Date")::date as expected_on,
        -- of a cancelled line the nearest there is to its day
        screen_time("Edit Time") as updated_at
    from raw""",
        "order_copy": """
    select
        "Item Detail ID" as order_copy_id,
        "Lineitem ID" as order_line_id,
        "Item ID" as item_id,
        screen_time("Actual Receive Date")::date as received_on,
        screen_time("Actual Receive Date") as received_at
    from raw""",
        # each copy has a fund of its own: what a fund bears of the line is the sum
        "order_fund": f"""
    select
        "Lineitem ID" as order_line_id,
        "Item Detail ID" as fund_share,
        {FUND_ID} as fund_id,
        "Fund Code" as fund_code,
        amount("Debit Amount") as amount
    from raw""",
        "fund": f"""
    select
        {FUND_ID} as fund_id,
        "Fund Code" as code,
        "Fund Year" as period
    from raw""",
        "purchase_order": ORDER,
        "vendor": VENDOR,
    },
)

ORDERS = Source(
    system="evergreen",
    name="purchase orders",
    recognise=("Purchase Order ID", "Ordering Agency", "Order Date"),
    unless=("Lineitem ID",),
    headings={
        key: HEADINGS[key]
        for key in (
            "Ordering Agency",
            "Order Date",
            "Provider Code",
            "Provider Name",
            "Lineitem ID",
        )
    }
    | {
        "Purchase Order ID": ("id", "po_id"),
        "Name": ("PO Name", "name"),
        "Creation Time": ("create_time",),
    },
    happened=("placed_on", "created_on"),
    footer=FOOTER,
    dates=DATES,
    fills={
        "purchase_order": ORDER.replace(
            "        screen_time",
            '        screen_time("Creation Time")::date as created_on,\n        screen_time',
            1,
        ),
        "vendor": VENDOR,
    },
)

INVOICES = Source(
    system="evergreen",
    name="invoices",
    recognise=("Invoice ID", "Vendor Invoice ID"),
    unless=("Invoice Entry ID", "Invoice Item ID"),
    headings={
        "Invoice ID": ("id", "Internal Invoice ID"),
        "Vendor Invoice ID": ("inv_ident", "Vendor Invoice Number"),
        "Invoice Date": ("recv_date", "Invoice Date/Time", "Receive Date"),
        "Close Date": ("close_date",),
        "Provider Code": HEADINGS["Provider Code"],
        "Provider Name": HEADINGS["Provider Name"],
    },
    absence="gone",
    happened=("billed_on", "closed_on"),
    footer=FOOTER,
    dates=DATES,
    fills={
        "invoice": """
    select
        "Invoice ID" as invoice_id,
        "Vendor Invoice ID" as invoice_number,
        "Provider Code" as vendor_id,
        screen_time("Invoice Date")::date as billed_on,
        -- closed is Evergreen's word for paid; blank again when it is reopened
        screen_time("Close Date")::date as closed_on
    from raw""",
        "vendor": VENDOR,
    },
)

INVOICE_HEADINGS = {
    "Invoice ID": ("invoice", "Internal Invoice ID"),
    "Cost Billed": ("cost_billed",),
    "Amount Paid": ("amount_paid",),
}
# Nothing in either says when it was: the day must be in the file's name.
INVOICE_ENTRIES = Source(
    system="evergreen",
    name="invoice entries",
    recognise=("Invoice Entry ID", "Invoice Item Count"),
    required={
        "Billed Per Item": (
            "add Billed Per Item (billed_per_item): where it is true, "
            "Cost Billed is the price of one and not of the line"
        ),
        "Invoice Item Count": "add Invoice Item Count (inv_item_count)",
    },
    headings=INVOICE_HEADINGS
    | {
        "Invoice Entry ID": ("id",),
        "Invoice Item Count": ("inv_item_count",),
        "Billed Per Item": ("billed_per_item", "Billed Per Item?"),
        "Lineitem ID": HEADINGS["Lineitem ID"],
    },
    footer=FOOTER,
    fills={
        "invoice_line": """
    select
        "Invoice Entry ID" as invoice_line_id,
        "Invoice ID" as invoice_id,
        "Lineitem ID" as order_line_id,
        whole_number("Invoice Item Count") as quantity,
        amount("Cost Billed") * case
            when yes_no("Billed Per Item") then whole_number("Invoice Item Count")
            else 1
        end as amount,
        amount("Amount Paid") as paid
    from raw"""
    },
)

# Postage, processing and other charges that are for no line; their numbers begin at 1 too.
INVOICE_ITEMS = Source(
    system="evergreen",
    name="invoice charges",
    recognise=("Invoice Item ID", "Invoice Item Type"),
    headings=INVOICE_HEADINGS
    | {"Invoice Item ID": ("id",), "Invoice Item Type": ("inv_item_type",)},
    footer=FOOTER,
    fills={
        "invoice_line": """
    select
        'charge ' || trim("Invoice Item ID") as invoice_line_id,
        "Invoice ID" as invoice_id,
        amount("Cost Billed") as amount,
        amount("Amount Paid") as paid,
        "Invoice Item Type" as description
    from raw"""
    },
)

FUNDS = Source(
    system="evergreen",
    name="funds",
    recognise=("Fund Code", "Fund Year", "Fund Name", "Fund Library"),
    unless=("Lineitem ID", "Debit ID"),
    headings={
        "Fund ID": ("id",),
        "Fund Code": ("code",),
        "Fund Year": ("year", "Year"),
        "Fund Name": ("name",),
        "Fund Library": ("org", "Owner", "Org Unit"),
        "Allocation Total": ("allocated", "allocation_total", "Total Allocation"),
        "Encumbrance Total": ("encumbered", "encumbrance_total"),
        "Spent Total": ("spent", "spent_total", "Expenditure Total"),
        "Lineitem ID": HEADINGS["Lineitem ID"],
        "Debit ID": ("encumbrance",),
    },
    absence="gone",
    footer=FOOTER,
    fills={
        "fund": f"""
    select
        {FUND_ID} as fund_id,
        "Fund Code" as code,
        "Fund Name" as name,
        "Fund Library" as branch,
        "Fund Year" as period,
        amount("Allocation Total") as amount,
        amount("Encumbrance Total") as encumbered,
        amount("Spent Total") as spent
    from raw"""
    },
)

# A debit is encumbered first, and the same row is spent later: the newest export says how it
# stands.
DEBITS = Source(
    system="evergreen",
    name="fund debits",
    recognise=("Debit ID", "Debit Type", "Is Encumbrance"),
    unless=("Lineitem ID",),
    headings={
        "Debit ID": ("id",),
        "Is Encumbrance": ("encumbrance",),
        "Debit Type": ("debit_type",),
        "Debit Amount": ("amount",),
        "Fund ID": ("fund",),
        "Invoice Entry ID": ("invoice_entry",),
        "Create Time": ("create_time", "Creation Time"),
        "Provider Name": ("provider_name",),
        "Fund Code": ("fund_code",),
        "Lineitem ID": ("lineitem",),
    },
    happened=("happened_on",),
    footer=FOOTER,
    dates=DATES,
    fills={
        "fund_transaction": """
    select
        "Debit ID" as transaction_id,
        case
            when yes_no("Is Encumbrance") then 'encumbered'
            when yes_no("Is Encumbrance") is null then "Is Encumbrance"
            when lower(trim("?Debit Type")) in ('transfer', 'xfer') then 'transferred'
            else 'spent'
        end as kind,
        concat_ws(', ', "?Debit Type", "Is Encumbrance") as kind_as_exported,
        "Fund ID" as fund_id,
        "Fund Code" as fund_code,
        "Invoice Entry ID" as invoice_line_id,
        "Provider Name" as vendor_name,
        -- in the currency of the fund; origin_amount is in that of the order
        amount("Debit Amount") as amount,
        -- the day of the encumbrance, also of what was spent since
        screen_time("Create Time")::date as happened_on
    from raw"""
    },
)

PROVIDERS = Source(
    system="evergreen",
    name="providers",
    recognise=("Provider Code", "Default # Copies"),
    headings={
        "Provider Code": ("code",),
        "Provider Name": ("name",),
        "Currency": ("currency_type",),
        "Active": ("active", "Is Active"),
        "Default # Copies": ("default_copy_count",),
    },
    absence="gone",
    footer=FOOTER,
    fills={"vendor": VENDOR},
)
