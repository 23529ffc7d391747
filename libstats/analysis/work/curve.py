"""The curve that turnaround reads its percentiles from."""

from __future__ import annotations

from typing import Any

import duckdb

from libstats.analysis.work.cohort import Cohort, CohortPart
from libstats.analysis.work.spans import Grid
from libstats.analysis.work.survival import SHARES, risk_sql
from libstats.definitions.parameters import (
    Calendar,
    Milestone,
    Milestones,
    Moment,
    ProcessName,
    Unit,
    asked,
)
from libstats.definitions.parted import Parted, Sums


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
    return TURNAROUND_CURVE.ask(
        con,
        process=process,
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


def _sums(con: duckdb.DuckDBPyConnection, *, grid: Grid = "exact", **given: Any) -> Sums:
    """Rows `case` (part, waited, entry, and counts)."""
    cohort = Cohort.of(con, **given)
    return Sums(f"with {cohort.cells_sql(grid)} select 'case' as row, * from cell", cohort.params)


def _made(*, observed_from: Moment | None = None, **_: Any) -> Sums:
    return Sums(
        f"""
        with {risk_sql(is_late=observed_from is not None)},
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
        {},
    )


TURNAROUND_CURVE = Parted(_sums, _made)
