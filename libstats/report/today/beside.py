"""What stands on today's page beside the cases: the hold shelf, long queues, licences to
decide, what scans found."""

from __future__ import annotations

from libstats.analysis.licences import SOON_DAYS
from libstats.analysis.today.digital import Digital, said
from libstats.analysis.today.digital_titles import DIGITAL_MEANING
from libstats.analysis.today.scans import not_scanned, seen, to_do
from libstats.report.page.html import items, paragraph
from libstats.report.page.table import Html, Table, joined, table
from libstats.wording import Row, capital, number

MOST = 12  # rows on the page
MEANING = (
    "Check in what is recorded as gone or on loan, then bring back what strayed and move what is "
    "out of order."
)


def licences(rows: list[Row]) -> list[tuple[str, str, Html]]:
    """What must be decided by a day; nothing where nothing must."""
    if not rows:
        return []
    heading = f"Licences to decide: {number(len(rows))}"
    meaning = (
        f"Those to decide within {SOON_DAYS} days, or before. Enter the day in the form licences "
        "once it is decided: the line then goes. A new term is a licence of its own."
    )
    return [("licences", heading, joined(paragraph(meaning), licence_table(rows)))]


def subscriptions(rows: list[Row]) -> list[tuple[str, str, Html]]:
    """Which subscriptions must be renewed or ended; nothing where none must."""
    if not rows:
        return []
    heading = f"Subscriptions to renew or end: {number(len(rows))}"
    meaning = f"Those that end, or are paid to their end, within {SOON_DAYS} days, or did so since."
    listed = renewal_table(rows).at_most(MOST)
    return [("subscriptions", heading, joined(paragraph(meaning), listed))]


def renewal_table(rows: list[Row]) -> Table:
    """Which subscriptions, and by when."""
    names = ("title", "branch", "vendor", "until", "days_left")
    listed = [{name: row[name] for name in names} for row in rows]
    headings = {"until": "Until", "days_left": "Days left"}
    return table(listed, "Subscriptions to renew or end", headings=headings)


def digital(found: Digital) -> list[tuple[str, str, Html]]:
    """Which reports of use did not come, and where more was refused than usual; nothing where
    there is none."""
    told = said(found)
    if not told:
        return []
    heading = f"Electronic resources and machines: {number(len(told))}"
    meaning = (
        "Fetch the reports. Try the logins and the machines yourself: where they still refuse, "
        "ask whoever mends them."
    )
    return [("digital", heading, joined(paragraph(meaning), items(told)))]


def licence_table(rows: list[Row]) -> Table:
    """Which licences, and by when."""
    names = ("resource", "decide_by", "days_left", "ends_on", "price", "currency")
    listed = [{name: row[name] for name in names} for row in rows]
    headings = {"decide_by": "Decide by", "days_left": "Days left", "ends_on": "Term ends on"}
    return table(listed, "Licences to decide", headings=headings)


def digital_titles(rows: list[Row]) -> list[tuple[str, str, Html]]:
    """Which digital titles want a decision; nothing where none does."""
    if not rows:
        return []
    listed = digital_table(rows).at_most(MOST)
    pieces: list[Table | str] = [paragraph(DIGITAL_MEANING), listed]
    if listed.more:
        pieces.append(paragraph(f"The workbook has {number(listed.more)} more."))
    return [("digital_titles", f"Digital titles to decide: {number(len(rows))}", joined(*pieces))]


def digital_table(rows: list[Row]) -> Table:
    """Which digital titles, and why."""
    headings = {"to_do": "What to do", "why": "Why", "source": "Platform"}
    listed = [
        {
            **{name: value for name, value in row.items() if name != "collection"},
            "source": ", ".join(filter(None, (row["source"], row["collection"]))),
        }
        for row in rows
    ]
    return table(listed, "Digital titles to decide", headings=headings)


def scanned(rows: list[Row]) -> list[tuple[str, str, Html]]:
    """What scans of shelves found; nothing where they found nothing."""
    if not rows:
        return []
    there, absent = not_scanned(rows)
    heading = f"Found by scans of the shelves: {number(len(there))}"
    pieces: list[Table | str] = []
    if there:
        listed = scanned_table(there).at_most(MOST)
        pieces = [paragraph(MEANING), listed]
        if listed.more:
            pieces.append(paragraph(f"The workbook has {number(listed.more)} more."))
    if absent:
        pieces.append(paragraph(absent))
    return [("scans", heading, joined(*pieces))]


def scanned_table(rows: list[Row]) -> Table:
    """Which copies, where they stand, and what to do."""
    listed = [
        {
            "barcode": row["barcode"],
            "title": row["title"],
            "call_number": row["call_number"],
            "stands": seen(row),
            "to_do": capital(to_do(row)),
        }
        for row in rows
    ]
    headings = {"barcode": "Look for", "stands": "When and where seen", "to_do": "What to do"}
    return table(listed, "Found by scans of the shelves", headings=headings)


def shelf_table(rows: list[Row]) -> Table:
    """What stands on the hold shelf past its date."""
    names = ("barcode", "title", "call_number", "branch", "expires_on", "days_past")
    listed = [{name: row[name] for name in names} for row in rows]
    headings = {"barcode": "Look for", "expires_on": "Last day", "days_past": "Days past it"}
    return table(listed, "On the hold shelf past their date", headings=headings)


def queue_table(rows: list[Row]) -> Table:
    """The titles with long queues."""
    names = ("title", "waiting", "copies", "on_order", "branches")
    listed = [{name: row[name] for name in names} for row in rows]
    headings = {
        "waiting": "Holds waiting",
        "copies": "Copies that can fill them",
        "on_order": "Copies on order",
        "branches": "Holds by branch",
    }
    return table(listed, "Long queues: buy another copy?", headings=headings)
