"""What of an invoice is held against what: the checks by name, whom to ask and what; how far a
price may lie from the order's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import duckdb

__all__ = [
    "AMOUNT",
    "CHECKS",
    "DAYS",
    "OFF",
    "PERCENT",
    "Check",
    "chosen",
    "is_limit",
    "is_off",
    "register",
    "turned_off",
    "whom",
]

# within either of these a price is no matter; so many days a copy or a bill may take
PERCENT, AMOUNT, DAYS = 5.0, 1.0, 30.0


class Check(NamedTuple):
    """Whom to ask, and what."""

    ask: str
    question: str


# the order is that of the list, and of what goes first: what is billed twice is asked about once
CHECKS = {
    "invoice number twice": Check(
        "vendor", "Is it the same invoice again? Do not pay the second before they answer"
    ),
    "barcode billed twice": Check("vendor", "Which copy is this? Its barcode was billed before"),
    "ISBN billed twice": Check(
        "vendor", "What is this for? All that was ordered was billed before"
    ),
    "cancelled and billed": Check("vendor", "The order was cancelled: ask for a credit note"),
    "billed more than ordered": Check(
        "vendor", "How many were sent? More copies are billed than were ordered"
    ),
    "billed and not received": Check("receiving", "Did these copies come? If not, ask the vendor"),
    "price against the order": Check("vendor", "Why is the price another than that of the order?"),
    "currency against the order": Check("vendor", "In which currency is this to be paid?"),
    "vendor against the order": Check(
        "acquisitions", "Who was to send it? Tell the other vendor, or correct the order"
    ),
    "fund against the order": Check("fund manager", "Which fund pays for it?"),
    "sum against the total": Check("vendor", "How is the total made? Its lines give another sum"),
    "received and not billed": Check("vendor", "Where is the invoice for these copies?"),
    "billed in full and still open": Check(
        "acquisitions", "Close the order, so that its fund is free again"
    ),
    "no order line": Check("acquisitions", "Which order is it for?"),
    "paid otherwise than billed": Check(
        "finance office", "Why was another amount paid than the invoice asks for?"
    ),
    "paid and not billed": Check(
        "finance office", "Which invoice was this? The library has none of that number"
    ),
    "billed and not paid": Check("finance office", "Was it paid? Their list does not have it"),
}


OFF = '{"no order line" = "it sends its own numbers alone"}'


def whom(ask: str) -> str:
    """Whom to ask, in a sentence: a person or an office has an article."""
    return ask if ask in ("acquisitions", "receiving") else f"the {ask}"


def is_limit(value: object) -> bool:
    """True for a number that a limit may be."""
    return type(value) in (int, float) and 0 <= value <= 100_000  # type: ignore[operator]


def is_off(value: object) -> bool:
    """True for checks that are turned off, each with its reason."""
    return isinstance(value, dict) and all(
        name in CHECKS and isinstance(why, str) and bool(why.strip()) for name, why in value.items()
    )


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Tell a connection what [invoices] and [vendors] in libstats.toml say."""
    given = config.get("invoices", {})
    for name in ("percent", "amount", "days"):
        value = given.get(name)
        con.execute(f"set variable invoice_{name} = $1", [None if value is None else float(value)])
    off = given.get("off", {})
    con.execute("set variable invoice_checks_off = $1", [list(off)])
    con.execute("set variable invoice_checks_why = $1", [[str(off[name]) for name in off]])
    register_vendors(con, config)


def register_vendors(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Give a connection the table `vendor_number` (number, name): who the numbers in messages are,
    as [vendors] in libstats.toml says."""
    con.execute("create or replace temp table vendor_number (number varchar, name varchar)")
    given = config.get("vendors", {})
    if given:
        con.execute(
            "insert into vendor_number select unnest($1::varchar[]), unnest($2::varchar[])",
            [[number.strip() for number in given], [name.strip() for name in given.values()]],
        )


def chosen(
    con: duckdb.DuckDBPyConnection, percent: float | None, amount: float | None, days: float | None
) -> dict[str, float]:
    """The limits to use: what is given, else what [invoices] says, else the usual ones."""
    own = con.execute(
        "select getvariable('invoice_percent'), getvariable('invoice_amount'), "
        "getvariable('invoice_days')"
    ).fetchall()[0]
    usual = {"percent": PERCENT, "amount": AMOUNT, "days": DAYS}
    return {
        name: next(value for value in (given, said, usual[name]) if value is not None)
        for name, given, said in zip(usual, (percent, amount, days), own, strict=True)
    }


def turned_off(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The checks that the library does without, each with its reason."""
    names, reasons = con.execute(
        "select getvariable('invoice_checks_off'), getvariable('invoice_checks_why')"
    ).fetchall()[0]
    return dict(zip(names or (), reasons or (), strict=True))
