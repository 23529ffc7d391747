"""Koha, the log of changes (action_logs), without who made them."""

from libstats.declaration.source import Source
from libstats.sources.koha.items import ERROR_LINES, PEOPLE, ZERO_DATES

# Each module is logged only where its preference is on: no entry is not no work. `user` is the
# person who did it and `info` holds what was written, patron records too: neither is ever read.
# `object` is a record's number for some modules and the patron's for others (CIRCULATION, MEMBERS,
# FINES, NOTICES): it is not read either. A report may give a record's number under the heading
# record_id, and under record_kind the first word of info, which is item or biblio: the numbers of
# copies and of records are counted apart, and 501 may be both.
ACTION_LOG = Source(
    system="koha",
    name="action log",
    recognise=("action_id", "module", "action"),
    unless=PEOPLE,
    required={"timestamp": "add action_logs.timestamp to the report"},
    happened=("happened_at",),
    null_words=ZERO_DATES,
    failure=ERROR_LINES,
    fills={
        "staff_event": """
    select
        "action_id" as event_id,
        iso_time("timestamp") as happened_at,
        upper("module") as module,
        upper("action") as action,
        case
            when upper(trim("module")) in (
                'ACQUISITIONS', 'AUTHORITIES', 'CATALOGUING', 'HOLDS', 'ILL', 'REPORTS', 'SERIAL'
            )
                then "record_id"
        end as record_id,
        case lower(trim("record_kind"))
            when 'item' then 'item'
            when 'biblio' then 'title'
            when 'title' then 'title'
        end as record_kind,
        -- there is no interface before 17.x
        lower("interface") as interface
    from raw"""
    },
)
