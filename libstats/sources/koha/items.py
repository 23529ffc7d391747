"""Koha: what its SQL reports and table dumps say.

Koha writes NULL and '' both as nothing, MySQL's zero date for "no date" on older systems, and
errors of a running report as lines behind the last row. Column names are MySQL's, or whatever alias
a report's author chose.
"""

from libstats.declaration.source import LeftAlone, Source, cards_of_places

ZERO_DATES = ("NULL", "\\N", "0000-00-00", "0000-00-00 00:00:00")
ERROR_LINES = r"^# ERROR"
PEOPLE = ("surname", "firstname", "cardnumber", "email", "password")

ITEM_HEADINGS = {
    "itemnumber": ("ITEM_NUMBER", "item"),
    "barcode": ("ITEM_BARCODE",),
    "biblionumber": ("BIBLIO_NUMBER", "BIB_NUMBER", "bibnumber"),
    "homebranch": (
        "HOME_BRANCH",
        "home library",
        "Owning library",
        "OWNING_LIB",
        "ITEM_HOMEBRANCH",
        "Item home library",
    ),
    "holdingbranch": ("HOLDING_BRANCH", "CURRENT_LIB", "holding library"),
    "location": ("SHELVING_LOCATION", "LOCATION_CODE", "Shelf Location"),
    "permanent_location": ("PERM_LOCATION", "Item permanent location"),
    "ccode": ("COLLECTION_CODE", "COLLECTION", "ITEM_CCODE"),
    "itype": ("ITEM_TYPE", "ITEM_TYPE_CODE", "Item itype"),
    "itemcallnumber": ("CALL_NUMBER", "ITEM_CALL_NUMBER", "CALL_NO"),
    "dateaccessioned": ("DATE_ADDED", "Accessioned"),
    "datelastborrowed": ("DATE_LAST_BORROWED", "LAST_BORROWED"),
    "datelastseen": ("DATE_LAST_SEEN", "LAST_SEEN_ON"),
    "itemlost": ("LOST", "LOST_STATUS"),
    "itemlost_on": ("LOST_ON", "LOST_DATE", "LOST_ON_DATE"),
    "notforloan": ("NOT_FOR_LOAN", "NOTLOAN"),
    "copyrightdate": ("COPYRIGHT_DATE", "Copyright"),
    "title": ("FULL_TITLE",),
}

# A title's columns ride along in most item reports; the record's number says which title they tell
# of.
TITLE_OF_ITEM = """
    select
        "biblionumber" as title_id,
        "title" as title,
        "author" as author,
        whole_number("copyrightdate") as published_year,
        "isbn" as isbn
    from raw"""

ITEMS = Source(
    system="koha",
    name="items",
    recognise=("barcode", "homebranch"),
    unless=(
        *PEOPLE,
        "borrowernumber",
        "issue_id",
        "reserve_id",
        "datesent",
        "ordernumber",
        "problem",
    ),
    is_vague=True,  # of which `home library` is one
    headings=ITEM_HEADINGS,
    absence="gone",
    # items and deleteditems have the same headings, and since 24.x both have deleted_on, which is
    # blank for a copy that is there
    set_aside={"deleted": """trim("deleted_on") <> ''"""},
    happened=("updated_at", "added_on", "last_borrowed_on", "last_seen_on"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "item": """
    select
        "itemnumber" as item_id,
        "barcode" as barcode,
        "biblionumber" as title_id,
        "homebranch" as owning_branch,
        "holdingbranch" as current_branch,
        "location" as location,
        "permanent_location" as permanent_location,
        "ccode" as collection,
        "itype" as item_type,
        "itemcallnumber" as call_number,
        "cn_source" as call_number_scheme,
        -- Koha fills cn_sort with _ when there is no call number: that is no sort key
        nullif("cn_sort", '_') as shelf_key,
        iso_date("dateaccessioned") as added_on,
        amount("price") as price,
        amount("replacementprice") as replacement_price,
        -- the three counters are blank, not 0, for a copy that was never used (all of them before
        --   2020)
        whole_number("issues") as lifetime_checkouts,
        whole_number("renewals") as lifetime_renewals,
        whole_number("reserves") as lifetime_holds,
        iso_date("datelastborrowed") as last_borrowed_on,
        iso_date("datelastseen") as last_seen_on,
        -- onloan is the due date, not a flag
        iso_date("onloan") as due_on,
        "itemlost" as lost_code,
        iso_date("itemlost_on") as lost_on,
        "damaged" as damaged_code,
        "withdrawn" as withdrawn_code,
        iso_date("withdrawn_on") as withdrawn_on,
        "notforloan" as not_for_loan_code,
        "enumchron" as volume,
        "copynumber" as copy_number,
        iso_time("timestamp") as updated_at
    from raw""",
        "title": TITLE_OF_ITEM,
    },
)

# The weeding report that consortia in Kansas share: dates month first, the record's number inside a
# link.
WEEDING = Source(
    system="koha",
    name="weeding report",
    recognise=(
        "LINK_TO_TITLE",
        "FULL_TITLE",
        "barcode",
        "homebranch",
        "Date added",
        "datelastseen",
    ),
    unless=PEOPLE,
    headings={
        key: ITEM_HEADINGS[key]
        for key in (
            "itemnumber",
            "barcode",
            "homebranch",
            "location",
            "ccode",
            "itype",
            "itemcallnumber",
            "datelastborrowed",
            "datelastseen",
        )
    },
    happened=("added_on", "last_borrowed_on", "last_seen_on"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    dates="month first, as in 10/31/2026",
    fills={
        "item": """
    select
        "itemnumber" as item_id,
        "barcode" as barcode,
        nullif(regexp_extract("LINK_TO_TITLE", 'biblionumber=(\\d+)', 1), '') as title_id,
        "homebranch" as owning_branch,
        "location" as location,
        "ccode" as collection,
        "itype" as item_type,
        "itemcallnumber" as call_number,
        us_date("Date added") as added_on,
        us_date("datelastborrowed") as last_borrowed_on,
        us_date("datelastseen") as last_seen_on
    from raw""",
        "title": """
    select
        nullif(regexp_extract("LINK_TO_TITLE", 'biblionumber=(\\d+)', 1), '') as title_id,
        "FULL_TITLE" as title,
        "author" as author
    from raw""",
    },
)

# The item file of the LibraryIQ feed: one whole branch a file, code lists already turned into
# words.
LIBRARYIQ_ITEMS = Source(
    system="koha",
    name="LibraryIQ items",
    recognise=("RecordID", "BibRecordID", "Barcode", "Owning Branch", "ItemCreationDate"),
    whole=True,
    scope="owning_branch",
    absence="gone",
    exported="Report Date",
    happened=("added_on", "last_borrowed_on"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        # Collection Code, Material Type and Shelf Location are descriptions here, not the codes
        # other reports have: left out. Lifetime Circ Count mixes checkouts with renewals in some
        # versions of the feed: left out.
        "item": """
    select
        "RecordID" as item_id,
        "Barcode" as barcode,
        "BibRecordID" as title_id,
        "Owning Branch" as owning_branch,
        "Branch Location" as current_branch,
        "Call Number" as call_number,
        iso_date("ItemCreationDate") as added_on,
        "Current Item Status" as status,
        iso_date("Last Checkout Date") as last_borrowed_on,
        iso_date("Due Date") as due_on
    from raw""",
        "title": """
    select
        "BibRecordID" as title_id,
        "ISBN" as isbn
    from raw""",
    },
)

BIBLIOS = Source(
    system="koha",
    name="bibliographic records",
    recognise=("biblionumber", "title"),
    unless=(
        *PEOPLE,
        "barcode",
        "itemnumber",
        "borrowernumber",
        "reservedate",
        "issuedate",
        "reserve_id",
        "ordernumber",
        "suggestionid",
    ),
    headings={key: ITEM_HEADINGS[key] for key in ("biblionumber", "copyrightdate", "title")},
    absence="gone",
    happened=("updated_at", "created_on"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "title": """
    select
        "biblionumber" as title_id,
        "title" as title,
        "author" as author,
        "isbn" as isbn,
        "issn" as issn,
        -- MARC21 libraries fill copyrightdate; publicationyear is free text, and theirs is empty
        whole_number("copyrightdate") as published_year,
        "itemtype" as material,
        "publishercode" as publisher,
        yes_no("serial") as is_serial,
        iso_date("datecreated") as created_on,
        iso_time("timestamp") as updated_at
    from raw"""
    },
)

# issues holds the open loans and old_issues the returned ones; the headings are the same, so is the
# source. A loan that leaves issues was returned: its absence never removes it.
LOANS = Source(
    system="koha",
    name="loans",
    recognise=("issuedate", "date_due"),
    unless=(*PEOPLE,),
    required={
        "issue_id": (
            "add issues.issue_id to the report: without it the same loan in two files would "
            "count twice"
        ),
        "issuedate": "add issues.issuedate to the report",
    },
    headings={
        "renewals": ("renewals_count",),
        "date_due": ("DUE_DATE",),
        "barcode": ("ITEM_BARCODE",),
        "itemnumber": ("ITEM_NUMBER",),
    },
    happened=("updated_at", "checked_out_at", "returned_at", "last_renewed_at"),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    # such as statistical patrons (categories of type X)
    set_aside=cards_of_places("borrowernumber", "categorycode"),
    fills={
        "loan": """
    select
        "issue_id" as loan_id,
        "itemnumber" as item_id,
        "barcode" as barcode,
        person_key("borrowernumber") as patron_key,
        "branchcode" as checkout_branch,
        "categorycode" as patron_group,
        "itemtype" as item_type,
        iso_time("issuedate") as checked_out_at,
        iso_time("date_due") as due_at,
        iso_time("returndate") as returned_at,
        iso_time("lastreneweddate") as last_renewed_at,
        whole_number("renewals") as renewals,
        whole_number("unseen_renewals") as unseen_renewals,
        yes_no("auto_renew") as is_auto_renewed,
        yes_no("onsite_checkout") as is_in_house,
        iso_time("timestamp") as updated_at
    from raw"""
    },
)

# The log has no key, and itemnumber and borrowernumber go blank after deletion: time, branch and
# type tell events apart.
STATISTICS = Source(
    system="koha",
    name="statistics",
    recognise=("datetime", "type", "branch"),
    unless=PEOPLE,
    required={
        "datetime": "add statistics.datetime to the report",
        "branch": "add statistics.branch to the report",
        "type": "add statistics.type to the report",
    },
    happened=("happened_at",),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "circulation_event": """
    select
        iso_time("datetime") as happened_at,
        "branch" as branch,
        -- any case: MariaDB compares without it, and reports do write 'ISSUE'. localuse is a scan
        --   of a copy that nobody had borrowed. To a card of a place nothing is lent
        case lower("type")
            when 'issue'
                then case
                    when is_place("?borrowernumber") or is_place_group("?categorycode")
                        then 'other'
                    else 'checkout'
                end
            when 'renew'
                then case
                    when is_place("?borrowernumber") or is_place_group("?categorycode")
                        then 'other'
                    else 'renewal'
                end
            when 'return' then 'checkin'
            when 'localuse' then 'in-house use'
            when 'onsite_checkout' then 'in-house use'
            when 'payment' then 'payment'
            when 'writeoff' then 'payment'
            else 'other'
        end as kind,
        "type" as kind_as_exported,
        -- interface is there from about 23.05; a scheduled job, which renews automatically, is
        --   commandline (cron on some systems)
        case lower("interface")
            when 'intranet' then 'staff'
            when 'opac' then 'patron'
            when 'api' then 'patron'
            when 'sip' then 'self-check'
            when 'commandline' then 'automatic'
            when 'cron' then 'automatic'
        end as channel,
        "itemnumber" as item_id,
        "itemtype" as item_type,
        "location" as location,
        "ccode" as collection,
        person_key("borrowernumber") as patron_key,
        "categorycode" as patron_group,
        amount("value") as amount
    from raw"""
    },
)

PATRONS = LeftAlone(
    "koha", "patron records", ("borrowernumber", "surname"), "libstats never reads patron records"
)
OVERDUES = LeftAlone(
    "koha",
    "report with patron names",
    ("surname", "cardnumber"),
    "it lists people; libstats never reads patron records",
)
WIZARD = LeftAlone(
    "koha",
    "statistics wizard",
    (r"/^\w+\.\w+/\w+\.\w+$/",),
    "a crosstab with totals, not a list; export the rows behind it as a report instead",
)
