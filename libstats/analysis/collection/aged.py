"""The copies that are held at the end of a day, by group, and how old they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from libstats.analysis.collection.callnumber import classed
from libstats.analysis.collection.copies import MIGRATION_DAY
from libstats.definitions.parameters import Day, one_of

GROUPS = {
    "class": "class",
    "branch": "owning_branch",
    "location": "location",
    "collection": "collection",
    "item_type": "item_type",
    "all": "'all'",
}
By = Annotated[
    Literal["class", "branch", "location", "collection", "item_type", "all"],
    one_of(GROUPS, "the collection cannot be grouped by {}"),
]
# printing began; an earlier year in a catalogue of a lending library is a typing error
OLDEST = 1450

# The copies that the library has at the end of the day; DATED with their usable year.
IS_HELD = """
            ($branch is null or i.owning_branch = $branch)
            and s.is_held
            and (i.added_on is null or i.added_on <= $as_of::date)
"""
HELD = f"""
    copy as (
        select i.*
        from dated_item i join copy_state s using (source, item_key)
        where {IS_HELD}
    )
"""
DATED = f"""
    copy as (
        select
            i.*,
            t.published_year as stated_year,
            t.is_serial as is_stated_serial,
            case
                when t.published_year between {OLDEST} and year($as_of::date) + 1
                    and not coalesce(t.is_year_suspect, false)
                    then t.published_year
            end as published_year
        from dated_item i
        join copy_state s using (source, item_key)
        left join title t using (source, title_id)
        where {IS_HELD}
    )
"""
AGED = """
    aged as (
        select
            {group} as "{by}",
            g.stated_year,
            coalesce(g.is_stated_serial, false)
                or coalesce(g.stated_year = 9999, false)
                or coalesce(g.class_key = 'PER', false) as is_serial,
            case when not is_serial then g.published_year end as published_year,
            case
                when not is_serial then greatest(year($as_of::date) - g.published_year, 0)
            end as age_years,
            m.added_on is not null as is_migrated,
            $as_of::date - g.added_on as days_held,
            g.is_class_of_record
        from grouped g left join migration_day m using (source, added_on)
    )
"""


def grouping(by: str, always_classed: bool = False) -> tuple[str, str, dict[str, Any]]:
    """How copies are grouped: the expression, the SQL that makes `grouped` of `copy`, and its
    parameters; `grouped` has the class where it is asked for."""
    if by != "class" and not always_classed:
        return GROUPS[by], "grouped as (from copy)", {}
    sql, params = classed()
    return GROUPS[by], f"{sql}, grouped as (from classed)", dict(params)


def aged(as_of: Day, by: By, branch: str | None) -> tuple[str, dict[str, Any]]:
    """SQL: CTEs that end with `aged`, the copies held at the end of the day, and its parameters."""
    # a call number may say that it is a serial
    group, grouped, params = grouping(by, always_classed=True)
    sql = "with" + ",".join((DATED, grouped, MIGRATION_DAY, AGED.format(group=group, by=by)))
    return sql, {**params, "as_of": str(as_of), "branch": branch}
