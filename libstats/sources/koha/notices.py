"""Koha, notices that were sent (message_queue). To whom, at which address and what they said is
never read."""

from libstats.declaration.source import LeftAlone, Source
from libstats.sources.koha.items import ERROR_LINES, PEOPLE, ZERO_DATES

# Koha empties the queue after some weeks if the library has set so: no row is not no notice. A
# digest is one row for several things.
NOTICES = Source(
    system="koha",
    name="notices",
    recognise=("message_id", "letter_code", "message_transport_type"),
    unless=PEOPLE,
    required={
        "time_queued": "add message_queue.time_queued to the report",
        "status": "add message_queue.status to the report: what waits in the queue was not sent",
    },
    happened=("sent_at",),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    # sites name their letters; a code that is not one of the usual ladder has no rung
    loose=("rung",),
    set_aside={"not sent": """lower(trim("status")) in ('pending', 'deleted')"""},
    fills={
        "notice": """
    select
        "message_id" as notice_id,
        "letter_code" as kind,
        "message_transport_type" as channel,
        case upper(trim("letter_code"))
            when 'ODUE' then 1
            when 'ODUE2' then 2
            when 'ODUE3' then 3
        end as rung,
        -- the patron's branch, where the report joins it
        "branchcode" as branch,
        -- a job sends what is queued within minutes or a night. updated_on, of newer systems, moves
        --   with every later change
        iso_time("time_queued") as sent_at,
        lower("status") as status_as_exported
    from raw"""
    },
)

LETTERS = LeftAlone(
    "koha",
    "texts of notices",
    ("LETTER_CODE", "LETTER_TITLE"),
    "they are templates, not notices that were sent",
)
