"""Fill rate: of the requests made, how many were filled, and why were the others not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from libstats.analysis.work.coverage_of_cases import cohort_told_sql, of_cohort_sql
from libstats.analysis.work.coverage_of_periods import OUTSIDE, STATES
from libstats.analysis.work.spans import Part, Spans, part_sql
from libstats.analysis.work.statuses import UNKNOWN
from libstats.analysis.work.told_together import cohort_together_sql
from libstats.declaration.raw import quoted
from libstats.definitions import coverage
from libstats.definitions.parameters import Moment, ProcessName, asked
from libstats.definitions.parted import Parted, Sums
from libstats.definitions.processes import WELL

Z = 1.959963984540054  # of the normal distribution, for intervals of 95 %
# Reasons with which nobody failed to fill a request, in the words of ill_request.reason
BY_PATRON = "cancelled by patron"
NOT_A_FAILURE = (
    "duplicate",
    BY_PATRON,
    "cancelled during creation",
    "available here",
    "available online",
)

_LEFT_OUT = "counts_as = 'left out' and reason"
# how many requests are counted as what: SQL that is true of them
_COUNTS = {
    "cases": "true",
    "filled": "counts_as = 'filled'",
    "unfilled": "counts_as = 'unfilled'",
    "duplicate": f"{_LEFT_OUT} = 'duplicate'",
    "cancelled_by_patron": f"{_LEFT_OUT} = '{BY_PATRON}'",
    "other_left_out": f"{_LEFT_OUT} not in ('duplicate', '{BY_PATRON}')",
    "still_open": "counts_as = 'open'",
    "undeterminable": "counts_as = 'not known'",
    "not_fetched": "outcome = 'not fetched'",
    "lapsed": "outcome = 'lapsed'",
    "last_told": "told_at is not null",
}

_REQUESTS = """
    span as ({spans}),
    reason as (
        select
            source,
            request_id as case_id,
            reason
        from ill_request
    ),
    request as (
        select
            {part} as part,
            started_at,
            outcome,
            told_at,
            case
                when outcome <> 'given up by the patron'
                    then coalesce(r.reason, if(outcome = 'lapsed', outcome, null))
                when r.reason in ('cancelled by patron', 'cancelled during creation') then r.reason
                else '{by_patron}'
            end as told,
            coalesce(told, 'no reason recorded') as reason,
            case
                when outcome in ({well}) then 'filled'
                when outcome = 'open' and told_at is null then 'open'
                when outcome in ('open', 'over', '{unknown}') then 'not known'
                when outcome = 'given up by the patron'
                    or list_contains($not_a_failure::varchar[], told)
                    then 'left out'
                else 'unfilled'
            end as counts_as
        from span s left join reason r using (source, case_id)
    ),
    cohort as (
        select *
        from request
        where started_at >= $since::timestamp and started_at < $until::timestamp
    )
"""


@dataclass(frozen=True)
class _Requests:
    """The requests of a process made in a period, and what became of them."""

    spans: Spans
    since: Moment
    until: Moment
    by: str | None = None

    def sql(self) -> str:
        """SQL: `request`, one row for each of all times, and the `cohort` of the period."""
        return _REQUESTS.format(
            spans=self.spans.sql(),
            part=part_sql(self.by),
            well=", ".join(map(quoted, WELL)),
            by_patron=BY_PATRON,
            unknown=UNKNOWN,
        )

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of that SQL."""
        return {
            "since": str(self.since),
            "until": str(self.until),
            "as_of": str(self.spans.as_of),
            "not_a_failure": list(NOT_A_FAILURE),
        }


@asked
def fill_rate(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName = "ill_borrowing",
    *,
    since: Moment,
    until: Moment,
    as_of: Moment | None = None,
    by: Part | None = None,
) -> duckdb.DuckDBPyRelation:
    """Of the requests made in a period, what share was filled?

    Definition: filled / (filled + unfilled), of the requests whose `start` lies in the period,
    whenever they were closed. So each is counted once, and months add up to the year. Filled is
    what was done, fetched or not. Unfilled is what lapsed, or was given up by the library, by the
    other side, or by whom the export does not say. What patrons gave up, duplicates, and what is
    available here or online are no failure. Each stands in a column of its own. What a patron gave
    up is told by its status first, then by its reason. Libraries disagree on these, so `naive_rate`
    is what comes of calling all of them unfilled. Open requests are in neither number, nor are
    those of which nobody can tell what became of them. 95 % intervals (the range in which the true
    rate very likely lies) are Wilson's (1927, JASA 22).

    Parameters
    ----------
    con : an open connection
    process : a kind of work, as table `process` lists them; reasons are known of ILL requests only
    since, until : the requests made then, since <= moment < until
    as_of : nothing later is looked at (if not given: the newest export)
    by : `branch`, `kind`, `source` or `month` (in which it was made), for one row each

    Returns one row per part, ordered: `part`, `cases`, `filled`, `unfilled`, `duplicate`,
    `cancelled_by_patron`, `other_left_out`, `still_open`, `undeterminable` (requests, which add up
    to `cases`), `not_fetched`, `lapsed` (requests: of those filled, of those unfilled), `rate`,
    `rate_low`, `rate_high`, `naive_rate` (0 to 1, NULL where nothing is closed), `as_of` (time),
    `coverage` (whole, partly, outside: what the exports tell of the requests made in the period)
    and `reason` (why not whole); outside every figure is NULL. Raises AnalysisError for an unknown
    process or part, and where nothing that tells of it is loaded.

    >>> libstats.fill_rate(con, "hold", since="2026-01-01", until="2026-02-01").columns[:4]
    ['part', 'cases', 'filled', 'unfilled']
    """
    return FILL_RATE.ask(con, process=process, since=since, until=until, as_of=as_of, by=by)


def _sums(
    con: duckdb.DuckDBPyConnection,
    *,
    process: str = "ill_borrowing",
    since: Moment,
    until: Moment,
    as_of: Moment | None = None,
    by: str | None = None,
) -> Sums:
    """Rows `case` (part, and counts), `coverage` (part, state, reason) and `store` (as_of)."""
    requests = _Requests(Spans.of(con, process, as_of=as_of), since, until, by)
    coverage.ready(con)
    counts = [f"count(*) filter (where {which}) as {name}" for name, which in _COUNTS.items()]
    return Sums(
        f"""
        with {requests.sql()},
        {cohort_told_sql(requests.spans.process, requests.spans.start, by)}
        select
            'case' as row,
            part,
            {", ".join(counts)}
        from cohort
        group by part
        union all by name
        select
            'coverage' as row,
            *
        from cohort_told
        union all by name
        select
            'store' as row,
            $as_of::timestamp as as_of
        """,
        requests.params,
    )


def _made(*, by: str | None = None, **_: Any) -> Sums:
    return Sums(
        f"""
        with {cohort_together_sql(by)},
        counted as (
            select
                part,
                {", ".join(f"sum({name})::bigint as {name}" for name in _COUNTS)}
            from sums
            where row = 'case'
            group by part
        ),
        newest as (
            select max(as_of) as as_of
            from sums
        ),
        shared as (
            select
                *,
                filled + unfilled as n,
                filled / nullif(filled + unfilled, 0) as rate
            from counted
        ),
        bounded as (
            select
                *,
                (rate + {Z} * {Z} / (2 * n)) / (1 + {Z} * {Z} / n) as middle,
                {Z} * sqrt(rate * (1 - rate) / n + {Z} * {Z} / (4.0 * n * n))
                    / (1 + {Z} * {Z} / n) as half_width
            from shared
        )
        select
            part,
            cases,
            filled,
            unfilled,
            duplicate,
            cancelled_by_patron,
            other_left_out,
            still_open,
            undeterminable,
            not_fetched,
            lapsed,
            rate,
            if(n > 0, greatest(middle - half_width, 0), null) as rate_low,
            if(n > 0, least(middle + half_width, 1), null) as rate_high,
            filled / nullif(cases - still_open - undeterminable, 0) as naive_rate,
            (from newest) as as_of,
            {of_cohort_sql("bounded")}
        from bounded
        union all by name
        -- of a part of which nothing is told there is no figure
        select
            part,
            (from newest) as as_of,
            '{STATES[OUTSIDE]}' as coverage,
            reason
        from cohort_told t
        where state = {OUTSIDE}
            and part is {"" if by == "kind" else "not "}null
            and not exists (from counted c where c.part is not distinct from t.part)
        order by part nulls last
        """,
        {},
    )


FILL_RATE = Parted(_sums, _made)


@asked
def unfilled_reasons(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName = "ill_borrowing",
    *,
    since: Moment,
    until: Moment,
    as_of: Moment | None = None,
) -> duckdb.DuckDBPyRelation:
    """Why were requests made in a period given up?

    Parameters as for `fill_rate`. Returns `reason` (the common words of the sources' code lists),
    `counts_as` (unfilled, or left out of the fill rate), `cases`, the most frequent first. Raises
    AnalysisError as `fill_rate` does.

    >>> libstats.unfilled_reasons(con, "hold", since="2026-01-01", until="2026-02-01").columns
    ['reason', 'counts_as', 'cases']
    """
    requests = _Requests(Spans.of(con, process, as_of=as_of), since, until)
    return con.sql(
        f"""
        with {requests.sql()}
        select
            reason,
            counts_as,
            count(*) as cases
        from cohort
        where counts_as in ('unfilled', 'left out')
        group by reason, counts_as
        order by cases desc, reason
        """,
        params=requests.params,
    )


@asked
def fill_rate_left_out(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName = "ill_borrowing",
    *,
    since: Moment,
    until: Moment,
    as_of: Moment | None = None,
    **others: Any,
) -> duckdb.DuckDBPyRelation:
    """What did `fill_rate` not count, and why?

    Parameters as for `fill_rate`. Returns `reason` and `rows`, in requests, one row per reason,
    zero included.
    """
    requests = _Requests(Spans.of(con, process, as_of=as_of), since, until)
    return con.sql(
        f"""
        with {requests.sql()}
        select reason, rows
        from (
            select
                1 as place,
                'no record of when it was made' as reason,
                count(*) filter (where started_at is null) as rows
            from request
            union all
            select
                2,
                'made outside the period',
                count(*) filter (
                    where started_at < $since::timestamp or started_at >= $until::timestamp
                )
            from request
            union all
            select
                3,
                'counted, but in no rate: given up without anyone''s failure',
                count(*) filter (where counts_as = 'left out')
            from cohort
            union all
            select
                4,
                'counted, but in no rate: still open',
                count(*) filter (where counts_as = 'open')
            from cohort
            union all
            select
                5,
                'counted, but in no rate: nobody can tell what became of it',
                count(*) filter (where counts_as = 'not known')
            from cohort
        )
        order by place
        """,
        params=requests.params,
    )
