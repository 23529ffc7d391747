"""Open days: a library's own calendars, the courier's, OCLC's, and the fiscal year, as tables of a
connection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import duckdb

from libstats.definitions.kept import run
from libstats.errors import WorkspaceError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST, LAST = date(2000, 1, 1), date(2040, 1, 1)
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
KEYS = ("open", "closed", "holidays")
# OCLC counts a request's days from Monday to Friday without its own holidays (help.oclc.org,
# Request_Aging); those are the United States' public ones here: a library that knows them better
# writes [calendar.oclc]
_SHIPPED = {"oclc": {"open": dict.fromkeys(DAYS[:5], "00:00-24:00"), "holidays": "US"}}


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Give a connection the table `calendar_day`, the macros `open_days` and `open_hours`, and the
    first month of the fiscal year.

    calendar_day: one row per calendar and day from 2000 to 2039: `calendar`, `day`, `hours` (open
    hours), `is_open`, `open_before` (open days before it). Raises WorkspaceError for a calendar
    that is not in the form, with its key.
    """
    given = {**_SHIPPED, **config.get("calendar", {})}
    week, closed = [], []
    for name, entry in given.items():
        week += [(name, day, hours) for day, hours in _week(name, entry).items()]
        closed += [(name, day) for day in _closed(name, entry)]
    con.execute(
        """
        create or replace temp table open_weekday (
            calendar varchar,
            weekday integer,
            hours double
        )"""
    )
    con.execute(
        """
        insert into open_weekday
        select
            unnest($1::varchar[]),
            unnest($2::integer[]),
            unnest($3::double[])
        """,
        list(map(list, zip(*week, strict=True))),
    )
    con.execute("create or replace temp table closed_day (calendar varchar, day date)")
    if closed:
        names, days = zip(*closed, strict=True)
        con.execute(
            "insert into closed_day select distinct unnest($1::varchar[]), unnest($2::date[])",
            [list(names), list(days)],
        )
    con.execute(_TABLE, {"first": FIRST, "last": LAST})
    run(con, _MACROS)
    con.execute("set variable fiscal_month = $1", [_fiscal_month(config)])


def check(name: str, entry: Mapping[str, Any]) -> None:
    """WorkspaceError for a calendar that is not in the form, with its key."""
    _week(name, entry)
    _closed(name, dict(entry))


_TABLE = """
    create or replace temp table calendar_day as
    with hours as (
        select
            w.calendar,
            d.day,
            case when c.day is null then w.hours else 0 end as hours
        from (select $first::date + i::integer as day from range($last::date - $first::date) r(i)) d
        join open_weekday w on w.weekday = isodow(d.day)
        left join closed_day c on c.calendar = w.calendar and c.day = d.day
    )
    select
        calendar,
        day,
        hours,
        hours > 0 as is_open,
        (
            sum((hours > 0)::integer) over (
                partition by calendar
                order by day
                rows unbounded preceding
            )
            - (hours > 0)::integer
        )::bigint as open_before
    from hours
"""
# open_days counts open days from the first moment's day up to, without, the second one's: Friday to
# Monday is 1
_MACROS = """
    create or replace temp macro open_days(a, b, name) as
        (select c.open_before from calendar_day c where c.calendar = name and c.day = b::date)
        - (select c.open_before from calendar_day c where c.calendar = name and c.day = a::date);
    create or replace temp macro fiscal_year(day) as
        (
            year(day)
            + case
                when getvariable('fiscal_month') > 1 and month(day) >= getvariable('fiscal_month')
                    then 1
                else 0
            end
        )::integer
"""


def _week(name: str, entry: Any) -> dict[int, float]:
    """Open hours of each day of the week, Monday first as 1."""
    if (
        not isinstance(entry, dict)
        or not set(entry) <= set(KEYS)
        or not isinstance(entry.get("open"), dict)
    ):
        raise _wrong(name, "open", 'open = {mon = "09:00-20:00", sat = "10:00-14:00"}')
    for day, hours in entry["open"].items():
        if day not in DAYS or not isinstance(hours, str) or _length(hours) <= 0:
            raise _wrong(
                name,
                f"open, {day}",
                'mon = "09:00-20:00", up to 24:00; days are mon to sun, one that is left out is'
                " closed",
            )
    return {place: _length(entry["open"].get(day)) for place, day in enumerate(DAYS, start=1)}


def _length(hours: str | None) -> float:
    """How many hours; none where the text is not in the form, or ends before it begins."""
    found = _HOURS.fullmatch(hours) if hours else None
    if found is None:
        return 0.0
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    end = to_hour + to_minute / 60
    return end - from_hour - from_minute / 60 if end <= 24 else 0.0


def _closed(name: str, entry: dict[str, Any]) -> list[date]:
    """Days on which it is closed though its weekday is open: those listed, and public holidays."""
    days = []
    if not isinstance(entry.get("closed", []), list):
        raise _wrong(name, "closed", 'closed = ["2026-12-24"]')
    for text in entry.get("closed", []):
        try:
            days.append(text if isinstance(text, date) else date.fromisoformat(text))
        except (TypeError, ValueError):
            raise _wrong(name, "closed", 'closed = ["2026-12-24"]') from None
    if (where := entry.get("holidays", "")) != "":
        try:
            days += _public_holidays(str(where))
        except NotImplementedError:
            raise _wrong(
                name,
                "holidays",
                (
                    'holidays = "US-KS": a country, or a country and its part, '
                    "as the package holidays names them"
                ),
            ) from None
    return days


def _public_holidays(where: str) -> list[date]:
    """The public holidays of a country or a part of it, as the package holidays knows them."""
    years = range(FIRST.year, LAST.year)
    if where == "US":  # every connection wants these, and the package takes a tenth of a second
        return [day for year in years for day in federal_holidays(year)]
    import holidays

    country, _, part = where.partition("-")
    return list(holidays.country_holidays(country, subdiv=part or None, years=years))


def federal_holidays(year: int) -> list[date]:
    """The federal holidays of the United States in a year, with the Friday or Monday beside one
    that falls on a weekend."""
    fixed = [date(year, month, day) for month, day in _FIXED]
    if year >= 2021:
        fixed.append(date(year, 6, 19))  # Juneteenth
    beside = [
        day + timedelta(1 if day.weekday() == 6 else -1) for day in fixed if day.weekday() > 4
    ]
    return fixed + beside + [_in_week(year, *rule) for rule in _IN_WEEK]


# New Year, Independence Day, Veterans Day, Christmas
_FIXED = ((1, 1), (7, 4), (11, 11), (12, 25))
# month, day of the week (Monday is 0), and which of the month, -1 the last: King's and Washington's
# birthdays, Memorial Day, Labor Day, Columbus Day, Thanksgiving
_IN_WEEK = ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))


def _in_week(year: int, month: int, weekday: int, place: int) -> date:
    first = date(year, month, 1) if place > 0 else date(year, month + 1, 1)
    weeks = place - 1 if place > 0 else place
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=weeks)


def _fiscal_month(config: Mapping[str, Any]) -> int:
    month = config.get("library", {}).get("fiscal_year_starts", 1)
    if not isinstance(month, int) or not 1 <= month <= 12:
        raise WorkspaceError(
            "libstats.toml: [library] fiscal_year_starts is not a month",
            "Write for example: fiscal_year_starts = 7",
        )
    return month


def _wrong(name: str, key: str, form: str) -> WorkspaceError:
    return WorkspaceError(
        f"libstats.toml: [calendar.{name}]: {key} is not in the form", f"Write: {form}"
    )
