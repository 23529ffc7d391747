"""How long each step of a work took, beside the same time a year before."""

from __future__ import annotations

from collections.abc import Sequence

from libstats.report.charts.beside import bars_beside
from libstats.report.charts.figure import Figure
from libstats.wording import Row, tenths

__all__ = ["steps_beside"]


def steps_beside(rows: Sequence[Row], what: str, when: str) -> Figure:
    """Where does the time of a work go, and where did it go a year before?

    Parameters: `rows` have `step` (in words), `p50` and `before_p50` (days; None where not known);
    `what` names the cases; `when` is the time in words. Returns a figure with two bars a step.
    """
    return bars_beside(
        [{"name": row["step"], "now": row["p50"], "before": row["before_p50"]} for row in rows],
        f"Half of the {what} took up to … days",
        _finding(rows, what),
        f"Days that half of the {what} took at most for each step, {when} and a year before",
    )


def _finding(rows: Sequence[Row], what: str) -> str:
    known = [row for row in rows if row["p50"] is not None]
    if not known:
        return f"No step of the {what} can be told."
    longest = max(known, key=lambda row: row["p50"])
    parts = [
        f"The longest step of the {what} is “{longest['step']}”: half took up to "
        f"{tenths(longest['p50'])} days{_was(longest)}."
    ]
    moved = [row for row in known if row["before_p50"] is not None]
    if moved:
        most = max(moved, key=lambda row: abs(row["p50"] - row["before_p50"]))
        if most is not longest and tenths(most["p50"]) != tenths(most["before_p50"]):
            parts.append(f"“{most['step']}” changed most: {tenths(most['p50'])} days{_was(most)}.")
    return " ".join(parts)


def _was(row: Row) -> str:
    before = row["before_p50"]
    return "" if before is None else f", {tenths(before)} a year before"
