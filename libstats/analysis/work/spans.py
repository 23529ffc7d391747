"""How long each case of a process waited between two milestones: what turnaround, backlog, fill
rate and worklist have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import duckdb

from libstats.analysis.work.cases import Cases
from libstats.analysis.work.exported import newest_export
from libstats.analysis.work.last_told import told_sql
from libstats.analysis.work.pauses import paused_sql, pauses_sql
from libstats.analysis.work.statuses import UNKNOWN
from libstats.declaration.raw import quoted
from libstats.definitions import coverage
from libstats.definitions.parameters import Moment, Unit, one_of
from libstats.definitions.processes import OTHERWISE, OVER, WELL, Process, process_of

PARTS = {
    "branch": "branch",
    "kind": "kind",
    "source": "source",
    "month": "strftime(started_at, '%Y-%m')",
}
Part = Annotated[str, one_of(PARTS, "cases cannot be parted by {}")]
# the name of a part where nothing is asked to be parted
ALL = "all"

OPEN, DONE, GIVEN_UP, UNDETERMINABLE = 0, 1, 2, 3
# how exact a time is told: to the microsecond, or, where sums leave the house, in whole days
Grid = Literal["exact", "days"]


def _listed(words: Sequence[str]) -> str:
    return ", ".join(map(quoted, words))


# why a case was given up says more of its outcome than that it was
_SAID = "if(coalesce(given, 'given up') = 'given up', coalesce(because, given), given)"
# How a case stands at $as_of by its status: over as soon as some export shows it, and between the
# last that showed it open and the first that shows it over nobody knows.
_STANDS = f"""case
                            when said is null or said not in ({_listed(OVER)}) then said
                            when ends_at > $as_of::timestamp then null
                            when not_after is null or not_after <= $as_of::timestamp then said
                            when not_before >= $as_of::timestamp then null
                            else '{UNKNOWN}'
                        end"""
_STATE = f"""case
                        when end_at is not null then {DONE}
                        when stands in ({_listed(WELL)}) then {UNDETERMINABLE}
                        when stopped_at >= last_at then {GIVEN_UP}
                        when passed_at is not null then {UNDETERMINABLE}
                        when stands in ({_listed(OVER)}, '{UNKNOWN}') then {UNDETERMINABLE}
                        else {OPEN}
                    end"""
# what stood ready to be fetched and was given up afterwards was not fetched, whatever wrote it
_OUTCOME = f"""case
                    when state = {OPEN} then 'open'
                    when state = {DONE} and (stands = 'not fetched' or {{is_left}})
                        then 'not fetched'
                    when state = {DONE} then 'done'
                    when state = {GIVEN_UP}
                        then if(stands in ({_listed(OTHERWISE)}), stands, 'given up')
                    when stands in ({_listed(OVER)}) then stands
                    when passed_at is not null then 'done'
                    else '{UNKNOWN}'
                end"""


@dataclass(frozen=True)
class Spans:
    """The spans from one milestone of a process to the first of others, as far as `as_of` knows."""

    con: duckdb.DuckDBPyConnection
    process: Process
    start: str
    ends: tuple[str, ...]
    as_of: Moment
    unit: Unit = "days"
    calendar: str | None = None

    @classmethod
    def of(
        cls,
        con: duckdb.DuckDBPyConnection,
        process: str,
        *,
        start: str | None = None,
        end: str | Sequence[str] | None = None,
        as_of: Moment | None = None,
        unit: Unit = "days",
        calendar: str | None = None,
    ) -> Spans:
        """The spans that are asked for: of what is not named, those of the process and of the
        newest export.

        Raises AnalysisError where nothing that tells of the process is loaded.
        """
        work = process_of(con, process)
        coverage.ready(con)
        ends = work.done if end is None else (end,) if isinstance(end, str) else tuple(end)
        as_of = as_of or newest_export(con, work)
        return cls(con, work, start or work.starts, ends, as_of, unit, calendar)

    def sql(self, within: str | None = None) -> str:
        """SQL for one row per case: source, case_id, branch, kind, started_at, ended_at, closed_at,
        state, outcome, not_before, not_after, waited, is_day, is_from_day, is_paused, is_at_most,
        last_at, told_at.

        state    1 an end was reached; 2 given up and not taken up again; 3 it is over, or may be,
                 and nobody knows since when, so that the wait cannot be told; 0 open at $as_of
        outcome  how it stands at $as_of: open, one of OVER, or undeterminable
        not_before, not_after  between which moments a case of state 3 ended, as far as they are
                 known; of one that is closed, when it was
        waited   from start to the end, to giving up, to told_at, or to $as_of, in the unit, without
                 the time that is known to be paused; whole days where only the day is known
        is_day   of the start or the end only the day is known; is_from_day, of the start
        is_paused   at $as_of
        is_at_most  it may have been paused for longer than is known, and have waited less
        told_at  up to when a case of state 0 was told of, where others were told of later: it was
                 open then, and nobody knows of it since

        `within` as for `Cases`.
        """
        cases = Cases(self.con, self.process, self.milestones, within=within, is_judged=True)
        waited = waited_sql("started_at", "until_at", "is_day", self.unit, self.calendar)
        return f"""
            select
                source,
                case_id,
                branch,
                kind,
                started_at,
                end_at as ended_at,
                closed_at,
                state,
                outcome,
                {self.bounds_sql("not_before", "not_after")},
                {waited} - paused as waited,
                is_day,
                {self.start}_day as is_from_day,
                is_paused,
                is_at_most,
                last_at,
                told_at
            from ({self.judged(cases)})
        """

    @staticmethod
    def bounds_sql(before: str = "ended_not_before", after: str = "ended_not_after") -> str:
        """SQL: between which moments a judged case ended; the wait of what was not fetched, before
        it was given up."""
        return f"""case
                    when closed_at is not null then closed_at
                    when state = {UNDETERMINABLE}
                        then least(
                            greatest(
                                shown_at,
                                if(outcome = 'not fetched', null, last_at),
                                started_at
                            ),
                            over_at,
                            passed_at
                        )
                end as {before},
                case
                    when closed_at is not null then closed_at
                    when state = {UNDETERMINABLE}
                        then least(
                            over_at,
                            passed_at,
                            if(outcome = 'not fetched', stopped_at, null)
                        )
                end as {after}"""

    def judged(self, cases: Cases) -> str:
        """SQL: the cases, which are judged, with started_at, is_day (of the start or the end only
        the day is known), end_at, passed_at, closed_at, until_at (closed_at, told_at, or $as_of),
        state, outcome and told_at, as in `sql`, the last moment at which one was shown_at to be
        open, and the first at which it was over_at; how long it was paused, in the unit, whether it
        is_paused, and whether what it waited is_at_most as long."""
        judged = self._judged(cases)
        pauses = pauses_sql(self.con, self.process)
        is_paused = f"state = {OPEN} and coalesce(stands = 'paused', false)"
        if pauses is None:
            return f"""
            select
                *,
                0 as paused,
                {is_paused} as is_paused,
                {is_paused} as is_at_most
            from ({judged})"""
        span = within_sql("from_at", "to_at", "is_day", self.unit, self.calendar)
        return f"""
            select
                * replace (
                    is_paused or {is_paused} as is_paused,
                    is_at_most or {is_paused} as is_at_most
                )
            from ({paused_sql(judged, pauses, span)})"""

    def _judged(self, cases: Cases) -> str:
        end = _earliest(self.ends)
        is_day = " or ".join(f"coalesce({m}_day and {m}_at = ({end}), false)" for m in self.ends)
        marking = f"list_has_any(marks, [{_listed([*self.ends, *self._behind])}]::varchar[])"
        marked = f"if({marking} and marked_by <= $as_of::timestamp, marked_by, null)"
        is_left = "stopped_at >= last_at" if "picked_up" in self.process.milestones else "false"
        standing = f"""
                    select
                        *,
                        {_STATE} as state
                    from (
                        select
                            *,
                            {_STANDS} as stands
                        from (
                            select
                                *,
                                {self._said} as said,
                                -- what a word marks that is not the end was shown by open loads
                                if({marking} and said = 'open', null, not_before) as shown_at,
                                not_after as over_at,
                                {self.start}_at as started_at,
                                {self.start}_day or {is_day} as is_day,
                                {end} as end_at,
                                greatest({_moments(self._given_up)}) as stopped_at,
                                least({_moments(self._behind)}, {marked}) as passed_at
                            from ({cases.sql()})
                        )
                    )"""
        return f"""
                select
                    *,
                    {_OUTCOME.format(is_left=is_left)} as outcome,
                    case state
                        when {DONE} then end_at
                        when {GIVEN_UP} then stopped_at
                    end as closed_at,
                    coalesce(closed_at, told_at, $as_of::timestamp) as until_at
                from ({told_sql(self.con, self.process, standing, f"state = {OPEN}")})"""

    @property
    def milestones(self) -> list[str]:
        """The milestones that tell how a case stands."""
        return list(dict.fromkeys([self.start, *self.ends, *self._behind, *self._given_up]))

    @property
    def _given_up(self) -> list[str]:
        return [m for m in self.process.given_up if m not in self.ends and m != self.start]

    @property
    def _behind(self) -> list[str]:
        """The milestones that come after the ends: who reached one of them has passed the end,
        recorded or not."""
        order = list(self.process.happening)
        last = max((order.index(m) for m in self.ends if m in order), default=len(order))
        return [m for m in order[last + 1 :] if m not in self.process.given_up]

    @property
    def _said(self) -> str:
        """SQL: what the status says of these ends: that a case is done says nothing of a milestone
        behind the ends of its process, but that it was given up does."""
        order = list(self.process.happening)
        until_end = order[: max(map(order.index, self.process.done)) + 1]
        if set(self.ends) <= set(until_end):
            return _SAID
        return f"if({_SAID} not in ({_listed(WELL)}, 'over', '{UNKNOWN}'), {_SAID}, null)"


def part_sql(by: str | None) -> str:
    """SQL: the part of the result that a case belongs to."""
    return f"'{ALL}'" if by is None else PARTS[by]


def waited_sql(since: str, until: str, is_day: str, unit: Unit, calendar: str | None = None) -> str:
    """SQL: the time between two moments in the unit; whole days where `is_day`."""
    if unit == "open days":
        return f"open_days({since}, {until}, {quoted(calendar or 'default')})::double"
    whole = 1 if unit == "days" else 24
    return f"""case
                    when {is_day}
                        then date_diff('day', ({since})::date, ({until})::date) * {whole}.0
                    else {elapsed_sql(since, until, "false", unit)}
                end"""


def within_sql(since: str, until: str, is_day: str, unit: Unit, calendar: str | None = None) -> str:
    """SQL: the same of a part of a wait, which is no whole number of days where `is_day`."""
    if unit == "open days":
        return waited_sql(since, until, is_day, unit, calendar)
    return elapsed_sql(since, until, is_day, unit)


def elapsed_sql(since: str, until: str, is_day: str, unit: Unit = "days") -> str:
    """SQL: the days or hours that passed between two moments; where `is_day`, as the clock shows
    them: a day on which it is changed is one, though it has 23 hours or 25."""
    changed = f"1000000::bigint * (clock_ahead({since}) - clock_ahead({until}))"
    if is_day != "false":
        changed = f"if({is_day}, 0, {changed})"
    size = 86_400 if unit == "days" else 3_600
    return f"(epoch_us({until}) - epoch_us({since}) + {changed}) / {size}e6"


def on_grid_sql(
    waited: str, way: Literal["ceil", "floor"], unit: Unit = "days", grid: Grid = "exact"
) -> str:
    """SQL: a time in the unit as the grid has it: up to whole days, or down to them."""
    if grid == "exact":
        return waited
    size = 24 if unit == "hours" else 1
    # what was added up may miss a whole day by its last bit; + 0 makes no zero a negative one
    return f"{way}(round({waited} / {size}, 9)) * {size} + 0"


def _earliest(milestones: Sequence[str]) -> str:
    """SQL: the first of the moments."""
    moments = [f"{m}_at" for m in milestones]
    return moments[0] if len(moments) == 1 else f"least({', '.join(moments)})"


def _moments(milestones: Sequence[str]) -> str:
    """SQL: the moments, maybe none, for `least` and `greatest`."""
    return ", ".join([*(f"{m}_at" for m in milestones), "null::timestamp"])
