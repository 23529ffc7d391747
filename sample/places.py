"""The made-up library system: its branches, their hours, and the days that matter."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sample.dice import Dice

SYSTEM = "Quillbrook Valley Libraries"
FIRST = date(2022, 11, 1)
"""The first day of business on this Koha."""
LAST = date(2026, 10, 31)
"""The last day of business in the exports."""
MIGRATED = date(2022, 10, 21)
"""The day on which the old system's stock was loaded."""
BY_MONTH = date(2024, 11, 1)
"""From this day somebody exports every month; what is older came by the half-year."""
SHIFTED = date(2025, 11, 1)
"""From this day branches go opposite ways: a school moved to one and left the others."""
UPGRADED = date(2025, 7, 13)
"""The first day on which the log says by which interface a thing was done."""
OPAC_BRANCH_SET = date(2025, 1, 6)
"""Until this day renewals by patrons were logged under a branch that is none."""
OPAC_BRANCH = "OPACRenew"

STUTTERS = (date(2025, 1, 31), date(2025, 7, 31), date(2026, 1, 30), date(2026, 7, 31))
"""Days on which a faulty scanner counted every use in the house twice."""

HOLIDAYS = ((1, 1), (5, 1), (7, 4), (12, 24), (12, 25), (12, 26))
STORM = (date(2025, 2, 11), date(2025, 2, 12))
SEASON = (105, 100, 105, 95, 90, 115, 130, 120, 95, 100, 95, 75)
"""How busy each month is, January first; 100 is usual."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One building."""

    code: str
    name: str
    visits: int
    """Visits with a loan on a usual open day, in thousandths."""
    in_house: int
    """Uses without a loan on a usual open day, in thousandths."""
    share: int
    """Its share of the stock, in percent."""
    hours: dict[int, tuple[int, int]]
    """Opening and closing hour by weekday, Monday is 0."""
    has_self_check: bool = False
    works: tuple[date, date] | None = field(default=None)
    """First and last day of a closure for building works."""
    shifted: int = 100
    """Visits since SHIFTED, in percent of those before."""

    def is_open(self, day: date) -> bool:
        """Return whether the doors open on `day`."""
        if day.weekday() not in self.hours or (day.month, day.day) in HOLIDAYS or day in STORM:
            return False
        return self.works is None or not self.works[0] <= day <= self.works[1]

    def busy(self, day: date) -> int:
        """Return the visits with a loan to expect on `day`, an open one, in thousandths."""
        shift = self.shifted if day >= SHIFTED else 100
        return self.visits * SEASON[day.month - 1] * shift // 10_000

    def next_open(self, day: date) -> date:
        """Return `day` or the first open day after it."""
        while not self.is_open(day):
            day += timedelta(days=1)
        return day

    def moment(self, dice: Dice, day: date) -> datetime:
        """Return a moment within the opening hours of `day`, which must be open."""
        opens, closes = self.hours[day.weekday()]
        return at(day, opens) + timedelta(seconds=dice.below((closes - opens) * 3600))

    def opening(self, day: date, minutes: int = 5) -> datetime:
        """Return the moment `minutes` after the doors open on `day`, which must be open."""
        return at(day, self.hours[day.weekday()][0]) + timedelta(minutes=minutes)


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return that time of that day, without a zone, as Koha keeps it."""
    return datetime.combine(day, time(hour, minute, second))


CENTRAL = Branch(
    code="QBC",
    name="Quillbrook Central",
    visits=2000,
    in_house=420,
    share=55,
    shifted=96,
    hours={0: (9, 20), 1: (9, 20), 2: (9, 20), 3: (9, 20), 4: (9, 18), 5: (10, 16)},
    has_self_check=True,
)
TARNHOLLOW = Branch(
    code="TRN",
    name="Tarnhollow",
    visits=1000,
    in_house=230,
    share=25,
    shifted=86,
    hours={1: (10, 18), 2: (10, 18), 3: (10, 18), 4: (10, 18), 5: (10, 14)},
    has_self_check=True,
)
SALTMERE = Branch(
    code="SLT",
    name="Saltmere",
    visits=1300,
    in_house=200,
    share=20,
    hours={1: (13, 19), 3: (13, 19), 5: (10, 13)},
    shifted=142,
    works=(date(2026, 2, 2), date(2026, 2, 21)),
)
BRANCHES = (CENTRAL, TARNHOLLOW, SALTMERE)
