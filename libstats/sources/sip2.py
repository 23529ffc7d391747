"""SIP2, in which self-checks, sorters and vendors' login pages talk with the library system: the
log of their messages. The columns are those of the reader (`libstats/readers/logs/sip.py`).

A row is an answer, whether anything was done it alone says. Checksums decide nothing: many
programs get them wrong.
"""

from libstats.declaration.source import Source

MESSAGES = Source(
    system="sip2",
    name="messages",
    recognise=("sip time", "sip kind", "sip outcome"),
    # a machine that worked offline tells days of its own clock, before the log's or after it
    happened=("logged_at",),
    is_list=False,
    set_aside={
        "question, of which its answer tells": "\"sip aside\" = 'question'",
        "answer sent again": "\"sip aside\" = 'sent again'",
        "message that tells of no work": "\"sip aside\" = 'no work'",
        "line without a message": "\"sip aside\" = 'no message'",
        "answer without a time": "\"sip aside\" = 'no time'",
    },
    fills={
        "machine_event": """
    select
        wall_clock("sip time") as happened_at,
        "sip kind" as kind,
        "sip outcome" as outcome,
        "sip reason" as reason,
        "sip account" as account,
        -- many sites write 1, or nothing, for the institution
        coalesce(
            nullif(nullif("sip institution", '1'), ''),
            nullif("sip location", ''),
            nullif("sip account", '')
        ) as branch,
        "sip location" as location,
        "sip item" as barcode,
        "sip bin" as bin,
        "sip alert" as alert,
        "sip destination" as destination,
        "sip media" as material,
        amount("sip amount") as amount,
        whole_number("sip items") as pieces,
        case when "sip offline" = 'yes' then true end as is_offline,
        wall_clock("sip written") as logged_at
    from raw"""
    },
)
