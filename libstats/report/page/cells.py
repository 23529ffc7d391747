"""How a value stands in the cell of a workbook: as a number or a date, with the format that says
what the page says in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from libstats.wording import Interval, day_name, month_name, percent, tenths, to_a_tenth

__all__ = ["Format", "Look", "as_told", "in_a_workbook", "look_of", "money", "plain"]

Format = Callable[[Any], str]
F = TypeVar("F", bound=Callable[..., str])
TOLD = "told"  # the look of texts that may be numbers or days: each goes by itself


class Look(NamedTuple):
    """The number format of a column, and the unit that its heading must say."""

    number: str = ""
    unit: str = ""


def as_told(value: Any) -> str:
    """A text that may be a number or a day, as receipts have them; in a workbook it is one."""
    return str(value)


_LOOKS: dict[Format, Look] = {
    month_name: Look("mmmm yyyy"),
    day_name: Look("yyyy-mm-dd"),
    percent: Look("0%"),
    to_a_tenth: Look("0.0%"),
    tenths: Look("#,##0.0", "days"),
    str: Look("0"),  # a year: no comma
    as_told: Look(TOLD),
}


def in_a_workbook(number: str, unit: str = "") -> Callable[[F], F]:
    """Say of a function that writes values on a page how a workbook writes them."""

    def known(written: F) -> F:
        _LOOKS[written] = Look(number, unit)
        return written

    return known


@in_a_workbook("#,##0.00")
def money(amount: float | Decimal) -> str:
    """An amount of money, whose currency stands beside it."""
    return f"{amount:,.2f}"


def look_of(written: Format | None) -> Look:
    """How a workbook writes what a function writes on the page."""
    return _LOOKS.get(written, Look()) if written else Look()


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    if isinstance(value, Interval):
        return {"low": value.low, "high": value.high}
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "dtype") and hasattr(value, "item"):  # a number of numpy
        value = value.item()
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
