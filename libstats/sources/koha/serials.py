"""Koha, issues of serials and their subscriptions. Notes and routing lists, which name people, are
never read."""

from libstats.declaration.source import Source
from libstats.sources.koha.items import ERROR_LINES, PEOPLE, ZERO_DATES

# The table has no day of receipt and no time of its last change. Where the report joins the copy
# that an issue became, the day on which that copy was added stands for the receipt (received_on);
# else the issue came on a day that nobody knows, and counts in no waiting time.
ISSUES = Source(
    system="koha",
    name="serial issues",
    recognise=("serialid", "serialseq"),
    unless=PEOPLE,
    required={
        "status": "add serial.status to the report",
        "planneddate": (
            "add serial.planneddate to the report: the day on which the issue should come"
        ),
    },
    headings={
        "biblionumber": ("BIBLIO_NUMBER",),
        "itemnumber": ("ITEM_NUMBER",),
        "branchcode": ("BRANCH", "Library"),
        "aqbooksellerid": ("vendor_id",),
    },
    # no happened: an issue becomes late, missing or received without any day of the table changing,
    # so two files would pass for equally new and either could win. The file's name says its day
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "serial_issue": """
    select
        "serialid" as serial_issue_id,
        "subscriptionid" as subscription_id,
        "biblionumber" as title_id,
        "branchcode" as branch,
        "aqbooksellerid" as vendor_id,
        "serialseq" as enumeration,
        -- 4 is missing, 41 missing and never received, 42 sold out, 43 damaged, 44 lost; 5 was not
        --   issued; 8 is stopped, with its subscription, and will not come.
        -- An issue that is late keeps 1 until someone marks it: whether it is late is told from
        --   planneddate, never from here
        case trim("status")
            when '1' then 'expected'
            when '2' then 'received'
            when '3' then 'late'
            when '4' then 'missing'
            when '41' then 'missing'
            when '42' then 'missing'
            when '43' then 'missing'
            when '44' then 'missing'
            when '5' then 'not published'
            when '6' then 'discarded'
            when '7' then 'claimed'
            when '8' then 'not published'
            when '' then null
            else case when "status" is not null then 'other' end
        end as status,
        "status" as status_as_exported,
        -- the day planned; publisheddate is the one printed on the issue, which may be months away
        iso_date("planneddate") as expected_on,
        iso_date("received_on") as received_on,
        -- blank or 0 where it was never claimed
        whole_number("claims_count") as claims,
        iso_date("claimdate") as last_claimed_on,
        "itemnumber" as item_id
    from raw"""
    },
)

# How often a serial comes is a row of another table, whose numbers each library makes its own: the
# query writes it out, as "1 per 2 week". A number alone is kept, and told as a word nobody declared
SUBSCRIPTIONS = Source(
    system="koha",
    name="subscriptions",
    recognise=("subscriptionid", "startdate", "enddate"),
    unless=(*PEOPLE, "serialid"),
    headings={
        "biblionumber": ("BIBLIO_NUMBER",),
        "branchcode": ("BRANCH", "Library"),
        "aqbooksellerid": ("vendor_id",),
        "frequency": ("periodicity",),
    },
    # no happened: a subscription is prolonged without any day of the past changing
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "subscription": """
    select
        "subscriptionid" as subscription_id,
        "biblionumber" as title_id,
        "branchcode" as branch,
        "aqbooksellerid" as vendor_id,
        "frequency" as frequency_as_exported,
        -- days until Koha itself calls an issue late; 0, with which it is made, says nothing
        whole_number("graceperiod") as claim_after_days,
        iso_date("startdate") as starts_on,
        -- each renewal moves it: until then the library has said that it wants it
        iso_date("enddate") as ends_on,
        yes_no("closed") as is_cancelled
    from raw"""
    },
)
