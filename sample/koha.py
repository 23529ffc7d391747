"""The bytes of a Koha report: its headings, its rows, and how it quotes."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from sample.places import UPGRADED, at
from sample.records import Event, Hold, Item, Journey, Loan, Patron, Title
from sample.stock import sort_key

Row = tuple[str, ...]
Value = str | int | date | datetime | None

_LOAN = (
    "issue_id", "borrowernumber", "itemnumber", "date_due", "branchcode", "returndate", "lastreneweddate",
    "renewals_count", "unseen_renewals", "auto_renew", "timestamp", "issuedate", "onsite_checkout",
)  # fmt: skip
_HOLD = (
    "reserve_id", "borrowernumber", "reservedate", "biblionumber", "branchcode", "notificationdate",
    "cancellationdate", "priority", "found", "timestamp", "itemnumber", "waitingdate", "expirationdate", "suspend",
    "suspend_until", "itemtype", "item_level_hold",
)  # fmt: skip
HEADINGS: dict[str, Row] = {
    "items": (
        "itemnumber", "biblionumber", "barcode", "dateaccessioned", "homebranch", "price", "replacementprice",
        "datelastborrowed", "datelastseen", "notforloan", "damaged", "itemlost", "itemlost_on", "withdrawn",
        "withdrawn_on", "itemcallnumber", "issues", "renewals", "reserves", "holdingbranch", "timestamp", "location",
        "permanent_location", "onloan", "cn_source", "cn_sort", "ccode", "itype", "enumchron", "copynumber",
    ),
    "biblios": (
        "biblionumber", "author", "title", "copyrightdate", "timestamp", "datecreated", "itemtype", "isbn",
        "publishercode",
    ),
    "issues": _LOAN,
    "old_issues": _LOAN,
    "statistics": (
        "datetime", "branch", "value", "type", "itemnumber", "itemtype", "location", "borrowernumber", "ccode",
        "categorycode", "interface",
    ),
    "reserves": _HOLD,
    "old_reserves": _HOLD,
    "branchtransfers": (
        "branchtransfer_id", "itemnumber", "daterequested", "datesent", "frombranch", "datearrived", "datecancelled", "tobranch", "reason",
        "cancellation_reason",
    ),
}  # fmt: skip
"""The columns of each table that is exported, as Koha names them."""

INTERFACES = {
    "staff": "intranet",
    "patron": "opac",
    "self_check": "sip",
    "automatic": "commandline",
}
FOUND = {"pending": None, "in_transit": "T", "waiting": "W", "filled": "F", "cancelled": None}


def file_name(table: str, exported_on: date) -> str:
    """Return the name under which the export of `table` arrives."""
    return f"{table}-{exported_on:%Y-%m-%d}-reportresults.csv"


def write(path: Path, heading: Row, rows: Iterable[Row], *, footer: str = "") -> None:
    """Write one report to `path`: separator `;`, UTF-8 without a mark, LF, and `footer` unquoted at
    the end."""
    lines = [";".join(map(_quote, row)) for row in (heading, *rows)]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n" + footer)


def _quote(field: str) -> str:
    """Quote as Text::CSV does: for the separator, a quote, a space, a control, or a byte from 7F to
    A0.

    The last makes `Clàr` quoted and `Clár` not: it looks at the bytes of the UTF-8, not at the
    letters.
    """
    if any(byte < 0x21 or 0x7F <= byte <= 0xA0 or byte in b'";' for byte in field.encode()):
        return '"' + field.replace('"', '""') + '"'
    return field


def _row(*values: Value) -> Row:
    """Return values as text: NULL is empty, and every time has its seconds."""
    return tuple(
        ""
        if value is None
        else f"{value:%Y-%m-%d %H:%M:%S}"
        if isinstance(value, datetime)
        else str(value)
        for value in values
    )


def money(cents: int, *, decimals: int = 2) -> str:
    """Return an amount with its point, and noughts up to `decimals`."""
    return f"{cents // 100}.{cents % 100:02d}".ljust(len(str(cents // 100)) + 1 + decimals, "0")


def item_row(item: Item, day: date) -> Row:
    """Return the row of `item` at the end of `day`; what came in that day is still on the cart."""
    kind, title = item.title.kind, item.title
    on_cart = item.checked_in == day and item.place == "shelf"
    return _row(
        item.number, title.number, item.barcode, item.accessioned, item.home.code,
        money(item.cents) if item.number % 9 else None, money(item.replacement),
        item.borrowed, item.seen, not_for_loan(item), item.damaged, item.lost, item.lost_on,
        1 if item.withdrawn_on else 0, item.withdrawn_on, title.call_number,
        item.issues, item.renewals, item.reserves, item.holding.code, item.changed,
        "CART" if on_cart else item.location, item.location, item.due, "ddc", sort_key(title.call_number),
        kind.ccode, kind.itype, item.volume, item.copy,
    )  # fmt: skip


def not_for_loan(item: Item) -> int:
    """Return Koha's own number: ordered, to be lent, or never."""
    if item.place == "ordered":
        return -1
    return 0 if item.title.kind.days else 1


def title_row(title: Title) -> Row:
    """Return the row of `title`."""
    return _row(
        title.number, title.author, title.title, title.year, title.changed, title.created, title.kind.itype,
        title.isbn, title.publisher,
    )  # fmt: skip


def loan_row(loan: Loan, exported_on: date) -> Row:
    """Return the row of `loan` as an export of `exported_on` shows it, its patron perhaps gone."""
    forgotten = forgotten_at(loan)
    changed = loan.changed
    if forgotten and forgotten.date() <= exported_on:
        patron, changed = None, forgotten
    else:
        patron = number_of(loan.patron, exported_on)
    return _row(
        loan.number, patron, loan.item.number, loan.due, loan.branch.code, loan.returned, loan.renewed,
        loan.renewals, loan.unseen, int(loan.is_automatic), changed, loan.issued, int(loan.is_onsite),
    )  # fmt: skip


def forgotten_at(loan: Loan) -> datetime | None:
    """Return when the nightly job makes `loan` anonymous: after 30 days, if its patron wished so."""
    if loan.returned is None or not loan.patron.forgets:
        return None
    return at(date.fromordinal(loan.returned.toordinal() + 30), 3, 15)


def number_of(patron: Patron | None, exported_on: date) -> int | None:
    """Return the number of a patron, unless deleted by the day of the export."""
    if patron is None or (patron.deleted_on and patron.deleted_on <= exported_on):
        return None
    return patron.number


def event_row(event: Event, exported_on: date) -> Row:
    """Return the row of `event`; before the upgrade the log did not say by which interface a thing
    was done."""
    item, patron = event.item, event.patron
    return _row(
        event.at, event.branch, money(event.cents, decimals=4), event.type,
        item.number if item else None, item.title.kind.itype if item else None, event.location,
        number_of(patron, exported_on), item.title.kind.ccode if item else None,
        patron.category if patron else None,
        INTERFACES[event.channel] if event.at.date() >= UPGRADED else None,
    )  # fmt: skip


def hold_row(hold: Hold, exported_on: date, priority: int = 0) -> Row:
    """Return the row of `hold`; `priority` is its place in the queue, 0 when it has left it."""
    item = hold.item.number if hold.item else None
    itemtype = hold.title.kind.itype if hold.is_item_level else None
    # Koha takes a suspension off in the night in which it ends.
    is_suspended = hold.suspended_until and exported_on < hold.suspended_until
    suspended = at(hold.suspended_until, 0) if is_suspended and hold.suspended_until else None
    found = "W" if hold.outcome == "cancelled" and hold.waiting_on else FOUND[hold.outcome]
    return _row(
        hold.number, number_of(hold.patron, exported_on), hold.placed, hold.title.number, hold.branch.code,
        hold.waiting_on, hold.cancelled_on, priority, found, hold.changed, item, hold.waiting_on, hold.expires,
        int(suspended is not None), suspended, itemtype, int(hold.is_item_level),
    )  # fmt: skip


def journey_row(journey: Journey, until: datetime) -> Row:
    """Return the row of `journey` as it stood at `until`."""
    sent = journey.sent if journey.sent < until else None
    arrived = journey.arrived if journey.arrived and journey.arrived < until else None
    return _row(
        journey.number,
        journey.item.number,
        journey.asked,
        sent,
        journey.origin.code,
        arrived,
        None,
        journey.target.code,
        journey.reason,
        None,
    )
