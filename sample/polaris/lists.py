"""What Polaris gives: rows as Management Studio and SimplyReports write them."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sample.polaris.desk import Desk, Transaction
from sample.polaris.holds import Hold, Requests
from sample.polaris.place import (
    BRANCHES,
    CUT,
    CUT_ON,
    HOLD_LISTS,
    LACKED,
    LACKING,
    LISTED,
    MISSING,
    SYSTEM,
)
from sample.polaris.stock import WORDS, Copy, Stock

Row = tuple[str, ...]
Listed = tuple[str, Row, list[Row]]
NULL = "NULL"
TRANSACTIONS = (
    "TransactionID", "OrganizationID", "TransactionTypeID", "TranClientDate", "ItemRecordID", "PatronID",
    "MaterialTypeID", "CollectionID", "RenewalFlag", "CheckInType", "SourceID",
)  # fmt: skip
COPIES = (
    "ItemRecordID", "Barcode", "AssociatedBibRecordID", "AssignedBranchID", "AssignedCollectionID", "MaterialTypeID",
    "Price", "LifetimeCircCount", "LifetimeInHouseUseCount", "LastCheckoutRenewDate", "LastCircTransactionDate",
    "FirstAvailableDate", "ItemStatusID", "RecordStatusID", "DueDate",
)  # fmt: skip
REPORT = (
    "Item Record ID", "Item Barcode", "Bibliographic Record ID", "Item Assigned Branch ID",
    "Item Assigned Collection ID", "Item Material Type ID", "Item Call Number", "Browse Title", "Browse Author",
    "Item Lifetime Circ Count", "Item Lifetime In-House Use Count", "Last Checkout/Renew Date",
    "Last Circ Transaction Date", "First Available Date", "Item Status",
)  # fmt: skip
HOLDS = (
    "SysHoldRequestID", "PickupBranchID", "SysHoldStatus", "BibliographicRecordID", "TrappingItemRecordID", "Sequence",
    "CreationDate", "ActivationDate", "ExpirationDate", "HoldTillDate", "HoldNotificationDate",
    "LastStatusTransitionDate", "Suspended",
)  # fmt: skip


def text(rows: Iterable[Row]) -> str:
    """Return rows as a file: commas, and CRLF as Windows ends a line."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def item_id(copy: Copy) -> str:
    """Return the number that Polaris gave a copy."""
    return f"{310_000 + copy.number}"


def title_id(title: int) -> str:
    """Return the number that Polaris gave a title."""
    return f"{88_000 + title}"


def _time(moment: date | None) -> str:
    """Return a day or a time as SQL Server writes it."""
    if moment is None:
        return NULL
    return (
        f"{moment:%Y-%m-%d %H:%M:%S}.000"
        if isinstance(moment, datetime)
        else f"{moment} 00:00:00.000"
    )


def _day(day: date | None) -> str:
    """Return a day as SimplyReports writes it."""
    return "" if day is None else f"{day.month}/{day.day}/{day.year}"


def copies(stock: Stock, desk: Desk) -> Iterator[Listed]:
    """Return the two lists of copies: by SimplyReports, then by SQL."""
    first, second = (desk.stood[day] for day in LISTED)
    rows = [_report_row(copy, stock) for copy in first if not copy.came_late]
    yield f"items-{LISTED[0]}.csv", REPORT, rows
    yield f"items-{LISTED[1]}.csv", COPIES, [_copy_row(copy) for copy in second if not copy.went]


def _barcode(copy: Copy) -> str:
    return f"3990{copy.number:010d}"


def _report_row(copy: Copy, stock: Stock) -> Row:
    title, author = stock.titles[copy.title - 1]
    return (
        item_id(copy), _barcode(copy), title_id(copy.title), copy.branch, f"{copy.collection}", "1", copy.call_number,
        title, author, f"{copy.checkouts}", f"{copy.in_house}", _day(copy.borrowed), _day(copy.seen), _day(copy.added),
        WORDS[copy.status],
    )  # fmt: skip


def _copy_row(copy: Copy) -> Row:
    return (
        item_id(copy), _barcode(copy), title_id(copy.title), copy.branch, f"{copy.collection}", "1",
        f"{12 + copy.number % 15}.9900", f"{copy.checkouts}", f"{copy.in_house}", _time(copy.borrowed),
        _time(copy.seen), _time(copy.added), f"{copy.status}", "4" if copy.is_deleted else "1", _time(copy.due),
    )  # fmt: skip


def transactions(desk: Desk) -> Iterator[Listed]:
    """Return a file a month: one month has none, one ends early, one lacks a branch."""
    months: dict[str, list[Row]] = {}
    for number, made in enumerate(desk.transactions, 500_001):
        month = f"{made.at:%Y-%m}"
        is_left_out = (
            month == MISSING
            or (month == CUT and made.at.date() > CUT_ON)
            or (month == LACKING and made.branch == LACKED)
        )
        if not is_left_out:
            months.setdefault(month, []).append(_transaction_row(number, made))
    for month, rows in sorted(months.items()):
        first = date.fromisoformat(f"{month}-01")
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        yield f"transactions-{CUT_ON if month == CUT else last}.csv", TRANSACTIONS, rows


def _transaction_row(number: int, made: Transaction) -> Row:
    copy = made.copy
    return (
        f"{number}", made.branch, f"{made.type}", _time(made.at), item_id(copy) if copy else NULL, made.patron or NULL,
        "1" if copy else NULL, f"{copy.collection}" if copy else NULL, f"{int(made.is_renewal)}",
        f"{made.checkin_type or NULL}", f"{made.source or NULL}",
    )  # fmt: skip


def holds(requests: Requests) -> Iterator[Listed]:
    """Return the lists of holds: the first of the open ones, the others of all that Polaris has."""
    for day in HOLD_LISTS:
        rows = [_hold_row(hold, day) for hold in requests.all if hold.is_listed(day)]
        yield f"holds{'-open' if day == HOLD_LISTS[0] else ''}-{day}.csv", HOLDS, rows


def _hold_row(hold: Hold, day: date) -> Row:
    since, status = hold.at(day)
    held = since if status == "Held" else None
    is_paused = hold.is_suspended and status == "Inactive"
    return (
        f"{hold.number}", hold.branch, status, title_id(hold.title),
        item_id(hold.copy) if held and hold.copy else NULL, "1", _time(hold.placed),
        _time(hold.active_on or hold.placed), _time(hold.placed + timedelta(days=365)),
        _time(held + timedelta(days=8) if held else None), _time(held), _time(since), f"{int(is_paused)}",
    )  # fmt: skip


def organizations() -> Listed:
    """Return the list of branches."""
    rows: list[Row] = [("1", "1", SYSTEM), ("2", "2", SYSTEM)]
    rows += [(branch.number, "3", branch.name) for branch in BRANCHES]
    return "organizations-2026-10-31.csv", ("OrganizationID", "OrganizationCodeID", "Name"), rows
