"""Course reserves: what was ready by the first class."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.definitions.parameters import Moment, asked, one_of
from libstats.definitions.roles import folded_sql

PARTS = {"all": "'all'", "branch": "branch", "format": "format", "course": "course"}
By = Annotated[str, one_of(PARTS, "reserves cannot be parted by {}")]


@asked
def reserves_ready(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "all"
) -> duckdb.DuckDBPyRelation:
    """How much of what teachers asked for stood ready by the first class?

    Definition: of the requests that are needed by a day of the period, those that students could
    use on that day or before. A request that was given up counts as given up. One that is ready
    since an unknown day is not judged. Those without a day by which they are needed are left out.

    Parameters
    ----------
    con : an open connection
    since, until : the day by which it is needed: since <= day < until
    by : all, branch, format or course

    Returns one row per part, ordered: `part` (NULL: not told), `needed` (requests), `ready`,
    `late` (ready after that day), `waiting` (not ready yet), `given_up`, `not_judged` (ready, and
    nobody knows since when), all in requests; `share_ready` (0 to 1: ready of those that were
    needed, given up and not judged apart).

    >>> libstats.reserves_ready(con, since="2026-08-01", until="2026-11-01").columns[:3]
    ['part', 'needed', 'ready']
    """
    return con.sql(
        f"""
        with word as (
            select source, code, any_value(outcome) as outcome
            from role
            where about = 'reserve_request'
            group by source, code
        ),
        judged as (
            select
                {PARTS[by]} as part,
                case
                    when r.available_at::date <= r.needed_by then 'ready'
                    when r.available_at is not null then 'late'
                    when r.cancelled_at is not null or w.outcome = 'given up' then 'given up'
                    when w.outcome in ('done', 'over') then 'not judged'
                    else 'waiting'
                end as stands
            from reserve_request r
            left join word w
                on w.source = r.source and w.code = {folded_sql("r.status_as_exported")}
            where r.needed_by >= $since::date and r.needed_by < $until::date
        )
        select
            part,
            count(*) as needed,
            count(*) filter (where stands = 'ready') as ready,
            count(*) filter (where stands = 'late') as late,
            count(*) filter (where stands = 'waiting') as waiting,
            count(*) filter (where stands = 'given up') as given_up,
            count(*) filter (where stands = 'not judged') as not_judged,
            ready / nullif(ready + late + waiting, 0) as share_ready
        from judged
        group by part
        order by part nulls last
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )


@asked
def reserves_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "all"
) -> duckdb.DuckDBPyRelation:
    """Which requests are in no figure of `reserves_ready`, and why?

    Parameters as for it. Returns `reason` and `rows` (requests), zero included.
    """
    return con.sql(
        """
        with request as (
            select
                needed_by is null as is_undated,
                needed_by >= $since::date and needed_by < $until::date as is_within
            from reserve_request
        )
        select
            'without a day by which it is needed' as reason,
            count(*) filter (where is_undated) as rows
        from request
        union all
        select
            'needed by a day outside of the period',
            count(*) filter (where not is_within)
        from request
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )
