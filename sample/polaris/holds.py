"""The holds of the neighbour library: each lived to its end, and seen only where a list was made
while it was there."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sample.dice import Dice
from sample.polaris.place import BRANCHES, HOLD_LISTS, LAST, PURGED_AFTER, open_day
from sample.polaris.stock import Copy, Stock

OPEN = ("Inactive", "Active", "Pending", "Shipped", "Held")
"""What the query of the first list asks for."""
ENDS = {
    "Filled": "done",
    "Unclaimed": "not fetched",
    "Expired": "lapsed",
    "Cancelled": "given up",
    "Not Supplied": "given up",
}
"""What became of a hold, by the status that it ends with."""
ODD = "Sent to Partner"
"""A status that no list of Polaris knows."""


@dataclass(slots=True, eq=False)
class Hold:
    """One request. `steps` are the days on which it came to each status."""

    number: int
    title: int
    branch: str
    placed: date
    why: str
    steps: list[tuple[date, str]] = field(default_factory=list)
    copy: Copy | None = None
    active_on: date | None = None
    """From when on it is wanted, or until when it is paused; else the day on which it was placed."""
    is_suspended: bool = False

    def at(self, day: date) -> tuple[date, str]:
        """Return since when, and in which status, it was at the end of `day`."""
        return [step for step in self.steps if step[0] <= day][-1]

    def is_listed(self, day: date) -> bool:
        """Return whether Polaris still has it at the end of `day`."""
        if self.placed > day:
            return False
        since, status = self.at(day)
        if day == HOLD_LISTS[0]:
            return status in OPEN
        return status != "Filled" and (
            status not in ENDS or since > day - timedelta(days=PURGED_AFTER)
        )

    @property
    def outcome(self) -> str:
        """What it lived to: what waits on the hold shelf is done waiting."""
        status = self.at(LAST)[1]
        return "done" if status == "Held" else ENDS.get(status, "open")

    @property
    def ready_on(self) -> date | None:
        """When it came to the hold shelf, in life."""
        return next((day for day, status in self.steps if status == "Held"), None)


class Requests:
    """All holds in order of number."""

    def __init__(self, dice: Dice, stock: Stock, *, size: int) -> None:
        """Place the holds of each kind."""
        self.all: list[Hold] = []
        self._dice = dice
        self._copies = stock.lent()[20:]
        for _ in range(size):
            self._on_the_shelf()
            self._ended_unfilled()
            self._waiting(stock)
        self.all.sort(key=lambda hold: (hold.placed, hold.number))
        for number, hold in enumerate(self.all, 4001):
            hold.number = number

    def _place(
        self, placed: date, why: str, *steps: tuple[date, str], copy: Copy | None = None
    ) -> Hold:
        asked, placed = copy or self._dice.pick(self._copies), open_day(placed)
        branch = self._dice.pick(BRANCHES).number
        hold = Hold(len(self.all), asked.title, branch, placed, why, [(placed, "Active"), *steps])
        hold.copy = asked if any(status == "Held" for _, status in steps) else None
        self.all.append(hold)
        return hold

    def _some(self, since: date, until: date) -> date:
        return since + timedelta(days=self._dice.below((until - since).days + 1))

    def _on_the_shelf(self) -> None:
        """What came to the hold shelf: seen there on the day of a list, or between two."""
        for place, listed in enumerate(HOLD_LISTS):
            for _ in range(6):
                placed = self._some(listed - timedelta(days=40), listed - timedelta(days=8))
                ready = self._some(listed - timedelta(days=5), listed - timedelta(days=1))
                fetched = listed + timedelta(days=self._dice.between(1, 4))
                steps = [(ready, "Held"), (fetched, "Filled")]
                self._place(placed, "seen on the hold shelf", *steps)
            for _ in range(4 if place else 0):
                before = HOLD_LISTS[place - 1]
                ready = self._some(before + timedelta(days=6), listed - timedelta(days=6))
                steps = [(ready, "Held"), (ready + timedelta(days=3), "Filled")]
                self._place(
                    self._some(before - timedelta(days=30), before),
                    "came to the shelf and went between two lists",
                    *steps,
                )
            for _ in range(2 if place else 0):
                placed = HOLD_LISTS[place - 1] + timedelta(days=2)
                steps = [
                    (placed + timedelta(days=4), "Held"),
                    (placed + timedelta(days=7), "Filled"),
                ]
                self._place(placed, "placed and fetched between two lists", *steps)

    def _ended_unfilled(self) -> None:
        for listed in HOLD_LISTS[1:]:
            seen = listed - timedelta(days=self._dice.between(2, 6))
            placed = self._some(listed - timedelta(days=55), listed - timedelta(days=30))
            for end, why, count in (
                ("Cancelled", "cancelled, nobody tells by whom", 3),
                ("Expired", "ran out", 2),
                ("Not Supplied", "no copy could be found", 2),
            ):
                for _ in range(count):
                    self._place(placed, why, (seen, end))
            for _ in range(2):
                held = (seen - timedelta(days=8), "Held")
                self._place(
                    placed,
                    "stood on the shelf between two lists, never fetched",
                    held,
                    (seen, "Unclaimed"),
                )
        for listed in HOLD_LISTS[:-1]:
            for _ in range(2):
                held = (listed - timedelta(days=3), "Held")
                unclaimed = (listed + timedelta(days=5), "Unclaimed")
                self._place(
                    listed - timedelta(days=20), "seen on the shelf, never fetched", held, unclaimed
                )

    def _waiting(self, stock: Stock) -> None:
        """What is open on the last day."""
        for listed, count in zip(HOLD_LISTS, (14, 5, 7, 9), strict=True):
            for _ in range(count):
                placed = self._some(listed - timedelta(days=50), listed - timedelta(days=1))
                self._place(placed, "waiting")
        for status in ("Pending", "Shipped"):
            self._place(date(2026, 10, 20), "on its way", (date(2026, 10, 29), status))
        for _ in range(6):
            paused = self._place(date(2026, 6, 9), "suspended", (date(2026, 6, 12), "Inactive"))
            paused.is_suspended, paused.active_on = True, date(2026, 12, 15)
        for _ in range(2):
            later = self._place(date(2026, 9, 22), "wanted from a day to come")
            later.steps, later.active_on = [(later.placed, "Inactive")], date(2026, 12, 1)
        for copy in stock.lost:
            self._place(date(2026, 6, 3), "its only copy is lost", copy=copy)
        for copy in stock.wanted:
            self._place(date(2026, 9, 8), "waiting", copy=copy)
        for _ in range(2):
            self._place(date(2026, 9, 1), "a status that nobody declared", (date(2026, 9, 18), ODD))
