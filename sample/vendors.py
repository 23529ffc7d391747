"""What two vendors write to the technical services (EDIFACT): invoices of orders that Alma has, and
their answer to an order; and what Alma's service says that these orders were to cost."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sample import alma
from sample.cases import Line
from sample.oddities import Oddity
from sample.orders import Orders
from sample.places import LAST, at
from sample.stock import barcode

FOLDER = "edifact"
SINCE, UNTIL = date(2026, 3, 1), date(2026, 7, 1)
"""Orders are sent and received between these days: what comes later Alma's own list bills."""
A, B = "millrace", "quaigris"
NUMBERS = {A: "4099999000011", B: "4099999000042"}
LIBRARY = "4099999000028"
ANSWERED = date(2026, 10, 30)
"""The day of the last answer."""
PRICES_ON = date(2026, 10, 31)
PRICES = f"{alma.FOLDER}/order_lines-{PRICES_ON}.json"
CURRENCY = "USD"
USUAL, ODD_SIGNS = ":+.? '", "^<.? >"
"""What parts components and elements, marks decimals, is left blank, and ends a segment."""
FREIGHT, TOO_MUCH = 500, 900
"""Cents that an invoice asks for carriage, and that the total of another is beyond its lines."""

ODDITIES = (
    Oddity(
        "a colon within a title",
        "`edifact/`: it is released by a question mark",
        "reads it as part of the title",
    ),
    Oddity(
        "other signs between the parts",
        "`edifact/`: one vendor's files begin with `UNA^<.? >`",
        "reads them as they say",
    ),
    Oddity(
        "names of the vendor's staff",
        "`edifact/`: CTA and COM of every message",
        "never reads them",
    ),
    Oddity(
        "an invoice that is sent again under another name",
        "`edifact/invoices-2026-10-31.edi`: it came on August 31 before",
        "counts it once",
    ),
    Oddity(
        "invoices to be asked about",
        "`edifact/`: a number, a barcode and an ISBN billed twice, a price beyond the tolerance, a cancelled order, copies that never came, a total that its lines do not give",
        "names each of the seven once, under its own check, and neither of two prices that lie just inside",
    ),
)


@dataclass(frozen=True, slots=True)
class Billed:
    """A line of an invoice: the order, what one costs in cents, and whether it tells barcodes."""

    line: Line
    cents: int
    has_barcodes: bool = False

    @property
    def amount(self) -> int:
        """Return what all its copies cost, in cents."""
        return self.cents * len(self.line.copies)


@dataclass(slots=True)
class Invoice:
    """An invoice, with what is beyond its lines in its total."""

    vendor: str
    number: str
    day: date
    lines: list[Billed]
    freight: int = 0
    too_much: int = 0

    @property
    def total(self) -> int:
        """Return the total that it states, in cents."""
        return sum(each.amount for each in self.lines) + self.freight + self.too_much


@dataclass(slots=True)
class Vendors:
    """All that they wrote, and what is wrong with it on purpose."""

    invoices: list[Invoice]
    cancelled: Line
    waiting: Line
    faults: list[dict[str, Any]] = field(default_factory=list)
    inside: list[dict[str, Any]] = field(default_factory=list)


def price(line: Line) -> int:
    """Return what one copy was to cost when it was ordered, in cents."""
    return 1299 + line.number * 37 % 2600


def of(orders: Orders) -> Vendors:
    """Return what the two vendors write."""
    mine, other = _came(orders, A), _came(orders, B)
    cheap, *_ = (line for line in mine[3:] if price(line) < 2000)
    dear = mine[-2]
    taken = [line for line in mine[3:] if line not in (cheap, dear, mine[-1])]
    cancelled = next(
        line for line in orders.lines if line.vendor == A and line.cancelled and _is_of(line)
    )
    waiting = [
        line for line in orders.lines if line.vendor == A and alma.status(line, alma.LAST_NIGHT) == "ACTIVE"
    ]  # fmt: skip
    never = next(
        line
        for line in orders.lines
        if _is_of(line)
        and not line.cancelled
        and line not in orders.invoiced_unseen
        and all(copy.received is None for copy in line.copies)
    )
    found = Vendors(
        [], cancelled, next(line for line in waiting if line.sent and line.sent > UNTIL)
    )
    first = Invoice(A, "MR-2604", date(2026, 4, 10), [_sound(line, True) for line in mine[:3]])
    again = Invoice(A, "MR-2604", date(2026, 5, 12), first.lines)
    beside = Billed(cheap, price(cheap) + 100)
    isbn, scanned = _sound(mine[0]), _sound(mine[1], True)
    second = Invoice(A, "MR-2606", date(2026, 7, 6), [beside, isbn, *map(_sound, taken[:3])])
    beyond, within = (
        Billed(mine[-1], price(mine[-1]) * 115 // 100),
        Billed(dear, price(dear) * 105 // 100),
    )
    gone = _sound(cancelled)
    third = Invoice(A, "MR-2607", date(2026, 7, 20), [beyond, within, gone, scanned])
    freight = Invoice(B, "QG/881", date(2026, 7, 10), [_sound(x, True) for x in other[:2]], FREIGHT)
    wrong = Invoice(B, "QG/902", date(2026, 8, 5), [*map(_sound, other[2:4])], 0, TOO_MUCH)
    unseen = Invoice(B, "QG/907", date(2026, 8, 12), [_sound(never)])
    found.invoices = [first, again, second, third, freight, wrong, unseen]
    found.inside = [_fault("", second, beside), _fault("", third, within)]
    found.faults = [
        _fault("invoice number twice", again, difference=again.total),
        _fault("barcode billed twice", third, scanned, scanned.amount),
        _fault("ISBN billed twice", second, isbn, isbn.amount),
        _fault("cancelled and billed", third, gone, gone.amount),
        _fault("billed and not received", unseen, unseen.lines[0], unseen.total),
        _fault("price against the order", third, beyond, beyond.amount - price(mine[-1]) * len(mine[-1].copies)),
        _fault("sum against the total", wrong, difference=TOO_MUCH),
    ]  # fmt: skip
    return found


def _is_of(line: Line) -> bool:
    return line.sent is not None and line.sent >= SINCE


def _came(orders: Orders, vendor: str) -> list[Line]:
    """Return what was ordered of a vendor in the spring and all of it came."""
    return [
        line
        for line in orders.lines
        if line.vendor == vendor
        and _is_of(line)
        and all(copy.received and copy.received < at(UNTIL, 0) for copy in line.copies)
    ]


def _sound(line: Line, has_barcodes: bool = False) -> Billed:
    return Billed(line, price(line), has_barcodes)


def _fault(
    check: str, invoice: Invoice, billed: Billed | None = None, difference: int = 0
) -> dict[str, Any]:
    return {
        "check": check,
        "invoice": invoice.number,
        "billed_on": str(invoice.day),
        "line": f"POL-{billed.line.number}" if billed else None,
        "billed": _money(billed.amount if billed else invoice.total),
        "difference": _money(difference),
    }


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def write(folder: Path, orders: Orders) -> dict[str, int]:
    """Write the files, and return how many orders or messages each has."""
    found = of(orders)
    (folder / FOLDER).mkdir(exist_ok=True)
    mine = [invoice for invoice in found.invoices if invoice.vendor == A]
    other = [invoice for invoice in found.invoices if invoice.vendor == B]
    files = {
        f"answers-{ANSWERED}.edi": _interchange(A, at(ANSWERED, 7, 30), _answers(found)),
        "invoices-2026-07-31.edi": _interchange(A, at(date(2026, 7, 31), 6), map(_invoice, mine)),
        "invoices-2026-08-31.edi": _interchange(B, at(date(2026, 8, 31), 6), map(_invoice, other)),
        "invoices-2026-10-31.edi": _interchange(B, at(LAST, 6), [_invoice(other[0])]),
    }
    rows = {}
    for name, text in files.items():
        (folder / FOLDER / name).write_bytes(text.encode("latin-1"))
        rows[f"{FOLDER}/{name}"] = text.count("UNH")
    lines = _ordered(found)
    text = json.dumps(
        {"po_line": [_service(line) for line in lines], "total_record_count": len(lines)}, indent=1
    )
    (folder / PRICES).write_text(text + "\n", encoding="utf-8", newline="\n")
    return rows | {PRICES: len(lines)}


def _ordered(found: Vendors) -> list[Line]:
    """Return the orders that they bill, each once."""
    lines = {each.line.number: each.line for invoice in found.invoices for each in invoice.lines}
    return [lines[number] for number in sorted(lines)]


def _service(line: Line) -> dict[str, Any]:
    """Return an order line as Alma's service gives it."""
    status = alma.status(line, PRICES_ON)
    return {
        "number": f"POL-{line.number}",
        "status": {"value": "SENT" if status == "ACTIVE" else status},
        "created_date": f"{line.created:%Y-%m-%d}Z",
        "sent_date": f"{line.sent}Z",
        "vendor": {"value": line.vendor},
        "acquisition_method": {"value": "PURCHASE"},
        "price": {"sum": _money(price(line)), "currency": {"value": CURRENCY}},
        "resource_metadata": {"mms_id": {"value": alma.title_id(line)}},
        "po_number": line.order,
    }


Segment = tuple[str, ...]
"""A tag and its elements, whose components are parted by a tab."""


def _interchange(vendor: str, written: datetime, messages: Iterable[list[Segment]]) -> str:
    """Return a file, a segment a line."""
    signs = USUAL if vendor == A else ODD_SIGNS
    reference = f"{written:%y%m%d%H%M}"
    parts: list[Segment] = [
        ("UNB", "UNOC\t3", f"{NUMBERS[vendor]}\t14", f"{LIBRARY}\t14", f"{written:%y%m%d\t%H%M}", reference)
    ]  # fmt: skip
    count = 0
    for count, message in enumerate(messages, start=1):
        parts += [
            ("UNH", f"{count}", f"{message[0][0]}\tD\t96A\tUN"),
            *message[1:],
            ("UNT", f"{len(message) + 1}", f"{count}"),
        ]
    parts.append(("UNZ", f"{count}", reference))
    return f"UNA{signs}\n" + "".join(_text(each, signs) + "\n" for each in parts)


def _text(segment: Segment, signs: str) -> str:
    component, element, _, release, _, end = signs
    told = element.join(segment)
    if not any(segment[1:]):
        return told + end
    elements = []
    for text in segment:
        for sign in (release, component, element, end):
            text = text.replace(sign, release + sign)
        elements.append(text.replace("\t", component))
    return element.join(elements) + end


def _head(kind: str, vendor: str, number: str, day: date, code: str) -> list[Segment]:
    return [
        (kind,),
        ("BGM", code, number, "9"),
        ("DTM", f"137\t{day:%Y%m%d}\t102"),
        ("NAD", "BY", f"{LIBRARY}\t\t9"),
        ("NAD", "SU", f"{NUMBERS[vendor]}\t\t9"),
        ("CTA", "OC", "\tOdette Pomfrith"),
        ("COM", "odette.pomfrith@example.org\tEM"),
        ("CUX", f"2\t{CURRENCY}\t4"),
    ]


def _invoice(invoice: Invoice) -> list[Segment]:
    """Return an invoice: its type, then its segments."""
    found = _head("INVOIC", invoice.vendor, invoice.number, invoice.day, "380")
    if invoice.freight:
        found += [
            ("ALC", "C", "", "", "", "DL\t\t28\tFREIGHT"),
            ("MOA", f"8\t{_money(invoice.freight)}"),
        ]
    for place, each in enumerate(invoice.lines, start=1):
        found += _line(place, each)
    return [
        *found,
        ("UNS", "S"),
        ("CNT", f"2\t{len(invoice.lines)}"),
        ("MOA", f"9\t{_money(invoice.total)}"),
    ]


def _line(place: int, billed: Billed) -> list[Segment]:
    line = billed.line
    funds = [fund for fund in (line.fund, line.second_fund) if fund]
    copies = [
        ("GIR", f"{number:03d}", *([f"{barcode(500_000 + copy.number)}\tLAC"] if billed.has_barcodes else []),
         "QBC\tLLO", f"{funds[number % len(funds)]}\tLFN")
        for number, copy in enumerate(line.copies, start=1)
    ]  # fmt: skip
    return [
        ("LIN", f"{place}", "", f"{line.isbn}\tEN"),
        ("IMD", "L", "050", f"\t\t\t{line.title[:35]}\t{line.title[35:]}".rstrip("\t")),
        ("QTY", f"47\t{len(line.copies)}"),
        *copies,
        ("MOA", f"203\t{_money(billed.amount)}"),
        ("PRI", f"AAB\t{_money(billed.cents)}\tCA\tSRP"),
        ("RFF", f"LI\tPOL-{line.number}"),
    ]


def _answers(found: Vendors) -> Iterable[list[Segment]]:
    """Return what a vendor says of two orders: one is out of print, one has to wait."""
    for line, day, action, reason in (
        (found.cancelled, _cancelled_on(found), "2", "OP"),
        (found.waiting, ANSWERED, "24", "OB"),
    ):
        copies = len(line.copies)
        yield [
            *_head("ORDRSP", A, f"R-{line.number}", day, "231"),
            ("LIN", "1", action, f"{line.isbn}\tEN"),
            ("QTY", f"21\t{copies}"),
            *([("QTY", f"83\t{copies}")] if action == "24" else []),
            ("FTX", "LIN", "", f"{reason}\t8B\t28"),
            ("RFF", f"ON\t{line.order}"),
            ("RFF", f"LI\tPOL-{line.number}"),
            ("UNS", "S"),
            ("CNT", "2\t1"),
        ]


def _cancelled_on(found: Vendors) -> date:
    assert found.cancelled.cancelled
    return found.cancelled.cancelled.date()


def truth(orders: Orders) -> dict[str, Any]:
    """Return what is to be asked about, what lies just inside, and what the answer says."""
    found = of(orders)
    return {
        "until": str(LAST),
        "invoices": len(found.invoices),
        "lines": sum(len(invoice.lines) for invoice in found.invoices),
        "total": _money(sum(invoice.total for invoice in found.invoices)),
        "faults": found.faults,
        "just_inside": [
            {name: value for name, value in each.items() if name not in ("check", "difference")}
            for each in found.inside
        ],
        "answers": {
            f"POL-{found.cancelled.number}": {
                "status": "cancelled",
                "answered_on": str(_cancelled_on(found)),
                "reason": "8B OP",
                "waiting": None,
            },
            f"POL-{found.waiting.number}": {
                "status": "ordered",
                "answered_on": str(ANSWERED),
                "reason": "8B OB",
                "waiting": len(found.waiting.copies),
            },
        },
    }
