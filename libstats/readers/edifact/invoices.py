"""Invoices and credit notes of vendors (INVOIC) as rows.

Each vendor adds up its invoice in its own way. What the lines ask for (MOA+203) may hold the
charges of each line or not, may hold the tax or not; a charge at the end may only repeat those of
the lines. So the total is worked out in each of these ways, and the way that gives the total that
the vendor states is its rule. Where none does, the amounts stand as they were sent and no rule is
told: nothing is guessed.

Of a message these are read: BGM, DTM, CUX, the code of the vendor in NAD, and of each line LIN,
PIA, IMD (its title), QTY, MOA, PRI, ALC, TAX, RFF and GIR (copies, with fund and barcode). Names,
addresses and contacts (NAD, CTA, COM) and free text (FTX) are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import compress, product

from libstats.readers.edifact.lines import Line, currency_of, day, isbn_of, split, vendor_of
from libstats.readers.edifact.messages import Message, Segment

__all__ = ["CHARGES", "INVOICES", "LINES", "charges", "invoices", "lines"]

_OF_INVOICE = (
    "invoice vendor",
    "invoice number",
    "invoice kind",
    "invoice date",
    "function of invoice",
)
INVOICES = (
    *_OF_INVOICE,
    "currency of message",
    "stated total",
    "total rule",
    "tax in total",
    "interchange written",
)
LINES = (
    *_OF_INVOICE,
    "invoice line",
    "order line billed",
    "isbn of line",
    "title of line",
    "quantity of line",
    "amount of line",
    "charges of line",
    "discount of line",
    "list price of line",
    "barcodes of line",
    "funds of line",
    "number of order",
    "place in order",
    "supplier number of line",
    "interchange written",
)
CHARGES = (
    *_OF_INVOICE,
    "invoice charge",
    "code of charge",
    "amount of charge",
    "is counted",
    "interchange written",
)
# what a vendor may state as the total, that to be paid first
_TOTALS = ("9", "39", "86", "77", "129", "79")
_ZERO = Decimal(0)


@dataclass
class _Charge:
    """A charge (positive) or allowance (negative) and its code."""

    code: str
    amount: Decimal | None = None
    is_charge: bool = True

    @property
    def signed(self) -> Decimal:
        amount = self.amount or _ZERO
        return amount if self.is_charge else -amount


@dataclass
class _Sums:
    """What a part of an invoice (its head, a line, its end) says of money."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    charges: list[_Charge] = field(default_factory=list)
    tax: Decimal = _ZERO

    @classmethod
    def of(cls, segments: Sequence[Segment], currency: str) -> _Sums:
        """The money in some segments: what follows a charge or an allowance is its amount."""
        found, charge, is_of_charge = cls(), None, False
        for segment in segments:
            if segment.tag == "ALC":
                charge = _Charge(segment.at(4) or segment.at(4, 3), None, segment.at(0) != "A")
                found.charges.append(charge)
                is_of_charge = True
            elif segment.tag == "MOA":
                found._take(segment, charge if is_of_charge else None, currency)
        return found

    def _take(self, segment: Segment, charge: _Charge | None, currency: str) -> None:
        code, amount = segment.at(0), segment.amount()
        other = segment.at(0, 2)
        if amount is None or (other and currency and other != currency):
            return
        if code in ("8", "23", "204") and charge is not None:
            charge.amount = amount
        elif code == "124":
            self.tax += amount if charge is None else _ZERO
        else:
            self.amounts.setdefault(code, amount)


@dataclass(frozen=True)
class _Way:
    """A way to add up an invoice: what its lines ask for, without tax or gross, and what comes on
    top: each line's own charges, charges for no line, tax."""

    is_gross: bool = False
    own: bool = False
    beside: bool = False
    tax: bool = False

    def __str__(self) -> str:
        on_top = ("charges of lines", "other charges", "tax")
        added = [
            name
            for name, is_added in zip(on_top, (self.own, self.beside, self.tax), strict=True)
            if is_added
        ]
        return " + ".join(["gross lines" if self.is_gross else "lines", *added])


@dataclass
class Invoice:
    """An invoice: where it is from, its lines, and by which rule its total is made.

    order the number of the order, where its head names one for all lines
    sign  -1 of a credit note whose amounts are written as if it were none
    way   how its total is made; None where no way gives it, or several do
    """

    key: list[str]
    currency: str
    lines: list[tuple[Line, _Sums]]
    charges: list[_Charge]
    total: Decimal | None
    tax: Decimal
    order: str = ""
    sign: int = 1
    way: _Way | None = None

    def net(self, sums: _Sums) -> Decimal | None:
        """What a line asks for, as it says."""
        is_gross = self.way is not None and self.way.is_gross
        first, second = ("128", "203") if is_gross else ("203", "128")
        return sums.amounts.get(first, sums.amounts.get(second))


def read(message: Message) -> Invoice:
    """An invoice. Damage for an amount that is none, or where nothing says which it is."""
    head, parts, end = split(message)
    currency, is_alone = currency_of(head)
    first, last = _Sums.of(head, currency), _Sums.of(end, currency)
    taken = [(Line.of(part), _Sums.of(part, currency)) for part in parts]
    if not is_alone:  # prices do not say which of two currencies they are in
        for line, _ in taken:
            line.list_price = None
    begins = next((s for s in head if s.tag == "BGM"), None)
    kind = begins.at(0) if begins else ""
    stated = {**first.amounts, **last.amounts}
    for _, sums in taken:  # where no UNS parts them from the last line
        stated |= {code: sums.amounts[code] for code in _TOTALS if code in sums.amounts}
    total = next((stated[code] for code in _TOTALS if code in stated), None)
    found = Invoice(
        [
            vendor_of(message),
            begins.at(1) if begins else "",
            kind,
            day(head, "137", "3", "131"),
            begins.at(2) if begins else "",
        ],
        currency,
        taken,
        [*first.charges, *last.charges],
        total,
        stated.get("176") or last.tax or first.tax or sum((s.tax for _, s in taken), _ZERO),
        next((s.at(0, 1) for s in head if s.tag == "RFF" and s.at(0) == "ON"), ""),
    )
    found.way = _way(found)
    found.sign = -1 if kind in ("381", "83") and _is_positive(found) else 1
    return found


def _is_positive(invoice: Invoice) -> bool:
    """True if the amounts are written as those of an invoice are."""
    nets = (invoice.net(sums) or _ZERO for _, sums in invoice.lines)
    return (invoice.total if invoice.total is not None else sum(nets, _ZERO)) > 0


def _way(invoice: Invoice) -> _Way | None:
    """The one way to add it up that gives the total it states; None where none does, or several
    that differ."""
    nets = [sums.amounts.get("203", sums.amounts.get("128")) for _, sums in invoice.lines]
    if invoice.total is None or None in nets:
        return None
    net = sum((each for each in nets if each is not None), _ZERO)
    gross = sum((sums.amounts.get("128", _ZERO) for _, sums in invoice.lines), _ZERO)
    own = sum((c.signed for _, sums in invoice.lines for c in sums.charges), _ZERO)
    beside = sum((charge.signed for charge in invoice.charges), _ZERO)
    # what is nothing changes nothing, and makes no way of its own
    choices = [(False, True) if amount else (False,) for amount in (own, beside, invoice.tax)]
    found = [
        _Way(False, *on_top)
        for on_top in product(*choices)
        if net + sum(compress((own, beside, invoice.tax), on_top)) == invoice.total
    ]
    if gross not in (_ZERO, net):
        found += [
            _Way(True, False, is_added)
            for is_added in choices[1]
            if gross + (beside if is_added else _ZERO) == invoice.total
        ]
    return found[0] if len(found) == 1 else None


def invoices(message: Message) -> list[list[str]]:
    """The row of an invoice."""
    found = read(message)
    tax = found.tax * found.sign if found.way and found.way.tax else None
    total = None if found.total is None else found.total * found.sign
    row = [found.currency, _text(total), str(found.way or "none"), _text(tax), message.written]
    return [[*found.key, *row]]


def lines(message: Message) -> list[list[str]]:
    """A row a line."""
    found = read(message)
    return [_line(found, message, *each) for each in found.lines]


def _line(invoice: Invoice, message: Message, line: Line, sums: _Sums) -> list[str]:
    net, sign = invoice.net(sums), invoice.sign
    own = sum((charge.signed for charge in sums.charges), _ZERO)
    charged = sum((c.signed for c in sums.charges if c.is_charge), _ZERO)
    allowed = -sum((c.signed for c in sums.charges if not c.is_charge), _ZERO)
    discount = sums.amounts.get("52", allowed)
    amount = (
        None if net is None else (net + (own if invoice.way and invoice.way.own else _ZERO)) * sign
    )
    return [
        *invoice.key,
        line.number,
        line.order_line,
        isbn_of(line),
        line.title,
        _text(None if line.invoiced is None else line.invoiced * sign),
        _text(amount),
        _text(charged * sign if charged else None),
        _text(discount * sign if discount else None),
        _text(line.list_price),
        "; ".join(copy.barcode for copy in line.copies if copy.barcode),
        "; ".join(dict.fromkeys(copy.fund for copy in line.copies if copy.fund)) or line.fund,
        line.order or invoice.order,
        line.place,
        line.supplier,
        message.written,
    ]


def charges(message: Message) -> list[list[str]]:
    """A row for each charge and allowance that is for no line."""
    found = read(message)
    return [
        [
            *found.key,
            str(number),
            charge.code,
            _text(None if charge.amount is None else charge.signed * found.sign),
            "0" if found.way and not found.way.beside else "1",
            message.written,
        ]
        for number, charge in enumerate(found.charges, start=1)
    ]


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else format(amount, "f")
