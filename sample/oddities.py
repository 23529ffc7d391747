"""What is planted to trip a loader: each thing, where it is, and what a correct loader does with
it."""

from dataclasses import dataclass
from datetime import date

from sample.koha import HEADINGS, Row
from sample.places import FIRST, MIGRATED, OPAC_BRANCH, OPAC_BRANCH_SET, UPGRADED
from sample.records import Event, Item


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
"""An item type, how it is spelt on some items, and that these are the items whose number this
divides."""
BAD_LOAN = 900_001
"""The number of a loan that never was."""
BAD_LOAN_FILE = ("old_issues", date(2026, 4, 30))
ERROR_FILE = ("statistics", date(2025, 3, 31))
ERROR_LINE = "# ERROR: EIF - Loose unescaped quote (2027)\n"
REPEATED_FILE = ("items", date(2026, 4, 30))
EMPTY_FILE = ("reserves", FIRST)
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


def type_of(event: Event) -> str:
    """Return the type of `event` as the log spells it."""
    return CREDIT if event.type == "payment" and event.at.date() < CREDIT_UNTIL else event.type


def in_event(event: Event, row: Row) -> Row:
    """Return the row of `event` with what is planted in it."""
    row = _put(row, "statistics", "type", type_of(event))
    odd = spelt(event.item)
    return _put(row, "statistics", "itemtype", odd) if odd else row


def in_file(table: str, exported_on: date, rows: list[Row]) -> list[Row]:
    """Return the rows of a file with those that are planted among them."""
    if (table, exported_on) == REPEATED_FILE:
        return [*rows[:200], rows[119], *rows[200:]]
    if (table, exported_on) == BAD_LOAN_FILE:
        bad = _put(
            _put(rows[300], table, "issue_id", str(BAD_LOAN)), table, "issuedate", "9999-99-99"
        )
        return [*rows[:301], bad, *rows[301:]]
    return rows


def footer(table: str, exported_on: date) -> str:
    """Return what Koha adds after the last row of a file."""
    return ERROR_LINE if (table, exported_on) == ERROR_FILE else ""


def _put(row: Row, table: str, column: str, value: str) -> Row:
    """Return `row` with another value in `column`."""
    place = HEADINGS[table].index(column)
    return (*row[:place], value, *row[place + 1 :])


ODDITIES = (
    Oddity(
        "zero date",
        f"items {', '.join(map(str, ZERO_DATED))}: `dateaccessioned` is `0000-00-00`",
        "keeps the item, with no accession date",
    ),
    Oddity(
        "bad date in a loan",
        f"`old_issues` of {BAD_LOAN_FILE[1]}: loan {BAD_LOAN} has `issuedate` `9999-99-99`",
        "rejects that row, and only that row; the loan is in no count",
    ),
    Oddity(
        "error line",
        f"the last line of `statistics` of {ERROR_FILE[1]} begins `# ERROR:` and has one field",
        "sets it aside; it is no event, and the rows before it are whole",
    ),
    Oddity(
        "row repeated in a table with a key",
        f"`items` of {REPEATED_FILE[1]}: one row stands twice, byte for byte",
        "keeps one item and counts one repeated row",
    ),
    Oddity(
        "rows alike in a log without a key",
        "`statistics`: pairs of `localuse` rows that are the same in every column, one file holding both",
        "counts two events; but the same pair again in an overlapping file is still two",
    ),
    Oddity(
        "barcode from a spreadsheet",
        f"item {MANGLED[0]}: `barcode` is `{MANGLED[1]}`",
        "keeps the item under its number and warns; the barcode names nothing",
    ),
    Oddity(
        "two forms of barcode",
        "`items`: labels of the former system (`Q` and six digits) beside fourteen digits",
        "keeps both as text",
    ),
    Oddity(
        "item type in odd case",
        f"`items` and `statistics`: `{ODD_TYPE[1]}` for some items of type `{ODD_TYPE[0]}`",
        "counts them as one type, as Koha's database does",
    ),
    Oddity(
        "older event type",
        f"`statistics` before {CREDIT_UNTIL}: payments have `type` `{CREDIT}`",
        "keeps them as events that are no circulation",
    ),
    Oddity(
        "counters that are NULL",
        "`items`: `issues`, `renewals` and `reserves` are empty where never used; later items have 0 `issues`",
        "reads an empty counter as none counted, not as a fault",
    ),
    Oddity(
        "file without rows",
        f"`reserves` of {EMPTY_FILE[1]} ends after its heading",
        "loads it: there were no live holds on that day",
    ),
    Oddity(
        "no interface before the upgrade",
        f"`statistics` before {UPGRADED}: `interface` is empty",
        "counts the renewals of that time as unknown, never as staff's",
    ),
    Oddity(
        "branch that is none",
        f"`statistics` before {OPAC_BRANCH_SET}: renewals by patrons have `branch` `{OPAC_BRANCH}`",
        "counts them under that code; no branch gets them",
    ),
    Oddity(
        "patrons that go",
        "`old_issues`, `old_reserves`, `statistics`: `borrowernumber` is there in one export and empty in a later one",
        "forgets the patron of that row for good, and still counts one loan or event",
    ),
    Oddity(
        "overlapping files",
        "`statistics`: some months begin days before the first; closed loans and holds overlap by a month",
        "counts what is in both once; a loan open in `issues` and later in `old_issues` is one loan",
    ),
    Oddity(
        "files cut within a day",
        "`statistics` of 2025-04-30 and 2026-01-31 end before closing time, and the next begins there or earlier",
        "loses and doubles nothing",
    ),
    Oddity(
        "day of migration",
        f"`items`: hundreds have `dateaccessioned` {MIGRATED}",
        "shows it as stock loaded, not as work done that day",
    ),
    Oddity(
        "titles that trip a reader",
        "`biblios`: a leading `=`, the separator, quotes, letters beyond ASCII, a letter in two code points",
        "keeps every letter",
    ),
    Oddity(
        "year without end",
        "`biblios`: magazines have `copyrightdate` 9999",
        "keeps the title and doubts the year",
    ),
    Oddity(
        "cart",
        "`items`: `location` is `CART` for what came back that day",
        "takes the shelf from `permanent_location`",
    ),
    Oddity(
        "items that vanish",
        "`items`: withdrawn, then missing from the later dump; the log and the loans still name them",
        "marks them gone and keeps their history",
    ),
)
"""All that is planted."""
