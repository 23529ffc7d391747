"""Alma: movements of money on funds.

Analytics keeps encumbrances, their reversals and what was spent as rows of their own, each with a
number.
"""

from libstats.declaration.source import LeftAlone, Source
from libstats.sources.alma.items import (
    AS_OF,
    BLANKS,
    DATES,
    FUND_ID,
    ITEM_HEADINGS,
    ZERO_DATES,
    totals,
)

TRANSACTIONS = Source(
    system="alma",
    name="fund transactions",
    recognise=("Transaction Id", "Transaction Amount", "Transaction Item Sub Type"),
    headings={
        "Transaction Item Sub Type": ("Transaction Item Type", "Transaction Type"),
        "Transaction Date": ("Transaction Creation Date",),
        AS_OF: ITEM_HEADINGS[AS_OF],
    },
    exported=AS_OF,
    happened=("happened_on",),
    null_words=ZERO_DATES,
    blanks={"PO Line Reference": BLANKS["PO Line Reference"], "Vendor Name": ("-1", "Unknown")},
    set_aside=totals("Transaction Id"),
    dates=DATES,
    fills={
        "fund_transaction": f"""
    select
        "Transaction Id" as transaction_id,
        -- a reversal undoes an encumbrance when the invoice comes or the order is called off:
        --   leaving it out, as some reports do, leaves too much promised
        case upper(trim("Transaction Item Sub Type"))
            when 'ENCUMBRANCE' then 'encumbered'
            when 'DISENCUMBRANCE' then 'unencumbered'
            when 'EXPENDITURE' then 'spent'
            when 'ALLOCATION' then 'allocated'
            when 'TRANSFER' then 'transferred'
            else 'other'
        end as kind,
        "Transaction Item Sub Type" as kind_as_exported,
        {FUND_ID} as fund_id,
        "Fund Ledger Code" as fund_code,
        "PO Line Reference" as order_line_id,
        "Vendor Name" as vendor_name,
        -- two decimals, a comma every three digits in some of the designer's forms
        plain_amount(trim("Transaction Amount")) as amount,
        us_time("Transaction Date")::date as happened_on
    from raw"""
    },
)

UNNUMBERED = LeftAlone(
    "alma",
    "fund transactions that lack a column",
    ("PO Line Reference", "Transaction Amount"),
    (
        "their rows cannot be told apart: add Transaction Id and Transaction Item Sub Type to "
        "the report"
    ),
)
