"""The monthly waits of a kind of work, by month of request, and which months are no points."""

from __future__ import annotations

from datetime import date

from libstats.errors import AnalysisError
from libstats.wording import Row

DECIDED = 0.8  # of a month's cases that have ended: its median then stays, whatever the others do


def parts(kind: str | None) -> str:
    """By what the turnaround is parted."""
    return "month" if kind is None else "kind and month"


def points(rows: list[Row], process: str, kind: str | None) -> list[Row]:
    """The median wait of the cases that began in a month, where enough of these have ended, of the
    rows of `turnaround`. Raises AnalysisError for a kind of which there is no case."""
    found = rows if kind is None else _of_kind(rows, process, kind)
    return [_waited(row) for row in found if row["part"] is not None]


def _of_kind(rows: list[Row], process: str, kind: str) -> list[Row]:
    """The months of the cases of one kind; AnalysisError where there is none such."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        name, _, month = (row["part"] or "").rpartition(", ")
        found.setdefault(name, []).append({**row, "part": month})
    if kind not in found:
        known = ", ".join(filter(None, found)) or "none"
        raise AnalysisError(f"there is no kind {kind!r} of {process}", f"There are: {known}.")
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
