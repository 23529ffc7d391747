"""Usual: within how many days nearly all of the newest cases were done."""

from __future__ import annotations

import duckdb

from libstats.analysis.work.spans import DONE, Part, Spans, part_sql
from libstats.definitions.parameters import Milestone, Milestones, Moment, ProcessName, asked

DAYS, FEWEST, SHARE = 180, 20, 0.95


@asked
def usual(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    start: Milestone | None = None,
    end: Milestones | None = None,
    as_of: Moment | None = None,
    by: Part | None = None,
) -> duckdb.DuckDBPyRelation:
    """How many days are usual, so that what waits longer is late?

    Definition: the time within which 95 % of the cases were done that came to their end in the 180
    days before `as_of`; of fewer than 20 cases nothing is usual. Open cases are no part of it.

    Parameters: as for `turnaround`. Returns one row per part, ordered: `part`, `cases` (done in
    these days), `usual_days` (NULL where they are too few). Raises AnalysisError as `turnaround`
    does for an unknown process, milestone or part.
    """
    spans = Spans.of(con, process, start=start, end=end, as_of=as_of)
    return con.sql(
        f"""
        with span as (
            select
                {part_sql(by)} as part,
                waited
            from ({spans.sql()})
            where state = {DONE}
                and ended_at < $as_of::timestamp
                and ended_at >= $as_of::timestamp - interval {DAYS} days
        )
        select
            part,
            count(*) as cases,
            if(count(*) >= {FEWEST}, quantile_cont(waited, {SHARE}), null) as usual_days
        from span
        group by part
        order by part nulls last
        """,
        params={"as_of": str(spans.as_of)},
    )
