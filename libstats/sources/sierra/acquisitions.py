"""Sierra's orders, payments and funds, as its database gives them by SQL, and lists of orders."""

from libstats.declaration.source import Source
from libstats.sources.sierra.items import FOOTER, LIST_DATES, NO_DATE, NULLS, SQL_DATES

# z cancelled, a paid in full; on order are o, q (paid in part), g and d (serials). Other codes are
# the library's.
STATUS = """case
            when trim("?order_status_code") = 'z' then 'cancelled'
            when trim("?order_status_code") = 'a' then 'closed'
            when trim("?received_date_gmt") <> '' then 'received'
            when trim("?order_status_code") in ('o', 'q', 'g', 'd') then 'ordered'
            when trim("?order_status_code") <> '' then 'other'
        end"""

# One row for each location and fund of an order; an order for several locations has a row multi
# besides, with all its copies. Copies are taken from copies_ordered alone (docs/export-sierra.md):
# those of a row are a part of them, or, in the row multi, all once more.
ORDERS = Source(
    system="sierra",
    name="orders",
    recognise=("order_record_id", "order_date_gmt", "order_status_code"),
    unless=("paid_amount", "paid_date_gmt"),
    headings={"order_record_id": ("order_id", "order_num"), "bib_record_id": ("bib_num",)},
    happened=("placed_on", "received_on"),
    null_words=NULLS,
    footer=FOOTER,
    is_elsewhere=True,
    dates=SQL_DATES,
    only={"order_fund": """trim("location_code") <> 'multi'"""},
    fills={
        "order_line": f"""
    select
        sierra_number("order_record_id") as order_line_id,
        sierra_number("bib_record_id") as title_id,
        "vendor_record_code" as vendor_id,
        {STATUS} as status,
        "order_status_code" as status_as_exported,
        -- letters of each library's own
        trim("order_type_code") as type_as_exported,
        whole_number("copies_ordered") as quantity,
        amount("estimated_price") as estimated_price,
        zoned_time("order_date_gmt")::date as placed_on,
        zoned_time("received_date_gmt")::date as received_on
    from raw""",
        "order_fund": """
    select
        sierra_number("order_record_id") as order_line_id,
        trim("fund_code") || ' ' || trim("location_code") as fund_share,
        -- written with zeros before it, which the list of funds has not
        ltrim(trim("fund_code"), '0') as fund_id
    from raw""",
        "vendor": """
    select
        "vendor_record_code" as vendor_id,
        "vendor_name" as name
    from raw""",
    },
)

LIST_STATUS = STATUS.replace("order_status_code", "STATUS(ORDER)").replace(
    "received_date_gmt", "RDATE"
)
# A list that staff make of orders. LOCATION holds all its places, and COPIES their sum; which fund
# bears which of them no list tells, so that money comes from the database alone.
ORDER_LISTS = Source(
    system="sierra",
    name="order lists",
    recognise=("RECORD #(ORDER)",),
    unless=("RECORD #(PATRON)",),
    required={
        "RECORD #(BIBLIO)": (
            "add RECORD # of the bibliographic record to the list: without it no order has a title"
        )
    },
    headings={
        "RECORD #(ORDER)": ("ORDER RECORD #",),
        "CREATED(ORDER)": ("CREATED",),
        "UPDATED(ORDER)": ("UPDATED",),
        "STATUS(ORDER)": ("STATUS",),
        "COPIES": ("COPIES(ORDER)",),
        "ODATE": ("ORDER DATE", "ODATE(ORDER)"),
        "RDATE": ("RECEIVED DATE", "RDATE(ORDER)"),
        "E PRICE": ("EST PRICE", "E PRICE(ORDER)"),
        "VENDOR": ("VENDOR(ORDER)",),
    },
    happened=("updated_at", "received_on", "placed_on", "created_on"),
    blanks=dict.fromkeys(("CREATED(ORDER)", "UPDATED(ORDER)", "ODATE", "RDATE"), NO_DATE),
    dates=LIST_DATES,
    fills={
        "order_line": f"""
    select
        sierra_number("RECORD #(ORDER)") as order_line_id,
        sierra_number("RECORD #(BIBLIO)") as title_id,
        trim("VENDOR") as vendor_id,
        {LIST_STATUS} as status,
        trim("STATUS(ORDER)") as status_as_exported,
        trim("ORD TYPE") as type_as_exported,
        whole_number(trim("COPIES")) as quantity,
        typed_amount("E PRICE") as estimated_price,
        dashed_time("CREATED(ORDER)")::date as created_on,
        dashed_time("ODATE")::date as placed_on,
        dashed_time("RDATE")::date as received_on,
        dashed_time("UPDATED(ORDER)") as updated_at
    from raw""",
        "title": """
    select
        sierra_number("RECORD #(BIBLIO)") as title_id,
        sierra_title("TITLE") as title,
        "AUTHOR" as author
    from raw""",
    },
)

# The vendor's number, and the day: two vendors may use the same number
INVOICE_ID = """trim("invoice_code") || coalesce(
            ' ' || strftime(zoned_time("?invoice_date_gmt"), '%Y-%m-%d'),
            ''
        )"""
# Payments joined with the funds of their orders come once for each fund: by their number they are
# one.
PAYMENTS = Source(
    system="sierra",
    name="payments",
    recognise=("order_record_id", "paid_date_gmt", "paid_amount"),
    required={
        "id": (
            "add order_record_paid.id to the query, as id: joined with the order's funds a "
            "payment comes once for each, and would count as often"
        )
    },
    headings={"id": ("order_record_paid_id", "paid_id")},
    happened=("happened_on",),
    null_words=NULLS,
    footer=FOOTER,
    is_elsewhere=True,
    dates=SQL_DATES,
    fills={
        "fund_transaction": """
    select
        'payment ' || trim("id") as transaction_id,
        case
            when amount("?paid_amount") < 0 then 'refunded'
            when amount("?paid_amount") >= 0 then 'spent'
        end as kind,
        sierra_number("order_record_id") as order_line_id,
        'payment ' || trim("id") as invoice_line_id,
        amount("paid_amount") as amount,
        zoned_time("paid_date_gmt")::date as happened_on
    from raw""",
        "invoice_line": f"""
    select
        'payment ' || trim("id") as invoice_line_id,
        {INVOICE_ID} as invoice_id,
        sierra_number("order_record_id") as order_line_id,
        whole_number("copies") as quantity,
        amount("paid_amount") as paid
    from raw""",
        "invoice": f"""
    select
        {INVOICE_ID} as invoice_id,
        "invoice_code" as invoice_number,
        zoned_time("invoice_date_gmt")::date as billed_on
    from raw""",
    },
)

# All amounts are in cents. The same fund stands there for this year (fbal), for the last one and
# for a report.
FUNDS = Source(
    system="sierra",
    name="funds",
    recognise=("fund_code", "appropriation", "encumbrance"),
    required={
        "fund_type": (
            "add fund_type to the query: the amounts of last year stand in rows of the same fund"
        )
    },
    headings={
        "fund_code_num": ("fund_id", "code_num"),
        "fund_name": ("external_fund_name", "name"),
    },
    null_words=NULLS,
    footer=FOOTER,
    set_aside={"not this year": """lower(trim("fund_type")) <> 'fbal'"""},
    fills={
        "fund": """
    select
        coalesce("?fund_code_num", "?fund_code") as fund_id,
        "fund_code" as code,
        "fund_name" as name,
        "fiscal_year" as period,
        cents("appropriation") as amount,
        cents("encumbrance") as encumbered,
        cents("expenditure") as spent
    from raw"""
    },
)
