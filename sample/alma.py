"""What Alma Analytics gives: order lines and physical items, in each of the three forms in which
its files arrive."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from sample import names, weeding
from sample.cases import Copy, Line
from sample.orders import FUNDS, LIBRARY, Orders
from sample.places import BY_MONTH, at
from sample.stock import barcode

FOLDER = "alma"
LINES = (
    "Additional Order Reference", "PO Creator", "PO Creation Date", "PO Line Creation Date", "PO Line Creator", "Receiving Note",
    "Receiving Status", "Sent Date", "Source Type", "Status", "Vendor Code", "Order Line Type", "Order Line Type Code",
    "Acquisition Method", "Cancellation Reason", "PO Line Modification Date", "PO Line Modified By", "PO Number", "Reporting Code",
    "PO Line Reference", "Fund Ledger Code", "Fund Ledger Name", "Fund Type",
)  # fmt: skip
ITEMS = (
    "MMS Id", "Creation Date", "Title", "Author", "Publication Date", "ISBN", "Creator", "Library Name", "Item Id",
    "Barcode", "Base Status", "Process Type", "Material Type", "Item Policy", "Acquisition Method", "PO Line Reference",
    "Receiving Note", "Receiving Status", "Sent Date", "Receiving   Date", "Location Name", "Permanent Call Number",
)  # fmt: skip
"""The three spaces are Alma's own."""
REQUESTS = (
    "Request Id", "MMS Id", "Request Type Description", "Request Status", "Request Date", "Request Completion Date",
    "Pickup Location", "Material Type",
)  # fmt: skip
INVOICES = (
    "Invoice-Number", "Invoice-Date", "Invoice-Status", "Invoice-Payment Date", "Invoice Line-Unique Identifier",
    "Invoice Line-Type", "Invoice Line Total Price", "PO Line Reference", "Vendor Code",
)  # fmt: skip
BILLED_SINCE = date(2026, 8, 1)
"""The first day of the invoices that come in the last night."""
NO_DATE = "0-00-00 00:00:00"
CLERK = "qbtech"

Row = tuple[str, ...]
NIGHTS = tuple(date(2025 + month // 12, month % 12 + 1, 1) for month in range(9, 22))
"""Nights on which what changed in the month before comes by itself."""
LAST_NIGHT = date(2026, 11, 1)
"""The night on which everything comes once more."""
BY_HAND = date(2025, 2, 1)
"""The day on which somebody saved the items from the screen."""
TO_FILE = date(2025, 7, 1)
"""The day on which somebody saved the order lines to a file."""


def write(folder: Path, orders: Orders) -> dict[str, int]:
    """Write all files below `folder` and return the rows of each, without its heading."""
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    rows = {}
    for name, heading, found in _files(orders):
        (place / name).write_bytes(_bytes(name, [heading, *found]))
        rows[f"{FOLDER}/{name}"] = len(found)
    return rows


def _files(orders: Orders) -> Iterable[tuple[str, Row, list[Row]]]:
    """Return name, heading and rows of each file."""
    lines, copies = orders.lines, orders.copies
    yield f"Physical items {BY_HAND}.csv", ITEMS, _item_rows(copies, BY_MONTH, BY_HAND)
    yield f"PO lines {TO_FILE}.csv", LINES, _line_rows(lines, BY_MONTH, TO_FILE)
    for before, night in zip((TO_FILE, *NIGHTS), NIGHTS, strict=False):
        yield _scheduled("po_lines_changed", night), LINES, _line_rows(lines, before, night)
    for before, night in zip(NIGHTS[-3:], NIGHTS[-2:], strict=False):
        yield _scheduled("physical_items_changed", night), ITEMS, _item_rows(copies, before, night)
    yield _scheduled("po_lines", LAST_NIGHT), LINES, _line_rows(lines, date.min, LAST_NIGHT)
    yield _scheduled("physical_items", LAST_NIGHT), ITEMS, _item_rows(copies, date.min, LAST_NIGHT)
    yield _scheduled("requests", LAST_NIGHT), REQUESTS, _request_rows(orders)
    yield _scheduled("invoice_lines", LAST_NIGHT), INVOICES, _invoice_rows(orders)
    yield _scheduled("weeding", LAST_NIGHT), weeding.HEADINGS, weeding.rows()


def _scheduled(report: str, night: date) -> str:
    """Return the name of a file that Alma sends by itself: the report's and the minute."""
    return f"{report}_{night:%Y%m%d}0530.csv"


def _bytes(name: str, rows: list[Row]) -> bytes:
    """Return the file as Alma writes it: from the screen, saved to a file, or sent by itself."""
    if name.startswith("Physical items "):
        return b"\xff\xfe" + _text(rows, "\t", "\r\n").encode("utf-16-le")
    if name.startswith("PO lines "):
        return _text(rows, "\t", "\n").rstrip("\n").encode("utf-8-sig")
    return _text(rows, ",", "\n").encode("utf-8-sig")


def _text(rows: list[Row], between: str, ending: str) -> str:
    """Return rows as text, quoted only where it must be."""
    text = io.StringIO()
    csv.writer(text, delimiter=between, lineterminator=ending).writerows(rows)
    return text.getvalue()


def _seen(moment: datetime | None, night: date) -> datetime | None:
    """Return `moment` if it is past at that night."""
    return moment if moment and moment < at(night, 0) else None


def _line_rows(lines: list[Line], begin: date, night: date) -> list[Row]:
    """Return the lines that changed since `begin`, as they stood at `night`; a line over two funds
    has two rows."""
    rows = []
    for line in lines:
        if line.created < at(night, 0) and modified(line, night).date() >= begin:
            rows += [_line_row(line, night, fund) for fund in (line.fund, line.second_fund) if fund]
    return rows


def modified(line: Line, night: date) -> datetime:
    """Return the last change to `line` before `night`."""
    moments = (
        line.created,
        line.order_created,
        line.cancelled,
        *(copy.received for copy in line.copies),
    )
    return max(moment for moment in moments if _seen(moment, night) and moment)


def status(line: Line, night: date) -> str:
    """Return the status of `line` at `night`: it is closed when the last copy has come."""
    if _seen(line.cancelled, night):
        return "CANCELLED"
    return "CLOSED" if all(_seen(copy.received, night) for copy in line.copies) else "ACTIVE"


def _line_row(line: Line, night: date, fund: str) -> Row:
    """Return one row of a line."""
    sent = _seen(line.order_created, night)
    is_received = any(_seen(copy.received, night) for copy in line.copies)
    reason = (
        ("LIBRARY_CANCELLED", "VENDOR_CANCELLED")[line.number % 2]
        if status(line, night) == "CANCELLED"
        else ""
    )
    return (
        "-1" if line.number % 4 else "", CLERK if sent else "", f"{sent}" if sent else NO_DATE, f"{line.created}", CLERK, _note(line),
        "Yes" if is_received else "No", f"{line.sent}" if sent else "", "MANUALENTRY", status(line, night), line.vendor,
        "Print Book - One Time", "PRINTED_BOOK_OT", "PURCHASE", reason, f"{modified(line, night)}", CLERK, line.order if sent else "", "PRINTBOOK",
        f"POL-{line.number}", fund, FUNDS[fund], "Allocated fund",
    )  # fmt: skip


def _note(line: Line) -> str:
    """Return what the receiving desk is told, which may be about a person."""
    return (
        f"hold for {names.GIVEN[line.number % len(names.GIVEN)]} at the desk"
        if line.number % 17 == 0
        else ""
    )


def _item_rows(copies: list[Copy], begin: date, night: date) -> list[Row]:
    """Return the copies that changed since `begin`, as they stood at `night`."""
    rows = []
    for copy in copies:
        line = copy.line
        if line is None or line.created >= at(night, 0):
            continue
        moments = [
            moment
            for moment in (
                line.created,
                line.order_created,
                line.cancelled,
                copy.received,
                copy.catalogued,
                copy.available,
            )
            if moment and _seen(moment, night)
        ]
        if max(moments).date() >= begin:
            rows.append(_item_row(copy, line, night))
    return rows


def request_id(copy: Copy) -> str:
    """Return the number of the request for a copy that was left on a cart."""
    return f"27{copy.number:08d}0009999"


def title_id(line: Line) -> str:
    """Return the number that Alma gives to a title."""
    return f"99{line.number:08d}0009999"


def _request_rows(orders: Orders) -> list[Row]:
    """Return the requests of patrons that are open; a title is asked for, not a copy."""
    return [
        (
            request_id(copy), title_id(copy.line), "Patron physical item request", "Ready", f"{day}", "", LIBRARY, "Book",
        )
        for copy, day in orders.asked_for
        if copy.line
    ]  # fmt: skip


def _invoice_rows(orders: Orders) -> list[Row]:
    """Return what vendors billed lately: a week after the first copy came, or though none did."""
    billed = [(line.sent, line) for line in orders.invoiced_unseen if line.sent]
    for line in orders.lines:
        came = min((copy.received for copy in line.copies if copy.received), default=None)
        if came and came < at(LAST_NIGHT, 0):
            billed.append((came.date(), line))
    rows = []
    for day, line in sorted(billed, key=lambda entry: (entry[0], entry[1].number)):
        billed_on = day + timedelta(days=7)
        if billed_on < LAST_NIGHT and (billed_on >= BILLED_SINCE or line in orders.invoiced_unseen):
            rows.append(_invoice_row(line, billed_on))
    return rows


def _invoice_row(line: Line, billed_on: date) -> Row:
    """Return the invoice of one line; it is paid after four weeks."""
    paid_on = billed_on + timedelta(days=28)
    is_paid = paid_on < LAST_NIGHT
    cents = len(line.copies) * (1299 + line.number * 37 % 2600)
    return (
        f"{line.vendor[:2].upper()}-{line.number}", f"{billed_on}", "CLOSED" if is_paid else "ACTIVE", f"{paid_on}" if is_paid else "",
        f"46{line.number:08d}0009999", "REGULAR", f"{cents // 100}.{cents % 100:02d}", f"POL-{line.number}", line.vendor,
    )  # fmt: skip


def item_id(copy: Copy) -> str:
    """Return the number that Alma gives to a copy."""
    return f"23{copy.number:08d}0009999"


def _item_row(copy: Copy, line: Line, night: date) -> Row:
    """Return one copy: on order, in process without a place, or on its shelf."""
    received, is_ready = _seen(copy.received, night), bool(_seen(copy.available, night))
    is_catalogued = bool(received and _seen(copy.catalogued, night))
    return (
        title_id(line), f"{line.created}", line.title, line.author,
        (f"{line.year}", f"[{line.year}]", f"c{line.year}", f"cop. {line.year}")[line.number % 4], line.isbn, f"Acquisition (PO line POL-{line.number})",
        LIBRARY, item_id(copy), barcode(500_000 + copy.number), "Item in place" if is_ready else "Item not in place",
        "None" if is_ready else "In Process" if received else "Acquisition", "Book", "Standard loan", "PURCHASE", f"POL-{line.number}", _note(line),
        "Yes" if received else "No", f"{line.sent}" if _seen(line.order_created, night) else "", f"{received.date()}" if received else "",
        "Stacks" if is_catalogued else "UNASSIGNED location", copy.call_number if is_catalogued else "Unknown",
    )  # fmt: skip
