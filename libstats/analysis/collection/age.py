"""The collection: how old it is, and how its parts are used."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import duckdb

from libstats.analysis.collection.callnumber import classed
from libstats.analysis.collection.copies import IS_MISSING, MIGRATION_DAY
from libstats.definitions.parameters import Day, OwningBranch, asked, one_of

__all__ = ["By", "collection_age", "left_out", "migration_days", "publication_decades"]

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
# Why a copy is not held, each under one reason, in this order.
NOT_HELD = {
    "withdrawn": "s.role = 'withdrawn'",
    "lost, missing or claimed returned": IS_MISSING,
    "on order, never received, or of another library": "not s.is_held",
    "of a code whose role is not known: they may be held": ("s.is_held is null"),
    "added after the day looked at": "i.added_on > $as_of::date",
}
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


@asked
def collection_age(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    by: By = "class",
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """How old is the collection?

    Definition: the age of a copy is the year of the day looked at, less the year of publication or
    copyright of its record. The middle is the median: half are older, half younger. Documents held
    are counted, as in ISO 2789: what is withdrawn, lost, missing or on order is left out. So is
    whatever else `copy_state` does not call held. A year before 1450 or more than a year ahead is
    suspect, and so is one that its record contradicts (`is_year_suspect`). It is counted apart and
    left out of the median. So is a serial, which has no single year: by
    its record, by the year 9999 (MARC for "still appearing") or by its call number. 1970-01-01 and
    the like are placeholders, taken as not known. Days since a copy was added leave out copies
    added on a migration day, on which the system was filled from another one. On such a day at
    least 100 copies were added, and 20 times the median day's or half of all.

    Parameters
    ----------
    con : an open connection
    as_of : the day to which copies have aged
    by : `class` (from the call number: Dewey hundreds, LC letters, fiction, biography, ...; of a
        copy without one from the class of its record), `branch` (owner), `location`,
        `collection`, `item_type` or `all`
    branch : only copies that this branch owns

    Returns one row per group, ordered, NULL (cannot tell) last: the group under the name given as
    `by`; `items`; `items_dated` (with a usable year), `items_without_year`, `items_year_suspect`,
    `items_serial`, which add up to `items`; `oldest_quarter_until`, `median_year`,
    `newest_quarter_since` (years); `share_older_5_years`, `share_older_10_years`,
    `share_older_15_years` (0 to 1, of the dated); `median_days_since_added` (days, over
    `items_added_known`), `items_added_in_migration`, `items_without_added_day`, which add up to
    `items` too. Raises AnalysisError for an unknown group.

    >>> libstats.collection_age(con, as_of="2026-11-01", by="branch").columns[:3]
    ['branch', 'items', 'items_dated']
    """
    sql, params = _aged(as_of, by, branch)
    return con.sql(
        f"""
        {sql}
        select
            "{by}",
            count(*) as items,
            count(published_year) as items_dated,
            count(*) filter (
                where stated_year is null and not is_serial
            ) as items_without_year,
            count(*) filter (
                where stated_year is not null and published_year is null and not is_serial
            ) as items_year_suspect,
            count(*) filter (where is_serial) as items_serial,
            quantile_disc(published_year, 0.25) as oldest_quarter_until,
            median(published_year) as median_year,
            quantile_disc(published_year, 0.75) as newest_quarter_since,
            count(*) filter (where age_years > 5)
                / nullif(count(published_year), 0) as share_older_5_years,
            count(*) filter (where age_years > 10)
                / nullif(count(published_year), 0) as share_older_10_years,
            count(*) filter (where age_years > 15)
                / nullif(count(published_year), 0) as share_older_15_years,
            median(days_held) filter (where not is_migrated) as median_days_since_added,
            count(days_held) filter (where not is_migrated) as items_added_known,
            count(*) filter (where is_migrated) as items_added_in_migration,
            count(*) filter (where days_held is null) as items_without_added_day
        from aged
        group by all
        order by "{by}" nulls last
        """,
        params=params,
    )


@asked
def publication_decades(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    by: By = "class",
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """From which decades is the collection?

    Definition, parameters and errors as for `collection_age`. Returns one row per group and decade:
    the group under the name given as `by`, `decade` (its first year; NULL where there is no year, a
    suspect one, or a serial) and `items`, ordered.
    """
    sql, params = _aged(as_of, by, branch)
    return con.sql(
        f"""
        {sql}
        select
            "{by}",
            published_year // 10 * 10 as decade,
            count(*) as items
        from aged
        group by all
        order by "{by}" nulls last, decade nulls last
        """,
        params=params,
    )


@asked
def migration_days(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """On which days was the catalogue filled from another system, so that copies look as if they
    were added then?

    Definition: as for `collection_age`. Returns `source`, `added_on` (the day) and `items` added on
    it, ordered.
    """
    return con.sql(
        f"""
        with {MIGRATION_DAY}
        select
            source,
            added_on,
            copies as items
        from migration_day
        order by source, added_on
        """
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    by: By = "class",
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """What was not counted by `collection_age`, or not judged, and why?

    Parameters as for `collection_age`. Returns `reason` and `rows`, in copies, one row per reason,
    zero included.
    """
    sql, params = _aged(as_of, by, branch)
    return con.sql(
        f"""
        {sql},
        {_not_held()},
        reasons as (
            select
                place,
                reason,
                rows
            from not_held
            union all
            select
                8,
                'counted, but without a year, so of no known age',
                count(*) filter (where stated_year is null and not is_serial)
            from aged
            union all
            select
                9,
                'counted, but the year is suspect (before {OLDEST}, in the future, or doubted)',
                count(*) filter (
                    where stated_year is not null and published_year is null and not is_serial
                )
            from aged
            union all
            select
                10,
                'counted, but a serial, of no single year',
                count(*) filter (where is_serial)
            from aged
            union all
            select
                11,
                'counted, but under no {by.replace("_", " ")}',
                count(*) filter (where "{by}" is null)
            from aged
            union all
            select
                12,
                'counted, but of the class of its record: it has no call number',
                count(*) filter (where is_class_of_record)
            from aged
        )
        select reason, rows
        from reasons
        order by place
        """,
        params=params,
    )


def grouping(by: str, always_classed: bool = False) -> tuple[str, str, dict[str, Any]]:
    """How copies are grouped: the expression, the SQL that makes `grouped` of `copy`, and its
    parameters; `grouped` has the class where it is asked for."""
    if by != "class" and not always_classed:
        return GROUPS[by], "grouped as (from copy)", {}
    sql, params = classed()
    return GROUPS[by], f"{sql}, grouped as (from classed)", dict(params)


def _aged(as_of: Day, by: By, branch: str | None) -> tuple[str, dict[str, Any]]:
    # a call number may say that it is a serial
    group, grouped, params = grouping(by, always_classed=True)
    sql = "with" + ",".join((DATED, grouped, MIGRATION_DAY, AGED.format(group=group, by=by)))
    return sql, {**params, "as_of": str(as_of), "branch": branch}


def _not_held() -> str:
    """SQL: how many copies are not held, by reason, zero included."""
    cases = "\n".join(f"when {told} then '{why}'" for why, told in NOT_HELD.items())
    return f"""unheld as (
            select case {cases} end as reason
            from dated_item i join copy_state s using (source, item_key)
            where $branch is null or i.owning_branch = $branch
        ),
        not_held as (
            select
                r.place,
                r.reason,
                count(u.reason) as rows
            from (
                select
                    unnest({list(NOT_HELD)}) as reason,
                    unnest(range(1, {len(NOT_HELD) + 1})) as place
            ) r
            left join unheld u using (reason)
            group by all
        )"""
