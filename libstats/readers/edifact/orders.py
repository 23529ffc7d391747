"""Orders (ORDERS), the vendor's answers to them (ORDRSP) and quotes (QUOTES) as rows, a row a line,
and a row a copy.

The library's number of a line (RFF+LI) comes back in the answer and on the invoice; where a message
has none, the order's number and that of the line stand for it. Of FTX the code alone is read, for
the words behind it are free text; of GIR the branch, the fund and the barcode.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from libstats.readers.edifact.lines import Line, currency_of, day, isbn_of, split, vendor_of
from libstats.readers.edifact.messages import Damage, Message

__all__ = ["ANSWERS", "COPIES", "ORDERS", "QUOTES", "begun", "copies", "copies_in", "lines"]

_LINE = (
    "number of order",
    "date of message",
    "vendor number",
    "isbn of line",
    "title of line",
    "quantity of line",
    "list price of line",
    "price of line",
    "currency of message",
    "day expected",
    "place in order",
    "supplier number of line",
    "interchange written",
)
ORDERS = ("ordered line", "function code", *_LINE)
ANSWERS = ("answered line", "action code", "reason code", "quantity waiting", *_LINE)
QUOTES = ("quoted line", *_LINE)
COPIES = (
    "line of copy",
    "copy of line",
    "barcode of copy",
    "branch of copy",
    "fund of copy",
    "price of copy",
    "interchange written",
)


def lines(message: Message) -> list[list[str]]:
    """A row for each line of an order, an answer or a quote."""
    head, parts, _ = split(message)
    begins = next((s for s in head if s.tag == "BGM"), None)
    own = begins.at(1) if begins else ""
    order = _order(message, own)
    currency, _ = currency_of(head)
    found = []
    for part in parts:
        line = Line.of(part)
        row = [
            line.order or order or "",
            day(head, "137", "4"),
            vendor_of(message),
            isbn_of(line),
            line.title,
            _count(line.ordered),
            *map(_text, (line.list_price, line.price)),
            currency,
            line.expected,
            "" if message.kind == "QUOTES" else line.place or line.number,
            line.supplier,
            message.written,
        ]
        special = {
            "ORDERS": [begins.at(2) if begins else ""],
            "ORDRSP": [line.action, "; ".join(line.reasons), _count(line.waiting)],
        }.get(message.kind, [])
        found.append([_key(message, line, order), *special, *row])
    return found


def _order(message: Message, own: str) -> str:
    """The number of the order that a message is, or is about."""
    head, _, _ = split(message)
    told = next((s.at(0, 1) for s in head if s.tag == "RFF" and s.at(0) == "ON"), "")
    return told if message.kind == "ORDRSP" else own


def _key(message: Message, line: Line, order: str) -> str:
    """What tells a line from others: the library's number of it, else that of its order."""
    if message.kind == "QUOTES":
        return f"quote {line.quote or f'{order}/{line.number}'}" if line.quote or order else ""
    order = line.order or order
    return line.order_line or (f"{order}/{line.place or line.number}" if order else "")


def copies(message: Message) -> list[list[str]]:
    """A row for each copy that a line tells of."""
    head, parts, _ = split(message)
    begins = next((s for s in head if s.tag == "BGM"), None)
    order = _order(message, begins.at(1) if begins else "")
    found: list[list[str]] = []
    for part in parts:
        line = Line.of(part)
        price = _text(line.price if line.price is not None else line.list_price)
        for copy in line.copies:
            told = [copy.barcode, copy.branch, copy.fund, price, message.written]
            found.append([_key(message, line, order), copy.number, *told])
    return found


def copies_in(message: Message) -> list[int]:
    """The segments with which copies are first told of."""
    _, parts, _ = split(message)
    found: list[int] = []
    for part in parts:
        barcodes: dict[str, int] = {}
        for segment in part:
            if segment.tag == "GIR":
                found += [segment.number] * begun(
                    barcodes,
                    segment.at(0),
                    [segment.at(n, 1) for n in range(1, len(segment.elements))],
                )
    return found


def begun(barcodes: dict[str, int], copy: str, kinds: Sequence[str]) -> int:
    """How many copies begin with a GIR of these kinds of numbers: one that is named first, and one
    for each barcode behind the first. `barcodes` is how many the copies of the line have so far."""
    before, more = barcodes.get(copy), kinds.count("LAC")
    barcodes[copy] = (before or 0) + more
    told = max(barcodes[copy], 1)
    return told - (0 if before is None else max(before, 1))


def _count(amount: Decimal | None) -> str:
    """A number of copies. Damage for a part of one."""
    if amount is None:
        return ""
    if amount != amount.to_integral_value():
        raise Damage("a line orders a part of a copy")
    return str(int(amount))


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else format(amount, "f")
