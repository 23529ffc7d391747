"""The monthly waits of a kind of work, by month of request, and which months are no points."""

from __future__ import annotations

from datetime import date

from libstats.analysis.signals.series import Asked
from libstats.analysis.work.turnaround import turnaround
from libstats.errors import AnalysisError
from libstats.wording import Row, records

DECIDED = 0.8  # of a month's cases that have ended: its median then stays, whatever the others do


def of_wait(asked: Asked) -> list[Row]:
    """The median wait of the cases that began in a month, where enough of these have ended. Raises
    AnalysisError by branch, and as `turnaround` does."""
    if asked.is_by_branch:
        raise AnalysisError(
            "waits are judged of the whole library, not by branch",
            "Leave by out; turnaround(..., by='branch') tells the waits of a period.",
        )
    if asked.kind is None:
        found = records(turnaround(asked.con, asked.process or "", by="month", **asked.period))
    else:
        found = _of_kind(asked, asked.kind)
    return [_waited(row) for row in found if row["part"] is not None]


def _of_kind(asked: Asked, kind: str) -> list[Row]:
    """The months of the cases of one kind; AnalysisError where there is none such."""
    found: dict[str, list[Row]] = {}
    by = turnaround(asked.con, asked.process or "", by="kind and month", **asked.period)
    for row in records(by):
        name, _, month = (row["part"] or "").rpartition(", ")
        found.setdefault(name, []).append({**row, "part": month})
    if kind not in found:
        known = ", ".join(filter(None, found)) or "none"
        raise AnalysisError(f"there is no kind {kind!r} of {asked.process}", f"There are: {known}.")
    return found[kind]


def _waited(row: Row) -> Row:
    decided = 1 - row["still_open"] / row["cases"]
    left_out = row["reason"] if row["coverage"] != "whole" else None
    if left_out is None and decided < DECIDED:
        left_out = (
            f"too young: {row['still_open']} of the {row['cases']} that began then are open still"
        )
    elif left_out is None and row["p50"] is None:
        left_out = "less than half of them came to their end"
    return {
        "branch": None,
        "period": date.fromisoformat(f"{row['part']}-01"),
        "amount": row["cases"],
        "days": None,
        "per": "case",
        "decided": decided,
        "value": row["p50"] if left_out is None else None,
        "left_out": left_out,
        "note": None,
    }
