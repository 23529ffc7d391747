"""Turnaround: how long between two milestones, the cases that are still open counted as what they
are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb

from libstats.analysis.work.cases import newest_export
from libstats.analysis.work.spans import (
    DONE,
    GIVEN_UP,
    OPEN,
    UNDETERMINABLE,
    Moment,
    Unit,
    ends_of,
    part_sql,
    settled,
    spans_sql,
    waited_sql,
)
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError

PERCENTILES = (50, 80, 90)
Z = 1.959963984540054  # of the normal distribution, for intervals of 95 %
SEVERAL = 30  # cases enough to say of an export that its lack of open ones is no chance

# sums of logs and variances are of whole numbers of 1 / EXACT: these lose nothing where small ones
# follow large ones
EXACT = 1e27
DEAD = -100  # the log of the share still waiting, near enough, where the last one at risk has ended

# Kaplan-Meier. Cases that are open or were given up leave the risk set without an end. Rows are
# sorted once, by part and time; a window without an order of its own goes by that of the rows. In
# each part the row without a time comes first: all enter with it.
RISK = """
    span as ({spans}),
    cohort as materialized (
        select {part} as part, waited, state, started_at, ended_at
        from span
        where started_at >= $since::timestamp and started_at < $until::timestamp
    ),
    counted_in as (
        select *
        from cohort
        where state <> {undeterminable} and waited is not null
    ),
    told as (
        select part, waited, count(*) filter (where state = {done}) as done, count(*) filter (where state = {given_up}) as given_up, count(*) as leaving
        from counted_in
        group by part, waited
        union all
        select part, null, 0, 0, -count(*) filter (where {is_there})
        from counted_in
        group by part
        {entries}
    ),
    risk as (
        select part, waited, done, given_up, (leaving - sum(leaving) over (rows unbounded preceding))::bigint as at_risk
        from (from told order by part nulls last, waited nulls first{ties})
    )
"""
# cases that began before their end would have been recorded are at risk only from then on
ENTRIES = """
        union all
        select part, greatest({entry}, 0), 0, 0, -count(*)
        from counted_in
        where not {is_there}
        group by all
"""
# Greenwood's variance; the interval of a percentile holds the times at which a test on the
# log(-log) scale does not tell the curve from it. Both sums run on through all parts, and a part's
# own begins at its first row: the one falls and the other rises all the way.
CURVE = f"""
    summed as (
        select *, sum(({EXACT} * case when at_risk > done then ln(1 - done / at_risk) when done > 0 then {DEAD} else 0 end)::hugeint) over w as logs,
            sum(({EXACT} * case when at_risk > done then done / (at_risk * (at_risk - done)::double) else 0 end)::hugeint) over w as variances, lead(waited) over () as next_waited
        from risk
        where waited is null or done > 0 and at_risk > 0
        window w as (rows unbounded preceding)
    ),
    curve as (
        select part, waited, next_waited, at_risk > done as has_spread,
            (logs - min(case when waited is null then logs end) over w) / {EXACT} as log_waiting, (variances - max(case when waited is null then variances end) over w) / {EXACT} as variance
        from summed
        window w as (rows unbounded preceding)
    )
"""


def turnaround(
    con: duckdb.DuckDBPyConnection,
    process: str,
    *,
    since: Moment,
    until: Moment,
    start: str | None = None,
    end: str | Sequence[str] | None = None,
    as_of: Moment | None = None,
    observed_from: Moment | None = None,
    by: str | None = None,
    unit: Unit = "days",
    calendar: str | None = None,
) -> duckdb.DuckDBPyRelation:
    """How long did the cases that began in a period wait, those counted that wait still?

    Definition: of the cases whose `start` lies in the period, the time by which half, 80 % and 90 %
    have reached `end`: the Kaplan-Meier estimate (Kaplan and Meier 1958, JASA 53) with the cases
    open at `as_of` as right-censored, those given up as censored when they were, and 95 % intervals
    on the log(-log) scale. The naive figures beside it, of closed cases alone, are what most
    reports show: they leave out who waits longest. Elapsed time, never midnights counted; whole
    days where an export gives only the day.

    Parameters
    ----------
    con : an open connection
    process : a kind of work, as table `process` lists them
    since, until : the cases that began then, since <= moment < until
    start, end : milestones; several ends mean the first of them (if not given: those of the
        process)
    as_of : the moment to which open cases have aged; nothing later is looked at (if not given: the
        newest export)
    observed_from : where an export holds only ends after a moment: that moment (cases count from
        then on: late entry)
    by : `branch`, `kind`, `source` or `month` (of the start), for one row each
    unit : `days`, `hours`, or `open days` of a `calendar` in libstats.toml

    Returns one row per part, ordered: `part`, `cases`, `reached`, `still_open`, `given_up`,
    `undeterminable` (they passed the end without a record of when; not in the estimates),
    `negative` (they end before they begin: two clocks, or an entry made afterwards; kept as they
    are), all in cases; `p50`, `p80`, `p90` with `_low` and `_high`, and `naive_p50`, `naive_p80`,
    `naive_p90`, in the unit, NULL where the curve does not reach so far; `as_of` (time). Raises
    AnalysisError where the loaded exports cannot answer: an end that says something else, that no
    case reached, a period outside the exports, or exports that hold closed cases only.

    >>> con.sql("select process from process where goal_days = 7 order by all limit 1").fetchall()
    [('ill_borrowing',)]
    """
    work = process_of(con, process)
    begins, ends = start or work.starts, _ends(work, end)
    moment = as_of or newest_export(con, work)
    percentiles = ",\n            ".join(_percentile(p) for p in PERCENTILES)
    tested = ", ".join(
        f"has_spread and abs((ln(-log_waiting) - ln(-ln({1 - p / 100:.2f}))) * log_waiting / sqrt(variance)) <= {Z} as is_p{p}"
        for p in PERCENTILES
    )
    points = ", ".join(f"{p / 100}" for p in PERCENTILES)
    naive = ", ".join(
        f"c.naive[{place}] as naive_p{p}" for place, p in enumerate(PERCENTILES, start=1)
    )
    joined = ",\n            ".join(f"q.p{p}, q.p{p}_low, q.p{p}_high" for p in PERCENTILES)
    relation = con.sql(
        f"""
        with {_risk(con, work, begins, ends, by, unit, calendar, observed_from)}, {CURVE},
        tested as (
            select part, waited, next_waited, log_waiting, {tested}
            from curve
            where waited is not null
        ),
        percentile as (
            select part,
            {percentiles}
            from tested
            group by part
        ),
        counted as (
            select part, count(*) as cases, count(*) filter (where state = {DONE}) as reached, count(*) filter (where state = {OPEN}) as still_open,
            count(*) filter (where state = {GIVEN_UP}) as given_up, count(*) filter (where state = {UNDETERMINABLE}) as undeterminable,
            count(*) filter (where ended_at < started_at and waited < 0) as negative,
            quantile_cont(waited, [{points}]) filter (where state = {DONE}) as naive, max(started_at) as newest_start
            from cohort
            group by part
        )
        select c.part, c.cases, c.reached, c.still_open, c.given_up, c.undeterminable, c.negative,
            {joined},
            {naive}, $as_of::timestamp as as_of, c.newest_start
        from counted c left join percentile q on q.part is not distinct from c.part
        order by c.part nulls last
        """,
        params=_params(since, until, moment, observed_from),
    )
    rows, found = settled(con, relation)
    _refuse(
        con,
        work,
        begins,
        ends,
        rows,
        {"since": since, "until": until, "as_of": moment},
        24 if unit == "hours" else 1,
    )
    return found.select(", ".join(name for name in found.columns if name != "newest_start"))


def turnaround_curve(
    con: duckdb.DuckDBPyConnection,
    process: str,
    *,
    since: Moment,
    until: Moment,
    start: str | None = None,
    end: str | Sequence[str] | None = None,
    as_of: Moment | None = None,
    observed_from: Moment | None = None,
    by: str | None = None,
    unit: Unit = "days",
    calendar: str | None = None,
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
    work = process_of(con, process)
    begins, ends = start or work.starts, _ends(work, end)
    moment = as_of or newest_export(con, work)
    return con.sql(
        f"""
        with {_risk(con, work, begins, ends, by, unit, calendar, observed_from)},
        leaving as (
            select *, product(1 - (done + given_up) / nullif(at_risk, 0)) over w as in_work
            from risk
            where at_risk > 0
            window w as (partition by part order by waited rows unbounded preceding)
        ),
        before as (
            select *, coalesce(lag(in_work) over w, 1) / at_risk as each,
                product(1 - done / at_risk) over (partition by part order by waited rows unbounded preceding) as still_waiting
            from leaving
            window w as (partition by part order by waited)
        ),
        shares as (
            select *, sum(each * done) over w as share_reached, sum(each * given_up) over w as share_given_up
            from before
            window w as (partition by part order by waited rows unbounded preceding)
        )
        select part, waited, at_risk, done as reached, given_up, still_waiting, share_reached, share_given_up
        from shares
        where done + given_up > 0
        order by part nulls last, waited
        """,
        params=_params(since, until, moment, observed_from),
    )


def turnaround_left_out(
    con: duckdb.DuckDBPyConnection,
    process: str,
    *,
    since: Moment,
    until: Moment,
    start: str | None = None,
    end: str | Sequence[str] | None = None,
    as_of: Moment | None = None,
    **others: Any,
) -> duckdb.DuckDBPyRelation:
    """What did `turnaround` not count, and why?

    Parameters as for `turnaround`; those that do not change what is counted are taken and not used.
    Returns `reason` and `rows`, in cases, one row per reason, zero included.
    """
    work = process_of(con, process)
    begins, ends = start or work.starts, _ends(work, end)
    moment = as_of or newest_export(con, work)
    return con.sql(
        f"""
        with span as ({spans_sql(con, work, begins, ends)})
        select reason, rows
        from (
            select 1 as place, 'no record of {begins}, with which the wait begins' as reason, count(*) filter (where started_at is null) as rows from span
            union all
            select 2, 'passed {" or ".join(ends)} without a record of when', count(*) filter (where state = {UNDETERMINABLE} and started_at >= $since::timestamp and started_at < $until::timestamp) from span
            union all
            select 3, 'began outside the period', count(*) filter (where started_at < $since::timestamp or started_at >= $until::timestamp) from span)
        order by place
        """,
        params=_params(since, until, moment, None),
    )


def _ends(process: Process, end: str | Sequence[str] | None) -> list[str]:
    ends = ends_of(process, end)
    for name in ends:
        if name in process.misleading:
            raise AnalysisError(
                f"{process.name}: no turnaround can be told from {name!r}",
                f"{_sentence(process.misleading[name])}.",
            )
    return ends


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _params(
    since: Moment, until: Moment, as_of: Moment, observed_from: Moment | None
) -> dict[str, str]:
    given = {"since": str(since), "until": str(until), "as_of": str(as_of)}
    return given if observed_from is None else {**given, "observed_from": str(observed_from)}


def _risk(
    con: duckdb.DuckDBPyConnection,
    process: Process,
    start: str,
    ends: list[str],
    by: str | None,
    unit: Unit,
    calendar: str | None,
    observed_from: Moment | None,
) -> str:
    is_there, entries, ties = "true", "", ""
    if observed_from is not None:
        is_there = "started_at >= $observed_from::timestamp"
        ties = ", leaving desc"
        entries = ENTRIES.format(
            entry=waited_sql("started_at", "$observed_from::timestamp", "false", unit, calendar),
            is_there=is_there,
        )
    spans = spans_sql(con, process, start, ends, unit=unit, calendar=calendar, within=start)
    return RISK.format(
        spans=spans,
        part=part_sql(by),
        is_there=is_there,
        entries=entries,
        ties=ties,
        done=DONE,
        given_up=GIVEN_UP,
        undeterminable=UNDETERMINABLE,
    )


def _percentile(p: int) -> str:
    """SQL: one percentile of the curve and its interval."""
    # a hair below, so that a share that is reached exactly is not passed by the last bit of a sum
    return (
        f"min(waited) filter (where log_waiting < ln({1 - p / 100:.2f}) - 1e-10) as p{p}, "
        f"min(waited) filter (where is_p{p}) as p{p}_low, max({{'at': waited, 'next': next_waited}}) filter (where is_p{p}).next as p{p}_high"
    )


def _refuse(
    con: duckdb.DuckDBPyConnection,
    process: Process,
    start: str,
    ends: list[str],
    rows: list[dict[str, Any]],
    when: dict[str, Moment],
    per_day: int,
) -> None:
    """Raise AnalysisError where the rows are no answer."""
    cases, reached, still_open, lost = (
        sum(row[name] for row in rows)
        for name in ("cases", "reached", "still_open", "undeterminable")
    )
    if not cases:
        _refuse_period(con, process, start, when)
    if lost and not reached:
        told = next(
            iter(process.misleading.values()),
            f"load the exports that say when a case reached {ends[0]}",
        )
        raise AnalysisError(
            f"{process.name}: nothing that is loaded says when any case reached {' or '.join(ends)}",
            f"{_sentence(told)}.",
        )
    if reached >= SEVERAL and not still_open:
        slowest = max(row["naive_p90"] or 0 for row in rows) / per_day
        age = (
            as_moment(when["as_of"]) - max(row["newest_start"] for row in rows)
        ).total_seconds() / 86_400
        if age < slowest:
            raise AnalysisError(
                f"{process.name}: all {cases:,} cases are closed, even those of the last {age:.1f} days, though one in ten takes {slowest:.1f} or more: an export of closed cases only",
                "Who still waits is missing, so no turnaround can be told. Export all requests of the period, whatever their status.",
            )


def _refuse_period(
    con: duckdb.DuckDBPyConnection, process: Process, start: str, when: dict[str, Moment]
) -> None:
    spans = spans_sql(con, process, start, [m for m in process.happening if m != start][:1])
    first, last = con.execute(
        f"select min(started_at)::date, max(started_at)::date from ({spans})",
        {"as_of": str(when["as_of"])},
    ).fetchall()[0]
    if first is None:
        raise AnalysisError(
            f"{process.name}: nothing that is loaded says when a case reached {start}",
            "`libstats loads` lists what is loaded; docs/coverage.md what each export can tell.",
        )
    raise AnalysisError(
        f"{process.name}: no case began from {when['since']} to {when['until']}",
        f"The exports tell of cases that began from {first} to {last}. Ask within that.",
    )


def as_moment(value: Moment) -> datetime:
    """A moment given as text, day or time."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
