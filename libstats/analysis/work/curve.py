"""The curve that turnaround reads its percentiles from."""

from __future__ import annotations

import duckdb

from libstats.analysis.work.cohort import SHARES, Cohort, CohortPart
from libstats.definitions.parameters import (
    Calendar,
    Milestone,
    Milestones,
    Moment,
    ProcessName,
    Unit,
    asked,
)


@asked
def turnaround_curve(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    since: Moment,
    until: Moment,
    start: Milestone | None = None,
    end: Milestones | None = None,
    as_of: Moment | None = None,
    observed_from: Moment | None = None,
    by: CohortPart | None = None,
    unit: Unit = "days",
    calendar: Calendar | None = None,
) -> duckdb.DuckDBPyRelation:
    """Of the cases that began in a period, what share had reached the end after so long, and what
    share was given up?

    Definition: `still_waiting` is the Kaplan-Meier estimate that `turnaround` reads its percentiles
    from. `share_reached` and `share_given_up` are cumulative incidences (Aalen and Johansen 1978):
    of all cases, by then, the one or the other came first; they and the share of those that wait on
    make 1. Where many are given up, 1 - still_waiting is higher than share_reached.

    Parameters as for `turnaround`. Returns one row per part and time at which something ended:
    `part`, `waited` (in the unit), `at_risk`, `reached`, `given_up` (cases), `still_waiting`,
    `share_reached`, `share_given_up` (0 to 1), ordered. Raises AnalysisError as `turnaround` does
    for milestones and processes.

    >>> libstats.turnaround_curve(con, "hold", since="2026-01-01", until="2026-02-01").columns[:2]
    ['part', 'waited']
    """
    cohort = Cohort.of(
        con,
        process,
        since=since,
        until=until,
        start=start,
        end=end,
        as_of=as_of,
        observed_from=observed_from,
        by=by,
        unit=unit,
        calendar=calendar,
    )
    return con.sql(
        f"""
        with {cohort.risk_sql()},
        {SHARES}
        select
            part,
            waited,
            at_risk,
            done as reached,
            given_up,
            still_waiting,
            share_reached,
            share_given_up
        from shares
        where done + given_up > 0
        order by part nulls last, waited
        """,
        params=cohort.params,
    )
