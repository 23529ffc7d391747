"""What a correct loader must find, counted from the simulation and never from the files."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sample import alma, flow, hours, oddities, weeding
from sample.cases import Case
from sample.exports import Exports
from sample.ill import Requests
from sample.library import Library
from sample.orders import LIBRARY, Orders
from sample.places import BRANCHES, CENTRAL, FIRST, LAST, SYSTEM, UPGRADED, at
from sample.records import Event

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


def of_desks(
    library: Library, desk: Requests, orders: Orders, files: dict[str, int]
) -> dict[str, Any]:
    """Return the truth about work that takes time, about orders, opening hours and weeding, and the
    rows of the other files."""
    cases = [
        *desk.all,
        *_holds(library),
        *_requests(orders),
        *_journeys(library),
        *orders.copies,
        *_pile(orders),
    ]
    return {
        "calendar": hours.truth(),
        "processes": flow.truth(cases),
        "orders": {
            "lines": len(orders.lines),
            "lines_over_two_funds": sum(bool(line.second_fund) for line in orders.lines),
            "lines_not_sent": sum(
                line.order_created is None or line.order_created >= flow.END
                for line in orders.lines
            ),
            "lines_by_status": _sorted(
                Counter(alma.status(line, alma.LAST_NIGHT) for line in orders.lines)
            ),
            "copies": len(orders.copies),
        },
        "reasons": _reasons(desk),
        "weeding": weeding.truth(),
        "files": dict(sorted(files.items())),
    }


def _reasons(desk: Requests) -> dict[str, dict[str, int]]:
    """Return for each process of the ILL desk why requests were given up, in common words."""
    found: dict[str, Counter[str]] = {}
    for request in desk.all:
        end = flow.end_of(request, flow.END)
        if request.reason and end and end.outcome == "given_up":
            found.setdefault(request.process, Counter())[request.reason.means] += 1
    return {process: _sorted(counted) for process, counted in sorted(found.items())}


def _holds(library: Library) -> Iterator[Case]:
    """Return the holds as cases; Koha tells the days only."""
    for hold in library.holds:
        case = Case("hold", hold.branch.code)
        for day, milestone in (
            (hold.placed, "placed"),
            (hold.waiting_on, "ready"),
            (hold.cancelled_on, "cancelled"),
        ):
            if day:
                case.reach(at(day, 0), milestone)
        yield case


def _requests(orders: Orders) -> Iterator[Case]:
    """Return the holds that Alma has, as cases of the library as Alma names it."""
    for _, day in orders.asked_for:
        case = Case("hold", LIBRARY)
        case.reach(at(day, 0), "placed")
        yield case


def _journeys(library: Library) -> Iterator[Case]:
    """Return the journeys as cases of the branch that they go to."""
    for journey in library.journeys:
        case = Case("transit", journey.target.code)
        for moment, milestone in (
            (journey.asked, "requested"),
            (journey.sent, "sent"),
            (journey.arrived, "arrived"),
        ):
            if moment:
                case.reach(moment, milestone)
        yield case


def _pile(orders: Orders) -> Iterator[Case]:
    """Return the copies that came to the cataloguers as cases."""
    for copy in orders.catalogued:
        case = Case("cataloguing", CENTRAL.code)
        for moment, milestone in (
            (copy.received, "received"),
            (copy.catalogued, "catalogued"),
            (copy.available, "available"),
        ):
            if moment:
                case.reach(moment, milestone)
        yield case


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
        "holds": {
            outcome: sum(hold.outcome == outcome for hold in library.holds) for outcome in OUTCOMES
        },
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
