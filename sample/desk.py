"""The staff's working time: when a thing is done that waits on someone's desk."""

from datetime import date, datetime, timedelta

from sample.dice import Dice
from sample.places import CENTRAL, at

OPENS, CLOSES = 9, 17
"""Hours of staff behind the scenes, Monday to Friday, when the largest branch is open."""


class Desk:
    """Working days and moments within them."""

    def __init__(self, dice: Dice) -> None:
        """Draw moments with `dice`."""
        self.dice = dice

    def is_staffed(self, day: date) -> bool:
        """Return whether anyone works on `day`."""
        return day.weekday() < 5 and CENTRAL.is_open(day)

    def day_after(self, day: date, days: int) -> date:
        """Return the working day that is `days` working days after `day`, or after the next one if
        that is none."""
        while not self.is_staffed(day):
            day += timedelta(days=1)
        for _ in range(days):
            day += timedelta(days=1)
            while not self.is_staffed(day):
                day += timedelta(days=1)
        return day

    def moment(self, after: datetime, days: int = 0) -> datetime:
        """Return a moment of work later than `after`: that many working days on, today if there is
        still time."""
        day = self.day_after(after.date(), days)
        closing = at(day, CLOSES)
        if after >= closing - timedelta(minutes=5):
            day = self.day_after(day + timedelta(days=1), 0)
            closing = at(day, CLOSES)
        begin = max(at(day, OPENS), after + timedelta(minutes=1))
        return begin + timedelta(seconds=self.dice.below(int((closing - begin).total_seconds())))
