"""A year of a library's invoices, sound but for the faults that are planted in it, each with what it
must be named as and how much it is about.

Written from what staff verify, not from the checks: what a sound year has in it (partial shipments,
freight, second copies under orders of their own, credit notes, prices just inside the tolerance,
bills of last week whose copies are on their way) must not be named.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
YEAR, AS_OF = date(2025, 11, 1), date(2026, 11, 1)
PERCENT, AMOUNT = 5.0, 1.0
CENT = Decimal("0.01")
VENDORS = ("V1", "V2", "V3")


@dataclass
class Books:
    """The tables, and for each fault (check, what it is named by) the amount."""

    dice: random.Random
    orders: list[Row] = field(default_factory=list)
    funds: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    faults: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    @property
    def tables(self) -> dict[str, list[Row]]:
        """As `holding` takes them."""
        return {
            "order_line": self.orders,
            "order_fund": self.funds,
            "invoice": self.invoices,
            "invoice_line": self.lines,
        }

    def invoice(self, vendor: str, billed_on: date) -> Row:
        """One more invoice, without lines."""
        number = f"N{len(self.invoices):05}"
        row = {"invoice_id": f"I{len(self.invoices)}", "invoice_number": number}
        row |= {"vendor_id": vendor, "billed_on": billed_on, "currency": "EUR", "total": Decimal(0)}
        self.invoices.append(row)
        return row

    def order(self, vendor: str, placed_on: date, **told: Any) -> Row:
        """One more order line, come in full two weeks later."""
        number = f"O{len(self.orders)}"
        price = Decimal(self.dice.randint(500, 9000)) / 100
        quantity = self.dice.choice([1, 1, 1, 2, 3, 5])
        row = {"order_line_id": number, "vendor_id": vendor, "status": "received"}
        row |= {"quantity": quantity, "quantity_received": quantity, "currency": "EUR"}
        row |= {"estimated_price": price, "placed_on": placed_on}
        row |= {"received_on": placed_on + timedelta(days=14)}
        row |= {"isbn": f"978{len(self.orders):09}0"}
        row |= told
        self.orders.append(row)
        fund = self.dice.choice(["FIC", "JUV", "REF"])
        self.funds.append({"order_line_id": number, "fund_share": "1", "fund_code": fund})
        return row

    def bill(self, invoice: Row, order: Row, quantity: int, **told: Any) -> Row:
        """One more line of an invoice, at the price of the order."""
        number = f"L{len(self.lines)}"
        fund = next(f for f in self.funds if f["order_line_id"] == order["order_line_id"])
        row = {"invoice_line_id": number, "invoice_id": invoice["invoice_id"]}
        row |= {"order_line_id": order["order_line_id"], "quantity": quantity}
        row |= {"amount": order["estimated_price"] * quantity, "isbn": order["isbn"]}
        row |= {"funds": fund["fund_code"]}
        row |= {"barcodes": "; ".join(f"{number}-{n}" for n in range(max(quantity, 0)))}
        row |= told
        self.lines.append(row)
        invoice["total"] += row["amount"]
        return row


def sound_year(dice: random.Random, invoices: int = 90) -> Books:
    """A year in which nothing is wrong."""
    books = Books(dice)
    for number in range(invoices):
        vendor = dice.choice(VENDORS)
        day = YEAR + timedelta(days=30 + number * 330 // invoices)
        bill = books.invoice(vendor, day)
        for _ in range(dice.randint(4, 14)):
            _line(books, bill, vendor, day)
        if dice.random() < 0.3:
            _charge(books, bill)
    return books


def _line(books: Books, bill: Row, vendor: str, day: date) -> None:
    dice = books.dice
    order = books.order(vendor, day - timedelta(days=dice.randint(5, 25)))
    kind = dice.random()
    if kind < 0.05 and order["quantity"] > 1:  # shipped and billed in two parts
        books.bill(bill, order, 1)
        later = books.invoice(vendor, day + timedelta(days=9))
        books.bill(later, order, order["quantity"] - 1)
    elif kind < 0.15:  # just inside a tolerance: within 5 in 100, or within 1.00
        price = order["estimated_price"]
        most = max(price * 5 / 100, Decimal(1))
        unit = (price + dice.choice([1, -1]) * most).quantize(CENT)
        if abs(unit - price) > most:
            unit -= CENT if unit > price else -CENT
        books.bill(bill, order, order["quantity"], amount=unit * order["quantity"])
    elif kind < 0.18:  # a second copy of it, ordered and billed apart
        books.bill(bill, order, order["quantity"])
        second = books.order(vendor, day - timedelta(days=4), isbn=order["isbn"])
        books.bill(bill, second, second["quantity"])
    elif kind < 0.20:  # sent back, and credited
        books.bill(bill, order, order["quantity"])
        note = books.invoice(vendor, day + timedelta(days=20))
        credit = books.bill(note, order, -1, barcodes="")
        books.used.add(credit["invoice_line_id"])
    elif AS_OF - day < timedelta(days=20):  # billed, and still on its way
        books.bill(bill, order, order["quantity"])
        order |= {"status": "ordered", "quantity_received": 0, "received_on": None}
    else:
        books.bill(bill, order, order["quantity"])


def _charge(books: Books, bill: Row) -> None:
    row = {"invoice_line_id": f"L{len(books.lines)}", "invoice_id": bill["invoice_id"]}
    books.lines.append({**row, "amount": Decimal("4.50"), "description": "DL"})
    bill["total"] += Decimal("4.50")


def planted(books: Books, rate: float) -> Books:
    """With each kind of fault in about `rate` of the lines, no line with two."""
    plain = [line for line in books.lines if _is_plain(books, line)]
    for number, plant in enumerate(PLANTS):
        count = max(2, round(rate * len(plain)))
        fit = [line for line in plain if line["invoice_line_id"] not in books.used]
        # what is named by its invoice is planted in invoices of their own
        for line in books.dice.sample(fit, min(count, len(fit) // (len(PLANTS) - number))):
            if line["invoice_line_id"] not in books.used:
                plant(books, line)
    return books


def _is_plain(books: Books, line: Row) -> bool:
    """True for a line of an order billed at once, in full and at its price, and come."""
    order = _order(books, line)
    alike = [o for o in books.orders if order and o["isbn"] == order["isbn"]]
    billed = [x for x in books.lines if order and x.get("order_line_id") == order["order_line_id"]]
    return bool(
        order
        and len(alike) == len(billed) == 1
        and order["status"] == "received"
        and line["amount"] == order["estimated_price"] * order["quantity"]
    )


def _order(books: Books, line: Row) -> Row | None:
    number = line.get("order_line_id")
    return next((o for o in books.orders if o["order_line_id"] == number), None)


def _mine(books: Books, line: Row) -> tuple[Row, Row, Decimal]:
    """The order and the invoice of a line, and the price of one; none of it is planted on again."""
    books.used.add(line["invoice_line_id"])
    order = _order(books, line)
    assert order is not None
    invoice = next(i for i in books.invoices if i["invoice_id"] == line["invoice_id"])
    return order, invoice, order["estimated_price"]


def _alone(books: Books, line: Row) -> Row:
    """The line moved to an invoice of its own, which is given back."""
    _, old, _ = _mine(books, line)
    new = books.invoice(old["vendor_id"], old["billed_on"])
    line["invoice_id"] = new["invoice_id"]
    old["total"] -= line["amount"]
    new["total"] += line["amount"]
    return new


def _price(books: Books, line: Row) -> None:
    """Beyond both tolerances by a cent or more, per copy."""
    order, invoice, price = _mine(books, line)
    over = max(price * 5 / 100, Decimal(1)).quantize(CENT) + books.dice.choice([CENT, Decimal(3)])
    over += CENT if over <= max(price * 5 / 100, Decimal(1)) else Decimal(0)
    line["amount"] += over * order["quantity"]
    invoice["total"] += over * order["quantity"]
    books.faults["price against the order", line["invoice_line_id"]] = over * order["quantity"]


def _more_than_ordered(books: Books, line: Row) -> None:
    _, invoice, price = _mine(books, line)
    line["quantity"] += 1
    line["amount"] += price
    invoice["total"] += price
    books.faults["billed more than ordered", line["invoice_line_id"]] = price


def _more_than_received(books: Books, line: Row) -> None:
    order, invoice, price = _mine(books, line)
    order["quantity"] += 1  # so that at least one has come
    line["quantity"] += 1
    line["amount"] += price
    invoice["total"] += price
    books.faults["billed and not received", line["invoice_line_id"]] = price


def _number_twice(books: Books, line: Row) -> None:
    first = _alone(books, line)
    again = books.invoice(first["vendor_id"], first["billed_on"] + timedelta(days=12))
    again["invoice_number"] = first["invoice_number"]
    again["total"] = first["total"]
    copy = {**line, "invoice_line_id": f"L{len(books.lines)}", "invoice_id": again["invoice_id"]}
    books.lines.append(copy)
    books.used.add(copy["invoice_line_id"])
    books.faults["invoice number twice", again["invoice_id"]] = again["total"]


def _isbn_twice(books: Books, line: Row) -> None:
    order, first, _ = _mine(books, line)
    again = books.invoice(first["vendor_id"], first["billed_on"] + timedelta(days=30))
    copy = books.bill(again, order, order["quantity"])
    books.used.add(copy["invoice_line_id"])
    books.faults["ISBN billed twice", copy["invoice_line_id"]] = copy["amount"]


def _barcode_twice(books: Books, line: Row) -> None:
    order, first, _ = _mine(books, line)
    again = books.invoice(first["vendor_id"], first["billed_on"] + timedelta(days=30))
    copy = books.bill(again, order, order["quantity"], isbn=None, barcodes=line["barcodes"])
    books.used.add(copy["invoice_line_id"])
    books.faults["barcode billed twice", copy["invoice_line_id"]] = copy["amount"]


def _cancelled(books: Books, line: Row) -> None:
    order, _, _ = _mine(books, line)
    order |= {"status": "cancelled", "cancelled_on": order["placed_on"] + timedelta(days=2)}
    order |= {"quantity_received": 0, "received_on": None}
    books.faults["cancelled and billed", line["invoice_line_id"]] = line["amount"]


def _sum(books: Books, line: Row) -> None:
    invoice = _alone(books, line)
    over = Decimal(books.dice.choice(["0.01", "-0.01", "7.25", "-3.00"]))
    invoice["total"] += over
    books.faults["sum against the total", invoice["invoice_id"]] = over


def _currency(books: Books, line: Row) -> None:
    invoice = _alone(books, line)
    invoice["currency"] = "USD"
    books.faults["currency against the order", invoice["invoice_id"]] = invoice["total"]


def _fund(books: Books, line: Row) -> None:
    _mine(books, line)
    line["funds"] = "GIFT"
    books.faults["fund against the order", line["invoice_line_id"]] = line["amount"]


def _not_billed(books: Books, line: Row) -> None:
    """Come a month ago or longer: a bill may take so long."""
    order, invoice, price = _mine(books, line)
    if AS_OF - order["received_on"] <= timedelta(days=30):
        return
    books.lines.remove(line)
    invoice["total"] -= line["amount"]
    books.faults["received and not billed", order["order_line_id"]] = price * order["quantity"]


def _still_open(books: Books, line: Row) -> None:
    order, _, price = _mine(books, line)
    order["status"] = "ordered"
    books.faults["billed in full and still open", order["order_line_id"]] = (
        price * order["quantity"]
    )


def _unlinked(books: Books, line: Row) -> None:
    """Without the order's number; its order goes with it, else it would be one not billed."""
    order, _, _ = _mine(books, line)
    line |= {"order_line_id": None, "isbn": None}
    books.orders.remove(order)
    books.faults["no order line", line["invoice_line_id"]] = line["amount"]


def _vendor(books: Books, line: Row) -> None:
    """Another vendor of the library's bills it."""
    new = _alone(books, line)
    new["vendor_id"] = next(each for each in VENDORS if each != new["vendor_id"])
    books.faults["vendor against the order", line["invoice_line_id"]] = line["amount"]


PLANTS: tuple[Callable[[Books, Row], None], ...] = (
    _price,
    _more_than_ordered,
    _more_than_received,
    _number_twice,
    _isbn_twice,
    _barcode_twice,
    _cancelled,
    _sum,
    _currency,
    _fund,
    _not_billed,
    _still_open,
    _unlinked,
    _vendor,
)
