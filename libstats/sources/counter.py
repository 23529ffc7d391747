"""COUNTER: usage of electronic resources, as publishers and platforms count it (releases 4, 5
and 5.1).

The columns are those of the reader (`libstats/readers/counter/part.py`), which makes three tables
of each report: how its months stand, its things, its counts. A later file of the same platform,
report and month replaces what an earlier one told of it, if it tells all of the month.
"""

from libstats.declaration.source import Source

MONTHS = Source(
    system="counter",
    name="report months",
    recognise=("usage report", "narrowed to", "exceptions"),
    exported="created",
    is_list=False,
    fills={
        "usage_report": """
    select
        "usage report" as usage_report_id,
        "report" as report,
        "release" as release,
        iso_date("month") as month,
        "platform" as platform,
        "provider" as provider,
        "institution" as institution,
        "narrowed to" as narrowed_to,
        -- only a month that is told whole is told: a later report of a part of it leaves it so
        case when "answer" in ('told', 'no use') then "answer" end as state,
        "answer" as answer,
        "exceptions" as exceptions,
        iso_time("created") as created_at
    from raw"""
    },
)

ITEMS = Source(
    system="counter",
    name="report items",
    recognise=("usage item", "item name", "why no item"),
    exported="created",
    is_list=False,
    set_aside={
        "a total": "\"why no item\" = 'a total'",
        "headings again": "\"why no item\" = 'headings again'",
        "without text": "\"why no item\" = 'without text'",
    },
    fills={
        "usage_item": """
    select
        "usage item" as usage_item_id,
        "item kind" as kind,
        "item name" as name,
        "item parent" as parent,
        "item publisher" as publisher,
        "item platform" as platform,
        "item doi" as doi,
        "item number" as proprietary_id,
        "item isbn" as isbn,
        "item print issn" as print_issn,
        "item online issn" as online_issn,
        "item uri" as uri,
        "item data type" as data_type,
        "item section type" as section_type,
        -- 0001 is COUNTER for unknown, 9999 for in press
        "item year" as year_as_exported,
        "item access type" as access_type,
        "item access method" as access_method
    from raw"""
    },
)

USAGE = Source(
    system="counter",
    name="usage",
    recognise=("usage report", "usage item", "why no use"),
    exported="created",
    is_list=False,
    whole=True,
    scope="usage_report_id",
    absence="replaced",
    set_aside={
        "no use": "\"why no use\" = 'no use'",
        "blank": "\"why no use\" = 'blank'",
        "of a month that is not whole": "\"why no use\" = 'not whole'",
        "a total": "\"why no use\" = 'a total'",
        "headings again": "\"why no use\" = 'headings again'",
        "without text": "\"why no use\" = 'without text'",
    },
    fills={
        "usage": """
    select
        "usage report" as usage_report_id,
        "usage item" as usage_item_id,
        "metric" as metric,
        iso_date("month") as month,
        whole_number("uses") as uses
    from raw"""
    },
)
