"""How much of a period the loaded exports tell of a kind of work."""

from __future__ import annotations

from collections.abc import Iterable

from libstats.analysis.work.coverage_of_periods import (
    PARTLY,
    STATE_WORDS,
    TOGETHER,
    WHOLE,
    cells,
    listed,
)
from libstats.analysis.work.spans import ALL
from libstats.declaration.raw import quoted
from libstats.definitions.events import ENDED, TOLD
from libstats.definitions.processes import DIRECTIONS, Process

BY_SOURCE = "source and month"
UNTOLD = "no export that is loaded says how much of it it tells"
# SQL: the part that a row of `told_part` tells of
_PLACES: dict[str | None, str] = {None: f"'{ALL}'", "branch": "branch", "source": "source"}
# SQL: rows of sums (period, part, state, reason), of `told_in`: what a store tells of each period
TOLD_ROWS = """
        select
            'coverage' as row,
            period,
            part,
            state,
            reason
        from told_in
        union all by name
        select 'store' as row
"""


def telling(work: Process, milestones: Iterable[str]) -> list[tuple[str, str]]:
    """The tables and their events, as the view `coverage` names them, that tell when a case reached
    one of the milestones: each of them is enough."""
    found = [("ill_event", "status")] if work.name in DIRECTIONS else []
    for milestone in milestones:
        found.append(("milestone", f"{work.name}: {milestone}"))
        for read in work.read:
            told = TOLD[read.table]
            named = [event.named.strip("'") for event in told.events]
            if milestone not in read.reached or not named:
                continue
            if milestone in named:
                found.append((read.table, milestone))
            elif milestone == work.starts or told.kind == "log":
                found.append((read.table, named[0]))
            elif milestone in (*work.done, *work.given_up):
                found.append((read.table, ENDED))
            else:
                found.append((read.table, "open"))
    return list(dict.fromkeys(found))


def told_sql(work: Process, milestones: Iterable[str], period: str) -> str:
    """SQL: CTEs that end with `told_part` (source, branch, period, state, reason), how much of each
    period of $since to $until the exports tell of the milestones; `period` is SQL over
    `reached_at`."""
    pairs = telling(work, milestones)
    named = ", ".join(f"({quoted(table)}, {quoted(event)})" for table, event in pairs)
    known = "from (from known union all by name from told_else) where since is not null"
    return f"""
        told_else as (
            select
                source,
                min(since) as since,
                max(until) as until
            from coverage
            where {_of_work(work)}
            group by source
            having not bool_or((table_name, event) in (values {named}))
        ),
        stretch as (
            select
                source,
                branch,
                'reached' as what,
                since,
                until,
                is_partial,
                selection,
                first_on,
                last_on
            from coverage
            where (table_name, event) in (values {named})
            union all
            -- of what a source tells of the work, but not of these: they are outside
            select source, null, 'reached', null, null, true, null, null, null
            from told_else
        ),
        {cells(listed(period), known)},
        told_part as (
            select
                source,
                branch,
                period,
                {TOGETHER} as state,
                min(reason) as reason
            from told_cell
            group by all
        )
    """


def parted_sql(by: str | None) -> str:
    """SQL: CTEs from `told_part` to `told_in` (period, part, state, reason), how much of each
    period is told of each part; part NULL is what no export is told apart by, and told of as all
    is."""
    place = _PLACES.get(by, "null::varchar")
    return f"""
        told_in as (
            select
                period,
                {place} as part,
                {TOGETHER} as state,
                min(reason) as reason
            from told_part
            where {place} is not null
            group by all
            union all
            select
                period,
                null,
                {TOGETHER},
                min(reason)
            from told_part
            group by all
        )
    """


def cohort_told_sql(work: Process, start: str, by: str | None) -> str:
    """SQL: `cohort_told` (part, state, reason), how much the exports tell of the cases that began
    from $since to $until; part NULL is what no export is told apart by."""
    monthly = by in ("month", "kind and month", BY_SOURCE)
    period = "strftime(reached_at, '%Y-%m')" if monthly else "''"
    part = "coalesce(part || ', ' || period, period)" if monthly else "part"
    return f"""
        cohort_told as (
            with {told_sql(work, [start], period)},
            {parted_sql("source" if by == BY_SOURCE else by)}
            select {part} as part, state, reason
            from told_in
        )
    """


def of_cohort_sql(cohort: str, by: str | None = None) -> str:
    """SQL: the columns coverage and reason of a part of `cohort`, of `cohort_told` beside it. Where
    some of it were `last_told` of before the newest, what became of it is told in part."""
    part = f"{cohort}.part"
    if by == "kind and month":
        part = f"split_part({part}, ', ', 2)"
    state = f"""(
                select coalesce(
                    any_value(state) filter (where t.part = {part}),
                    any_value(state) filter (where t.part is null)
                )
                from cohort_told t
            )"""
    reason = state.replace("any_value(state)", "any_value(coalesce(reason, ''))")
    lost = f"{cohort}.last_told > 0 and coalesce({state}, {PARTLY}) = {WHOLE}"
    return f"""case if({lost}, {PARTLY}, coalesce({state}, {PARTLY})) {STATE_WORDS} end as coverage,
            if(
                {lost},
                {cohort}.last_told
                    || if({cohort}.last_told = 1, ' was', ' were')
                    || ' open when last told, and may have ended since',
                nullif(coalesce({reason}, '{UNTOLD}'), '')
            ) as reason"""


def waiting_told_sql(
    work: Process, start: str, ends: Iterable[str], moments: str, longest: str
) -> str:
    """SQL: CTEs that end with `told_part` (source, branch, period, state, reason), how much the
    exports tell of what waits at the end of a period. `moments` is SQL of period and ended_at;
    `longest` SQL of the seconds that the longest of the cases took; NULL where one has been open
    for longer, and so may others that began before.

    What waits is told where a list, or lists, tell of all that is open; by a log of beginnings and
    ends so long after it begins that none of before is left. It is told in part from the first
    moment to the last of which anything is told.
    """
    cases = [read.table for read in work.read if TOLD[read.table].kind == "case"]
    begun, ended = (
        [pair for pair in telling(work, names) if TOLD[pair[0]].kind == "log"]
        for names in ([start], ends)
    )
    columns = "selection, first_on, last_on"
    each = f"""
        select period, ended_at as starts_at, ended_at + interval 1 second as ends_at
        from ({moments})"""
    return f"""
        told_range as (
            select
                source,
                branch,
                min(since) as since,
                max(until) as until,
                max(selection) as selection,
                min(first_on) as first_on,
                max(last_on) as last_on
            from coverage
            where {_of_work(work)}
            group by source, branch
        ),
        newest_of as (
            select
                f.source,
                b.branch,
                max(f.told_until) as told_until
            from loaded_file f
            join loaded_day d using (seq)
            cross join unnest([d.branch, null]) b(branch)
            where f.is_active and d.table_name in ({_values(work.tables)}) and d.n > 0
            group by f.source, b.branch
        ),
        log_told as (
            select
                b.source,
                b.branch,
                greatest(b.since, e.since) + to_seconds(({longest})::bigint) as since,
                least(b.until, e.until) as until,
                b.selection,
                b.first_on,
                b.last_on
            from coverage b
            join coverage e on e.source = b.source and e.branch is not distinct from b.branch
            where (b.table_name, b.event) in ({_pairs(begun)})
                and (e.table_name, e.event) in ({_pairs(ended)})
                and not b.is_partial
                and not e.is_partial
        ),
        stretch as (
            select
                source,
                branch,
                'open' as what,
                since,
                until + interval 1 second as until,
                is_partial,
                {columns}
            from (
                select source, branch, since, until, false as is_partial, {columns}
                from coverage
                where event = 'open'
                    and not is_partial
                    and table_name in ({_values(cases or [""])})
                union all by name
                select *, false as is_partial
                from log_told
                where since < until
                union all by name
                select
                    r.* replace (
                        -- as it begins nothing waits that is told of
                        r.since + interval 1 second as since,
                        greatest(r.until, coalesce(n.told_until, r.until)) as until
                    ),
                    true as is_partial
                from told_range r
                left join newest_of n
                    on n.source = r.source and n.branch is not distinct from r.branch
            )
        ),
        {cells(each)},
        told_part as (
            select source, branch, period, state, reason
            from told_cell
        )
    """


def _of_work(work: Process) -> str:
    """SQL: a row of the view `coverage` tells of the work."""
    return f"""table_name in ({_values(work.tables)})
                and (
                    table_name <> 'milestone'
                    or starts_with(event, {quoted(f"{work.name}: ")})
                )"""


def _values(words: Iterable[str]) -> str:
    return ", ".join(map(quoted, words))


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"({quoted(table)}, {quoted(event)})" for table, event in pairs) or "('', '')"
