"""What was planted among holds and journeys, as it stood at the end."""

from collections import Counter
from datetime import timedelta
from statistics import median
from typing import Any

from sample.circulation import SLOW_ROUTE
from sample.library import Library
from sample.places import LAST, at
from sample.records import Hold, Item, Journey

A_COPY = 4
"""Holds on one copy; with more another one is to be bought."""
STUCK_DAYS = 10
"""No journey takes so long, closures and all, but one on which the copy is lost."""


def holds(library: Library) -> dict[str, Any]:
    """Return the holds that want a hand, and those that are paused."""
    pending = [hold for hold in library.holds if hold.outcome == "pending"]
    return {
        "no_copy_left": [
            _named(hold, _copies(library, hold)) for hold in pending if _is_hopeless(library, hold)
        ],
        "not_found_on_shelf": _not_found(library),
        "suspended": [
            _named(hold, ()) | {"until": str(hold.suspended_until)}
            for hold in pending
            if hold.suspended_until and hold.suspended_until > LAST
        ],
        "past_shelf_date": [
            _named(hold, (hold.item,)) | {"expires_on": str(hold.expires)}
            for hold in library.holds
            if hold.outcome == "waiting" and hold.item and hold.expires and hold.expires < LAST
        ],
        "buy": _buy(library, pending),
    }


def _named(hold: Hold, items: list[Item] | tuple[Item, ...]) -> dict[str, Any]:
    """Return what tells one hold, and the copies in question, from others."""
    return {
        "hold_id": hold.number,
        "title_id": hold.title.number,
        "title": hold.title.title,
        "branch": hold.branch.code,
        "placed_on": str(hold.placed),
        "barcodes": [item.barcode for item in items],
    }


def _copies(library: Library, hold: Hold) -> list[Item]:
    """Return the copies that the catalogue has, of those that `hold` may have; what is on order is
    none yet."""
    return [
        item
        for item in library.items
        if item.title is hold.title
        and item.place != "ordered"
        and (not hold.is_item_level or item is hold.item)
    ]


def _is_hopeless(library: Library, hold: Hold) -> bool:
    """Return whether every copy that `hold` may have is lost, missing or withdrawn."""
    return all(item.lost or item.withdrawn_on for item in _copies(library, hold))


def _not_found(library: Library) -> list[dict[str, Any]]:
    """Return the holds for which a copy stood on its shelf, as the catalogue says, at the end and a
    week before."""
    still = library.loose_ends.seen_on_shelf & set(library.loose_ends.on_shelf(LAST))
    by_hold = {hold.number: hold for hold in library.holds}
    items = {item.number: item for item in library.items}
    return [_named(by_hold[hold], (items[item],)) for hold, item in sorted(still)]


def _buy(library: Library, pending: list[Hold]) -> list[dict[str, Any]]:
    """Return the titles with more than four holds a copy, and how many more are on order."""
    queues = Counter(hold.title.number for hold in pending)
    found = []
    for title in library.titles:
        mine = [item for item in library.items if item.title is title]
        ordered = sum(item.place == "ordered" for item in mine)
        held = sum(not item.lost and not item.withdrawn_on for item in mine) - ordered
        if held and queues[title.number] > A_COPY * held:
            found.append(
                {
                    "title_id": title.number,
                    "title": title.title,
                    "holds": queues[title.number],
                    "copies": held,
                    "on_order": ordered,
                }
            )
    return found


def transit(library: Library) -> dict[str, Any]:
    """Return the slow route, and the journeys that do not end."""
    slow: list[float] = []
    others: list[float] = []
    for journey in library.journeys:
        if journey.arrived:
            days = (journey.arrived - journey.sent).total_seconds() / 86_400
            (slow if (journey.origin, journey.target) == SLOW_ROUTE else others).append(days)
    origin, target = SLOW_ROUTE
    return {
        "slow_route": {
            "from": origin.code,
            "to": target.code,
            "median_days": round(median(slow), 1),
            "median_days_elsewhere": round(median(others), 1),
            "journeys": len(slow),
        },
        "stuck": [_journey(journey) for journey in library.journeys if _is_stuck(journey)],
    }


def _is_stuck(journey: Journey) -> bool:
    """Return whether `journey` lasts far too long."""
    return journey.arrived is None and journey.sent < at(LAST - timedelta(days=STUCK_DAYS), 0)


def _journey(journey: Journey) -> dict[str, Any]:
    """Return what tells a journey from others."""
    return {
        "transit_id": journey.number,
        "barcode": journey.item.barcode,
        "from": journey.origin.code,
        "to": journey.target.code,
        "sent_on": f"{journey.sent:%Y-%m-%d}",
    }
