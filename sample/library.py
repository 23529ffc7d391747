"""The library, lived through day by day."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from sample import stock
from sample.circulation import Circulation
from sample.dice import Dice
from sample.holds import Holds
from sample.loose_ends import LooseEnds
from sample.places import BRANCHES, CENTRAL, FIRST, LAST, SALTMERE, SEASON, TARNHOLLOW, Branch, at
from sample.records import Event, Hold, Item, Journey, Loan, Patron, Title

GUESTS = 9001
"""The number of the first statistical patron."""
MOVES = (date(2025, 6, 17), date(2026, 7, 14))
"""Days on which some books go from the largest to the smallest branch for good."""
ONSITE = 80
"""Uses in the reading room on a usual open day of the largest branch, in thousandths."""

HOLDS = 900
"""Requests on a usual open day of the largest branch, in thousandths."""


class Library:
    """Stock, patrons and everything that happens to them."""

    def __init__(self, seed: int, *, size: int) -> None:
        """Open a library `size` times as large as the smallest one."""
        self.dice = Dice(seed)
        self.size = size
        self.stock = stock.make(self.dice, items=1440 * size)
        self.patrons = _patrons(self.dice, 430 * size)
        guests = {
            branch.code: Patron(GUESTS + place, branch, "INH", False, False, FIRST)
            for place, branch in enumerate(BRANCHES)
        }
        self.circulation = Circulation(self.dice, self.stock, self.patrons, guests)
        self.requests = Holds(self.dice, self.circulation)
        self.loose_ends = LooseEnds(self.dice, self.circulation, self.requests)
        self._owed: dict[tuple[str, str], int] = {}
        self.events: list[Event] = []
        """The log in order of time, once the last day is over."""

    @property
    def loans(self) -> list[Loan]:
        """All loans, in order of number."""
        return self.circulation.loans

    @property
    def holds(self) -> list[Hold]:
        """All holds, in order of number."""
        return self.requests.all

    @property
    def journeys(self) -> list[Journey]:
        """All journeys between branches, in order of number."""
        return self.circulation.journeys

    @property
    def items(self) -> list[Item]:
        """The items that the catalogue has now."""
        return [item for item in self.stock.items if item.place not in ("coming", "gone")]

    @property
    def titles(self) -> list[Title]:
        """The titles of which the catalogue has an item now."""
        kept = {item.title.number for item in self.items}
        return [title for title in self.stock.titles if title.number in kept]

    def live(self, closing: Callable[[date], None]) -> None:
        """Live from the first day to the last; call `closing` with each day when its doors are
        shut."""
        day = FIRST
        while day <= LAST:
            for branch in BRANCHES:
                if branch.is_open(day):
                    self._open(branch, day)
            self.loose_ends.plan(day)
            self._receive(day)
            if day.day == 3:
                self._weed(day)
            if day in MOVES:
                self._move(day)
            self.circulation.live(day)
            self.loose_ends.note(day)
            closing(day)
            day += timedelta(days=1)
        self._delete_patrons()
        self.events = sorted(self.circulation.events, key=lambda event: event.at)

    def _open(self, branch: Branch, day: date) -> None:
        """Enter what people come for on an open day."""
        pace = SEASON[day.month - 1] * self.size
        desk = self.circulation
        for _ in range(self._due("visits", branch, branch.busy(day) * self.size)):
            desk.plan(branch.moment(self.dice, day), partial(desk.visit, branch))
        for _ in range(self.dice.around(branch.in_house * pace // 100)):
            desk.plan(branch.moment(self.dice, day), partial(desk.use_in_house, branch))
        if branch is not CENTRAL:
            return
        for _ in range(self.dice.around(ONSITE * 2 * self.size)):
            desk.plan(branch.moment(self.dice, day), partial(desk.read_in, branch))
        for _ in range(self._due("holds", branch, HOLDS * pace // 100)):
            desk.plan(branch.moment(self.dice, day), self.requests.place)

    def _due(self, what: str, branch: Branch, thousandths: int) -> int:
        """Return how often `what` happens today: what is owed, give or take one, which is made up
        later, so that a month is what its season lets expect."""
        owed = self._owed.get((what, branch.code), 0) + thousandths
        count = max(0, owed // 1000 + self.dice.pick((-1, 0, 0, 1)))
        self._owed[what, branch.code] = owed - 1000 * count
        return count

    def _receive(self, day: date) -> None:
        """Put new items of the day on their shelves."""
        for item in self.stock.items:
            if item.place == "coming" and item.accessioned == day:
                item.place = "shelf"

    def _weed(self, day: date) -> None:
        """Withdraw some unused items, delete those withdrawn three months ago, and miss or find
        damaged a few."""
        now = at(day, 8, 20)
        for item in self.stock.items:
            if (
                item.place == "withdrawn"
                and item.withdrawn_on
                and (now - item.withdrawn_on).days > 85
            ):
                item.place = "gone"
            elif item.place == "shelf" and not item.title.weight and self.dice.below(1000) < 8:
                item.place, item.withdrawn_on, item.changed = "withdrawn", now, now
            elif item.place == "shelf" and self.dice.below(10_000) < 3:
                item.place, item.lost, item.lost_on, item.changed = "lost", 4, now, now
            elif item.place == "shelf" and self.dice.below(10_000) < 2:
                item.damaged, item.changed = 1, now

    def _move(self, day: date) -> None:
        """Give Saltmere some books of the largest branch."""
        chosen = [
            item
            for item in self.stock.items
            if item.place == "shelf" and item.holding is item.home is CENTRAL
        ]
        for item in chosen[5 :: len(chosen) // (12 * self.size)]:
            item.home = item.holding = SALTMERE
            item.seen = item.changed = at(day, 8, 5)

    def _delete_patrons(self) -> None:
        """Delete, soon after they were last seen, some patrons who left nothing open."""
        busy = {loan.patron.number for loan in self.loans if loan.returned is None}
        busy |= {
            hold.patron.number for hold in self.holds if hold.outcome not in ("filled", "cancelled")
        }
        for patron in self.patrons:
            left = patron.active + timedelta(days=2)
            if (
                patron.number not in busy
                and patron.active > FIRST
                and patron.number % 3 == 0
                and left <= LAST
            ):
                patron.deleted_on = left


def _patrons(dice: Dice, count: int) -> list[Patron]:
    """Return `count` patrons, the busiest first."""
    patrons = []
    for place in range(count):
        branch = CENTRAL if dice.chance(58) else dice.pick((TARNHOLLOW, TARNHOLLOW, SALTMERE))
        category = dice.pick(("AD", "AD", "AD", "AD", "JU", "JU", "TE", "SR", "ST"))
        # Numbers say nothing of how busy a patron is.
        number = 101 + place * 7919 % count
        patrons.append(Patron(number, branch, category, dice.chance(30), dice.chance(55), FIRST))
    return patrons
