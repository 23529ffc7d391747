"""How much of a period the loaded exports tell of a kind of work."""

from __future__ import annotations

from collections.abc import Iterable

from libstats.analysis.work.told import PARTLY, cells
from libstats.declaration.raw import quoted
from libstats.definitions.events import ENDED, TOLD
from libstats.definitions.processes import DIRECTIONS, Process

# Longest span of days that periods are listed for, beyond what is told.
_DAYS = """
    select
        {period} as period,
        greatest(min(reached_at), $since::timestamp) as starts_at,
        least(max(reached_at) + interval 1 day, $until::timestamp) as ends_at
    from unnest(
        generate_series(
            date_trunc('day', greatest($since::timestamp, ({first}) - {beyond})),
            date_trunc('day', least(
                $until::timestamp - interval 1 microsecond,
                ({last}) + {beyond}
            )),
            interval 1 day
        )
    ) r(reached_at)
    group by all
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
    return f"""
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
        ),
        {cells(_DAYS.format(period=period, first="{first}", last="{last}", beyond="{beyond}"))},
        told_part as (
            select
                source,
                branch,
                period,
                case when min(state) = max(state) then min(state) else {PARTLY} end as state,
                min(reason) as reason
            from told_cell
            group by all
        )
    """
