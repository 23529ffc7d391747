"""What a message says of one line (LIN), whatever the message: invoice, order, answer or quote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from libstats.readers.edifact.messages import Message, Segment, number

__all__ = ["Copy", "Line", "currency_of", "day", "isbn_of", "split", "vendor_of"]

_TITLES = ("050", "BTI", "JTI")
_LIST, _OWN = ("AAB", "CAL"), ("AAA",)
# a price without a word for whether it is the list price: its type says so
_LIST_TYPES = ("CA", "SRP", "RTP", "CP", "")
_FORMS = {
    "102": r"(\d{4})(\d\d)(\d\d)",
    "203": r"(\d{4})(\d\d)(\d\d)\d{4}",
    "204": r"(\d{4})(\d\d)(\d\d)\d{6}",
    "101": r"(\d\d)(\d\d)(\d\d)",
}


@dataclass
class Copy:
    """A copy of a line, as GIR tells it; `of` another whose branch and fund are its too, because
    GIR lists both barcodes under one number."""

    number: str
    of: Copy | None = None
    branch: str = ""
    fund: str = ""
    barcode: str = ""


@dataclass
class Line:
    """What a line says, but for its money."""

    number: str
    action: str = ""
    item: str = ""
    isbn10: str = ""
    title: str = ""
    order_line: str = ""
    order: str = ""
    place: str = ""
    supplier: str = ""
    quote: str = ""
    fund: str = ""
    ordered: Decimal | None = None
    invoiced: Decimal | None = None
    waiting: Decimal | None = None
    list_price: Decimal | None = None
    price: Decimal | None = None
    expected: str = ""
    reasons: list[str] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Line:
        """A line from its segments, LIN first."""
        lin = segments[0]
        found = cls(lin.at(0), lin.at(1), lin.at(2))
        for segment in segments[1:]:
            take = _TAKE.get(segment.tag)
            if take:
                take(found, segment)
        for copy in found.copies:
            if copy.of:
                copy.branch, copy.fund = copy.of.branch, copy.of.fund
        found.title = " ".join(found.title.split())
        found.expected = day(segments, "44", "69", "17")
        return found

    def _pia(self, segment: Segment) -> None:
        for element in range(1, len(segment.elements)):
            kind = segment.at(element, 1)
            if kind == "IB":
                self.isbn10 = self.isbn10 or segment.at(element)
            elif kind == "EN":
                self.item = self.item if _is_isbn(self.item) else segment.at(element)

    def _imd(self, segment: Segment) -> None:
        if segment.at(1) in _TITLES:  # cut into pieces of 35 signs, in the middle of words
            parts = segment.elements[2][3:] if len(segment.elements) > 2 else ()
            self.title += "".join(parts)

    def _qty(self, segment: Segment) -> None:
        amount = segment.amount()
        name = {"21": "ordered", "1": "ordered", "47": "invoiced", "83": "waiting"}.get(
            segment.at(0)
        )
        if name:
            setattr(self, name, amount)

    def _pri(self, segment: Segment) -> None:
        kind, amount = segment.at(0), number(segment.at(0, 1), segment)
        # of a price that is called that of the invoice (INV) vendors give the list price
        if kind in _LIST or (kind not in _OWN and segment.at(0, 2) in _LIST_TYPES):
            self.list_price = amount if self.list_price is None else self.list_price
        else:
            self.price = amount if self.price is None else self.price

    def _rff(self, segment: Segment) -> None:
        name = _REFERENCES.get(segment.at(0))
        if name:
            setattr(self, name, getattr(self, name) or segment.at(0, 1))
        if segment.at(0) == "ON":  # the order, and the line of it
            self.place = self.place or segment.at(0, 2)

    def _ftx(self, segment: Segment) -> None:
        # the code alone: what stands behind it is text that people type
        if segment.at(0) == "LIN" and segment.at(2):
            listed = segment.at(2, 1)
            self.reasons.append(f"{listed} {segment.at(2)}" if listed else segment.at(2))

    def _gir(self, segment: Segment) -> None:
        key = segment.at(0)
        copy = next((each for each in self.copies if each.number == key), None)
        if copy is None:
            copy = Copy(key)
            self.copies.append(copy)
        for element in range(1, len(segment.elements)):
            name = {"LLO": "branch", "LFN": "fund", "LAC": "barcode"}.get(segment.at(element, 1))
            if name == "barcode" and copy.barcode:  # some list the copies of a branch in one
                others = sum(each.of is copy for each in self.copies)
                more = Copy(f"{key}/{others + 2}", copy, barcode=segment.at(element))
                self.copies.append(more)
            elif name:
                setattr(copy, name, segment.at(element))


_TAKE = {
    "PIA": Line._pia,
    "IMD": Line._imd,
    "QTY": Line._qty,
    "PRI": Line._pri,
    "RFF": Line._rff,
    "FTX": Line._ftx,
    "GIR": Line._gir,
}


_REFERENCES = {"LI": "order_line", "ON": "order", "QLI": "quote", "BFN": "fund"} | dict.fromkeys(
    ("SLI", "SNA", "SNL"), "supplier"
)


def currency_of(head: Sequence[Segment]) -> tuple[str, bool]:
    """The currency of a message, of two the one that it is invoiced in; and whether it is alone."""
    told = [
        (segment.at(element, 1), segment.at(element, 2))
        for segment in head
        if segment.tag == "CUX"
        for element in range(len(segment.elements))
        if segment.at(element, 1)
    ]
    first = told[0][0] if told else ""
    chosen = next((currency for currency, use in told if use == "4"), first)
    return chosen, len({currency for currency, _ in told}) <= 1


def split(message: Message) -> tuple[list[Segment], list[list[Segment]], list[Segment]]:
    """A message parted: what stands before its lines, each line, what stands behind them."""
    head: list[Segment] = []
    lines: list[list[Segment]] = []
    end: list[Segment] = []
    into = head
    for segment in message.segments:
        if segment.tag == "LIN":
            into = [segment]
            lines.append(into)
            continue
        if segment.tag == "UNS":
            into = end
        into.append(segment)
    return head, lines, end


def vendor_of(message: Message) -> str:
    """The vendor's number (NAD of who supplies, or else who sent it); never a name."""
    head, _, _ = split(message)
    found = {s.at(0): s.at(1) for s in head if s.tag == "NAD" and s.at(1)}
    return next((found[role] for role in ("SU", "SR", "SE") if role in found), message.sender)


def day(segments: Sequence[Segment], *kinds: str) -> str:
    """The first day of one of these kinds (DTM), as 2026-10-31; as it stands where its form is not
    known."""
    told = {s.at(0): (s.at(0, 1), s.at(0, 2)) for s in segments if s.tag == "DTM"}
    for text, form in (told[kind] for kind in kinds if kind in told):
        match = re.fullmatch(_FORMS.get(form, ""), text) if text else None
        if match:
            year = match[1] if len(match[1]) == 4 else f"20{match[1]}"
            return f"{year}-{match[2]}-{match[3]}"
        if text:
            return text
    return ""


def isbn_of(line: Line) -> str:
    """The line's ISBN; blank for another number, and for zeros that stand for none."""
    return line.item if _is_isbn(line.item) else line.isbn10


def _is_isbn(text: str) -> bool:
    return bool(re.fullmatch(r"97[89]\d{10}", text))
