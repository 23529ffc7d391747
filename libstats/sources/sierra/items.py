"""Sierra: lists that staff make (Create Lists), and what its database gives by SQL.

Whoever exports a list chooses what stands between its columns and between the values of one field;
; and ~ between values are known here. Dates of lists are month first with hyphens, and one that is
blank is written as its hyphens. Codes have blanks behind them to fill their width. Times of the
database say their zone, and reports of it give records as numbers of the database, as numbers or as
b1234567a.
"""

from libstats.declaration.source import LeftAlone, Source, cards_of_places, headings_in

LIST_DATES = "month first with hyphens, as in 10-31-2026"
SQL_DATES = "with its zone, as in 2026-10-31 09:30:00-04: give the column as it is, not its day"
NO_DATE = ("-  -", "- -", "-  -  :", "-  -       :", "-  -      :")
FOOTER = r"\(\d+ rows?\)$|Time: |-+(\+-+)+$"
# what SQL clients write for nothing
NULLS = ("NULL", "\\N")
ITEM_HEADINGS = {
    "BARCODE(ITEM)": ("BARCODE",),
    "CALL #(ITEM)": ("CALL #", "CALL #(BIBLIO)"),
    "UPDATED(ITEM)": ("UPDATED",),
    "LOCATION(ITEM)": ("LOCATION",),
    "STATUS(ITEM)": ("STATUS",),
    "COPY #": ("COPY #(ITEM)",),
    "I TYPE": ("ITEM TYPE", "ITYPE"),
    "TOT CHKOUT": ("TOTAL CHECKOUT",),
    "TOT RENEW": ("TOTAL RENEWAL",),
}


def of_letter(letter: str, heading: str, otherwise: str = "") -> str:
    """SQL: of a heading that may stand twice in a list, what is of the record of that letter (b, i,
    o). RECORD # stands there as often and in the same order, and its letter tells."""
    return f"""case
            when sierra_letter("?RECORD ##1") = '{letter}' then "?{heading}#1"
            when sierra_letter("?RECORD ##2") = '{letter}' then "?{heading}#2"
            when sierra_letter("?RECORD #") = '{letter}' then "?{heading}"{otherwise}
        end"""


def of_items(
    name: str,
    recognise: tuple[str, ...],
    headings: dict[str, tuple[str, ...]],
    *,
    item: str,
    title: str,
    created: str,
    unless: tuple[str, ...] = (),
) -> Source:
    """A declaration of lists of items: where the numbers of copies and of records stand in it, and
    the day of the copy's record."""
    record = f"""
    select
        sierra_number({title}) as title_id,
        sierra_title("TITLE") as title,
        "AUTHOR" as author,
        "LANG" as language,
        "MAT TYPE" as material
    from raw"""
    return Source(
        system="sierra",
        name=name,
        recognise=recognise,
        unless=unless,
        headings=ITEM_HEADINGS | headings,
        absence="gone",
        happened=("updated_at", "last_borrowed_on", "last_seen_on", "added_on"),
        blanks=dict.fromkeys(
            (*headings_in(created), "UPDATED(ITEM)", "DUE DATE", "LOUTDATE", "LCHKIN"), NO_DATE
        ),
        dates=LIST_DATES,
        fills={"item": ITEM.format(item=item, title=title, created=created), "title": record},
    )


ITEM = """
    select
        sierra_number({item}) as item_id,
        first_of_several("BARCODE(ITEM)") as barcode,
        -- a copy of several records, bound together, is counted with the first
        sierra_number({title}) as title_id,
        -- Sierra has no branch for a copy but its location, whose first letters are the branch by
        --   the library's own rule
        "LOCATION(ITEM)" as location,
        "I TYPE" as item_type,
        first_of_several("CALL #(ITEM)") as call_number,
        dashed_time({created})::date as added_on,
        typed_amount("PRICE") as price,
        -- some that were lent have no last day: it is not known then, and not never
        whole_number("TOT CHKOUT") as lifetime_checkouts,
        whole_number("TOT RENEW") as lifetime_renewals,
        whole_number("INTL USE") as lifetime_in_house,
        dashed_time("LOUTDATE")::date as last_borrowed_on,
        greatest(dashed_time("?LCHKIN"), dashed_time("?LOUTDATE"))::date as last_seen_on,
        dashed_time("DUE DATE")::date as due_on,
        -- - is available, and on loan only where there is a due date
        trim("STATUS(ITEM)") as status,
        -- the status tells; what earlier releases wrote here is taken back
        null::varchar as lost_code,
        null::varchar as withdrawn_code,
        "VOLUME" as volume,
        "COPY #" as copy_number,
        dashed_time("UPDATED(ITEM)") as updated_at
    from raw"""

ITEMS = of_items(
    "item lists",
    ("RECORD #(ITEM)",),
    {"RECORD #(ITEM)": ("ITEM RECORD #",), "CREATED(ITEM)": ("CREATED",)},
    item='"RECORD #(ITEM)"',
    title='"RECORD #(BIBLIO)"',
    created='"CREATED(ITEM)"',
)

# A list whose headings say of no record which it is of: RECORD # stands there twice, and the letter
# of the number tells. In lists seen UNKNOWN is the day of the last checkout.
ITEMS_BY_LETTER = of_items(
    "item lists by letter",
    ("RECORD #", "I TYPE"),
    {"LOUTDATE": ("UNKNOWN",)},
    item=of_letter("i", "RECORD #"),
    title=of_letter("b", "RECORD #"),
    # of a row that is of no copy any of the two, so that the row is called what it is
    created=of_letter(
        "i",
        "CREATED",
        """ else coalesce(nullif("?CREATED#1", ''), nullif("?CREATED#2", ''), "?CREATED")""",
    ),
    unless=("RECORD #(ITEM)", "RECORD #(BIBLIO)", "RECORD #(ORDER)", "RECORD #(PATRON)"),
)

TITLES = Source(
    system="sierra",
    name="bibliographic lists",
    recognise=("RECORD #(BIBLIO)", "TITLE"),
    unless=("RECORD #(ITEM)", "RECORD #(ORDER)", "RECORD #(PATRON)", "I TYPE", "ITEM TYPE"),
    headings={
        "RECORD #(BIBLIO)": ("RECORD #",),
        "TITLE": ("245|a",),
        "AUTHOR": ("100|a",),
        "ISBN": ("020|a", "ISBN/ISSN"),
        "ISSN": ("022|a",),
        "CREATED(BIBLIO)": ("CREATED",),
        "UPDATED(BIBLIO)": ("UPDATED",),
    },
    happened=("updated_at", "created_on"),
    blanks=dict.fromkeys(("CREATED(BIBLIO)", "UPDATED(BIBLIO)"), NO_DATE),
    dates=LIST_DATES,
    fills={
        "title": """
    select
        -- a number that says it is of a copy, an order or a holding is none of a record
        case
            when not sierra_letter("RECORD #(BIBLIO)") in ('i', 'o', 'c', 'p')
                then sierra_number("RECORD #(BIBLIO)")
        end as title_id,
        sierra_title("TITLE") as title,
        "AUTHOR" as author,
        all_of_several("ISBN") as isbn,
        all_of_several("ISSN") as issn,
        "LANG" as language,
        "MAT TYPE" as material,
        dashed_time("CREATED(BIBLIO)")::date as created_on,
        dashed_time("UPDATED(BIBLIO)") as updated_at
    from raw"""
    },
)

# Sierra keeps its transactions some weeks only: a file holds the last days, overlaps the one before
# it, and proves nothing of what it lacks.
TRANSACTIONS = Source(
    system="sierra",
    name="circulation transactions",
    recognise=("transaction_gmt", "op_code"),
    required={
        "stat_group_code_num": (
            "add stat_group_code_num, the desk, to the query: without it events of one second at "
            "two desks are one"
        )
    },
    happened=("happened_at",),
    null_words=NULLS,
    footer=FOOTER,
    is_elsewhere=True,
    dates=SQL_DATES,
    fills={
        "circulation_event": """
    select
        zoned_time("transaction_gmt") as happened_at,
        -- the statistics group of the desk or machine
        "stat_group_code_num" as branch,
        -- f is a hold that was filled: its checkout is a row of its own. u counts a use by hand.
        --   Holds and bookings are other
        case trim("op_code")
            when 'o'
                then case
                    when is_place("?patron_record_id") or is_place_group("?ptype_code")
                        then 'other'
                    else 'checkout'
                end
            when 'i' then 'checkin'
            when 'r'
                then case
                    when is_place("?patron_record_id") or is_place_group("?ptype_code")
                        then 'other'
                    else 'renewal'
                end
            when 'u' then 'in-house use'
            else case when trim("op_code") <> '' then 'other' end
        end as kind,
        "op_code" as kind_as_exported,
        case lower(trim("application_name"))
            when 'selfcheck' then 'self-check'
            when 'milmyselfcheck' then 'self-check'
            when 'circ' then 'staff'
            when 'milcirc' then 'staff'
            when 'circa' then 'staff'
        end as channel,
        sierra_number("item_record_id") as item_id,
        "itype_code_num" as item_type,
        "item_location_code" as location,
        person_key("patron_record_id") as patron_key,
        "ptype_code" as patron_group
    from raw"""
    },
)

# Open loans only: a row goes when the copy comes back. With [whole] it is the list of what is out
# now.
CHECKOUTS = Source(
    system="sierra",
    name="checkouts",
    recognise=("checkout_gmt", "due_gmt", "item_record_id"),
    absence="gone",
    happened=("checked_out_at",),
    null_words=NULLS,
    set_aside=cards_of_places("patron_record_id", "ptype_code"),
    footer=FOOTER,
    is_elsewhere=True,
    dates=SQL_DATES,
    fills={
        "loan": """
    select
        -- the copy and the moment, however the client writes that
        sierra_number("item_record_id") || ' ' || strftime(
            zoned_time("checkout_gmt"),
            '%Y-%m-%d %H:%M:%S'
        ) as loan_id,
        sierra_number("item_record_id") as item_id,
        person_key("patron_record_id") as patron_key,
        zoned_time("checkout_gmt") as checked_out_at,
        zoned_time("due_gmt") as due_at,
        whole_number("renewal_count") as renewals
    from raw"""
    },
)

# Open holds only: a row goes when the hold is picked up or cancelled, which this table does not
# tell.
HOLDS = Source(
    system="sierra",
    name="holds",
    recognise=("placed_gmt", "pickup_location_code", "record_id"),
    required={
        "id": "add hold.id to the query: without it the same hold in two files would count twice"
    },
    unless=("removed_gmt",),
    headings={"id": ("hold_id",), "status": ("hold_status",)},
    absence="gone",
    happened=("placed_on", "ready_on"),
    loose=("starts_on",),
    null_words=NULLS,
    footer=FOOTER,
    is_elsewhere=True,
    dates=SQL_DATES,
    fills={
        "hold": """
    select
        "id" as hold_id,
        -- a hold is on a record, a copy or a volume, and its number in the database says which
        case when sierra_letter("record_id") = 'b' then sierra_number("record_id") end as title_id,
        case
            when sierra_letter("record_id") = 'i' and trim("?status") <> '0'
                then sierra_number("record_id")
        end as item_id,
        "pickup_location_code" as pickup_branch,
        sierra_letter("record_id") = 'i' as is_item_level,
        zoned_time("placed_gmt")::date as placed_on,
        zoned_time("on_holdshelf_gmt")::date as ready_on,
        coalesce(
            zoned_time("?expire_holdshelf_gmt"),
            zoned_time("?expires_gmt")
        )::date as expires_on,
        -- b, i and j are on the hold shelf, for a record, a copy or a volume
        case
            when trim("status") in ('b', 'i', 'j') then 'waiting'
            when trim("status") = 't' then 'in transit'
        end as status,
        "status" as status_as_exported,
        -- not wanted for so many days
        zoned_time("placed_gmt")::date + coalesce(whole_number("?delay_days"), 0)::int as starts_on,
        yes_no("is_frozen") as is_suspended
    from raw"""
    },
)

REMOVED_HOLDS = LeftAlone(
    "sierra",
    "removed holds",
    ("removed_gmt", "placed_gmt"),
    (
        "known, not loaded: its numbers are not those of the holds, "
        "and the same hold would count twice"
    ),
)
PATRONS = LeftAlone(
    "sierra", "patron lists", ("RECORD #(PATRON)",), "libstats never reads patron records"
)
