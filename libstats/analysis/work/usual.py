"""Usual: within how many days nearly all of the newest cases were done."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.work.cohort import LENDER, ROUTE, at_the_lender
from libstats.analysis.work.spans import ALL, DONE, PARTS, Spans
from libstats.definitions.parameters import (
    Milestone,
    Milestones,
    Moment,
    ProcessName,
    asked,
    one_of,
)

DAYS, FEWEST, SHARE = 180, 20, 0.95
USUAL_PARTS = {**PARTS, "lender": LENDER, "route": ROUTE}
UsualPart = Annotated[str, one_of(USUAL_PARTS, "what is usual cannot be parted by {}")]


@asked
def usual(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    start: Milestone | None = None,
    end: Milestones | None = None,
    as_of: Moment | None = None,
    by: UsualPart | None = None,
) -> duckdb.DuckDBPyRelation:
    """How many days are usual, so that what waits longer is late?

    Definition: the time within which 95 % of the cases were done that came to their end in the 180
    days before `as_of`; of fewer than 20 cases nothing is usual. Open cases are no part of it.

    Parameters: as for `turnaround`; `by` also `route` (of a transit) and `lender` (of several
    sendings the last counts). Returns one row per part, ordered: `part`, `cases` (done in
    these days), `usual_days` (NULL where they are too few). Raises AnalysisError as `turnaround`
    does for an unknown process, milestone or part.
    """
    spans = Spans.of(con, process, start=start, end=end, as_of=as_of)
    if by == "lender":
        spans = at_the_lender(spans)
    part = f"'{ALL}'" if by is None else USUAL_PARTS[by]
    return con.sql(
        f"""
        with span as (
            select
                {part} as part,
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
