"""What is planted to trip a loader: each thing, where it is, and what a correct loader does with it."""

from dataclasses import dataclass
from datetime import date

from libstats.sample.koha import HEADINGS, Row
from libstats.sample.records import Event, Item


@dataclass(frozen=True, slots=True)
class Oddity:
    """One planted thing."""

    name: str
    where: str
    correct: str
    """What a correct loader does."""


ZERO_DATED = (40, 41, 42)
"""Items without an accession date, which Koha shows as a zero date."""
MANGLED = (77, "3.12345E+13")
"""An item, and the barcode that a spreadsheet made of its label before it was imported."""
ODD_TYPE = ("DVD", "Dvd", 5)
"""An item type, how it is spelt on some items, and that these are the items whose number this divides."""
BAD_LOAN = 900_001
"""The number of a loan that never was."""
BAD_LOAN_FILE = ("old_issues", date(2026, 4, 30))
ERROR_FILE = ("statistics", date(2025, 3, 31))
ERROR_LINE = "# ERROR: EIF - Loose unescaped quote (2027)\n"
REPEATED_FILE = ("items", date(2026, 4, 30))
EMPTY_FILE = ("reserves", date(2024, 11, 1))
CREDIT_UNTIL = date(2025, 1, 15)
"""Until this day the log calls a payment by its older name."""
CREDIT = "CreditXXX"


def spelt(item: Item | None) -> str | None:
    """Return the item type of `item` if it is spelt oddly, else None."""
    usual, odd, divisor = ODD_TYPE
    return odd if item and item.title.kind.itype == usual and item.number % divisor == 0 else None


def in_item(item: Item, row: Row) -> Row:
    """Return the row of `item` with what is planted in it."""
    if item.number in ZERO_DATED:
        row = _put(row, "items", "dateaccessioned", "0000-00-00")
    if item.number == MANGLED[0]:
        row = _put(row, "items", "barcode", MANGLED[1])
    odd = spelt(item)
    return _put(row, "items", "itype", odd) if odd else row


def in_event(event: Event, row: Row) -> Row:
    """Return the row of `event` with what is planted in it."""
    if event.type == "payment" and event.at.date() < CREDIT_UNTIL:
        row = _put(row, "statistics", "type", CREDIT)
    odd = spelt(event.item)
    return _put(row, "statistics", "itemtype", odd) if odd else row


def in_file(table: str, exported_on: date, rows: list[Row]) -> list[Row]:
    """Return the rows of a file with those that are planted among them."""
    if (table, exported_on) == REPEATED_FILE:
        return [*rows[:200], rows[119], *rows[200:]]
    if (table, exported_on) == BAD_LOAN_FILE:
        bad = _put(_put(rows[300], table, "issue_id", str(BAD_LOAN)), table, "issuedate", "9999-99-99")
        return [*rows[:301], bad, *rows[301:]]
    return rows


def footer(table: str, exported_on: date) -> str:
    """Return what Koha adds after the last row of a file."""
    return ERROR_LINE if (table, exported_on) == ERROR_FILE else ""


def _put(row: Row, table: str, column: str, value: str) -> Row:
    """Return `row` with another value in `column`."""
    place = HEADINGS[table].index(column)
    return (*row[:place], value, *row[place + 1 :])
