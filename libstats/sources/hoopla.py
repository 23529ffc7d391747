"""hoopla: its monthly summary and its list of titles. Unproven on real files: the headings are
those that a public program reads.

A checkout has a price of its own (cost per circulation). Of the monthly summary the reader
(`libstats/readers/by_format.py`) makes a row a month and format, so its columns are the reader's.
"""

from libstats.declaration.source import Source

MONTHS = Source(
    system="hoopla",
    name="months",
    recognise=("start of month", "format of month", "circulations of format"),
    dates="month first, as in 10/31/2026",
    happened=("ends_on",),
    set_aside={
        "total": """lower(trim("start of month")) similar to '(grand |sub)?totals?:?'""",
        "blank": "\"why no circulations\" = 'blank'",
    },
    fills={
        "digital_use": """
    select
        us_date("start of month") as starts_on,
        us_date("end of month") as ends_on,
        lower("format of month") as format,
        'all' as lending_model,
        'all' as collection,
        typed_count("circulations of format") as checkouts,
        typed_amount("cost of format") as cost
    from raw"""
    },
)

# A title stands once, whatever its format; of which days it tells, the list need not say. What is
# missing from a newer list was not lent in its period: it is kept as it was last told.
TITLES = Source(
    system="hoopla",
    name="titles",
    recognise=("Circs", "Cost Per Circ", "Title Rank By Circulation"),
    fills={
        "digital_title": """
    select
        concat_ws(
            ' | ',
            coalesce(nullif(trim("?ISBN"), ''), nullif(trim("?Title"), '')),
            nullif(trim("?Format"), '')
        ) as digital_title_id,
        "Title" as title,
        "Author" as author,
        "ISBN" as isbn,
        "Format" as format,
        typed_count("Circs") as reported_checkouts,
        typed_amount("Cost Per Circ") as price,
        typed_amount("Cost") as reported_cost
    from raw"""
    },
)
