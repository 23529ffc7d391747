"""What a correct loader must find of the neighbour library: what was lived, and what the lists can
tell of it, each with the reason where they cannot tell all. Counted from what was planted, never
from the files."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sample.polaris.desk import UNKNOWN, Desk
from sample.polaris.holds import ENDS, ODD, OPEN, Hold, Requests
from sample.polaris.lists import item_id
from sample.polaris.place import (
    BRANCHES,
    CARDS,
    CUT_ON,
    FIRST,
    HOLD_LISTS,
    LAST,
    LISTED,
    SYSTEM,
    told,
)
from sample.polaris.stock import NOT_HELD, UNTOLD_NUMBERS, UNTOLD_WORDS, WORDS, Copy, Stock

MEASURES = ("checkouts", "by_patron", "automatic", "unknown", "in_house_uses")
NEVER_LISTED = "no list was made while it was there"


def of(stock: Stock, desk: Desk, requests: Requests) -> dict[str, Any]:
    """Return the truth."""
    return {
        "system": SYSTEM,
        "since": FIRST.isoformat(),
        "until": LAST.isoformat(),
        "branches": {branch.number: branch.name for branch in BRANCHES},
        "months": _months(desk),
        "at_cards_of_places": sum(t.measure == "at a place's card" for t in desk.transactions),
        "cards_of_places": CARDS,
        "copies": {str(day): _copies(stood, day) for day, stood in desk.stood.items()},
        "unknown_codes": {
            str(LISTED[0]): _untold(desk.stood[LISTED[0]], LISTED[0]),
            str(LISTED[1]): _untold(desk.stood[LISTED[1]], LISTED[1]),
            "hold": {ODD: sum(hold.at(LAST)[1] == ODD for hold in requests.all)},
            "circulation_event": {str(UNKNOWN): _logged(desk, UNKNOWN)},
        },
        "weeding": _weeding(stock),
        "holds": [_hold(hold) for hold in requests.all],
        "waiting": {str(day): _waiting(requests, day) for day in _month_ends()},
    }


def _logged(desk: Desk, kind: int) -> int:
    """Return how many transactions of a type the files hold."""
    return sum(
        t.type == kind and not _is_left_out(t.at.date(), t.branch) for t in desk.transactions
    )


def _is_left_out(day: date, branch: str) -> bool:
    state, _ = told(f"{day:%Y-%m}", branch)
    return state == "outside" or (state == "partly" and day > CUT_ON)


def _months(desk: Desk) -> list[dict[str, Any]]:
    """Return one entry a month and branch: what was lived, and how much of it the files tell."""
    lived: dict[tuple[str, str], Counter[str]] = {}
    shown: dict[tuple[str, str], Counter[str]] = {}
    for made in desk.transactions:
        cell = f"{made.at:%Y-%m}", made.branch
        lived.setdefault(cell, Counter())[made.measure] += 1
        if not _is_left_out(made.at.date(), made.branch):
            shown.setdefault(cell, Counter())[made.measure] += 1
    return [
        {
            "month": month,
            "branch": branch,
            "told": told(month, branch)[0],
            "reason": told(month, branch)[1],
            **{measure: cell[measure] for measure in MEASURES},
            "shown": {
                measure: shown.get((month, branch), Counter())[measure] for measure in MEASURES
            },
        }
        for (month, branch), cell in sorted(lived.items())
    ]


def _is_listed(copy: Copy, day: date) -> bool:
    if day == LISTED[0]:
        return not copy.came_late
    return not copy.went and not copy.is_deleted


def _untold_of(day: date) -> tuple[int, ...]:
    return UNTOLD_WORDS if day == LISTED[0] else UNTOLD_NUMBERS


def _copies(stood: list[Copy], day: date) -> dict[str, int]:
    """Return how many copies a list names, how many the library has, and of how many nobody can
    tell."""
    listed = [copy for copy in stood if _is_listed(copy, day)]
    untold = sum(copy.status in _untold_of(day) for copy in listed)
    gone = sum(copy.status in NOT_HELD for copy in listed)
    return {
        "listed": len(listed),
        "held": len(listed) - untold - gone,
        "not_held": gone,
        "cannot_tell": untold,
    }


def _untold(stood: list[Copy], day: date) -> dict[str, int]:
    """Return how many copies each code stands for that nobody declared."""
    counts = Counter(
        copy.status for copy in stood if _is_listed(copy, day) and copy.status in _untold_of(day)
    )
    return {WORDS[code] if day == LISTED[0] else f"{code}": n for code, n in sorted(counts.items())}


def _weeding(stock: Stock) -> dict[str, Any]:
    """Return the verdict on each copy of the second list."""
    return {
        "rule": "a candidate is fiction not lent for two years that is in its place or damaged, beside another copy that the library has",
        "items": [
            {"item_id": item_id(copy), "why": copy.why, "verdict": copy.verdict}
            for copy in stock.copies
            if _is_listed(copy, LISTED[1])
        ],
    }


def _hold(hold: Hold) -> dict[str, Any]:
    """Return what a hold lived, and what the lists can tell of it."""
    found: dict[str, Any] = {
        "hold_id": f"{hold.number}",
        "branch": hold.branch,
        "placed_on": str(hold.placed),
        "why": hold.why,
        "outcome": hold.outcome,
        "ready_on": _text(hold.ready_on),
    }
    seen = [day for day in HOLD_LISTS if hold.is_listed(day)]
    if not seen:
        return found | {"told": None, "reason": NEVER_LISTED}
    first = next(
        (day for day in seen if hold.at(day)[1] not in OPEN or hold.at(day)[1] == "Held"), None
    )
    last_status = hold.at(seen[-1])[1]
    # the list tells the day on the shelf only while it stands there
    shelf = hold.ready_on if last_status == "Held" else None
    outcome, reason = ENDS.get(last_status, "open"), ""
    if last_status == ODD:
        outcome, reason = "undeterminable", "nobody declared its status"
    elif last_status in ENDS and shelf is None and hold.ready_on:
        reason = "the newest list no longer tells on which day it came to the shelf"
    elif last_status == "Held":
        outcome = "done"
    elif outcome == "open" and seen[-1] != HOLD_LISTS[-1]:
        outcome, reason = "over", "it left the lists between two of them; which way is not told"
    known: dict[str, Any] = {"told": outcome, "told_ready_on": _text(shelf), "reason": reason}
    if outcome == "not fetched":
        known["ready_by"] = _text(first)
    if outcome == "over":
        known["over_after"] = str(seen[-1])
        known["over_by"] = str(HOLD_LISTS[HOLD_LISTS.index(seen[-1]) + 1])
    return found | known


def _text(day: date | None) -> str | None:
    return str(day) if day else None


def _month_ends() -> list[date]:
    """Return the last day of each month of the lists of holds."""
    firsts = [date(2026, month, 1) for month in range(7, 12)]
    return [first - timedelta(days=1) for first in firsts]


def _waiting(requests: Requests, day: date) -> dict[str, Any]:
    """Return how many holds waited at the end of a day, by branch; what is paused, or wanted from a
    day to come, does not wait."""
    there = [hold for hold in requests.all if hold.placed <= day and _is_open(hold, day)]
    waits = [hold for hold in there if hold.at(day)[1] != "Inactive"]
    return {
        "waiting": len(waits),
        "by_branch": dict(sorted(Counter(hold.branch for hold in waits).items())),
        "inactive": len(there) - len(waits),
        "told": "whole" if day in HOLD_LISTS else "partly",
        "reason": "" if day in HOLD_LISTS else "no list was made on that day",
    }


def _is_open(hold: Hold, day: date) -> bool:
    """Return whether a hold had neither come to the shelf nor ended at the end of `day`."""
    return hold.at(day)[1] not in (*ENDS, "Held")
