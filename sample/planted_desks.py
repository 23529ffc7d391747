"""What was planted at the ILL desk and in technical services, as it stood at the end."""

from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sample import alma, flow
from sample.cases import Line, Request
from sample.ill import Requests
from sample.left_alone import LEFT_DAYS, STEPS
from sample.lenders import BY_PATRON, DUPLICATE, LENDERS
from sample.orders import ABSENT, SLOW_VENDOR, VENDORS, Orders
from sample.places import FIRST, LAST, at

END = flow.END
YEAR = (date(2025, 11, 1), date(2026, 11, 1))
"""The last twelve months."""
NEVER_CLOSED = date(2026, 7, 1)
"""What was sent to a lender before this day and is open still was forgotten by everybody."""


def ill(desk: Requests) -> dict[str, Any]:
    """Return the requests that are left alone by what is wrong with them, the lenders, and the rate
    of the last twelve months."""
    borrowing = [request for request in desk.all if request.process == "ill_borrowing"]
    left = {
        what: [_left(request) for request in borrowing if _is_left(request, status)]
        for what, status in STEPS.items()
    }
    days = _lender_days(borrowing)
    pace = sorted(days, key=lambda symbol: median(days[symbol]))
    return left | {
        "slow_lender": _lender(pace[-1], days),
        "quick_lender": _lender(pace[0], days),
        "fill_rate": _fill_rate(borrowing),
        "never_closed": [
            request.number
            for request in borrowing
            if _status(request) == "Request Sent" and _since(request).date() < NEVER_CLOSED
        ],
        "first": {
            what: [entry["request"] for entry in left[what]]
            for what in ("refused_by_all", "conditional_unanswered", "not_sent", "not_sent_back")
        },
    }


def _seen(request: Request) -> list[Any]:
    """Return the changes of a request that its exports have."""
    return [change for change in request.changes if change.at < END]


def _status(request: Request) -> str:
    """Return the last status of `request`."""
    return str(_seen(request)[-1].status)


def _since(request: Request) -> datetime:
    """Return since when it has that status."""
    found: datetime = _seen(request)[-1].at
    return found


def _is_left(request: Request, status: str) -> bool:
    """Return whether `request` has been in `status` for days."""
    return _status(request) == status and END - _since(request) >= timedelta(days=LEFT_DAYS)


def _left(request: Request) -> dict[str, Any]:
    """Return what is to be known of a request to act on it."""
    return {
        "request": request.number,
        "kind": request.kind,
        "lenders": request.tried,
        "since": f"{_since(request):%Y-%m-%d}",
        "days": (END - _since(request)).days,
    }


def _lender_days(borrowing: list[Request]) -> dict[str, list[float]]:
    """Return by lender how long each loan took from the day it was sent to that lender until it was
    here: what a lender takes that sends a book."""
    found: dict[str, list[float]] = {lender.symbol: [] for lender in LENDERS}
    for request in borrowing:
        received = request.times("received", END)
        sent = request.times("sent", END)
        if request.kind == "Loan" and received and sent and sent[-1] < received[0]:
            span = (received[0] - sent[-1]).total_seconds()
            found[request.lender].append(span / 86_400)
    return found


def _lender(symbol: str, days: dict[str, list[float]]) -> dict[str, Any]:
    """Return what is to be said of one lender."""
    return {
        "symbol": symbol,
        "loans": len(days[symbol]),
        "median_days": round(median(days[symbol]), 1),
        "median_days_of_all": round(median(span for spans in days.values() for span in spans), 1),
    }


def _fill_rate(borrowing: list[Request]) -> dict[str, Any]:
    """Return how many of the requests made in the last twelve months were filled, of those that
    could have been."""
    mine = [r for r in borrowing if at(YEAR[0], 0) <= r.reached[0][0] < at(YEAR[1], 0)]
    ends = [(request, flow.end_of(request, END)) for request in mine]
    given_up = [request for request, end in ends if end and end.outcome == "given_up"]
    filled = sum(end is not None and end.outcome == "done" for _, end in ends)
    left_out = {
        "duplicate": sum(request.reason is DUPLICATE for request in given_up),
        "cancelled_by_patron": sum(request.reason is BY_PATRON for request in given_up),
    }
    unfilled = len(given_up) - sum(left_out.values())
    return {
        "since": str(YEAR[0]),
        "until": str(YEAR[1]),
        "percent": round(100 * filled / (filled + unfilled), 1),
        "filled": filled,
        "unfilled": unfilled,
        "still_open": len(mine) - filled - len(given_up),
    } | left_out


def orders(orders: Orders) -> dict[str, Any]:
    """Return what is late, billed and unseen, or received and not on the shelf."""
    days = _lead_days(orders)
    return {
        "slow_vendor": {"vendor": SLOW_VENDOR}
        | {f"median_days_{vendor}": round(median(days[vendor]), 1) for vendor in sorted(VENDORS)},
        "received_not_available": [
            {"item_id": alma.item_id(copy), "received_on": f"{copy.received:%Y-%m-%d}"}
            for copy in orders.left_on_cart
        ],
        "received_with_hold": [
            {
                "item_id": alma.item_id(copy),
                "title_id": alma.title_id(copy.line),
                "title": copy.line.title,
                "asked_for_on": str(day),
            }
            for copy, day in orders.asked_for
            if copy.line
        ],
        "matching": "Alma's requests name the title (MMS Id) of a copy in process; holds of Koha and copies of Alma cannot be joined",
        "rush": "it cannot be told: the export of order lines has no column for it",
        "late": [
            _line(line) | {"usual_days": _usual(days[line.vendor])}
            for line in orders.lines
            if _is_late(line, _usual(days[line.vendor]))
        ],
        "invoiced_not_received": [_line(line) for line in orders.invoiced_unseen],
        "cancelled": sum(
            line.cancelled is not None and line.cancelled < END for line in orders.lines
        ),
    }


def _lead_days(orders: Orders) -> dict[str, list[int]]:
    """Return by vendor the days from the order to each copy that came."""
    found: dict[str, list[int]] = {vendor: [] for vendor in VENDORS}
    for copy in orders.copies:
        if copy.received and copy.received < END and copy.line and copy.line.sent:
            found[copy.line.vendor].append((copy.received.date() - copy.line.sent).days)
    return found


def _usual(days: list[int]) -> int:
    """Return the days within which nineteen of twenty copies came."""
    return sorted(days)[len(days) * 95 // 100]


def _is_late(line: Line, usual: int) -> bool:
    """Return whether a copy of `line` is awaited for longer than usual."""
    if not line.sent or line.sent > LAST or (line.cancelled and line.cancelled < END):
        return False
    is_awaited = any(copy.received is None or copy.received >= END for copy in line.copies)
    return is_awaited and (LAST - line.sent).days > usual


def _line(line: Line) -> dict[str, Any]:
    """Return what tells an order line from others."""
    return {
        "line": f"POL-{line.number}",
        "title": line.title,
        "vendor": line.vendor,
        "ordered_on": str(line.sent),
    }


def cataloguing(orders: Orders) -> dict[str, Any]:
    """Return when most waited to be catalogued, and why."""
    waiting = {
        str(day): sum(
            copy.received is not None
            and copy.received < at(day, 0)
            and (copy.catalogued is None or copy.catalogued >= at(day, 0))
            for copy in orders.catalogued
        )
        for day in (FIRST + timedelta(days=place) for place in range((LAST - FIRST).days + 2))
    }
    largest = max(waiting, key=lambda day: (waiting[day], day))
    return {
        "pile": {
            "largest_before": largest,
            "copies": waiting[largest],
            "why": f"the cataloguer was away from {ABSENT[0]} to {ABSENT[1]}",
        }
    }
