"""Alma, loans: the report Fulfillment of Analytics. Names of borrowers and staff are never read."""

from libstats.declaration.source import Source, cards_of_places
from libstats.sources.alma.items import AS_OF, DATES, ITEM_HEADINGS, NO_DATE, ZERO_DATES, totals


def moment(day: str, time: str) -> str:
    """SQL: the instant of a day and a time of day that stand in two columns, else of the first
    alone."""
    return f"""coalesce(
            us_time(strftime(us_time({day}), '%m/%d/%Y ') || trim({time})),
            us_time({day})
        )"""


# The loan measures are never read as rows: one row is one loan. Renewal Date makes a row of each
# renewal, of which the last counts.
LOANS = Source(
    system="alma",
    name="loans",
    recognise=("Item Loan Id",),
    required={
        "Loan Date": "add Loan Date to the report",
        "In House Loan Indicator": (
            "add In House Loan Indicator to the report: Alma writes a loan as well when a copy "
            "is returned that nobody had borrowed, and it would count as a checkout"
        ),
    },
    headings={
        "Item Id": ("Physical Item Id", "Item PID"),
        "Barcode": ("Item Barcode", "Physical Item Barcode"),
        "Primary Identifier": ("User Primary Identifier",),
        "User Group": ("Patron Group",),
        "Loaned By": ("Loaned By User Name", "Loaned By - User Name"),
        "Due DateTime": ("Due Date and Time",),
        # in XML, where two folders have a column of one name, the folder's name stands before it
        "Checkout Library": ("Loan Circulation Desk Library Name",),
        "Library Name": ("Item Location at Time of Loan Library Name",),
        AS_OF: ITEM_HEADINGS[AS_OF],
    },
    exported=AS_OF,
    happened=("checked_out_at", "returned_at", "last_renewed_at"),
    null_words=ZERO_DATES,
    blanks={
        "Return Date": NO_DATE,
        "Due Date": NO_DATE,
        "Due DateTime": NO_DATE,
        "Renewal Date": NO_DATE,
        "Library Name": ("Unknown", "None"),
        "Material Type": ("None", "Unknown"),
    },
    loose=("renewals",),
    set_aside=totals("Item Loan Id") | cards_of_places("Primary Identifier", "User Group"),
    # of the member of staff no more is read than that it was one; None is nobody
    glean={"Loaned By": r"^(?i:\s*none\s*$)|\S"},
    dates=DATES,
    fills={
        "loan": f"""
    select
        "Item Loan Id" as loan_id,
        "Item Id" as item_id,
        "Barcode" as barcode,
        -- blank some days after the return, when Alma anonymises the loan
        person_key("Primary Identifier") as patron_key,
        -- Library Name is in the folders of the desk and of the copy: name the desk's Checkout
        --   Library, or only the copy's is known
        "Checkout Library" as checkout_branch,
        coalesce("?Library Name", "?Library Code") as owning_branch,
        "User Group" as patron_group,
        "Material Type" as item_type,
        {moment('"Loan Date"', '"?Loan Time"')} as checked_out_at,
        coalesce(us_time("?Due DateTime"), us_time("?Due Date")) as due_at,
        {moment('"Return Date"', '"?Return Time"')} as returned_at,
        us_time("Renewal Date") as last_renewed_at,
        -- by hand and by scheduled job are two measures. Beside Renewal Date they are those of one
        --   day, and not read
        case
            when "?Renewal Date" is null
                then whole_number("Renewals") + coalesce(whole_number("?Auto Renewals"), 0)
        end as renewals,
        yes_no("In House Loan Indicator") as is_in_house,
        case lower(trim("Loaned By"))
            when 'none' then 'self-check'
            else case when "Loaned By" is not null then 'staff' end
        end as channel,
        -- one whose copy was lost, claimed returned or deleted is complete without a return
        "Loan Status" as status_as_exported
    from raw"""
    },
)
