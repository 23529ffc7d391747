"""EDIFACT, what vendors and library systems write each other: invoices, orders, answers to orders,
quotes. The columns are those of the readers (`libstats/readers/edifact/invoices.py` and its
neighbours), since the messages have none.

A vendor is told by its number in NAD (a GLN or SAN), never by a name. The same invoice sent again
under another file name is one: vendor, number, day and kind tell it. What a message says of an
order is the vendor's side of it: whether the copies came, the library system tells.
"""

from libstats.declaration.source import Source

# a credit note may have the number of its invoice, and so has what takes it back or stands in its
# place
INVOICE_ID = """(
            nullif(trim("invoice vendor"), '') || ' ' || nullif(trim("invoice number"), '')
            || concat_ws(
                ' ',
                '',
                "invoice date",
                nullif("invoice kind", '380'),
                case trim("function of invoice")
                    when '1' then 'taken back'
                    when '5' then 'in place'
                end
            )
        )"""
WRITTEN = "interchange written"

INVOICES = Source(
    system="edifact",
    name="invoices",
    recognise=("invoice vendor", "invoice number", "total rule"),
    happened=("billed_on",),
    exported=WRITTEN,
    fills={
        "invoice": f"""
    select
        {INVOICE_ID} as invoice_id,
        "invoice number" as invoice_number,
        "invoice vendor" as vendor_id,
        iso_date("invoice date") as billed_on,
        "currency of message" as currency,
        amount("stated total") as total,
        "total rule" as total_rule,
        "invoice kind" as kind_as_exported,
        "function of invoice" as function_as_exported
    from raw""",
        # the tax on top of the lines, where the total holds it
        "invoice_line": f"""
    select
        case when "tax in total" <> '' then {INVOICE_ID} || ' tax' end as invoice_line_id,
        {INVOICE_ID} as invoice_id,
        amount("tax in total") as amount,
        case when "tax in total" <> '' then 'tax' end as description
    from raw""",
    },
)

INVOICE_LINES = Source(
    system="edifact",
    name="invoice lines",
    recognise=("invoice vendor", "invoice number", "invoice line"),
    exported=WRITTEN,
    loose=("amount_in_full",),
    fills={
        "invoice_line": f"""
    select
        {INVOICE_ID} || ' line ' || nullif(trim("invoice line"), '') as invoice_line_id,
        {INVOICE_ID} as invoice_id,
        -- the library's number of the order line; of some vendors never there
        "order line billed" as order_line_id,
        whole_number("quantity of line") as quantity,
        amount("amount of line") as amount,
        "isbn of line" as isbn,
        "title of line" as title,
        amount("list price of line") as list_price,
        amount("charges of line") as charges,
        amount("discount of line") as discount,
        "barcodes of line" as barcodes,
        "funds of line" as funds,
        -- 12.345: the amount is 12.35
        nullif(
            try_cast("amount of line" as decimal(16, 6)), amount("amount of line")
        ) as amount_in_full,
        "number of order" as purchase_order_id,
        "place in order" as line_number,
        "supplier number of line" as supplier_number
    from raw"""
    },
)

# Postage and the like, for no line. One at the end may only repeat the charges of the lines.
INVOICE_CHARGES = Source(
    system="edifact",
    name="invoice charges",
    recognise=("invoice vendor", "invoice number", "invoice charge"),
    exported=WRITTEN,
    set_aside={
        "told in the lines already": "\"is counted\" = '0'",
        "without an amount": """coalesce("amount of charge", '') = ''""",
    },
    fills={
        "invoice_line": f"""
    select
        {INVOICE_ID} || ' charge ' || "invoice charge" as invoice_line_id,
        {INVOICE_ID} as invoice_id,
        amount("amount of charge") as amount,
        coalesce(nullif("code of charge", ''), 'charge') as description
    from raw"""
    },
)

_OF_LINE = """
        nullif("vendor number", '') as vendor_id,
        "isbn of line" as isbn,
        "title of line" as title,
        whole_number("quantity of line") as quantity,
        "currency of message" as currency,
        amount("list price of line") as list_price,
        amount("price of line") as estimated_price,
        "place in order" as line_number,
        "supplier number of line" as supplier_number,
        true as is_exchanged"""

ORDERS = Source(
    system="edifact",
    name="orders",
    recognise=("ordered line", "number of order", "vendor number"),
    exported=WRITTEN,
    happened=("placed_on",),
    fills={
        "order_line": f"""
    select
        "ordered line" as order_line_id,
        "number of order" as purchase_order_id,{_OF_LINE},
        -- 1 is the function of a message that takes an order back
        case when "function code" = '1' then 'cancelled' else 'ordered' end as status,
        case
            when "function code" = '1' then 'order, taken back'
            else 'order'
        end as status_as_exported,
        iso_date("date of message") as placed_on,
        iso_date("day expected") as expected_on
    from raw"""
    },
)

# The vendor's word for each line: accepted, changed, cancelled, and why it cannot come at once.
ANSWERS = Source(
    system="edifact",
    name="answers to orders",
    recognise=("answered line", "action code", "quantity waiting"),
    exported=WRITTEN,
    happened=("answered_on",),
    loose=("cancelled_on",),  # of a line that is not cancelled
    fills={
        "order_line": f"""
    select
        "answered line" as order_line_id,
        "number of order" as purchase_order_id,{_OF_LINE},
        case "action code"
            when '2' then 'cancelled'
            when '3' then 'ordered'
            when '4' then 'ordered'
            when '5' then 'ordered'
            when '24' then 'ordered'
            when '' then null
            else case when "action code" is not null then 'other' end
        end as status,
        'answer ' || nullif("action code", '') as status_as_exported,
        iso_date("date of message") as answered_on,
        case when "action code" = '2' then iso_date("date of message") end as cancelled_on,
        iso_date("day expected") as expected_on,
        whole_number("quantity waiting") as quantity_waiting,
        "reason code" as reason_as_exported
    from raw"""
    },
)

# What a vendor offers. It becomes an order under another number.
QUOTES = Source(
    system="edifact",
    name="quotes",
    recognise=("quoted line", "number of order", "vendor number"),
    exported=WRITTEN,
    happened=("created_on",),
    fills={
        "order_line": f"""
    select
        "quoted line" as order_line_id,
        "number of order" as purchase_order_id,{_OF_LINE},
        'new' as status,
        'quote' as status_as_exported,
        iso_date("date of message") as created_on
    from raw"""
    },
)

COPIES = Source(
    system="edifact",
    name="copies of orders",
    recognise=("line of copy", "copy of line", "barcode of copy"),
    exported=WRITTEN,
    fills={
        "order_copy": """
    select
        nullif("line of copy", '') || ' copy ' || "copy of line" as order_copy_id,
        "line of copy" as order_line_id,
        "barcode of copy" as barcode,
        "branch of copy" as branch,
        true as is_exchanged
    from raw""",
        # each copy has a fund of its own: what a fund bears of the line is the sum
        "order_fund": """
    select
        "line of copy" as order_line_id,
        case when "fund of copy" <> '' then "copy of line" end as fund_share,
        "fund of copy" as fund_code,
        amount("price of copy") as amount
    from raw""",
    },
)
