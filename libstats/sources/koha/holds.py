"""Koha's requests: reserves and old_reserves."""

from libstats.declaration.source import Source
from libstats.sources.koha.items import ERROR_LINES, PEOPLE, ZERO_DATES


def of_holds(
    name: str, recognise: tuple[str, ...], unless: tuple[str, ...], without_word: str
) -> Source:
    """A declaration of lists of holds; `without_word` is the SQL of the word for a hold that has
    none."""
    return Source(
        system="koha",
        name=name,
        recognise=recognise,
        unless=(*PEOPLE, *unless),
        required={
            "reserve_id": (
                "add reserves.reserve_id to the report: without it the same hold in two files "
                "would count twice"
            )
        },
        headings={"biblionumber": ("BIBLIO_NUMBER",), "itemnumber": ("ITEM_NUMBER",)},
        happened=("updated_at", "placed_on", "ready_on"),
        null_words=ZERO_DATES,
        failure=ERROR_LINES,
        fills={
            "hold": f"""
    select
        "reserve_id" as hold_id,
        "biblionumber" as title_id,
        "itemnumber" as item_id,
        "branchcode" as pickup_branch,
        "itemtype" as item_type,
        yes_no("item_level_hold") as is_item_level,
        iso_date("reservedate") as placed_on,
        iso_date("waitingdate") as ready_on,
        iso_date("notificationdate") as notified_on,
        iso_date("expirationdate") as expires_on,
        iso_date("cancellationdate") as cancelled_on,
        case "found"
            when 'W' then 'waiting'
            when 'T' then 'in transit'
            when 'P' then 'processing'
            when 'F' then 'filled'
        end as status,
        -- a hold that waits for a copy has no word, and a place in the queue from 1 on; without
        --   both it is a row of old_reserves
        coalesce(
            nullif(trim("?found"), ''),
            {without_word}
        ) as status_as_exported,
        "cancellation_reason" as cancelled_reason,
        whole_number("priority") as queue_position,
        yes_no("suspend") as is_suspended,
        iso_time("suspend_until") as suspended_until,
        iso_time("timestamp") as updated_at
    from raw"""
        },
    )


# reserves holds the live requests and old_reserves the ended ones. Dates only: Koha keeps no time
# of day here.
HOLDS = of_holds(
    "holds",
    ("reservedate", "branchcode"),
    (),
    """case when whole_number("?priority") = 0 then 'priority 0' end""",
)

# A list that tells when holds were cancelled has ended ones among it. Without priority nothing
# tells one that ended otherwise from one that waits: its word is one that nobody declared, until
# the library says whether such a list of its own is of reserves ("open") or old_reserves ("over").
WITHOUT_PRIORITY = of_holds(
    "holds without priority",
    ("reservedate", "branchcode", "cancellationdate"),
    ("priority",),
    """case when coalesce(trim("cancellationdate"), '') = '' then 'no priority' end""",
)
