"""How much the loaded logs tell of a period, or of each month, day or branch of it, for what is
counted in them: a log that is silent because it is missing says nothing of 0."""

from __future__ import annotations

from libstats.analysis.work.coverage_of_periods import (
    OUTSIDE,
    PARTLY,
    STATE_WORDS,
    TOGETHER,
    cells,
    listed,
)

__all__ = [
    "STANDING",
    "TOLD_OF_EACH",
    "TOLD_OF_WHAT",
    "figure",
    "log_told_sql",
    "part_beside",
    "told_beside",
]

_TIMES = {
    "month": "strftime(reached_at, '%Y-%m')",
    "day": "strftime(reached_at, '%Y-%m-%d')",
}
_PERIOD = """
        select
            'all' as period,
            $since::timestamp as starts_at,
            $until::timestamp as ends_at
"""
# parts that are told of, or not, each by itself; any other is told of as the period is
_APART = ("all", "branch", *_TIMES)
# SQL over what `told_beside` joins: how much is told of it. What has rows is told of in part.
_STATE = f"""case
                when c.is_counted then greatest(coalesce(t.state, {PARTLY}), {PARTLY})
                else t.state
            end"""
STANDING = f"""case {_STATE} {STATE_WORDS} end as coverage,
            case
                when t.state is null
                    then 'no export that is loaded says how much of it it tells'
                else t.reason
            end as reason"""
_TOLD = f"""
                select
                    {{}}
                    place,
                    min(first_day) as first_day,
                    max(last_day) as last_day,
                    {TOGETHER} as state,
                    min(reason) as reason
                from log_told
                group by all
"""
TOLD_OF, TOLD_OF_EACH, TOLD_OF_WHAT = (_TOLD.format(by) for by in ("", "source,", "what,"))


def log_told_sql(by: str, what: str, *, place: str | None = None) -> str:
    """SQL: CTEs to `log_told` (source, what, place, first_day, last_day, state, reason), how much
    is told of the period $since to $until or, where `by` is a month, a day or a branch, of each.

    `what` is SQL over the view `coverage`: a name of what a stretch tells of, NULL where that is
    something else; `place` is SQL over `branch` and `period`, if not what `by` says.
    """
    place = place or ("branch" if by == "branch" else "period")
    return f"""
        stretch as (
            select
                source,
                branch,
                {what} as what,
                since,
                until,
                is_partial,
                selection,
                first_on,
                last_on
            from coverage
            where {what} is not null
        ),
        {cells(listed(_TIMES[by]) if by in _TIMES else _PERIOD)},
        log_told as (
            select
                source,
                what,
                {place} as place,
                min(first_day) as first_day,
                max(last_day) as last_day,
                {TOGETHER} as state,
                min(reason) as reason
            from told_cell
            where branch is not null
                or source not in (
                    select source
                    from stretch
                    where branch is not null
                )
            group by all
        )"""


def told_beside(by: str, told: str = TOLD_OF) -> str:
    """SQL: from `counted` (part and figures), as c, beside what is told of each part, as t; of what
    nothing is told there is a row too. `told` is SQL of place and state, of log_told."""
    same = "and t.source = c.source" if told == TOLD_OF_EACH else ""
    apart = "true" if by in _APART else f"t.state <= {OUTSIDE}"
    return f"""from (
                select
                    *,
                    {"part" if by in _APART else "'all'"} as place,
                    true as is_counted
                from counted
            ) c
            full join ({told}) t
                on t.place is not distinct from c.place
                {same}
        where c.is_counted or {apart}"""


def part_beside(by: str, name: str = "part") -> str:
    """SQL: the part, also of what has no rows, under a name."""
    return f"coalesce(c.part, {'t.place' if by in _APART else 'null'}) as {name}"


def figure(name: str) -> str:
    """SQL: a figure of `counted`: 0 where there is none and that is told, NULL where nothing is
    told."""
    return f"case when c.is_counted then c.{name} when t.state > {OUTSIDE} then 0 end as {name}"
