"""What happened at the desks of the neighbour library, transaction by transaction."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sample.dice import Dice
from sample.polaris.holds import Requests
from sample.polaris.place import BRANCHES, CARDS, LISTED, Branch, days, open_day
from sample.polaris.stock import Copy, Stock

CHECKOUT, CHECKIN, PAYMENT, HOLD_CREATED, UNKNOWN = 6001, 6002, 6016, 6005, 6999
"""The last is a type of whose meaning no list tells."""
IN_HOUSE, IN_HOUSE_IN_LEAP, INVENTORY, USUAL = 6, 56, 3, 1
CATALOGUE, NIGHT = 42, 48
LOAN = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One header with the details that the query pivots."""

    at: datetime
    branch: str
    type: int
    copy: Copy | None = None
    patron: str = ""
    is_renewal: bool = False
    checkin_type: int | None = None
    source: int | None = None

    @property
    def measure(self) -> str:
        """What it counts as."""
        if self.type == CHECKOUT and self.patron in CARDS:
            return "at a place's card"
        if self.type == CHECKOUT:
            return self._renewal if self.is_renewal else "checkouts"
        if self.type == CHECKIN and self.checkin_type in (IN_HOUSE, IN_HOUSE_IN_LEAP):
            return "in_house_uses"
        return "other"

    @property
    def _renewal(self) -> str:
        return {CATALOGUE: "by_patron", NIGHT: "automatic"}.get(self.source or 0, "unknown")


class Desk:
    """All transactions from the first to the last day, in order."""

    def __init__(self, dice: Dice, stock: Stock, requests: Requests, *, size: int) -> None:
        """Live every open day; keep how the copies stood at the end of the days of the lists."""
        self.transactions: list[Transaction] = []
        self.stood: dict[date, list[Copy]] = {}
        self._dice, self._stock, self._size = dice, stock, size
        self._lent = stock.lent()
        self._back: dict[int, date] = {}
        open_days = days()
        for place, day in enumerate(open_days):
            for branch in BRANCHES:
                self._day(branch, day)
            self._cards(place, day)
            later = open_days[place + 1] if place + 1 < len(open_days) else None
            for listed in LISTED:
                if day <= listed and (later is None or later > listed):
                    self._keep(listed)
        for hold in requests.all:
            created = datetime.combine(hold.placed, time(10, hold.number % 60))
            self.transactions.append(Transaction(created, hold.branch, HOLD_CREATED))
        self.transactions.sort(
            key=lambda t: (t.at, t.branch, t.type, t.copy.number if t.copy else 0)
        )

    def _keep(self, day: date) -> None:
        self.stood[day] = [replace(copy) for copy in self._stock.copies]

    def _day(self, branch: Branch, day: date) -> None:
        dice = self._dice
        mine = [copy for copy in self._lent if copy.branch == branch.number]
        for copy in mine:
            if self._back.get(copy.number, date.max) <= day:
                self._bring_back(copy, day)
            elif copy.number in self._back and copy.due == day:
                self._renew(copy, day)
        for _ in range(dice.around(branch.loans * self._size)):
            there = [copy for copy in mine if _is_there(copy, day)]
            if there:
                self._lend(dice.pick(there), day)
        if dice.chance(35):
            kind = dice.pick((IN_HOUSE, IN_HOUSE, IN_HOUSE_IN_LEAP, INVENTORY))
            used = dice.pick([copy for copy in self._lent if _is_there(copy, day)])
            self._put(branch.number, day, CHECKIN, used, checkin_type=kind)
            used.in_house += kind != INVENTORY
            used.seen = day
        if dice.chance(8):
            self._put(branch.number, day, dice.pick((PAYMENT, PAYMENT, UNKNOWN)), None)

    def _put(self, branch: str, day: date, kind: int, copy: Copy | None, **more: object) -> None:
        hour, minute, second = (
            self._dice.between(10, 17),
            self._dice.below(60),
            self._dice.below(60),
        )
        moment = datetime.combine(day, time(hour, minute, second))
        if more.get("source") == NIGHT:
            moment = datetime.combine(day, time(2, minute, second))
        self.transactions.append(Transaction(moment, branch, kind, copy, **more))  # type: ignore[arg-type]

    def _lend(self, copy: Copy, day: date) -> None:
        patron = f"{70_000 + self._dice.below(240)}"
        self._put(copy.branch, day, CHECKOUT, copy, patron=patron)
        copy.status, copy.due, copy.borrowed, copy.seen = 2, day + LOAN, day, day
        copy.checkouts += 1
        self._back[copy.number] = open_day(day + timedelta(days=self._dice.between(5, 40)))

    def _renew(self, copy: Copy, day: date) -> None:
        source = self._dice.pick((CATALOGUE, NIGHT, NIGHT, None))
        patron = f"{70_000 + self._dice.below(240)}"
        self._put(copy.branch, day, CHECKOUT, copy, patron=patron, is_renewal=True, source=source)
        copy.due, copy.borrowed, copy.seen = day + LOAN, day, day

    def _bring_back(self, copy: Copy, day: date) -> None:
        self._put(copy.branch, day, CHECKIN, copy, checkin_type=USUAL)
        copy.status, copy.due, copy.seen = 1, None, day
        del self._back[copy.number]

    def _cards(self, place: int, day: date) -> None:
        """Every third week a copy goes to the mending table or the window, and one comes back."""
        if place % 15 != 7:
            return
        copy = self._dice.pick([copy for copy in self._lent if _is_there(copy, day)])
        card = self._dice.pick(sorted(CARDS))
        self._put(copy.branch, day, CHECKOUT, copy, patron=card)
        copy.status, copy.due, copy.borrowed, copy.seen = 2, day + LOAN, day, day
        self._back[copy.number] = open_day(day + timedelta(days=14))


def _is_there(copy: Copy, day: date) -> bool:
    """Return whether a copy stands on its shelf, and was not touched that day."""
    return copy.status == 1 and copy.seen != day and copy.added <= day
