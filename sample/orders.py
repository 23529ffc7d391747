"""Technical services: what is ordered, what arrives, and the pile of what waits to be catalogued."""

from collections import deque
from datetime import date, datetime, timedelta
from operator import attrgetter

from sample import names
from sample.cases import Copy, Line
from sample.desk import Desk
from sample.dice import Dice
from sample.places import CENTRAL, FIRST, LAST, at

A_DAY = 480
"""Lines ordered on a working day, in thousandths."""
VENDORS = ("heron", "millrace", "quaigris")
FUNDS = {"afic": "Adult fiction", "anf": "Adult non-fiction", "juv": "Children", "coll": "College"}
ABSENT = (date(2025, 12, 1), date(2026, 3, 13))
"""First and last day on which the cataloguer is away and the pile grows."""
RELIEF = (date(2026, 3, 16), date(2026, 6, 12))
"""First and last day on which a second person helps to work it off."""
CATALOGUED = {"usual": 1100, "absent": 100, "relief": 1700}
"""Copies that are catalogued on a working day, in thousandths."""
SLOW_VENDOR = "quaigris"
"""The vendor that takes twice as long as the others."""
FORGOTTEN = (date(2026, 10, 6), date(2026, 10, 23))
"""Of what became available between these days some did not: it was catalogued and left on a cart."""
LEFT_ON_CART = 4
ASKED = (date(2026, 10, 21), date(2026, 10, 26))
"""Days on which patrons asked for the first of these."""
LEAD_DAYS = (6, 8, 9, 11, 14, 16, 21, 28, 40, 65)
"""Days until a vendor delivers; each is as likely as another."""
LIBRARY = CENTRAL.name
"""The branch as Alma names it."""


class Orders:
    """All order lines and their copies, in order of number."""

    def __init__(self, dice: Dice, *, size: int) -> None:
        """Live from the first day to the last."""
        self.dice = dice
        self.desk = Desk(dice)
        self.size = size
        self.lines: list[Line] = []
        self.copies: list[Copy] = []
        for day in self._days():
            for _ in range(dice.around(A_DAY * size)):
                self._order(day)
        self._catalogue()
        self.left_on_cart = self._forget()

    @property
    def catalogued(self) -> list["Copy"]:
        """The copies that come to the cataloguers: those that arrive ready for the shelf do not."""
        return [
            copy
            for copy in self.copies
            if copy.received and copy.line and not copy.line.is_shelf_ready
        ]

    @property
    def asked_for(self) -> list[tuple[Copy, date]]:
        """The copies left on a cart that a patron asked for, and when."""
        return list(zip(self.left_on_cart, ASKED, strict=False))

    @property
    def invoiced_unseen(self) -> list[Line]:
        """Some lines that a vendor billed and never delivered."""
        return [
            line
            for line in self.lines
            if line.sent
            and date(2026, 3, 1) <= line.sent < date(2026, 9, 15)
            and not line.cancelled
            and all(copy.received is None for copy in line.copies)
        ][:3]

    def _forget(self) -> list[Copy]:
        """Leave some copies on a cart, oldest first."""
        found = [
            copy
            for copy in self.catalogued
            if copy.available
            and copy.line
            and len(copy.line.copies) == 1
            and FORGOTTEN[0] <= copy.available.date() <= FORGOTTEN[1]
        ][:LEFT_ON_CART]
        for copy in found:
            copy.available = None
        return found

    def _days(self) -> list[date]:
        """Return the working days."""
        days = (FIRST + timedelta(days=place) for place in range((LAST - FIRST).days + 1))
        return [day for day in days if self.desk.is_staffed(day)]

    def _order(self, day: date) -> None:
        """Enter a line, send it with the next order to its vendor, and see what becomes of it."""
        # Not the first: books on computing are weeded for their age alone.
        dice, subject = self.dice, self.dice.pick(names.SUBJECTS[1:])
        author = f"{dice.pick(names.SURNAMES)}, {dice.pick(names.GIVEN)}"
        fund = dice.pick(tuple(FUNDS))
        line = Line(
            number=len(self.lines) + 1001,
            title=f"The {dice.pick(names.ADJECTIVES)} {dice.pick(names.NOUNS)} : {subject[1]} in {dice.pick(names.PLACES)}",
            author=author,
            isbn=f"9799{dice.below(10**9):09d}",
            year=day.year - dice.pick((0, 0, 0, 1, 1, 2)),
            vendor=dice.pick(VENDORS),
            fund=fund,
            second_fund=dice.pick(tuple(other for other in FUNDS if other != fund))
            if dice.chance(6)
            else "",
            created=self.desk.moment(at(day, 8)).replace(second=0),
            is_shelf_ready=dice.chance(12),
        )
        self.lines.append(line)
        for _ in range(dice.pick((1, 1, 1, 1, 1, 1, 1, 1, 2, 3))):
            copy = Copy("order_copy", LIBRARY, number=len(self.copies) + 1, line=line)
            copy.call_number = f"{subject[0]} {author[:3].upper()}"
            copy.reach(line.created, "requested")
            line.copies.append(copy)
            self.copies.append(copy)
        self._send(line)

    def _send(self, line: Line) -> None:
        """Send the order; most of what is ordered comes."""
        dice = self.dice
        line.sent = self.desk.day_after(line.created.date(), dice.pick((1, 1, 2, 3, 5, 8)))
        line.order = f"PO-{line.vendor[:2].upper()}{line.sent:%y%m%d}"
        line.order_created = at(line.sent, 16, 30)
        for copy in line.copies:
            copy.reach(at(line.sent, 0), "ordered")
        fate = dice.below(100)
        if fate < 4:
            line.cancelled = self.desk.moment(
                line.order_created + timedelta(days=dice.between(20, 70))
            ).replace(second=0)
            for copy in line.copies:
                copy.reach(line.cancelled, "cancelled")
        elif fate >= 7:
            lead = dice.pick(LEAD_DAYS) * (2 if line.vendor == SLOW_VENDOR else 1)
            for copy in line.copies:
                self._receive(
                    copy,
                    at(
                        line.sent
                        + timedelta(days=lead + (dice.between(3, 20) if dice.chance(20) else 0)),
                        9,
                    ),
                )

    def _receive(self, copy: Copy, moment: datetime) -> None:
        """Take a copy in; one that is ready for the shelf was catalogued by its vendor before."""
        copy.received = self.desk.moment(moment).replace(second=0)
        copy.reach(at(copy.received.date(), 0), "received")
        if copy.line and copy.line.is_shelf_ready:
            copy.catalogued = copy.received - timedelta(days=self.dice.between(3, 6))
            copy.available = self.desk.moment(copy.received, 1).replace(second=0)

    def _catalogue(self) -> None:
        """Work the pile off, what came first first, as far as each day allows."""
        coming = deque(sorted(self.catalogued, key=attrgetter("received")))
        pile: deque[Copy] = deque()
        for day in self._days():
            while coming and (coming[0].received or datetime.max) < at(day, 0):
                pile.append(coming.popleft())
            for _ in range(min(len(pile), self.dice.around(CATALOGUED[staffing(day)] * self.size))):
                copy = pile.popleft()
                copy.catalogued = self.desk.moment(at(day, 8)).replace(second=0)
                copy.available = self.desk.moment(
                    copy.catalogued, self.dice.pick((1, 1, 2, 3))
                ).replace(second=0)


def staffing(day: date) -> str:
    """Return how many hands cataloguing has on `day`: usual, absent or relief."""
    if ABSENT[0] <= day <= ABSENT[1]:
        return "absent"
    return "relief" if RELIEF[0] <= day <= RELIEF[1] else "usual"
