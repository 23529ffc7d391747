"""A library's own lists, in a form that any spreadsheet can write."""

from libstats.source import Source

# One line a step: which piece of work reached which milestone, when. For work that no system records.
MILESTONES = Source(
    system="own",
    name="milestones",
    recognise=("case", "milestone", "happened_at"),
    required={"process": "add a column process, which names the kind of work, for example digitisation"},
    happened=("happened_at",),
    fills={
        "milestone": """
    select
        lower("process") as process,
        "case" as case_id,
        lower("milestone") as milestone,
        iso_time("happened_at") as happened_at,
        length(trim("happened_at")) <= 10 as is_day_only,
        "branch" as branch
    from raw"""
    },
)
