"""The ILL desk of the largest branch: which requests come when, and from whom."""

from datetime import date, datetime, timedelta

from sample import names
from sample.borrowing import Borrowing
from sample.cases import Request
from sample.desk import Desk
from sample.dice import Dice, Urn
from sample.left_alone import LeftAlone
from sample.lenders import LENDERS
from sample.lending import Delivery, Lending
from sample.places import BRANCHES, CENTRAL, FIRST, LAST, at

FIRST_NUMBER = 48_001
SEASON = (95, 110, 115, 110, 65, 60, 60, 60, 50, 130, 115, 60)
"""How busy each month is, January first; the college's terms show."""
TERM = (9, 17)
"""Month and day on which the college's year begins; for the rest of that month it is five times as
busy."""
A_DAY = {"ill_borrowing": 800, "ill_lending": 330, "document_delivery": 140}
"""Requests on a usual day, in thousandths."""
LOANS = {"ill_borrowing": 50, "ill_lending": 60, "document_delivery": 0}
"""How many are for a thing that goes back, in percent."""
SITES = Urn(BRANCHES, [60, 26, 14])
MAILBOX = (6, 12)
"""Hours at which requests of other libraries are fetched."""


class Requests:
    """All requests, in order of number."""

    def __init__(self, dice: Dice, *, size: int) -> None:
        """Live from the first day to the last; what is then open goes on, unseen by any export."""
        self.dice = dice
        self.desk = Desk(dice)
        self.all: list[Request] = []
        lives = {
            "ill_borrowing": Borrowing(
                dice, self.desk, {branch.code: branch for branch in BRANCHES}
            ).live,
            "ill_lending": Lending(dice, self.desk).live,
            "document_delivery": Delivery(dice, self.desk).live,
        }
        for day in (FIRST + timedelta(days=place) for place in range((LAST - FIRST).days + 1)):
            for moment, process in self._arrivals(day, size):
                request = self._begin(moment, process)
                lives[process](request)
                self.all.append(request)
        self._leave_alone()

    def _leave_alone(self) -> None:
        """Add the requests of the last weeks that nobody follows up."""
        left = LeftAlone(self.dice, self.desk)
        for moment, live in left.requests():
            request = self._begin(moment, "ill_borrowing", kind="Loan")
            live(request)
            self.all.append(request)

    def _arrivals(self, day: date, size: int) -> list[tuple[datetime, str]]:
        """Return what comes on `day`, in order of time."""
        arrivals = []
        for process, a_day in A_DAY.items():
            for _ in range(self.dice.around(a_day * _season(day) * size // 100)):
                hour = (
                    self.dice.pick(MAILBOX)
                    if process == "ill_lending"
                    else self.dice.between(7, 22)
                )
                minute = 30 if process == "ill_lending" else self.dice.below(60)
                arrivals.append((at(day, hour, minute, self.dice.below(60)), process))
        return sorted(arrivals)

    def _begin(self, moment: datetime, process: str, kind: str = "") -> Request:
        """Return a new request: who asks, what for, and its first status."""
        kind = kind or ("Loan" if self.dice.chance(LOANS[process]) else "Article")
        is_ours = process != "ill_lending"
        branch = SITES.draw(self.dice) if is_ours else CENTRAL
        name = self.dice.pick(names.SURNAMES).lower().replace("-", "")
        request = Request(
            process,
            branch.code,
            number=FIRST_NUMBER + len(self.all),
            kind=kind,
            created=moment,
            user=f"{name[:6]}{self.dice.between(10, 99)}" if is_ours else "Lending",
            author=f"{self.dice.pick(names.SURNAMES)}, {self.dice.pick(names.GIVEN)}",
            title=f"The {self.dice.pick(names.ADJECTIVES)} {self.dice.pick(names.NOUNS)}",
            year=moment.year - self.dice.pick((0, 1, 2, 3, 5, 9, 16, 30)),
            lender="" if is_ours else self.dice.pick(LENDERS).symbol,
            cents=self.dice.pick((0, 0, 0, 1500, 2000)) if process == "ill_borrowing" else 0,
            skew=self.dice.pick((2, 3, 3)) if self.dice.chance(3) else 0,
        )
        first = (
            self.dice.pick(("Submitted by Customer",) * 8 + ("Request Added through Client",))
            if is_ours
            else "Imported from OCLC"
        )
        request.change(
            moment,
            first,
            request.user if is_ours else "System",
            "submitted" if is_ours else "received",
        )
        return request


def _season(day: date) -> int:
    """Return how busy `day` is; 100 is usual."""
    usual = SEASON[day.month - 1]
    return usual * 5 if day.month == TERM[0] and day.day >= TERM[1] else usual
