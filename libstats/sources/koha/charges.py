"""Koha, patrons' accounts: fines, payments, write-offs. Whose they are, the description and the
notes are never read."""

from libstats.declaration.source import Source
from libstats.sources.koha.items import ERROR_LINES, PEOPLE, ZERO_DATES

CHARGES = Source(
    system="koha",
    name="account lines",
    recognise=("accountlines_id",),
    unless=PEOPLE,
    required={"amount": "add accountlines.amount to the report"},
    headings={
        "itemnumber": ("ITEM_NUMBER",),
        # 20.x has one column for debits and one for credits, of which each row fills one; 19.x has
        # accounttype for both. A report may have but one of the two
        "credit_type_code": ("accounttype", "debit_type_code"),
        "debit_type_code": ("accounttype", "credit_type_code"),
    },
    happened=("updated_at", "happened_on"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "charge": """
    select
        "accountlines_id" as charge_id,
        -- W, Pay, FOR, CR and the like are from before 19.11; all other codes, of which libraries
        --   add their own, are told apart by the sign: credits are negative
        case upper(trim(coalesce("credit_type_code", "debit_type_code")))
            when 'PAYMENT' then 'paid'
            when 'PAY' then 'paid'
            when 'PAY00' then 'paid'
            when 'PAY01' then 'paid'
            when 'PAY02' then 'paid'
            when 'PURCHASE' then 'paid'
            when 'WRITEOFF' then 'written off'
            when 'W' then 'written off'
            when 'FORGIVEN' then 'waived'
            when 'FOR' then 'waived'
            when 'FFOR' then 'waived'
            when 'DISCOUNT' then 'waived'
            when 'CANCELLATION' then 'cancelled'
            when 'LOST_FOUND' then 'cancelled'
            when 'LOST_RETURN' then 'cancelled'
            when 'PROCESSING_FOUND' then 'cancelled'
            when 'CR' then 'cancelled'
            when 'PAYOUT' then 'refunded'
            when 'REFUND' then 'refunded'
            when 'REF' then 'refunded'
            when 'VOID' then 'other'
            else case when amount("amount") < 0 then 'credited' else 'assessed' end
        end as kind,
        coalesce("credit_type_code", "debit_type_code") as kind_as_exported,
        amount("amount") as amount,
        amount("amountoutstanding") as outstanding,
        -- a day in 19.x, a time since; an overdue fine that still grows keeps the day it began
        iso_date("date") as happened_on,
        "branchcode" as branch,
        case lower("interface")
            when 'intranet' then 'staff'
            when 'opac' then 'patron'
            when 'api' then 'patron'
            when 'sip' then 'self-check'
            when 'commandline' then 'automatic'
            when 'cron' then 'automatic'
        end as channel,
        "payment_type" as payment_type,
        "status" as status,
        "itemnumber" as item_id,
        "issue_id" as loan_id,
        iso_time("timestamp") as updated_at
    from raw"""
    },
)
