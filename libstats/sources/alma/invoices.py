"""Alma, invoices and their lines: a report of Analytics on Funds Expenditure, folder Invoice Line.

Invoice-Number, Invoice-Date, Invoice-Status, Invoice Line-Unique Identifier and Invoice Line Total
Price are Alma's names, from others' reports and Ex Libris's help; Invoice-Payment Date, Invoice
Line-Type and Invoice Line-Quantity were not confirmed in public. A report without the last tells no
number of copies, and the checks of how many were billed say that they judge none. Nor was the
currency of Invoice Line Total Price: transactions are in that of their fund, an invoice's lines
perhaps in the invoice's own. Who wrote or approved an invoice is never read.
"""

from libstats.declaration.source import Source
from libstats.sources.alma.items import (
    AS_OF,
    BLANKS,
    DATES,
    ITEM_HEADINGS,
    NO_DATE,
    NOTHING,
    VENDOR,
    ZERO_DATES,
    totals,
)

# Alma's number of an invoice is in no list of its columns. The vendor's is one within a vendor, if
# the library did not allow it twice (invoice_not_unique)
INVOICE_ID = """trim("Vendor Code") || ' ' || trim("Invoice-Number")"""

# A line over several funds comes once for each, and once more for each fund above these, always
# with its whole price: by its number it is one line. Amounts of transactions are parts of it, one a
# fund, and belong to fund transactions. A report with Transaction Id is one of those.
INVOICE_LINES = Source(
    system="alma",
    name="invoice lines",
    recognise=("Invoice-Number", "Invoice Line Total Price"),
    unless=("Transaction Id",),
    required={
        "Invoice Line-Unique Identifier": (
            "add Invoice Line-Unique Identifier (folder Invoice Line) to the report: "
            "without it a line over two funds would count twice, and Alma itself adds up its "
            "price wrongly"
        ),
        "Vendor Code": "add Vendor Code to the report: two vendors may use the same invoice number",
    },
    headings={
        "Invoice-Payment Date": ("Payment Date",),
        "Invoice Line-Quantity": ("Invoice Line Quantity",),
        AS_OF: ITEM_HEADINGS[AS_OF],
    },
    exported=AS_OF,
    null_words=ZERO_DATES,
    blanks={
        "Invoice Line-Unique Identifier": NOTHING,
        "Invoice-Number": NOTHING,
        "Invoice-Date": NO_DATE,
        "Invoice-Payment Date": NO_DATE,
        "PO Line Reference": BLANKS["PO Line Reference"],
        "Vendor Code": BLANKS["Vendor Code"],
        "Vendor Name": ("-1", "Unknown"),
    },
    # orders that nobody billed yet are rows of the same subject area
    set_aside=totals("Invoice-Number")
    | {"not billed": """coalesce(trim("Invoice Line-Unique Identifier"), '') = ''"""},
    dates=DATES,
    fills={
        "invoice_line": f"""
    select
        "Invoice Line-Unique Identifier" as invoice_line_id,
        {INVOICE_ID} as invoice_id,
        -- -1 is no order, as postage has none
        "PO Line Reference" as order_line_id,
        whole_number(trim("Invoice Line-Quantity")) as quantity,
        plain_amount(trim("Invoice Line Total Price")) as amount,
        case
            when lower(trim("Invoice Line-Type")) <> 'regular' then "Invoice Line-Type"
        end as description
    from raw""",
        "invoice": f"""
    select
        {INVOICE_ID} as invoice_id,
        "Invoice-Number" as invoice_number,
        "Vendor Code" as vendor_id,
        us_time("Invoice-Date")::date as billed_on,
        -- of an invoice paid in part the first payment has a day too: all of it is settled when
        --   Alma closes it
        case
            when coalesce(lower(trim("?Invoice-Status")), 'closed') = 'closed'
                then us_time("Invoice-Payment Date")::date
        end as closed_on
    from raw""",
        "vendor": VENDOR,
    },
    loose=("closed_on",),
)
