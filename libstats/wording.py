"""How counts, months and comparisons are put into words for a reader; used by charts and reports.

One place, so that a chart's alt text and the sentence beside it never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

__all__ = [
    "Interval",
    "capital",
    "change",
    "day_name",
    "framed",
    "listed",
    "many",
    "month_before",
    "month_name",
    "number",
    "percent",
    "records",
    "share",
    "tenths",
    "to_a_tenth",
]

Row = dict[str, Any]

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def number(value: float | None) -> str:
    """A count as people write it, `1,234`; None is "not known"."""
    return "not known" if value is None else f"{value:z,.0f}"  # z: nothing has no minus


def many(count: int, what: str) -> str:
    """So many of a thing: 1 loan, 1,204 loans."""
    return f"{number(count)} {what}{'' if count == 1 else 's'}"


def share(part: float, whole: float) -> str:
    """A part of a whole in percent, `61%`; never 0% or 100% of what is not nothing or all."""
    percent = 100 * part / whole if whole else 0.0
    if 0 < percent < 1:
        return "less than 1%"
    if 99 < percent < 100:
        return "more than 99%"
    return f"{percent:.0f}%"


def percent(part: float) -> str:
    """A share between 0 and 1 in percent."""
    return share(part, 1)


def to_a_tenth(part: float) -> str:
    """A share between 0 and 1 in percent, to a tenth."""
    return f"{100 * part:.1f}%"


def tenths(value: float) -> str:
    """A number of days or the like with one decimal, `5.3`; nothing has no minus."""
    return f"{value:z,.1f}"


class Interval(NamedTuple):
    """Where a figure in days is likely to lie: its ends, None for one that is not known. A workbook
    has each in a column of its own."""

    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.low is None and self.high is None:
            return "too few to tell"
        if self.high is None:
            return f"{tenths(self.low or 0)} or more"
        return f"{tenths(self.low or 0)} to {tenths(self.high)}"


def capital(text: str) -> str:
    """A text that begins with a capital; the rest stays as it is."""
    return f"{text[:1].upper()}{text[1:]}"


def listed(names: Sequence[str]) -> str:
    """Names as people list them: `East`, `East and West`, `East, North and West`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def month_name(month: date) -> str:
    """A month in words, `October 2026`, in English whatever the machine's language is."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def day_name(day: date) -> str:
    """A day in words, `October 31, 2026`."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def month_before(month: date, months: int = 1) -> date:
    """The first day of the month so many months earlier."""
    index = month.year * 12 + month.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def change(now: float, before: float, when: date | str) -> str:
    """How a count compares with that of a month, or of a time in words: `8% more than in October
    2025`, `the same as in ...`."""
    name = when if isinstance(when, str) else month_name(when)
    if now == before:
        return f"the same as in {name}"
    if not before:
        return f"against none in {name}"
    percent = 100 * abs(now - before) / before
    size = f"{percent:,.0f}%" if percent >= 1 else "less than 1%"
    return f"{size} {'more' if now > before else 'fewer'} than in {name}"


def framed(result: Any) -> Any:
    """A frame of pandas whose index has a name with the index as columns, since it says what the
    rows are about; anything else as it is."""
    names = getattr(getattr(result, "index", None), "names", None)
    if not hasattr(result, "reset_index") or not any(name is not None for name in names or ()):
        return result
    return result.reset_index(allow_duplicates=True)


def _is_missing(value: Any) -> bool:
    """True for what a frame has in place of a value: a number that is none, or pandas' NA, which
    compares with nothing; a list in a cell is a value."""
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def records(result: Any) -> list[Row]:
    """A relation, a pandas or polars frame, or rows already, as dictionaries; read once.

    What frames write for nothing (NaN, NaT) comes back as None.
    """
    if isinstance(result, Iterable) and not hasattr(result, "columns"):
        return [dict(row) for row in result]
    result = framed(result)
    if hasattr(result, "fetchall"):
        rows = result.fetchall()
    elif hasattr(result, "itertuples"):
        rows = result.itertuples(index=False, name=None)
    else:
        rows = result.rows()
    names = [str(name) for name in result.columns]
    return [
        {
            name: None if _is_missing(value) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in rows
    ]
