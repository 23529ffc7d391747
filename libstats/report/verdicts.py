"""What the control charts say of the newest month, in plain words; used by all reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from libstats.analysis.chart.verdict import USUAL
from libstats.analysis.signals.signals import Measure, signals
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.wording import Row, records

__all__ = ["Verdicts", "own_goal", "stands_out", "verdicts"]

OUT = {
    "checkouts": {"better": "more", "worse": "fewer"},
    "done": {"higher": "more", "lower": "fewer"},
    "wait": {"better": "shorter", "worse": "longer"},
}


@dataclass(frozen=True)
class Verdicts:
    """The months of a series, its newest one that has a verdict, and why there is none."""

    measure: str
    rows: Sequence[Row] = ()
    newest: Row | None = None
    reason: str = ""

    @property
    def is_judged(self) -> bool:
        """True where the control chart has a word for it."""
        return self.newest is not None

    @property
    def out(self) -> str:
        """How the newest month stands out, as in `longer`; nothing where it does not."""
        return OUT[self.measure].get(self.newest["verdict"], "") if self.newest else ""

    @property
    def phrase(self) -> str:
        """The verdict as part of a sentence."""
        word = {"shorter": "less"}.get(self.out, self.out)
        return f"{word} than the usual ups and downs explain" if word else USUAL

    def of(self, month: date) -> str:
        """The verdict on a month as part of a sentence; nothing where it is on another, or none."""
        return self.phrase if self.newest and self.newest["period"] == month else ""

    def trend(self, months: Sequence[date]) -> list[float | None]:
        """The values of some months; what is not told as a whole, or too young, is left out."""
        found = {row["period"]: row["value"] for row in self.rows if row["is_point"]}
        return [found.get(month) for month in months]


def verdicts(
    con: duckdb.DuckDBPyConnection,
    measure: Measure,
    process: str,
    until: date | datetime,
    kind: str | None = None,
) -> Verdicts:
    """What the control chart says of a kind of work, up to the end of the last month before
    `until`."""
    goal = own_goal(con, process) if measure == "wait" else None
    try:
        found = signals(con, measure=measure, process=process, kind=kind, as_of=until, goal=goal)
        rows = records(found)
    except AnalysisError as error:
        return Verdicts(measure, reason=error.problem)
    newest = next((row for row in rows if row["is_judged"]), None)
    points = [row for row in rows if row["is_point"]]
    reasons = [row["reason"] for row in points[-1:] or rows if row["reason"]]
    return Verdicts(measure, rows, newest, reasons[-1] if reasons and newest is None else "")


def own_goal(con: duckdb.DuckDBPyConnection, process: str) -> float | None:
    """The goal that the library set for a kind of work, in days; None where it set none."""
    work = process_of(con, process)
    return work.goal_days if work.has_own_goal else None


def stands_out(found: Sequence[tuple[str, Verdicts]]) -> list[str]:
    """What of several series stands out, as in `longer waits for loans`."""
    return [f"{each.out} {what}" for what, each in found if each.out]
