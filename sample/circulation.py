"""Loans, renewals and returns: the part of the simulation that writes the log."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from heapq import heappop, heappush

from sample.dice import Dice, Urn
from sample.places import (
    BRANCHES,
    CENTRAL,
    OPAC_BRANCH,
    OPAC_BRANCH_SET,
    STUTTERS,
    TARNHOLLOW,
    Branch,
    at,
)
from sample.records import Event, Item, Journey, Loan, Patron
from sample.stock import Stock

Action = Callable[[datetime], None]

AT_ONCE = (1, 2, 2, 2, 3, 3)
"""How many items a visitor borrows."""
TRIES = 400
"""How many items somebody looks at who seeks one to their liking."""
SLOW_ROUTE = (TARNHOLLOW, CENTRAL)
"""The van comes this way once a week."""
KEPT = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 110, 120, 150, 180, 200, 250, 300, 350, 450)
"""How long patrons mean to keep a loan, in percent of its period; each is as likely as another."""


class Circulation:
    """The desks of all branches: a diary of what is to happen, and a log of what did."""

    def __init__(
        self, dice: Dice, stock: Stock, patrons: list[Patron], guests: dict[str, Patron]
    ) -> None:
        """Begin with nothing on loan. `guests` are the statistical patrons, by branch, for uses in
        the house."""
        self.dice = dice
        self.stock = stock
        self.patrons = Urn(patrons, [1000 // (place + 12) + 4 for place in range(len(patrons))])
        self.guests = guests
        self.wishes = Urn(stock.items, [item.title.weight for item in stock.items])
        self.loans: list[Loan] = []
        self.events: list[Event] = []
        self.journeys: list[Journey] = []
        self.claim: Callable[[Item, datetime], bool] = lambda item, moment: False
        """Asked at every return: takes the item for a hold, if one waits for it."""
        self.is_awaited: Callable[[Item, date], bool] = lambda item, day: False
        """Asked at every loan and renewal: whether a hold waits for the item."""
        self._diary: list[tuple[datetime, int, Action]] = []
        self._entries = 0
        self._hands: dict[str, list[int]] = {branch.code: [] for branch in BRANCHES}

    def plan(self, moment: datetime, action: Action) -> None:
        """Enter `action` in the diary."""
        heappush(self._diary, (moment, self._entries, action))
        self._entries += 1

    def live(self, day: date) -> None:
        """Do everything that the diary has for `day`."""
        midnight = at(day, 0) + timedelta(days=1)
        while self._diary and self._diary[0][0] < midnight:
            moment, _, action = heappop(self._diary)
            action(moment)

    def log(
        self,
        moment: datetime,
        branch: str,
        type: str,
        channel: str,
        patron: Patron | None,
        item: Item | None = None,
        cents: int = 0,
    ) -> None:
        """Write one event, with the item's location as it is now."""
        location = item.location if item else ""
        self.events.append(Event(moment, branch, type, channel, patron, item, location, cents))
        if patron:
            patron.active = max(patron.active, moment.date())

    def find(self, branch: Branch, accept: Callable[[Item], bool]) -> Item | None:
        """Return a wanted item that is on the shelf of `branch` and that `accept` takes, or None
        after some tries."""
        for _ in range(TRIES):
            item = self.wishes.draw(self.dice)
            if item.place != "shelf" or item.holding is not branch or item.is_misplaced:
                continue
            if accept(item):
                return item
        return None

    def visit(self, branch: Branch, moment: datetime) -> None:
        """Let a patron borrow some items, at the desk or at the self-check."""
        patron = self.patrons.draw(self.dice)
        channel = "self_check" if branch.has_self_check and self.dice.chance(45) else "staff"
        day = moment.date()
        for _ in range(self.dice.deal(self._hands[branch.code], AT_ONCE)):
            item = self.find(
                branch, lambda item: item.title.kind.days > 0 and not self.is_awaited(item, day)
            )
            if item:
                self.checkout(item, patron, branch, channel, moment)
            moment += timedelta(seconds=self.dice.between(0 if channel == "self_check" else 3, 9))

    def checkout(
        self, item: Item, patron: Patron, branch: Branch, channel: str, moment: datetime
    ) -> None:
        """Lend `item` and settle what becomes of the loan."""
        kind = item.title.kind
        due = at(branch.next_open(moment.date() + timedelta(days=kind.days)), 23, 59)
        kept = timedelta(days=max(1, kind.days * self.dice.pick(KEPT) // 100))
        wanted = None if self.dice.below(1000) < 6 else moment.date() + kept
        loan = Loan(len(self.loans) + 1, patron, item, branch, moment, due, wanted, moment)
        loan.is_automatic = patron.renews_itself and kind.itype != "DVD"
        self._lend(loan, "issue", channel)
        self._settle(loan)

    def read_in(self, branch: Branch, moment: datetime) -> None:
        """Lend an item for use in the building; it is back within hours."""
        item = self.find(
            branch, lambda item: item.title.kind.days == 0 or item.title.kind.itype == "MAG"
        )
        if not item:
            return
        due = at(moment.date(), 23, 59)
        patron = self.patrons.draw(self.dice)
        loan = Loan(
            len(self.loans) + 1,
            patron,
            item,
            branch,
            moment,
            due,
            moment.date(),
            moment,
            is_onsite=True,
        )
        self._lend(loan, "onsite_checkout", "staff")
        closing = at(moment.date(), branch.hours[moment.weekday()][1])
        back = min(closing, moment + timedelta(minutes=self.dice.between(10, 150)))
        self.plan(back, partial(self.give_back, loan, branch))

    def _lend(self, loan: Loan, type: str, channel: str) -> None:
        """Write down that `loan` began."""
        item, moment = loan.item, loan.issued
        self.loans.append(loan)
        self.log(moment, loan.branch.code, type, channel, loan.patron, item)
        item.place, item.due, item.borrowed = "loan", loan.due.date(), moment.date()
        item.issues = (item.issues or 0) + 1
        item.checked_in = None
        item.seen = item.changed = moment

    def use_in_house(self, branch: Branch, moment: datetime) -> None:
        """Scan an item left on a table; now and then it is scanned twice within the second."""
        item = self.find(branch, lambda item: True)
        if not item:
            return
        for _ in range(2 if self.dice.chance(4) or moment.date() in STUTTERS else 1):
            self.log(moment, branch.code, "localuse", "staff", self.guests[branch.code], item)
        item.seen = item.changed = moment

    def _settle(self, loan: Loan) -> None:
        """Enter the next thing that happens to `loan`: a return in time, a renewal, a late return,
        or none."""
        last_day = loan.due.date()
        renewable = loan.renewals < loan.item.title.kind.renewals
        if loan.wanted and loan.wanted <= last_day:
            self._plan_return(loan)
        elif renewable and loan.is_automatic:
            # The night job takes the loans that fall due today in one run, many within one second.
            moment = at(last_day, 4, 10) + timedelta(seconds=self.dice.below(6))
            self.plan(moment, partial(self._renew, loan, "automatic"))
        elif renewable and loan.wanted and self.dice.chance(70):
            self._plan_renewal(loan)
        elif loan.wanted:
            self._plan_return(loan)
        else:
            self.plan(at(last_day + timedelta(days=45), 4, 20), partial(self._declare_lost, loan))

    def _plan_renewal(self, loan: Loan) -> None:
        """Let the patron renew a little before the due day: from home, at the desk or at the
        self-check."""
        day = max(loan.issued.date(), loan.due.date() - timedelta(days=self.dice.between(0, 2)))
        channel = self.dice.pick(("patron", "patron", "staff", "self_check"))
        if channel == "self_check" and not loan.branch.has_self_check:
            channel = "staff"
        begun = loan.renewed or loan.issued
        moment = max(self._moment_of_renewal(loan, channel, day), begun + timedelta(minutes=7))
        self.plan(moment, partial(self._renew, loan, channel))

    def _moment_of_renewal(self, loan: Loan, channel: str, day: date) -> datetime:
        """Return a moment of `day` when the patron is awake, or one when the branch is next open."""
        if channel == "patron":
            return at(day, self.dice.between(7, 22), self.dice.below(60), self.dice.below(60))
        return loan.branch.moment(self.dice, loan.branch.next_open(day))

    def _renew(self, loan: Loan, channel: str, moment: datetime) -> None:
        """Renew `loan`, unless somebody waits for the title."""
        if self.is_awaited(loan.item, moment.date()):
            loan.is_automatic = False
            self._plan_return(loan)
            return
        is_opac = channel == "patron" and moment < at(OPAC_BRANCH_SET, 0)
        self.log(
            moment,
            OPAC_BRANCH if is_opac else loan.branch.code,
            "renew",
            channel,
            loan.patron,
            loan.item,
        )
        begin = loan.due if channel == "automatic" else moment
        due = begin.date() + timedelta(days=loan.item.title.kind.days)
        loan.due = at(loan.branch.next_open(due), 23, 59)
        loan.renewals += 1
        loan.unseen = loan.unseen + 1 if channel in ("automatic", "patron") else 0
        loan.renewed = loan.changed = loan.item.changed = moment
        loan.item.due = loan.due.date()
        loan.item.renewals = (loan.item.renewals or 0) + 1
        self._settle(loan)

    def _plan_return(self, loan: Loan) -> None:
        """Bring the item back on the wanted day, or the next open one; one in ten to some other
        branch."""
        branch = self.dice.pick(BRANCHES) if self.dice.chance(10) else loan.branch
        begun = loan.renewed or loan.issued
        wanted = loan.wanted or loan.due.date()
        day = branch.next_open(max(wanted, begun.date() + timedelta(days=1)))
        self.plan(branch.moment(self.dice, day), partial(self.give_back, loan, branch))

    def give_back(self, loan: Loan, branch: Branch, moment: datetime) -> None:
        """Take the item in; it goes to a hold, to its own branch, or to the shelf."""
        item = loan.item
        channel = "self_check" if branch.has_self_check and self.dice.chance(30) else "staff"
        self.log(moment, branch.code, "return", channel, loan.patron, item)
        loan.returned = loan.changed = moment
        item.due, item.holding, item.checked_in = None, branch, moment.date()
        item.seen = item.changed = moment
        if moment > loan.due:
            self._charge(loan, branch, moment)
        self.shelve(item, moment)

    def shelve(self, item: Item, moment: datetime) -> None:
        """Find the place for an item that is in hand."""
        item.place = "shelf"
        if self.claim(item, moment) or item.holding is item.home:
            return
        journey = self.send(item, item.home, "ReturnToHome", moment)
        self.plan(arrival(item.holding, item.home, moment), partial(self._come_home, journey))

    def send(self, item: Item, target: Branch, reason: str, moment: datetime) -> Journey:
        """Hand `item` to the courier; the van leaves two hours later."""
        item.place = "transit"
        journey = Journey(
            len(self.journeys) + 1,
            item,
            item.holding,
            target,
            reason,
            moment,
            moment + timedelta(hours=2),
        )
        self.journeys.append(journey)
        return journey

    def _come_home(self, journey: Journey, moment: datetime) -> None:
        """Put an item that the courier brought on the shelf of its own branch."""
        item, journey.arrived = journey.item, moment
        item.holding = item.home
        item.seen = item.changed = moment
        self.shelve(item, moment)

    def _charge(self, loan: Loan, branch: Branch, moment: datetime) -> None:
        """Let a late patron pay, be forgiven later, or neither."""
        cents = min(1000, 25 * max(1, (moment - loan.due).days))
        fate = self.dice.below(100)
        if fate < 55:
            paid = moment + timedelta(seconds=self.dice.between(20, 90))
            self.log(paid, branch.code, "payment", "staff", loan.patron, cents=cents)
        elif fate < 65:
            forgiven = CENTRAL.next_open(moment.date() + timedelta(days=30))
            self.plan(CENTRAL.opening(forgiven, 20), partial(self._forgive, loan.patron, cents))

    def _forgive(self, patron: Patron, cents: int, moment: datetime) -> None:
        """Write a charge off."""
        self.log(moment, CENTRAL.code, "writeoff", "staff", patron, cents=cents)

    def _declare_lost(self, loan: Loan, moment: datetime) -> None:
        """Mark a loan's item long overdue; the loan stays open."""
        loan.item.lost, loan.item.lost_on, loan.item.place = 2, moment, "lost"
        loan.item.changed = moment


def arrival(origin: Branch, target: Branch, moment: datetime) -> datetime:
    """Return when the courier brings what was sent at `moment`: two days on, a week on the slow
    route, or when the branch next opens."""
    days = 7 if (origin, target) == SLOW_ROUTE else 2
    return target.opening(target.next_open(moment.date() + timedelta(days=days)), 35)
