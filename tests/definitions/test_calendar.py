"""Calendars: what libstats knows by itself is what the package of holidays says."""

from __future__ import annotations

import holidays

from libstats.definitions.calendar import FIRST, LAST, federal_holidays


def test_federal_holidays_are_those_of_the_package() -> None:
    years = range(FIRST.year, LAST.year)
    known = holidays.country_holidays("US", years=years)
    ruled = {day for year in years for day in federal_holidays(year) if day >= FIRST}
    assert ruled == set(known)
