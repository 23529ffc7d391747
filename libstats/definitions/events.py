"""What each canonical table tells of, and when: the events of which a load keeps how many it holds
by branch and day, so that what the loads cover can be told (definitions/coverage.py).

TOLD is the whole of it: a table without an event stands there with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from libstats.definitions.processes import OTHERWISE, OVER

# What a row of a table is, and so on what its coverage can rest.
#   log     an event: a file holds all of a span of days
#   case    something that begins and ends: files are selected by begin, end or outcome
#   list    a thing that is there or not: a file holds what was there on a day
#   nothing an attribute of something else, or a code: it has no day
Kind = Literal["log", "case", "list", "nothing"]


@dataclass(frozen=True)
class Event:
    """Something that a row of a table tells of.

    named   SQL: its name
    at      the column, or SQL, of when it happened; blank: it did not
    where   SQL: the rows that tell of it
    """

    named: str
    at: str
    where: str = "true"


@dataclass(frozen=True)
class Told:
    """What a table tells of.

    kind    what a row of it is
    events  of a case the one that begins it first
    branch  SQL: the branch by which it is counted
    is_open SQL: the case has not ended
    ended_at SQL: when it ended
    quick   days within which some of thirty such cases are over: a file with none that is over,
            though they began over a longer time, is one of open cases alone
    over    outcomes of its status by which a case has ended, though no column says so: a hold that
            is done stands on the shelf, and its row has not ended. Joined when asked
    why     of a table without events: the reason
    """

    kind: Kind
    events: tuple[Event, ...] = ()
    branch: str = "null"
    is_open: str = "null"
    ended_at: str = ""
    quick: int = 7
    over: tuple[str, ...] = ()
    why: str = ""


def _event(name: str, at: str, where: str = "true") -> Event:
    return Event(f"'{name}'", at, where)


def _log(named: str, at: str, branch: str = "null") -> Told:
    return Told("log", (Event(named, at),), branch)


def _none(why: str) -> Told:
    return Told("nothing", why=why)


# By which outcome the cases of a file were selected.
ALL, OPEN, CLOSED, SINCE = "all", "open only", "closed only", "open, and closed since"
APART = "apart"
# Exports that are selected by outcome by their nature: `apart` is a report that lists either the
# open ones or the closed ones, as the tables issues and old_issues of Koha do.
SELECTS = {
    "koha loans": APART,
    "koha holds": APART,
    "koha holds without priority": APART,
    "sierra checkouts": OPEN,
    "sierra holds": OPEN,
    # what was fetched leaves the list at once, so that it tells of no end as it should be
    "polaris holds": OPEN,
    "folio in transit of the app": OPEN,
    "symphony selcharge": OPEN,
    "wms checked-out items": OPEN,
    "symphony selhold": OPEN,
    "evergreen aged circulations": CLOSED,
}
# What [coverage."SYSTEM LIST"] may say that it selects.
WORDS = (ALL, OPEN, CLOSED, SINCE)
# The end of a case, whatever its outcome.
ENDED = "ended"
# What vendor and library write each other covers no orders: it knows of no receipt.
_ORDERED = "not coalesce(is_exchanged, false)"
TOLD: dict[str, Told] = {
    "title": _none("a record has copies, and these are counted"),
    "item": Told("list", (Event("'held'", "null"),), "owning_branch"),
    "loan": Told(
        "case",
        (
            _event("checked_out", "checked_out_at", "not coalesce(is_in_house, false)"),
            _event("in-house use", "checked_out_at", "coalesce(is_in_house, false)"),
        ),
        "checkout_branch",
        "returned_at is null",
        "returned_at",
        over=OVER,
    ),
    "circulation_event": _log("kind", "happened_at", "branch"),
    "hold": Told(
        "case",
        (
            _event("placed", "placed_on"),
            _event("ready", "ready_on"),
            _event("cancelled", "cancelled_on"),
        ),
        "pickup_branch",
        "coalesce(cancelled_on, picked_up_on) is null and status is distinct from 'filled'",
        "coalesce(cancelled_on::timestamp, picked_up_on::timestamp, updated_at)",
        14,
        over=(*OTHERWISE, "not fetched", "over"),
    ),
    "milestone": _log("process || ': ' || milestone", "happened_at", "branch"),
    "transit": Told(
        "case",
        (
            _event("sent", "sent_at"),
            _event("requested", "requested_at"),
            _event("arrived", "arrived_at"),
            _event("cancelled", "cancelled_at"),
        ),
        "to_branch",
        "arrived_at is null and cancelled_at is null",
        "coalesce(arrived_at, cancelled_at)",
        3,
    ),
    "charge": _log("kind", "happened_on", "branch"),
    "purchase_request": Told(
        "case",
        (_event("requested", "requested_on"),),
        "branch",
        is_open=(
            "declined_on is null"
            " and coalesce(lower(status_as_exported), '') not in ('available', 'rejected')"
        ),
        ended_at="coalesce(declined_on::timestamp, updated_at)",
        quick=60,
        over=OVER,
    ),
    "order_line": Told(
        "case",
        (
            _event(
                "ordered",
                "coalesce(placed_at, placed_on::timestamp, created_on::timestamp)",
                _ORDERED,
            ),
            _event("received", "received_on", _ORDERED),
            _event("cancelled", "cancelled_on", _ORDERED),
            _event("requested", "created_on", _ORDERED),
        ),
        is_open="received_on is null and cancelled_on is null"
        " and coalesce(status, '') not in ('received', 'closed', 'cancelled')",
        ended_at="coalesce(received_on, cancelled_on)",
        quick=60,
        over=OVER,
    ),
    "order_copy": Told(
        "log", (_event("received", "coalesce(received_at, received_on)", _ORDERED),)
    ),
    "order_fund": _none("a share of an order line"),
    "purchase_order": Told("log", (_event("begun", "created_on"),), "branch"),
    "invoice": Told("log", (_event("billed", "billed_on"),)),
    "fund": _none("an account, not an event"),
    "vendor": _none("an address, not an event"),
    "ill_request": Told(
        "case",
        (_event("submitted", "created_at"),),
        "branch",
        "coalesce(status, '') not in ('filled', 'unfilled', 'completed', 'cancelled', 'returned')",
        "coalesce(status_since, completed_on::timestamp)",
        14,
    ),
    "ill_event": Told("log", (_event("status", "happened_at"),)),
    "ill_refusal": Told("log", (_event("refused", "refused_on"),)),
    "withdrawal": Told("log", (_event("withdrawn", "withdrawn_at"),), "owning_branch"),
    "staff_event": _log("coalesce(module, 'other')", "happened_at"),
    "serial_issue": Told("log", (_event("received", "received_on"),), "branch"),
    "subscription": _none("a contract, whose issues have the days"),
    "reserve_request": Told(
        "case",
        (_event("requested", "requested_at"), _event("available", "available_at")),
        "branch",
        "available_at is null and cancelled_at is null",
        "coalesce(available_at, cancelled_at)",
        over=OVER,
    ),
    "shelf_scan": _log("'scanned'", "scanned_at", "branch"),
    "access_problem": Told(
        "case",
        (_event("reported", "reported_at"),),
        is_open="resolved_at is null and withdrawn_at is null",
        ended_at="coalesce(resolved_at, withdrawn_at)",
        over=OVER,
    ),
    "access_event": _log("kind", "happened_at"),
    "access_session": _log("outcome", "visited_on"),
    "machine_event": _log("kind", "happened_at", "branch"),
    "licence": _none("a contract, of which the days to come matter"),
    "usage_report": _none("says itself which of its months are told"),
    "usage_item": _none("what a report counts, not an event"),
    "usage": _none("a count of a month, of which usage_report says whether it is told"),
    "link_resolver_usage": Told("log", (_event("requests", "requested_on"),)),
    "digital_title": _none("what is owned, of which the days to come matter"),
    "digital_loan": Told("log", (_event("checkout", "lent_at"),)),
    "digital_use": _none("a count of a period that it says itself"),
    "digital_purchase": Told("log", (_event("ordered", "ordered_on"),)),
    "manual_count": _log("measure", "starts_on", "branch"),
    "notice": _log("coalesce(kind, 'other')", "sent_at", "branch"),
    "invoice_line": _none("a part of an invoice, which has the day"),
    "fund_transaction": _log("kind", "happened_on"),
    "payment": Told("log", (_event("paid", "paid_on"),)),
    "decision": _none("what was said of a case, not an event of it"),
    "code": _none("a name, not an event"),
}
