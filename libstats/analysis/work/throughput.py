"""Throughput: how many cases reached a milestone, per period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import duckdb

from libstats.analysis.work.cases import Cases
from libstats.analysis.work.coverage_of_cases import (
    TOLD_ROWS,
    UNTOLD,
    parted_sql,
    told_sql,
)
from libstats.analysis.work.coverage_of_periods import (
    PARTLY,
    SHOWN,
    STATE_WORDS,
    WHOLE,
    told_count,
)
from libstats.analysis.work.exported import newest_export
from libstats.analysis.work.spans import ALL, UNDETERMINABLE, Spans
from libstats.analysis.work.told_together import together_sql
from libstats.definitions import coverage
from libstats.definitions.parameters import Milestone, Moment, ProcessName, as_moment, asked, one_of
from libstats.definitions.parted import Parted, Sums
from libstats.definitions.processes import Process, process_of

# SQL: the first day of the period of `reached_at`
EVERY = {
    "day": "reached_at::date",
    "week": "date_trunc('week', reached_at)::date",
    "month": "date_trunc('month', reached_at)::date",
    "quarter": "date_trunc('quarter', reached_at)::date",
    "year": "date_trunc('year', reached_at)::date",
    "fiscal year": """make_date(
                fiscal_year(reached_at) - if(getvariable('fiscal_month') > 1, 1, 0),
                getvariable('fiscal_month'),
                1
            )""",
}
BY = {"branch": "branch", "kind": "kind", "source": "source"}
Every = Annotated[str, one_of(EVERY, "there is no period {}")]
By = Annotated[str, one_of(BY, "cases cannot be parted by {}")]


@asked
def throughput(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    milestone: Milestone | None = None,
    since: Moment,
    until: Moment,
    every: Every = "month",
    by: By | None = None,
) -> duckdb.DuckDBPyRelation:
    """How many cases reached a milestone, per period?

    Definition: each case is counted once, in the period in which it reached the milestone, whenever
    it began, as the newest export knows it. The first time counts, or the last where the kind of
    work says so. So months asked one by one add up to the year. What reached it at an unrecorded
    time is in no period; `throughput_left_out` counts it.

    Parameters
    ----------
    con : an open connection
    process : a kind of work, as table `process` lists them
    milestone : which (if not given: the first end that a case reached, of those with which the
        process is done)
    since, until : the period, since <= moment < until
    every : `day`, `week` (from Monday), `month`, `quarter`, `year` or `fiscal year` (as
        libstats.toml has it)
    by : `branch`, `kind` or `source`, for one row each

    Returns `period` (its first day), `part`, `cases`, `coverage` (whole, partly, outside: what the
    exports tell of it), `reason` (why not whole), ordered. A period in which nothing was done has
    no row; one of which nothing is told has one, its `cases` NULL; of one that is told in part they
    are at most the truth, and may be 0. Raises AnalysisError for an unknown process, milestone,
    period or part, and where nothing that tells of it is loaded.

    >>> january = {"since": "2026-01-01", "until": "2026-02-01"}
    >>> libstats.throughput(con, "loan", milestone="returned", **january).columns
    ['period', 'part', 'cases', 'coverage', 'reason']
    """
    return THROUGHPUT.ask(
        con,
        process=process,
        milestone=milestone,
        since=since,
        until=until,
        every=every,
        by=by,
    )


def _sums(
    con: duckdb.DuckDBPyConnection,
    *,
    process: str,
    milestone: str | None = None,
    since: Moment,
    until: Moment,
    every: str = "month",
    by: str | None = None,
) -> Sums:
    """Rows `case` (period, part, cases) and those of TOLD_ROWS."""
    reached = _Reached.of(con, process, milestone, until)
    part = f"'{ALL}'" if by is None else BY[by]
    wanted = [milestone] if milestone else reached.work.done
    coverage.ready(con)
    return Sums(
        f"""
        with reached as ({reached.sql(within=True)}),
        {told_sql(reached.work, wanted, EVERY[every])},
        {parted_sql(by)}
        select
            'case' as row,
            {EVERY[every]} as period,
            {part} as part,
            count(*) as cases,
            null::integer as state,
            null::varchar as reason
        from reached
        where reached_at >= $since::timestamp and reached_at < $until::timestamp
        group by all
        union all by name
        {TOLD_ROWS}
        """,
        {"since": str(since), "until": str(until), "as_of": str(reached.as_of)},
    )


def _made(**_: Any) -> Sums:
    state = f"coalesce(t.state, w.state, {PARTLY})"
    return Sums(
        f"""
        with counted as (
            select
                period,
                part,
                sum(cases)::bigint as cases
            from sums
            where row = 'case'
            group by all
        ),
        {together_sql("told_in", "period", "part")}
        select
            period,
            part,
            {told_count(state, "c.cases")} as cases,
            case if({state} = {SHOWN} and c.cases > 0, {PARTLY}, {state}) {STATE_WORDS} end
                as coverage,
            case
                when coalesce(t.state, w.state) is null then '{UNTOLD}'
                when t.state is null then w.reason
                else t.reason
            end as reason
        from counted c
        full join (
            from told_in
            where part is not null
                and (
                    state <> {WHOLE}
                    or (period, part) in (select (period, part) from counted)
                )
        ) t using (period, part)
        left join (from told_in where part is null) w using (period)
        order by period, part nulls last
        """,
        {},
    )


THROUGHPUT = Parted(_sums, _made)


@dataclass(frozen=True)
class _Reached:
    """The cases of a process, and when each reached a milestone, or its end."""

    con: duckdb.DuckDBPyConnection
    work: Process
    milestone: str | None
    as_of: datetime

    @classmethod
    def of(
        cls, con: duckdb.DuckDBPyConnection, process: str, milestone: str | None, until: Moment
    ) -> _Reached:
        work = process_of(con, process)
        newest, end = newest_export(con, work), as_moment(until)
        return cls(con, work, milestone, max(newest, end))

    @property
    def words(self) -> str:
        """What is reached, in words."""
        return self.milestone or " or ".join(self.work.done)

    def sql(self, *, within: bool = False) -> str:
        """SQL: source, branch, kind, reached_at, is_undated (reached at a time nobody recorded).

        With `within` cases that did not reach it in the period may be lacking.
        """
        if self.milestone is None and (within and len(self.work.done) == 1):
            return self._milestone(self.work.done[0], within=True)
        if self.milestone is not None:
            return self._milestone(self.milestone, within=within)
        spans = Spans(self.con, self.work, self.work.starts, self.work.done, self.as_of)
        return f"""
            select
                source,
                branch,
                kind,
                ended_at as reached_at,
                state = {UNDETERMINABLE} and outcome in ('done', 'not fetched') as is_undated
            from ({spans.sql()})"""

    def _milestone(self, milestone: str, *, within: bool) -> str:
        cases = Cases(self.con, self.work, [milestone], within=milestone if within else None).sql()
        return f"""
            select
                source,
                branch,
                kind,
                {milestone}_at as reached_at,
                false as is_undated
            from ({cases})"""


@asked
def throughput_left_out(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    milestone: Milestone | None = None,
    since: Moment,
    until: Moment,
    **others: Any,
) -> duckdb.DuckDBPyRelation:
    """What did `throughput` not count, and why?

    Parameters as for `throughput`. Returns `reason` and `rows`, in cases, one row per reason, zero
    included.
    """
    reached = _Reached.of(con, process, milestone, until)
    return con.sql(
        f"""
        with reached as ({reached.sql()})
        select reason, rows
        from (
            select
                1 as place,
                'had not reached {reached.words} by the end of the period' as reason,
                count(*) filter (
                    where reached_at is null and not is_undated or reached_at >= $until::timestamp
                ) as rows
            from reached
            union all
            select
                2,
                'reached it, and nobody recorded when',
                count(*) filter (where is_undated)
            from reached
            union all
            select
                3,
                'reached it before the period',
                count(*) filter (where reached_at < $since::timestamp)
            from reached
            union all
            select
                4,
                'counted, but under no branch',
                count(*) filter (
                    where branch is null
                        and reached_at >= $since::timestamp
                        and reached_at < $until::timestamp
                )
            from reached
        )
        order by place
        """,
        params={"since": str(since), "until": str(until), "as_of": str(reached.as_of)},
    )
