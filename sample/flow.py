"""The truth about work that takes time: what reached which milestone, how long it took, and what
waited."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sample.borrowing import CHANGED
from sample.cases import Case
from sample.places import FIRST, LAST, at

END = at(LAST + timedelta(days=1), 0)
"""The moment at which the sample ends."""
COHORT = (date(2025, 9, 1), date(2025, 10, 1), date(2025, 10, 3))
"""First day of some requests, the day after their last, and the day in whose first minute they are
looked at."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a process begins and ends, as libstats/definitions/processes.toml says."""

    starts: str
    done: str
    given_up: str = "cancelled"
    is_last: bool = False
    """Whether the last time that it was done counts."""


KINDS = {
    "ill_borrowing": Kind("submitted", "available", is_last=True),
    "ill_lending": Kind("received", "shipped"),
    "document_delivery": Kind("submitted", "delivered", is_last=True),
    "hold": Kind("placed", "ready"),
    "transit": Kind("sent", "arrived"),
    "order_copy": Kind("ordered", "received"),
    "cataloguing": Kind("received", "catalogued", "withdrawn"),
}


@dataclass(frozen=True, slots=True)
class End:
    """What had become of a case by some moment. `outcome` is done, given_up or open."""

    outcome: str
    begun: datetime
    at: datetime

    @property
    def days(self) -> float:
        """How long it took, to a ten-thousandth of a day."""
        return round((self.at - self.begun).total_seconds() * 10_000 / 86_400) / 10_000


def end_of(case: Case, until: datetime) -> End | None:
    """Return what had become of `case` by `until`; None if it had not begun."""
    kind = KINDS[case.process]
    begun = case.times(kind.starts, until)
    if not begun:
        return None
    done, given_up = case.times(kind.done, until), case.times(kind.given_up, until)
    if done:
        return End("done", begun[0], done[-1] if kind.is_last else done[0])
    if given_up and not any(given_up[-1] < moment < until for moment, _ in case.reached):
        return End("given_up", begun[0], given_up[-1])
    return End("open", begun[0], until)


def truth(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the truth about each process."""
    told = {}
    for process, kind in KINDS.items():
        mine = [case for case in cases if case.process == process]
        ends = [(case, end) for case in mine if (end := end_of(case, END))]
        told[process] = {
            "starts": kind.starts,
            "done": kind.done,
            "given_up": kind.given_up,
            "outcomes": {
                outcome: sum(end.outcome == outcome for _, end in ends)
                for outcome in ("done", "given_up", "open")
            },
            "reached": _reached(mine),
            "turnaround": _turnaround([end for _, end in ends]),
            "open_at_month_end": {
                f"{day - timedelta(days=1)}": _open(mine, at(day, 0)) for day in _month_ends()
            },
        }
    told["ill_borrowing"] |= _story([case for case in cases if case.process == "ill_borrowing"])
    return told


def _reached(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return for each month and branch how many cases reached each milestone; `times`, where it
    differs, every time."""
    first: dict[tuple[str, str], Counter[str]] = {}
    times: dict[tuple[str, str], Counter[str]] = {}
    for case in cases:
        for milestone in sorted({name for _, name in case.reached if name}):
            moments = case.times(milestone, END)
            kind = KINDS[case.process]
            counts_last = milestone == kind.given_up or (kind.is_last and milestone == kind.done)
            for place, moment in enumerate(reversed(moments) if counts_last else moments):
                cell = (f"{moment:%Y-%m}", case.branch)
                times.setdefault(cell, Counter())[milestone] += 1
                first.setdefault(cell, Counter())[milestone] += place == 0
    cells = [
        (
            {"month": month, "branch": branch},
            _counts(first[month, branch]),
            _counts(times[month, branch]),
        )
        for month, branch in sorted(times)
    ]
    return [
        cell | {"cases": once} | ({"times": every} if every != once else {})
        for cell, once, every in cells
    ]


def _counts(counted: Counter[str]) -> dict[str, int]:
    """Return what was counted, without noughts, by name."""
    return {name: count for name, count in sorted(counted.items()) if count}


def _turnaround(ends: Sequence[End]) -> list[dict[str, Any]]:
    """Return for each month of beginning how long each case took in the end, in days; what is open
    is counted."""
    months: dict[str, list[End]] = {}
    for end in ends:
        months.setdefault(f"{end.begun:%Y-%m}", []).append(end)
    return [
        {
            "month": month,
            "done_days": sorted(end.days for end in mine if end.outcome == "done"),
            "given_up_days": sorted(end.days for end in mine if end.outcome == "given_up"),
            "open": sum(end.outcome == "open" for end in mine),
        }
        for month, mine in sorted(months.items())
    ]


def _month_ends() -> list[date]:
    """Return the first day of each month after the first."""
    days, day = [], FIRST
    while day <= LAST:
        day = (day + timedelta(days=32)).replace(day=1)
        days.append(day)
    return days


def _open(cases: Sequence[Case], moment: datetime) -> int:
    """Return how many cases had begun and not ended at `moment`."""
    return sum(end.outcome == "open" for case in cases if (end := end_of(case, moment)))


def _story(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the change that made borrowing faster, and one month's requests looked at too early."""
    ends = [end for case in cases if (end := end_of(case, END)) and end.outcome == "done"]
    since, until, looked = (at(day, 0) for day in COHORT)
    mine = [case for case in cases if since <= case.reached[0][0] < until]
    then, later = (
        [end for case in mine if (end := end_of(case, moment))] for moment in (looked, END)
    )
    return {
        "change": {
            "on": str(CHANGED),
            "mean_days_before": _mean(ends, lambda end: end.begun < at(CHANGED, 0)),
            "mean_days_after": _mean(ends, lambda end: end.begun >= at(CHANGED, 0)),
        },
        "cohort": {
            "since": str(COHORT[0]),
            "until": str(COHORT[1]),
            "as_of": str(looked),
            "requests": len(mine),
            "then": {
                outcome: sum(end.outcome == outcome for end in then)
                for outcome in ("done", "given_up", "open")
            },
            "later": {
                outcome: sum(end.outcome == outcome for end in later)
                for outcome in ("done", "given_up", "open")
            },
            "naive_mean_days": _mean(then, lambda end: end.outcome == "done"),
            "naive_median_days": _median(then),
            "true_mean_days": _mean(later, lambda end: end.outcome == "done"),
            "true_median_days": _median(later),
        },
    }


def _mean(ends: Sequence[End], wanted: Callable[[End], bool]) -> float:
    """Return the mean days of those `wanted`, to a hundredth."""
    seconds = [round((end.at - end.begun).total_seconds()) for end in ends if wanted(end)]
    return sum(seconds) * 100 // (len(seconds) * 86_400) / 100


def _median(ends: Sequence[End]) -> float:
    """Return the median days of those done, to a ten-thousandth."""
    return round(median(end.days for end in ends if end.outcome == "done"), 4)
