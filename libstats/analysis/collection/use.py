"""How the parts of the collection are used."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb

from libstats.analysis.collection import system_days
from libstats.analysis.collection.aged import HELD, By, grouping
from libstats.analysis.collection.copies import RECEIVED
from libstats.analysis.collection.horizon import USE, is_covered, stated_use
from libstats.definitions.parameters import Day, OwningBranch, asked
from libstats.definitions.parted import Parted, Sums

__all__ = ["collection_use", "last_day", "use_left_out"]

# Log before loans, by branch and day, as `circulation` counts; a loan that tells no desk may be of
# any.
COUNTED = """
    log_day as (
        select distinct
            source,
            happened_at::date as day,
            unnest([branch, null]) as desk
        from circulation_event
        where happened_at >= $since::timestamp and happened_at < $until::timestamp
    ),
    period_use as (
        select
            source,
            item_id,
            case when item_id is null then barcode end as barcode,
            count(*) filter (where kind = 'checkout') as checkouts,
            count(*) filter (where kind = 'in-house use') as in_house_uses
        from circulation_event
        where happened_at >= $since::timestamp
            and happened_at < $until::timestamp
            and kind in ('checkout', 'in-house use')
        group by all
        union all
        select
            l.source,
            l.item_id,
            case when l.item_id is null then l.barcode end,
            count(*) filter (
                where not coalesce(l.is_in_house, false) and l.renewal_of is null
            ),
            count(*) filter (where l.is_in_house)
        from loan_ever l
        anti join log_day d
            on d.source = l.source
            and d.day = l.checked_out_at::date
            and d.desk is not distinct from l.checkout_branch
        where l.checked_out_at >= $since::timestamp and l.checked_out_at < $until::timestamp
        group by all
    ),
    item_count as (
        select
            source,
            item_id,
            sum(checkouts) as checkouts,
            sum(in_house_uses) as in_house_uses
        from period_use
        where item_id is not null
        group by all
    ),
    barcode_count as (
        select
            source,
            barcode,
            sum(checkouts) as checkouts,
            sum(in_house_uses) as in_house_uses
        from period_use
        where barcode is not null
        group by all
    )
"""
RESTING = f"""
    held_use as (
        select
            {{group}} as "{{by}}",
            g.source in (select source from use_source) as is_recorded,
            {is_covered("g")} as is_covered,
            coalesce(n.checkouts, 0) + coalesce(b.checkouts, 0) as checkouts,
            coalesce(n.in_house_uses, 0) + coalesce(b.in_house_uses, 0) as in_house_uses,
            coalesce(g.added_on, r.received_on) <= $cutoff::date as is_held_long,
            greatest({stated_use("g")}, u.last_use_on, v.last_use_on) as last_known_use_on,
            h.records_since,
            coalesce(g.lifetime_in_house, 0) > 0
                and g.last_in_house_on is null
                and u.last_in_house_on is null as is_in_house_undated
        from grouped g
        left join received r using (source, item_id)
        left join horizon h using (source)
        left join item_count n using (source, item_id)
        left join barcode_count b using (source, barcode)
        left join used_item u using (source, item_id)
        left join used_barcode v using (source, barcode)
    ),
    resting as (
        select
            *,
            case
                when last_known_use_on > $cutoff::date then false
                when is_in_house_undated
                    or records_since is null
                    or (
                        last_known_use_on is null
                        and (not is_covered or records_since > $cutoff::date)
                    )
                    then null
                else true
            end as is_dusty
        from held_use
    )
"""


@asked
def collection_use(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Day,
    until: Day,
    by: By = "class",
    dusty_years: int = 3,
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """Which parts of the collection are used more, and which less, than their share of the copies?

    Definition: uses are checkouts and uses inside the library, counted as in `circulation` (log
    before loans). Turnover is uses per copy held at the end of the period. A group's relative use
    is its share of all uses divided by its share of all copies. At 1 it is used as much as its size
    suggests. A system whose loans and log are both missing is left out, uses and copies. Dusty is a
    copy held for at least `dusty_years` and not used in them. Its share is of the copies held so
    long of which that can be told.

    Parameters
    ----------
    con : an open connection
    since, until : the period, since <= day < until
    by : as for `collection_age`
    dusty_years : years without use after which a copy is dusty
    branch : only copies that this branch owns, wherever they were used

    Returns one row per group, ordered, NULL last: the group under the name given as `by`; `items`
    (copies); `items_unrecorded` (those of a source without loans or log); `checkouts`,
    `in_house_uses` (uses); `turnover` (uses per copy of the others); `share_of_items` (of the
    others), `share_of_use` (0 to 1); `relative_use` (their ratio); `items_held_long` (copies of
    which it can be told), `items_dusty` (copies), `share_dusty` (0 to 1), `items_dusty_unknown`
    (copies held so long, of which no export tells). Raises AnalysisError for an unknown group.

    >>> libstats.collection_use(con, since="2025-11-01", until="2026-11-01").columns[:4]
    ['class', 'items', 'items_unrecorded', 'checkouts']
    """
    return COLLECTION_USE.ask(
        con,
        since=since,
        until=until,
        by=by,
        dusty_years=dusty_years,
        branch=branch,
    )


def _sums(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Day,
    until: Day,
    by: By = "class",
    dusty_years: int = 3,
    branch: str | None = None,
) -> Sums:
    """Copies and uses of each part."""
    system_days.ready(con)
    sql, params = _counted(since, until, by, dusty_years, branch)
    return Sums(
        f"""
        {sql}
        select
            "{by}" as part,
            count(*) as items,
            count(*) filter (where is_recorded) as items_recorded,
            sum(checkouts)::bigint as checkouts,
            sum(in_house_uses)::bigint as in_house_uses,
            count(is_dusty) filter (where is_held_long) as items_held_long,
            count(*) filter (where is_held_long and is_dusty) as items_dusty,
            count(*) filter (where is_held_long and is_dusty is null) as items_dusty_unknown
        from resting
        group by "{by}"
        """,
        params,
    )


def _made(*, by: By = "class", **_: Any) -> Sums:
    return Sums(
        f"""
        with counted as (
            select
                part,
                sum(items)::bigint as items,
                sum(items_recorded)::bigint as items_recorded,
                sum(checkouts)::bigint as checkouts,
                sum(in_house_uses)::bigint as in_house_uses,
                sum(items_held_long)::bigint as items_held_long,
                sum(items_dusty)::bigint as items_dusty,
                sum(items_dusty_unknown)::bigint as items_dusty_unknown
            from sums
            group by part
        ),
        total as (
            select
                sum(items_recorded)::bigint as items,
                sum(checkouts + in_house_uses)::bigint as uses
            from counted
        )
        select
            c.part as "{by}",
            c.items,
            c.items - c.items_recorded as items_unrecorded,
            c.checkouts,
            c.in_house_uses,
            (c.checkouts + c.in_house_uses) / nullif(c.items_recorded, 0) as turnover,
            nullif(c.items_recorded, 0) / t.items as share_of_items,
            (c.checkouts + c.in_house_uses) / nullif(t.uses, 0) as share_of_use,
            share_of_use / share_of_items as relative_use,
            c.items_held_long,
            c.items_dusty,
            c.items_dusty / nullif(c.items_held_long, 0) as share_dusty,
            c.items_dusty_unknown
        from counted c cross join total t
        order by "{by}" nulls last
        """,
        {},
    )


COLLECTION_USE = Parted(_sums, _made)


@asked
def use_left_out(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Day,
    until: Day,
    by: By = "class",
    dusty_years: int = 3,
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """What was not counted by `collection_use`, and why?

    Parameters as there. Returns `reason` and `rows`, in uses or copies as the reason says, one row
    per reason, zero included.
    """
    system_days.ready(con)
    sql, params = _counted(since, until, by, dusty_years, branch)
    return con.sql(
        f"""
        {sql},
        reasons as (
            select
                1 as place,
                'uses of copies that are not held (any more), that belong to another branch, '
                    || 'or of which no export tells' as reason,
                (
                    select coalesce(sum(checkouts + in_house_uses), 0)
                    from period_use
                ) - (
                    select coalesce(sum(checkouts + in_house_uses), 0)
                    from resting
                ) as rows
            union all
            select
                2,
                'copies counted, but held for too short a time to be dusty, '
                    || 'or not known for how long',
                count(*) filter (where not coalesce(is_held_long, false))
            from resting
            union all
            select
                3,
                'copies counted, of which no export tells whether they are dusty',
                count(*) filter (where is_held_long and is_dusty is null)
            from resting
            union all
            select
                4,
                'copies counted, but of a source without loans or log, '
                    || 'so not part of relative use',
                count(*) filter (where not is_recorded)
            from resting
        )
        select
            reason,
            rows::bigint as rows
        from reasons
        order by place
        """,
        params=params,
    )


def _counted(
    since: Day, until: Day, by: By, dusty_years: int, branch: str | None
) -> tuple[str, dict[str, Any]]:
    group, grouped, params = grouping(by)
    end = date.fromisoformat(last_day(until))
    chosen = {
        "since": str(since),
        "until": str(until),
        "as_of": str(end),
        "cutoff": f"{max(end.year - dusty_years, 1):04}-{end:%m}-{min(end.day, 28):02}",
        "records_since": None,
        "branch": branch,
    }
    resting = RESTING.format(group=group, by=by)
    sql = "with" + ",".join((HELD, grouped, USE, RECEIVED, COUNTED, resting))
    return sql, {**params, **chosen}


def last_day(until: Day) -> str:
    """The day before the first one after a period."""
    return str(date.fromisoformat(str(until)[:10]) - timedelta(days=1))
