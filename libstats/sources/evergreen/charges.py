"""Evergreen, patrons' accounts: billings and payments. Whose they are and the notes are never
read."""

from libstats.declaration.source import Source
from libstats.sources.evergreen.items import DATES, FOOTER

BILLINGS = Source(
    system="evergreen",
    name="billings",
    recognise=("Billing ID", "Billing Date/Time"),
    required={
        "Voided?": (
            "add Voided? (voided): a billing that was taken back stays in the list with its amount"
        ),
        "Amount": "add Amount",
    },
    headings={
        "Billing ID": ("id",),
        "Billing Date/Time": ("billing_ts", "Billing Timestamp"),
        "Voided?": ("voided", "Voided"),
        "Billing Type": ("billing_type", "Legacy Billing Type"),
        "Transaction": ("xact", "Transaction ID"),
        "Billing Library": ("billing_location", "Billing Location"),
    },
    happened=("happened_on",),
    footer=FOOTER,
    dates=DATES,
    fills={
        "charge": """
    select
        -- payments are numbered apart
        'billing ' || trim("Billing ID") as charge_id,
        case
            when yes_no("Voided?") then 'other'
            when not yes_no("Voided?") then 'assessed'
            else "Voided?"
        end as kind,
        "Billing Type" as kind_as_exported,
        amount("Amount") as amount,
        screen_time("Billing Date/Time")::date as happened_on,
        "Billing Library" as branch,
        case when yes_no("Voided?") then 'VOID' end as status,
        -- a circulation, or a grocery bill, which has no loan
        "Transaction" as loan_id
    from raw"""
    },
)

PAYMENTS = Source(
    system="evergreen",
    name="payments",
    recognise=("Payment ID", "Payment Date/Time", "Payment Type"),
    required={"Amount": "add Amount"},
    headings={
        "Payment ID": ("id",),
        "Payment Type": ("payment_type",),
        "Payment Date/Time": ("payment_ts", "Payment Timestamp"),
        "Voided?": ("voided", "Voided"),
        "Transaction": ("xact", "Transaction ID"),
        "Receiving Library": ("payment_location", "Payment Library"),
    },
    happened=("happened_on",),
    footer=FOOTER,
    dates=DATES,
    fills={
        "charge": """
    select
        'payment ' || trim("Payment ID") as charge_id,
        case
            when yes_no("?Voided?") then 'other'
            else case replace(lower(trim("Payment Type")), ' ', '_')
                when 'cash_payment' then 'paid'
                when 'check_payment' then 'paid'
                when 'credit_card_payment' then 'paid'
                when 'debit_card_payment' then 'paid'
                when 'goods_payment' then 'paid'
                when 'forgive_payment' then 'waived'
                when 'work_payment' then 'waived'
                when 'credit_payment' then 'credited'
                when 'account_adjustment' then 'cancelled'
                else 'other'
            end
        end as kind,
        "Payment Type" as kind_as_exported,
        -- written as what was given: it makes what is owed less
        -amount("Amount") as amount,
        screen_time("Payment Date/Time")::date as happened_on,
        "Receiving Library" as branch,
        "Payment Type" as payment_type,
        case when yes_no("Voided?") then 'VOID' end as status,
        "Transaction" as loan_id
    from raw"""
    },
)
