"""What a correct loader must find, counted from the simulation and never from the files."""

from collections import Counter
from typing import Any

from libstats.sample import oddities
from libstats.sample.exports import Exports
from libstats.sample.library import Library
from libstats.sample.places import BRANCHES, FIRST, LAST, SYSTEM, UPGRADED
from libstats.sample.records import Event

CHANNELS = ("staff", "patron", "self_check", "automatic", "unknown")
OUTCOMES = ("cancelled", "filled", "in_transit", "pending", "waiting")


def of(library: Library, exports: Exports, seed: int) -> dict[str, Any]:
    """Return the truth about a library that was lived to its last day, and the rows of its files."""
    return {
        "system": SYSTEM,
        "seed": seed,
        "since": FIRST.isoformat(),
        "until": LAST.isoformat(),
        "upgraded_on": UPGRADED.isoformat(),
        "branches": {branch.code: branch.name for branch in BRANCHES},
        "counts": _counts(library),
        "months": _months(library),
        "rows": dict(sorted(exports.rows.items())),
    }


def _counts(library: Library) -> dict[str, Any]:
    """Return the totals of the whole period, and of what there is at its end."""
    loans = library.loans
    return {
        "items": len(library.items),
        "titles": len(library.titles),
        "loans": len(loans),
        "loans_open": sum(loan.returned is None for loan in loans),
        "loans_onsite": sum(loan.is_onsite for loan in loans),
        "events": len(library.events),
        "events_by_type": _sorted(Counter(map(oddities.type_of, library.events))),
        "holds": {outcome: sum(hold.outcome == outcome for hold in library.holds) for outcome in OUTCOMES},
    }


def _months(library: Library) -> list[dict[str, Any]]:
    """Return one entry for each month and branch of the log that has any circulation."""
    cells: dict[tuple[str, str], Counter[str]] = {}
    for event in library.events:
        if event.type not in ("payment", "writeoff"):
            cell = cells.setdefault((f"{event.at:%Y-%m}", event.branch), Counter())
            cell[_measure(event)] += 1
    return [
        {
            "month": month,
            "branch": branch,
            "checkouts": cell["issue"],
            "returns": cell["return"],
            "renewals": {channel: cell[channel] for channel in CHANNELS},
            "in_house_uses": cell["localuse"] + cell["onsite_checkout"],
        }
        for (month, branch), cell in sorted(cells.items())
    ]


def _measure(event: Event) -> str:
    """Return what an event counts as: a renewal is known by its channel, once the log tells it."""
    if event.type != "renew":
        return event.type
    return event.channel if event.at.date() >= UPGRADED else "unknown"


def _sorted(counts: Counter[str]) -> dict[str, int]:
    """Return `counts` in the order of their names."""
    return dict(sorted(counts.items()))
