"""Koha, acquisitions: orders, the copies on order, baskets, invoices, funds, vendors.

Koha keeps days here, never times. Who ordered or received is never read. There is no day of
payment: an invoice that is closed is settled as far as Koha knows. The headings that the tables
share (closedate, timestamp) are told apart by the position of the column: closedate#1, closedate#2.
"""

from libstats.declaration.source import LeftAlone, Source
from libstats.sources.koha.items import ERROR_LINES, ZERO_DATES

HEADINGS = {
    "ordernumber": ("ordernumber#1",),
    "basketno": ("basketno#1", "basketnumber"),
    "biblionumber": ("biblionumber#1", "bibnumber"),
    "invoiceid": ("invoiceid#1",),
    "invoicenumber": ("invoice",),
    "budget_id": ("budget_id#1",),
    "budget_code": ("fund code", "fund"),
    "booksellerid": ("booksellerid#1", "vendor id"),
    "name": ("vendor", "vendor name", "supplier", "bookseller", "bookseller name"),
    # joined with vendors there are two: aqbooksellers.listprice is a currency, and comes second
    "listprice": ("listprice#1",),
    # any heading that says which fund: a line without one gets no share of a fund
    "a fund": ("budget_id", "budget_id#1", "budget_code", "fund code", "fund"),
}
PLACED = (
    "order date",
    "ordered on",
    "date ordered",
    "placed on",
    "basket closed",
    "basket closedate",
)
INVOICE_CLOSED = ("invoice closed", "invoice closedate")

LINES = {
    "order_line": """
    select
        "ordernumber" as order_line_id,
        -- a line that is received in part is split: the rest stays under its number, what came is a
        --   new line with this as its parent.
        -- A line that was not split has itself for a parent (24.x) or nothing (older)
        nullif(trim("parent_ordernumber"), trim("ordernumber")) as parent_line_id,
        "basketno" as purchase_order_id,
        "biblionumber" as title_id,
        "subscriptionid" as subscription_id,
        "booksellerid" as vendor_id,
        "name" as vendor_name,
        -- complete is received; nothing tells whether it was paid
        case lower(trim("orderstatus"))
            when 'new' then 'new'
            when 'ordered' then 'ordered'
            when 'partial' then 'partial'
            when 'complete' then 'received'
            when 'cancelled' then 'cancelled'
            when '' then null
            else case when "orderstatus" is not null then 'other' end
        end as status,
        "orderstatus" as status_as_exported,
        -- a split takes away from the first line what it gives to the new one; in a standing order
        --   the first line stays at 1
        whole_number("quantity") as quantity,
        whole_number("quantityreceived") as quantity_received,
        "currency" as currency,
        -- prices have six decimals: 25.000000
        amount("listprice") as list_price,
        amount("ecost") as estimated_price,
        -- 0.000000 until it is received; with or without tax, as the vendor's record says
        amount("unitprice") as unit_price,
        iso_date("entrydate") as created_on,
        -- the basket's day of closing is the day of the order; joined with invoices there are two
        --   headings closedate, the basket's first
        iso_date("closedate#1") as placed_on,
        iso_date("estimated_delivery_date") as expected_on,
        iso_date("datereceived") as received_on,
        iso_date("datecancellationprinted") as cancelled_on,
        -- gone since 22.x, where each claim is a row of aqorders_claims
        whole_number("claims_count") as claims,
        iso_date("claimed_date") as last_claimed_on,
        "invoiceid" as invoice_id,
        "invoicenumber" as invoice_number,
        iso_date("shipmentdate") as shipped_on,
        iso_date("billingdate") as invoiced_on,
        iso_date("closedate#2") as invoice_closed_on,
        iso_time("timestamp") as updated_at,
        -- of biblioitems, where it is joined
        "isbn" as isbn
    from raw""",
    # the fund of a line can change, last when it is received: the share stays the same, so that the
    # old fund does not linger
    "order_fund": """
    select
        "ordernumber" as order_line_id,
        case when trim("a fund") <> '' then '1' end as fund_share,
        "budget_id" as fund_id,
        "budget_code" as fund_code
    from raw""",
    # a receipt in part moves its copies to the new line, and taking the receipt back moves them
    # again: the copy is the key, its newest line counts
    "order_copy": """
    select
        "itemnumber" as order_copy_id,
        "ordernumber" as order_line_id,
        "itemnumber" as item_id
    from raw""",
    "purchase_order": """
    select
        "basketno" as purchase_order_id,
        "basketname" as name,
        "booksellerid" as vendor_id,
        iso_date("creationdate") as created_on,
        iso_date("closedate#1") as placed_on,
        "branch" as branch,
        "deliveryplace" as delivery_branch,
        yes_no("is_standing") as is_standing
    from raw""",
    "invoice": """
    select
        "invoiceid" as invoice_id,
        "invoicenumber" as invoice_number,
        "booksellerid" as vendor_id,
        iso_date("shipmentdate") as shipped_on,
        iso_date("billingdate") as billed_on,
        iso_date("closedate#2") as closed_on,
        amount("shipmentcost") as shipping_cost
    from raw""",
    "fund": """
    select
        "budget_id" as fund_id,
        "budget_code" as code,
        "budget_name" as name,
        "budget_branchcode" as branch
    from raw""",
    "vendor": """
    select
        "booksellerid" as vendor_id,
        "name" as name,
        -- of vendor_edi_accounts
        "san" as edi_number
    from raw""",
}
HAPPENED = (
    "updated_at",
    "created_on",
    "placed_on",
    "received_on",
    "cancelled_on",
    "invoiced_on",
    "invoice_closed_on",
)

# Taking back a receipt deletes the line that was split off: a library that exports all lines should
# say [whole] "koha order lines" = true.
ORDERS = Source(
    system="koha",
    name="order lines",
    recognise=("ordernumber", "basketno"),
    headings=HEADINGS | {"closedate#1": ("closedate", *PLACED), "closedate#2": INVOICE_CLOSED},
    absence="gone",
    happened=HAPPENED,
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills=LINES,
)

# With invoices in the same report a single closedate may be the basket's or the invoice's: it is
# not read, name it ORDER_DATE or INVOICE_CLOSED.
INVOICED_ORDERS = Source(
    system="koha",
    name="order lines with invoices",
    recognise=("ordernumber", "basketno", "invoicenumber"),
    headings=HEADINGS | {"closedate#1": PLACED, "closedate#2": INVOICE_CLOSED},
    absence="gone",
    happened=HAPPENED,
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills=LINES,
)

# Only copies that Koha makes when ordering are here from the start; a basket can have them made at
# receipt, or when cataloguing, that is never.
ORDER_ITEMS = Source(
    system="koha",
    name="order items",
    recognise=("ordernumber", "itemnumber"),
    unless=("basketno",),
    headings={"ordernumber": ("ordernumber#1",), "itemnumber": ("itemnumber#1",)},
    absence="gone",
    happened=("updated_at",),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "order_copy": """
    select
        -- itemnumber alone is the key of aqorders_items: see order_copy above
        "itemnumber" as order_copy_id,
        "ordernumber" as order_line_id,
        "itemnumber" as item_id,
        iso_time("timestamp") as updated_at
    from raw"""
    },
)

BASKETS = Source(
    system="koha",
    name="baskets",
    recognise=("basketno", "basketname"),
    unless=("ordernumber",),
    headings={key: HEADINGS[key] for key in ("basketno", "booksellerid", "name")}
    | {"closedate": PLACED},
    absence="gone",
    happened=("created_on", "placed_on"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "purchase_order": """
    select
        "basketno" as purchase_order_id,
        "basketname" as name,
        "booksellerid" as vendor_id,
        iso_date("creationdate") as created_on,
        -- blank again when staff reopen it
        iso_date("closedate") as placed_on,
        "branch" as branch,
        "deliveryplace" as delivery_branch,
        yes_no("is_standing") as is_standing
    from raw""",
        "vendor": LINES["vendor"],
    },
)

INVOICES = Source(
    system="koha",
    name="invoices",
    recognise=("invoiceid", "invoicenumber", "billingdate"),
    unless=("ordernumber",),
    headings={key: HEADINGS[key] for key in ("invoiceid", "booksellerid", "name")}
    | {"closedate": INVOICE_CLOSED},
    absence="gone",
    happened=("billed_on", "shipped_on", "closed_on"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "invoice": """
    select
        "invoiceid" as invoice_id,
        "invoicenumber" as invoice_number,
        "booksellerid" as vendor_id,
        iso_date("shipmentdate") as shipped_on,
        iso_date("billingdate") as billed_on,
        -- blank is open, also after it was closed once
        iso_date("closedate") as closed_on,
        amount("shipmentcost") as shipping_cost
    from raw""",
        "vendor": LINES["vendor"],
    },
)

FUNDS = Source(
    system="koha",
    name="funds",
    recognise=("budget_id", "budget_code"),
    unless=("ordernumber",),
    headings={
        "budget_id": ("budget_id#1",),
        "budget_period_id": ("budget_period_id#1",),
        "ordered": ("encumbered", "committed"),
        "spent": ("expended",),
    },
    absence="gone",
    happened=("updated_at",),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "fund": """
    select
        "budget_id" as fund_id,
        "budget_parent_id" as parent_fund_id,
        "budget_code" as code,
        "budget_name" as name,
        "budget_branchcode" as branch,
        "budget_period_id" as period_id,
        -- the period's own columns are there if the report joins aqbudgetperiods
        "budget_period_description" as period,
        iso_date("budget_period_startdate") as period_starts_on,
        iso_date("budget_period_enddate") as period_ends_on,
        amount("budget_amount") as amount,
        -- budget_encumb and budget_expend look like these two and are not: they are the per cent
        --   and the amount at which Koha warns. Koha keeps
        -- no sums; a report may work them out and call them ordered and spent, as Koha's own page
        --   does
        amount("ordered") as encumbered,
        amount("spent") as spent,
        iso_time("timestamp") as updated_at
    from raw"""
    },
)

# Nothing in it has happened: the day must be in the file's name. People at the vendor's are in a
# table of their own, which is never read.
VENDORS = Source(
    system="koha",
    name="vendors",
    recognise=("id", "name", "listprice", "invoiceprice"),
    absence="gone",
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "vendor": """
    select
        "id" as vendor_id,
        "name" as name,
        -- listprice and invoiceprice are currencies here
        "listprice" as list_currency,
        "invoiceprice" as invoice_currency,
        whole_number("deliverytime") as delivery_days,
        yes_no("active") as is_active
    from raw"""
    },
)

PERIODS = LeftAlone(
    "koha",
    "budget periods",
    ("budget_period_id", "budget_period_startdate", "budget_period_locked"),
    "join them to aqbudgets in a report: its funds take their period from there",
)
