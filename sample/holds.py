"""Requests: placed, caught at a return or pulled from a shelf, sent, waiting, then filled or
cancelled."""

from datetime import date, datetime, timedelta
from functools import partial

from sample.circulation import Circulation, arrival
from sample.dice import Dice
from sample.places import BRANCHES, CENTRAL, Branch, at
from sample.records import Hold, Item, Journey, Patron, Title

SHELF_DAYS = 10
"""How many days an item waits for its patron."""


class Holds:
    """All requests, and what each title is waited for."""

    def __init__(self, dice: Dice, circulation: Circulation) -> None:
        """Begin with none, and be asked at every return and renewal."""
        self.dice = dice
        self.circulation = circulation
        self.all: list[Hold] = []
        self._queues: dict[int, list[Hold]] = {}
        self._copies: dict[int, list[Item]] = {}
        for item in circulation.stock.items:
            self._copies.setdefault(item.title.number, []).append(item)
        circulation.claim = self.claim
        circulation.is_awaited = self.is_awaited

    def queue(self, title: Title) -> list[Hold]:
        """Return the pending holds on `title`, first come first."""
        return self._queues.setdefault(title.number, [])

    def is_awaited(self, item: Item, day: date) -> bool:
        """Return whether a pending hold would take `item` on `day`."""
        return any(would_take(hold, item, day) for hold in self.queue(item.title))

    def place(self, moment: datetime) -> None:
        """Let a patron ask for something that is wanted, be it on a shelf or on loan."""
        item = self.circulation.wishes.draw(self.dice)
        if item.title.kind.days == 0 or item.place not in ("shelf", "loan", "held", "transit"):
            return
        patron = self.circulation.patrons.draw(self.dice)
        branch = patron.branch if self.dice.chance(85) else self.dice.pick(BRANCHES)
        hold = self.ask(item, patron, branch, moment)
        if self.dice.chance(8):
            hold.item, hold.is_item_level = item, True
        if self.dice.chance(3):
            hold.suspended_until = moment.date() + timedelta(days=60)
        self._plan_pull(hold, moment)
        if self.dice.chance(14):
            self.circulation.plan(
                moment + timedelta(days=self.dice.between(2, 40)), partial(self._withdraw, hold)
            )

    def ask(self, item: Item, patron: Patron, branch: Branch, moment: datetime) -> Hold:
        """Enter a hold on the title of `item` at the end of its queue."""
        hold = Hold(len(self.all) + 1, patron, item.title, branch, moment.date(), moment)
        self.all.append(hold)
        self.queue(item.title).append(hold)
        item.reserves = (item.reserves or 0) + 1
        self._touch(hold, moment)
        return hold

    def copies(self, title: Title) -> list[Item]:
        """Return the copies of `title`, in order of number."""
        return self._copies[title.number]

    def _plan_pull(self, hold: Hold, moment: datetime) -> None:
        """Look on the shelves the next morning, and again when a suspension ends."""
        day = CENTRAL.next_open(moment.date() + timedelta(days=1))
        self.circulation.plan(
            CENTRAL.opening(day, self.dice.between(5, 50)), partial(self.pull, hold)
        )
        if hold.suspended_until:
            day = CENTRAL.next_open(hold.suspended_until + timedelta(days=1))
            self.circulation.plan(CENTRAL.opening(day, 15), partial(self.pull, hold))

    def pull(self, hold: Hold, moment: datetime) -> None:
        """Take a copy from a shelf where staff are in; look again tomorrow if the only one is
        behind shut doors."""
        if hold.outcome != "pending":
            return
        day = moment.date()
        copies = self._copies[hold.title.number]
        ready = [
            item
            for item in copies
            if item.place == "shelf" and not item.is_misplaced and would_take(hold, item, day)
        ]
        for item in ready:
            if item.holding.is_open(day):
                item.seen = item.changed = moment
                self._trap(hold, item, moment)
                return
        if ready:
            tomorrow = CENTRAL.next_open(day + timedelta(days=1))
            self.circulation.plan(
                CENTRAL.opening(tomorrow, self.dice.between(5, 50)), partial(self.pull, hold)
            )

    def claim(self, item: Item, moment: datetime) -> bool:
        """Take an item in hand for the first hold that would have it; return whether one did."""
        for hold in self.queue(item.title):
            if would_take(hold, item, moment.date()):
                self._trap(hold, item, moment)
                return True
        return False

    def _trap(self, hold: Hold, item: Item, moment: datetime) -> None:
        """Set `item` aside for `hold`, or send it to where it is wanted."""
        self.queue(hold.title).remove(hold)
        hold.item = item
        hold.suspended_until = None
        self._touch(hold, moment)
        if item.holding is hold.branch:
            self._await_patron(hold, moment)
            return
        hold.outcome = "in_transit"
        origin = item.holding
        journey = self.circulation.send(item, hold.branch, "Reserve", moment)
        if not hold.is_left:
            coming = arrival(origin, hold.branch, moment)
            self.circulation.plan(coming, partial(self._arrive, hold, journey))

    def _arrive(self, hold: Hold, journey: Journey, moment: datetime) -> None:
        """Take in what the courier brought for `hold`; send it on if the hold was cancelled on the
        way."""
        assert hold.item is not None
        journey.arrived = moment
        hold.item.holding = hold.branch
        hold.item.seen = hold.item.changed = moment
        if hold.outcome == "in_transit":
            self._await_patron(hold, moment)
        else:
            self.circulation.shelve(hold.item, moment)

    def _await_patron(self, hold: Hold, moment: datetime) -> None:
        """Put the item on the hold shelf; nine in ten patrons come for it."""
        assert hold.item is not None
        hold.outcome, hold.item.place = "waiting", "held"
        hold.waiting_on = moment.date()
        hold.expires = hold.waiting_on + timedelta(days=SHELF_DAYS)
        self._touch(hold, moment)
        if hold.is_left:
            return
        if self.dice.chance(90):
            day = hold.branch.next_open(
                hold.waiting_on + timedelta(days=self.dice.pick((0, 1, 1, 2, 2, 3, 4, 6)))
            )
            coming = max(hold.branch.moment(self.dice, day), moment + timedelta(minutes=9))
            self.circulation.plan(coming, partial(self._fill, hold))
        else:
            day = CENTRAL.next_open(hold.expires + timedelta(days=1))
            self.circulation.plan(at(day, 6, 30), partial(self._cancel, hold))

    def _fill(self, hold: Hold, moment: datetime) -> None:
        """Lend the waiting item to its patron."""
        if hold.outcome != "waiting" or hold.item is None:
            return
        hold.outcome = "filled"
        self._touch(hold, moment)
        self.circulation.checkout(hold.item, hold.patron, hold.branch, "staff", moment)

    def _withdraw(self, hold: Hold, moment: datetime) -> None:
        """Cancel a hold whose patron has had second thoughts, unless it is done already."""
        if hold.outcome in ("pending", "in_transit", "waiting"):
            self._cancel(hold, moment)

    def _cancel(self, hold: Hold, moment: datetime) -> None:
        """Close `hold` unfilled and free what was set aside for it."""
        was, hold.outcome = hold.outcome, "cancelled"
        hold.cancelled_on = moment.date()
        self._touch(hold, moment)
        if was == "pending":
            self.queue(hold.title).remove(hold)
        elif was == "waiting" and hold.item:
            hold.item.changed = moment
            self.circulation.shelve(hold.item, moment)

    def _touch(self, hold: Hold, moment: datetime) -> None:
        """Note that `hold` changed and that its patron is still with us."""
        hold.changed = moment
        hold.patron.active = max(hold.patron.active, moment.date())


def would_take(hold: Hold, item: Item, day: date) -> bool:
    """Return whether `hold` can be filled with `item` on `day`."""
    if hold.suspended_until and day < hold.suspended_until:
        return False
    return hold.item is item if hold.is_item_level else item.title is hold.title
