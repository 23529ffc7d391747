"""The neighbour library: its branches, its days, and what of them was exported."""

from dataclasses import dataclass
from datetime import date, timedelta

from sample.places import HOLIDAYS

SYSTEM = "Fennick Hills Libraries"
FIRST, LAST = date(2025, 8, 1), date(2026, 10, 31)
"""The first and the last day on this Polaris."""
LISTED = (date(2026, 4, 30), date(2026, 10, 31))
"""Days at whose end all copies are listed: by SimplyReports in words, then by SQL in numbers."""
HOLD_LISTS = (date(2026, 6, 30), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31))
"""Days at whose end the holds are listed; the first list has the open ones only."""
PURGED_AFTER = 90
"""Days after which Polaris puts a hold away that ended unfilled; a filled one it does at once."""
MISSING = "2026-02"
"""The month whose transactions nobody exported."""
CUT, CUT_ON = "2026-05", date(2026, 5, 16)
"""The month whose transactions were exported before it was over, and the last day of that file."""
LACKING, LACKED = "2026-08", "5"
"""The month whose query named two branches alone, and the branch that it left out."""
CARDS = {"900001": "mending", "900002": "display in the window"}
"""Cards that stand for places."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One building, by the number that Polaris gave it."""

    number: str
    name: str
    loans: int
    """Checkouts on an open day, in thousandths."""


BRANCHES = (
    Branch("3", "Fennick Hall", 1900),
    Branch("4", "Lower Quill", 1200),
    Branch("5", "Upper Wexing", 900),
)


def days() -> list[date]:
    """Return every day from the first to the last on which doors open: Tuesday to Saturday."""
    every = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    return [day for day in every if day.weekday() in range(1, 6) and not _is_holiday(day)]


def open_day(day: date) -> date:
    """Return `day` or the first day after it on which doors open by the week."""
    while day.weekday() not in range(1, 6):
        day += timedelta(days=1)
    return day


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) in HOLIDAYS


def told(month: str, branch: str) -> tuple[str, str]:
    """Return how much of a month at a branch the transactions tell of (whole, partly, outside), and
    why not more."""
    if month == MISSING:
        return "outside", "nobody exported that month"
    if month == CUT:
        return "partly", f"the file of that month ends on {CUT_ON}"
    if month == LACKING and branch == LACKED:
        return "outside", "the query named the other branches alone"
    return "whole", ""
