"""Months as the headings of reports write them: `Jan-2016`, a date that a spreadsheet made of it, a
month in German; and `22-Jan`, which a spreadsheet made of January 2022."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

__all__ = ["between", "last_day", "month_of"]

# the beginnings of the names, English and German
_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar",
            "feb february februar",
            "mar march marz maerz mrz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}
_NAMED = re.compile(r"([a-z]+)\.?[-_ /.,']*(\d{4}|\d\d)")
_DAY_FIRST = re.compile(r"(\d\d)[-_ /.]*([a-z]+)\.?")
_DATED = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d)(?:[ t]00:00(?::00)?(?:\.0+)?)?)?")
_SERIAL = re.compile(r"[34]\d{4}")
_EPOCH = date(1899, 12, 30)


def month_of(heading: str) -> date | None:
    """The first day of the month that a heading names; None for one that names none.

    >>> month_of("Jan-2016"), month_of("Dez 2022"), month_of("22-Jan")
    (datetime.date(2016, 1, 1), datetime.date(2022, 12, 1), datetime.date(2022, 1, 1))
    >>> month_of("2016-07-01 00:00:00"), month_of("Jal-2022")
    (datetime.date(2016, 7, 1), None)
    """
    text = _plain(heading)
    if match := _DATED.fullmatch(text):
        return _dated(int(match[1]), int(match[2]), int(match[3] or 1))
    if match := _NAMED.fullmatch(text):
        name, year = match[1], match[2]
    elif match := _DAY_FIRST.fullmatch(text):
        name, year = match[2], match[1]
    elif _SERIAL.fullmatch(text):
        day = _EPOCH + timedelta(days=int(text))
        return day if day.day == 1 else None
    else:
        return None
    month = _NAMES.get(name)
    return date(int(year) % 2000 + 2000, month, 1) if month and _is_year(year) else None


def _plain(heading: str) -> str:
    """A heading in small letters, those with marks without them."""
    parted = unicodedata.normalize("NFKD", heading.strip().casefold())
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


def _is_year(text: str) -> bool:
    return len(text) == 2 or "2000" <= text <= "2099"


def _dated(year: int, month: int, day: int) -> date | None:
    """The month of a date. A day that is not the first was a year: of `Jan-22` a spreadsheet made
    22 January of the year in which it was opened."""
    if not (2000 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    return date(year, month, 1) if day == 1 else date(2000 + day, month, 1)


def between(first: date, last: date) -> list[date]:
    """The months from that of one day to that of another."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def last_day(month: date) -> date:
    """The last day of a month, told by its first."""
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
