"""What went wrong at the branches in the last weeks, so that somebody should act on it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sample.circulation import Circulation
from sample.dice import Dice
from sample.holds import Holds, would_take
from sample.places import BRANCHES, CENTRAL, LAST, SALTMERE, TARNHOLLOW, Branch, at
from sample.records import Hold, Item, Loan, Title
from sample.stock import barcode

WEEK_BEFORE = LAST - timedelta(days=7)
"""A day at whose end items and live holds are exported too."""
PAUSED_UNTIL = (date(2026, 11, 14), date(2026, 11, 30), date(2027, 1, 4))
QUEUES = ((6, 0), (5, 0), (7, 2))
"""Holds on one copy that is out for long, and copies on order beside it."""
CLAIMED, PAID, LOST, MISSING = 5, 3, 1, 4
"""Values of itemlost; the first is this library's own."""
PLAIN_FROM = 120
"""The first item that no oddity is planted in."""


class LooseEnds:
    """Holds, copies, journeys and loans that do not go on by themselves."""

    def __init__(self, dice: Dice, circulation: Circulation, holds: Holds) -> None:
        """Let nothing go wrong before its day."""
        self.dice = dice
        self.circulation = circulation
        self.holds = holds
        self.seen_on_shelf: set[tuple[int, int]] = set()
        """Holds and the copies that stood on a shelf for them a week before the end, by number."""
        self._days: dict[date, list[Callable[[datetime], None]]] = {
            date(2026, 10, 5): [self._lose_the_only_copy, self._lose_all_copies],
            date(2026, 10, 8): [self._lose_on_the_way],
            date(2026, 10, 12): [self._misplace, self._pause],
            date(2026, 10, 13): [self._leave_on_the_hold_shelf, self._lose_for_a_hold],
            date(2026, 10, 14): [self._queue_up],
            date(2026, 10, 20): [self._claim_returned, self._pay_for_lost],
        }

    def plan(self, day: date) -> None:
        """Enter what goes wrong on `day`; all branches that matter are open in the afternoon."""
        for place, action in enumerate(self._days.get(day, ())):
            self.circulation.plan(at(day, 17, 10 * place), action)

    def note(self, day: date) -> None:
        """Remember, a week before the end, what stands on a shelf though it is asked for."""
        if day == WEEK_BEFORE:
            self.seen_on_shelf = set(self.on_shelf(day))

    def on_shelf(self, day: date) -> list[tuple[int, int]]:
        """Return the pending holds and the copies that would fill them and show as on the shelf."""
        return [
            (hold.number, item.number)
            for hold in self.holds.all
            if hold.outcome == "pending"
            for item in self.holds.copies(hold.title)
            if item.place == "shelf" and would_take(hold, item, day)
        ]

    def _alone(self, branches: Sequence[Branch], copies: int = 1) -> list[Item]:
        """Return for each of `branches` one title nobody waits for: all its copies, on its shelf."""
        found: list[Item] = []
        for branch in branches:
            titles = [
                item.title
                for item in self.circulation.stock.items
                if item.number >= PLAIN_FROM and self._is_idle(item, branch)
            ]
            fit = [title for title in titles if self._has(title, copies, found)]
            found += self.holds.copies(self.dice.pick(fit))
        return found

    def _is_idle(self, item: Item, branch: Branch) -> bool:
        """Return whether `item` stands on its own shelf at `branch`, wanted by someone some day."""
        is_there = item.place == "shelf" and item.holding is item.home is branch
        return is_there and bool(item.title.weight and item.title.kind.days) and not item.damaged

    def _has(self, title: Title, copies: int, taken: list[Item]) -> bool:
        """Return whether `title` has just so many copies, all on a shelf, and no hold."""
        mine = self.holds.copies(title)
        is_free = not self.holds.queue(title) and not any(item.title is title for item in taken)
        return is_free and len(mine) == copies and all(item.place == "shelf" for item in mine)

    def _ask(self, item: Item, branch: Branch, moment: datetime) -> Hold:
        """Let some patron ask for the title of `item`."""
        patron = self.circulation.patrons.draw(self.dice)
        return self.holds.ask(item, patron, branch, moment)

    def _lose(self, item: Item, code: int, moment: datetime) -> None:
        """Mark `item` lost the next morning: it was looked for."""
        item.lost, item.lost_on, item.place = code, moment, "lost"
        item.changed = moment

    def _lose_the_only_copy(self, moment: datetime) -> None:
        """Two titles have one copy, which is asked for, looked for and marked."""
        for item, code in zip(self._alone((CENTRAL, TARNHOLLOW)), (MISSING, LOST), strict=True):
            self._ask(item, item.home, moment)
            self.circulation.plan(moment + timedelta(hours=16), partial(self._lose, item, code))

    def _lose_all_copies(self, moment: datetime) -> None:
        """One title has two copies: one was marked lost, the other is withdrawn."""
        first, second = self._alone((CENTRAL,), copies=2)
        self._ask(first, CENTRAL, moment)
        self._lose(first, LOST, moment)
        second.place, second.withdrawn_on, second.changed = "withdrawn", moment, moment

    def _lose_on_the_way(self, moment: datetime) -> None:
        """A copy that is to stand at the largest branch leaves another, and does not come."""
        (item,) = self._alone((SALTMERE,))
        item.home, item.changed = CENTRAL, moment
        self.circulation.send(item, CENTRAL, "ReturnToHome", moment)

    def _lose_for_a_hold(self, moment: datetime) -> None:
        """A copy leaves for a hold, and does not come."""
        (item,) = self._alone((CENTRAL,))
        hold = self._ask(item, TARNHOLLOW, moment)
        hold.is_left = True
        self.holds.pull(hold, moment)

    def _misplace(self, moment: datetime) -> None:
        """A copy at each branch stands where nobody finds it."""
        for item in self._alone(BRANCHES):
            item.is_misplaced = True
            self._ask(item, item.home, moment)

    def _pause(self, moment: datetime) -> None:
        """Some patrons are away."""
        items = self._alone((CENTRAL, CENTRAL, TARNHOLLOW))
        for item, day in zip(items, PAUSED_UNTIL, strict=True):
            self._ask(item, item.home, moment).suspended_until = day

    def _leave_on_the_hold_shelf(self, moment: datetime) -> None:
        """A copy at each branch is set aside; nobody comes, and nobody takes it off."""
        for item in self._alone(BRANCHES):
            hold = self._ask(item, item.home, moment)
            hold.is_left = True
            self.holds.pull(hold, moment)

    def _queue_up(self, moment: datetime) -> None:
        """Many ask for one copy that is out for long; of one title more are on order."""
        loans = self._kept_long(moment.date())[:: len(QUEUES)]
        for loan, (holds, ordered) in zip(loans, QUEUES, strict=False):
            for place in range(holds):
                asked = CENTRAL.next_open(moment.date() + timedelta(days=2 * place)), 10 + place
                self.circulation.plan(at(*asked, place), partial(self._join, loan.item))
            for _ in range(ordered):
                self._order(loan.item, moment)

    def _kept_long(self, day: date) -> list[Loan]:
        """Return the loans of titles with one copy, which nobody waits for and which will not come
        back before the end."""
        return [
            loan
            for loan in self.circulation.loans
            if loan.returned is None
            and loan.wanted
            and loan.wanted > LAST
            and loan.due.date() > day
            and loan.item.place == "loan"
            and len(self.holds.copies(loan.item.title)) == 1
            and not self.holds.queue(loan.item.title)
        ]

    def _join(self, item: Item, moment: datetime) -> None:
        """Join the queue of the title of `item`."""
        self._ask(item, self.dice.pick(BRANCHES), moment)

    def _order(self, item: Item, moment: datetime) -> None:
        """Put another copy of the title of `item` on order."""
        items = self.circulation.stock.items
        number = len(items) + 1
        items.append(
            Item(
                number=number,
                title=item.title,
                barcode=barcode(number),
                accessioned=moment.date(),
                home=CENTRAL,
                holding=CENTRAL,
                location=item.location,
                cents=item.cents,
                replacement=item.replacement,
                seen=moment,
                changed=moment,
                place="ordered",
            )
        )

    def _claim_returned(self, moment: datetime) -> None:
        """Some patrons say that they brought back what is overdue."""
        for loan in self._overdue(moment, 0)[:3]:
            loan.item.lost, loan.item.lost_on, loan.item.changed = CLAIMED, moment, moment

    def _pay_for_lost(self, moment: datetime) -> None:
        """Some patrons pay for what they lost; the loan stays open, as it does for all that is lost."""
        for loan in self._overdue(moment, 2)[-2:]:
            loan.item.lost, loan.item.changed = PAID, moment
            cents = loan.item.replacement
            self.circulation.log(moment, CENTRAL.code, "payment", "staff", loan.patron, cents=cents)

    def _overdue(self, moment: datetime, code: int) -> list[Loan]:
        """Return the overdue loans whose copy has `code` as itemlost and will not change any more."""
        return [
            loan
            for loan in self.circulation.loans
            if loan.returned is None
            and loan.due < moment
            and loan.item.lost == code
            and (code or (loan.wanted is not None and loan.wanted > LAST))
        ]
