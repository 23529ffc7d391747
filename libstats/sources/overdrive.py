"""OverDrive Marketplace (Libby): titles, checkouts and purchase orders. Unproven on real files: the
headings are those that a public program reads, and what OverDrive's help says of its reports.

Library cards, user names and barcodes stand in some of these reports. No line here names them, so
that they are never read, whatever they are called.
"""

from libstats.declaration.source import Source

# What is lent in one model may be lent in another too: a row is a title, a format and a model.
TITLES = Source(
    system="overdrive",
    name="titles",
    recognise=("Last Copy Expires", "All Checkouts", "All Holds"),
    headings={
        "Title": ("Title Name",),
        "Creator": ("Author",),
        "Format": ("Formats",),
    },
    absence="gone",
    happened=("last_borrowed_on",),
    dates="month first, as in 10/31/2026",
    # for what is not metered in that way
    blanks=dict.fromkeys(
        (
            *("Last Copy Expires", "CPC End Date", "Owned", "Licenses Owned", "Licenses Left"),
            *("Licenses Used", "Latest Checkout"),
        ),
        ("N/A", "-"),
    ),
    fills={
        "digital_title": """
    select
        concat_ws(
            ' | ',
            coalesce(nullif(trim("?ISBN"), ''), nullif(trim("?Title"), '')),
            nullif(trim("?Format"), ''),
            nullif(trim("?Lending Model"), '')
        ) as digital_title_id,
        "Title" as title,
        "Creator" as author,
        "ISBN" as isbn,
        "Format" as format,
        "Lending Model" as lending_model,
        us_date("Date Added To Site") as added_on,
        typed_count("Owned") as copies,
        typed_count("Licenses Owned") as checkouts_bought,
        typed_count("Licenses Used") as checkouts_used,
        typed_count("Licenses Left") as checkouts_left,
        us_date("Last Copy Expires") as expires_on,
        us_date("CPC End Date") as pay_per_use_until,
        typed_count("Active Checkouts") as lent_now,
        typed_count("All Checkouts") as lifetime_checkouts,
        us_date("Latest Checkout") as last_borrowed_on,
        typed_count("Holds") as holds,
        typed_count("All Holds") as lifetime_holds,
        typed_amount(
            coalesce(nullif(trim("?Library Price (USD)"), ''), "?Library Price")
        ) as price,
        case when trim("Library Price (USD)") <> '' then 'USD' end as currency
    from raw"""
    },
)

# Format and model may be told later, or by another run of the report: they tell no checkout from
# another. Whose copy it was is certain where the other side never had any.
CHECKOUTS = Source(
    system="overdrive",
    name="checkouts",
    recognise=("Checked Out", "ISBN", "Date Added To Site"),
    unless=("All Checkouts",),
    required={"Title": "add the column Title to the report: it tells one checkout from another"},
    headings={"Title": ("Title Name",), "Format": ("Formats",)},
    dates="month first, as in 10/31/2026",
    happened=("lent_at",),
    fills={
        "digital_loan": """
    select
        us_time("Checked Out") as lent_at,
        "ISBN" as isbn,
        "Title" as title,
        "Format" as format,
        "Lending Model" as lending_model,
        case
            when regexp_matches(concat("Adv Own", "Adv License Purchased"), '[1-9]')
                and regexp_full_match(concat("Cons Own", "Cons License Purchased"), '0+')
                then 'Advantage'
            when regexp_matches(concat("Cons Own", "Cons License Purchased"), '[1-9]')
                and regexp_full_match(concat("Adv Own", "Adv License Purchased"), '0+')
                then 'consortium'
        end as collection
    from raw"""
    },
)

# The order's number or name has no heading that is known: orders of one day are told apart by what
# they say alone.
ORDERS = Source(
    system="overdrive",
    name="purchase orders",
    recognise=("Order Date", "Standard Units", "Preorder Units"),
    dates="month first, as in 10/31/2026",
    happened=("ordered_on",),
    fills={
        "digital_purchase": """
    select
        us_date("Order Date") as ordered_on,
        typed_count("Standard Units") as units,
        typed_amount(
            coalesce(nullif(trim("?Standard Total (USD)"), ''), "?Standard Total")
        ) as amount,
        typed_count("Preorder Units") as preorder_units,
        typed_amount(
            coalesce(nullif(trim("?Preorder Total (USD)"), ''), "?Preorder Total")
        ) as preorder_amount,
        case when trim("Standard Total (USD)") <> '' then 'USD' end as currency
    from raw"""
    },
)
