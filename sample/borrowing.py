"""Borrowing from other libraries: a loan comes by courier and goes back, an article comes as a
file."""

from datetime import date, datetime, timedelta

from sample.cases import Note, Request
from sample.desk import Desk
from sample.dice import Dice
from sample.lenders import BY_PATRON, BY_SHARE, DUPLICATE, EXHAUSTED, NO_LIBRARY, Lender, Reason
from sample.places import Branch, at

CHANGED = date(2025, 11, 3)
"""From this day requests go out on the day they come, and the courier comes daily: nine days became
five."""
RAPID_SINCE = date(2025, 6, 2)
"""From this day some articles are asked for and delivered by a service, without anyone's hand."""
CLEAN_UP_DAYS = 60
"""A night job calls an article finished so many days after it was delivered."""
SYSTEM = "System"
QUEUE = "Awaiting Local History Check"
"""A queue that this library made for itself."""

STAFF_DAYS = {False: (0, 1, 1, 1, 1, 2, 4), True: (0, 0, 0, 0, 1)}
"""Working days until somebody takes up what waits, before and after the change."""
COURIER_HOURS = {False: (30, 120), True: (20, 50)}
"""How long a parcel travels, before and after the change."""
LOAN_HOURS: dict[bool, tuple[int, ...]] = {
    False: (8, 14, 20, 26, 30, 40, 60, 100, 160, 260, 400),
    True: (8, 14, 20, 26, 30, 40, 48, 60, 80, 110, 200),
}
"""How long a lender usually takes to send a book."""
ARTICLE_HOURS: dict[bool, tuple[int, ...]] = {
    False: (2, 3, 5, 8, 12, 20, 26, 40, 70, 130),
    True: (2, 3, 5, 8, 12, 16, 20, 26, 40, 70),
}
"""How long a lender usually takes to send a scan."""


class Borrowing:
    """What becomes of requests of our own patrons to other libraries."""

    def __init__(self, dice: Dice, desk: Desk, branches: dict[str, Branch]) -> None:
        """Draw with `dice`; patrons fetch their loans at their own of `branches`."""
        self.dice = dice
        self.desk = desk
        self.branches = branches

    def live(self, request: Request) -> None:
        """Let all of it happen, to the end or to where it sticks."""
        moment = request.changes[-1].at
        if request.kind == "Article":
            begun = self._ends_early(
                request,
                request.change(
                    moment + timedelta(seconds=2), "Awaiting Copyright Clearance", SYSTEM
                ),
            )
            if begun:
                self._article(request, begun)
        else:
            begun = self._ends_early(
                request,
                request.change(
                    moment + timedelta(seconds=2), "Awaiting Request Processing", SYSTEM
                ),
            )
            if begun:
                self._loan(request, begun)

    def _wait(self, moment: datetime) -> datetime:
        """Return when somebody takes up what has come at `moment`."""
        return self.desk.moment(moment, self.dice.pick(STAFF_DAYS[moment.date() >= CHANGED]))

    def _ends_early(self, request: Request, moment: datetime) -> datetime | None:
        """Cancel a few before anything is done, by the patron or as a duplicate; return when work
        on it begins, None for never."""
        fate = self.dice.below(100)
        if fate < 2:
            # Half of them came through the web server whose clock is ahead: cancelled, it seems,
            # before they were made.
            request.skew = 3 * fate
            self._cancel(
                request,
                moment + timedelta(minutes=self.dice.between(4, 110)),
                "Cancelled by Customer",
                BY_PATRON,
            )
            return None
        if fate < 6:
            self._cancel(request, self._wait(moment), "Cancelled by ILL Staff", DUPLICATE)
            return self._reactivate(request, request.changes[-1].at)
        if fate < 9:
            reason = self.dice.pick(EXHAUSTED)
            self._cancel(request, self._wait(moment), "Cancelled by ILL Staff", reason)
            return None
        return moment

    def _reactivate(self, request: Request, moment: datetime) -> datetime | None:
        """Take up some of those given up again, within the day: it was none, or another library was
        found; return when."""
        again = moment + timedelta(minutes=self.dice.between(20, 90))
        if not self.dice.chance(35) or again.date() != moment.date():
            return None
        request.reason = None
        return request.change(again, "Awaiting Request Processing", self._clerk())

    def _cancel(self, request: Request, moment: datetime, status: str, reason: Reason) -> None:
        """Give it up."""
        request.reason = reason
        request.change(
            moment,
            status,
            request.user if status.endswith("Customer") else self._clerk(),
            "cancelled",
        )

    def _clerk(self) -> str:
        """Return who of the staff it was."""
        return self.dice.pick(("odette.p", "rafe.l", "maud.g"))

    def _article(self, request: Request, moment: datetime) -> None:
        """Find a scan on the web, or have it sent by the service, or by a library."""
        if self.dice.chance(6):
            request.lender = NO_LIBRARY
            self._deliver(request, self._wait(moment))
        elif moment.date() >= RAPID_SINCE and self.dice.chance(20):
            request.lender = BY_SHARE.draw(self.dice).symbol
            request.tried.append(request.lender)
            sent = request.change(
                moment + timedelta(minutes=self.dice.between(2, 20)),
                "Awaiting RAPID Request Sending",
                SYSTEM,
                "sent",
            )
            self._deliver(request, sent + timedelta(minutes=self.dice.between(200, 2400)))
        else:
            arrived = self._supply(request, self._wait(moment), ARTICLE_HOURS)
            if arrived:
                request.change(arrived, "In Electronic Delivery Processing", SYSTEM, "received")
                self._deliver(request, self.desk.moment(arrived))

    def _deliver(self, request: Request, moment: datetime) -> None:
        """Put the scan on the web, again if the first was bad; a night job tidies the request away
        later."""
        request.change(moment, "Delivered to Web", SYSTEM, "available")
        again = self.desk.moment(moment, 1)
        # Never over the end of a month, so that first and last delivery count in the same one.
        if self.dice.chance(5) and again.month == moment.month:
            moment = request.change(again, "Delivered to Web", SYSTEM, "available")
        finished = at(
            moment.date() + timedelta(days=CLEAN_UP_DAYS),
            4,
            self.dice.below(3),
            self.dice.below(60),
        )
        request.change(finished, "Request Finished", SYSTEM, "finished")

    def _loan(self, request: Request, moment: datetime) -> None:
        """Have a book sent, tell the patron, lend it and send it back."""
        begun = request.change(self._wait(moment), "Request in Processing", self._clerk())
        if self.dice.chance(4):
            begun = request.change(begun + timedelta(minutes=9), QUEUE, self._clerk())
            begun = self.desk.moment(begun, self.dice.between(2, 6))
        shipped = self._supply(
            request, begun + timedelta(minutes=self.dice.between(1, 7)), LOAN_HOURS
        )
        if not shipped:
            return
        self._tell(request, shipped)
        arrived = shipped + timedelta(
            hours=self.dice.between(*COURIER_HOURS[shipped.date() >= CHANGED])
        )
        received = request.change(
            self.desk.moment(arrived), "Awaiting Post Receipt Processing", self._clerk(), "received"
        )
        request.due = received.date() + timedelta(days=35)
        ready = self.desk.moment(received, self.dice.pick((0, 0, 0, 1)))
        request.change(ready, "Customer Notified via E-Mail", SYSTEM, "available")
        self._lend(request, ready)

    def _tell(self, request: Request, shipped: datetime) -> None:
        """Write the lender's message into the history: only there does it say when the book was
        sent."""
        request.notes.append(
            Note(
                shipped,
                f"ILL Request {90_000_000 + request.number} was updated to shipped by {request.lender}.",
                SYSTEM,
            )
        )
        request.reach(shipped, "shipped")
        if self.dice.chance(12):
            question = f"{request.user} phoned: has it been shipped yet? Told that we will see."
            request.notes.append(
                Note(self.desk.moment(shipped - timedelta(days=2)), question, self._clerk())
            )

    def _lend(self, request: Request, ready: datetime) -> None:
        """Lend the book at the patron's branch, take it back and send it to its library."""
        branch = self.branches[request.branch]
        day = branch.next_open(ready.date() + timedelta(days=self.dice.between(1, 5)))
        lent = request.change(
            branch.moment(self.dice, day), "Checked Out to Customer", self._clerk(), "picked_up"
        )
        day = branch.next_open(lent.date() + timedelta(days=self.dice.between(10, 36)))
        back = request.change(
            branch.moment(self.dice, day), "Item Checked In", self._clerk(), "returned_by_patron"
        )
        packed = request.change(
            self.desk.moment(back, 1), "Awaiting Return Label Printing", self._clerk()
        )
        request.change(
            packed + timedelta(minutes=self.dice.between(3, 50)),
            "Request Finished",
            self._clerk(),
            "finished",
        )

    def _supply(
        self, request: Request, moment: datetime, hours: dict[bool, tuple[int, ...]]
    ) -> datetime | None:
        """Ask one library after another; return when one sends it. None if all refuse, or one never
        answers."""
        for _ in range(3):
            lender = BY_SHARE.draw(self.dice)
            request.lender = lender.symbol
            request.tried.append(lender.symbol)
            request.change(moment, "Request Sent", self._clerk(), "sent")
            if self.dice.below(1000) < 9:
                return None
            if not self.dice.chance(lender.refuses):
                return moment + self._takes(lender, hours[moment.date() >= CHANGED])
            refused = moment + timedelta(minutes=self.dice.between(400, 4300))
            request.change(refused, "Awaiting Unfilled Processing", SYSTEM, "refused")
            moment = self._wait(refused)
        self._cancel(request, moment, "Cancelled by ILL Staff", self.dice.pick(EXHAUSTED))
        return self._take_up(request, moment, hours)

    def _take_up(
        self, request: Request, moment: datetime, hours: dict[bool, tuple[int, ...]]
    ) -> datetime | None:
        """Ask one more library, which does send it, for some of those given up."""
        again = self._reactivate(request, moment)
        if not again:
            return None
        lender = BY_SHARE.draw(self.dice)
        request.lender = lender.symbol
        request.tried.append(lender.symbol)
        sent = request.change(again + timedelta(minutes=4), "Request Sent", self._clerk(), "sent")
        return sent + self._takes(lender, hours[sent.date() >= CHANGED])

    def _takes(self, lender: Lender, hours: tuple[int, ...]) -> timedelta:
        """Return how long `lender` takes this time."""
        return timedelta(
            minutes=self.dice.pick(hours) * lender.pace * 60 // 100 + self.dice.below(180)
        )
