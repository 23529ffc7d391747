"""The collection: how old it is, and how its parts are used."""

from __future__ import annotations

from typing import Any

import duckdb

from libstats.analysis.collection.aged import OLDEST, By, aged
from libstats.analysis.collection.copies import IS_MISSING, MIGRATION_DAY
from libstats.definitions.parameters import Day, OwningBranch, asked
from libstats.definitions.parted import MEDIAN, Parted, Sums, ranked

__all__ = ["collection_age", "left_out", "migration_days", "publication_decades"]

# Why a copy is not held, each under one reason, in this order.
NOT_HELD = {
    "withdrawn": "s.role = 'withdrawn'",
    "lost, missing or claimed returned": IS_MISSING,
    "on order, never received, or of another library": "not s.is_held",
    "of a code whose role is not known: they may be held": ("s.is_held is null"),
    "added after the day looked at": "i.added_on > $as_of::date",
}


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
    return COLLECTION_AGE.ask(con, as_of=as_of, by=by, branch=branch)


# SQL: what of `aged` is counted
_COUNTED = {
    "items": "true",
    "items_dated": "published_year is not null",
    "items_without_year": "stated_year is null and not is_serial",
    "items_year_suspect": "stated_year is not null and published_year is null and not is_serial",
    "items_serial": "is_serial",
    "items_added_known": "days_held is not null and not is_migrated",
    "items_added_in_migration": "is_migrated",
    "items_without_added_day": "days_held is null",
}


def _sums(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    by: By = "class",
    branch: str | None = None,
    grid: str = "exact",
) -> Sums:
    """Rows `year` (part, age and year of publication) and, apart, `held` (part, days): by both at
    once there would be nearly as many as copies. On any `grid` but the exact one days held are in
    steps of 30, upwards: by class and day, too, they nearly are the copies."""
    sql, params = aged(as_of, by, branch)
    counts = ",\n".join(
        f"count(*) filter (where {which}) as {name}" for name, which in _COUNTED.items()
    )
    return Sums(
        f"""
        {sql}
        select
            'year' as row,
            "{by}" as part,
            published_year,
            age_years,
            null::bigint as days_held,
            {counts}
        from aged
        group by all
        union all by name
        select
            'held' as row,
            "{by}" as part,
            {"days_held" if grid == "exact" else "(days_held + 29) // 30 * 30"} as days_held,
            count(*) as items_added_known
        from aged
        where days_held is not null and not is_migrated
        group by all
        """,
        params,
    )


def _made(*, by: By = "class", **_: Any) -> Sums:
    totals = ",\n".join(f"sum({name})::bigint as {name}" for name in _COUNTED)
    older = ",\n".join(
        f"coalesce(sum(items_dated) filter (where age_years > {years}), 0)::bigint as older_{years}"
        for years in (5, 10, 15)
    )
    return Sums(
        f"""
        with total as (
            select
                part,
                {totals},
                {older}
            from sums
            where row = 'year'
            group by part
        ),
        year_rank as ({ranked("published_year", "items_dated", "row = 'year'")}),
        held_rank as ({ranked("days_held", "items_added_known", "row = 'held'")}),
        year_middle as (
            select
                part,
                min(value) filter (where 4 * up_to >= n) as oldest_quarter_until,
                {MEDIAN} as median_year,
                min(value) filter (where 4 * up_to >= 3 * n) as newest_quarter_since
            from year_rank
            group by part
        ),
        held_middle as (
            select
                part,
                {MEDIAN} as median_days_since_added
            from held_rank
            group by part
        )
        select
            t.part as "{by}",
            t.items,
            t.items_dated,
            t.items_without_year,
            t.items_year_suspect,
            t.items_serial,
            y.oldest_quarter_until,
            y.median_year,
            y.newest_quarter_since,
            t.older_5 / nullif(t.items_dated, 0) as share_older_5_years,
            t.older_10 / nullif(t.items_dated, 0) as share_older_10_years,
            t.older_15 / nullif(t.items_dated, 0) as share_older_15_years,
            h.median_days_since_added,
            t.items_added_known,
            t.items_added_in_migration,
            t.items_without_added_day
        from total t
        left join year_middle y on y.part is not distinct from t.part
        left join held_middle h on h.part is not distinct from t.part
        order by t.part nulls last
        """,
        {},
    )


COLLECTION_AGE = Parted(_sums, _made)


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
    sql, params = aged(as_of, by, branch)
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
    sql, params = aged(as_of, by, branch)
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
