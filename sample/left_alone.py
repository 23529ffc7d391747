"""Requests of the last weeks at the ILL desk that nobody follows up, each stuck at one step."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial

from sample.borrowing import SYSTEM
from sample.cases import Note, Request
from sample.desk import Desk
from sample.dice import Dice
from sample.places import at

CLERK = "maud.g"
STEPS = {
    "refused_by_all": "Awaiting Unfilled Processing",
    "conditional_unanswered": "Awaiting Conditional Processing",
    "not_sent": "Request in Processing",
    "not_told": "Awaiting Post Receipt Processing",
    "not_sent_back": "Item Checked In",
}
"""What is wrong with a request, and the status in which it stays."""
LEFT_DAYS = 5
"""So many days in one of these statuses: somebody forgot it."""
_ASKED = {
    "refused_by_all": (date(2026, 10, 1), date(2026, 10, 6), date(2026, 10, 7)),
    "conditional_unanswered": (date(2026, 10, 8), date(2026, 10, 12)),
    "not_sent": (date(2026, 10, 13), date(2026, 10, 16), date(2026, 10, 20)),
    "not_told": (date(2026, 10, 5), date(2026, 10, 9)),
    "not_sent_back": (date(2026, 9, 8), date(2026, 9, 10), date(2026, 9, 14)),
}
_LENDERS = ("Z9BRK", "Z9DUN", "Z9FEN")


class LeftAlone:
    """The requests, and how far each gets."""

    def __init__(self, dice: Dice, desk: Desk) -> None:
        """Draw with `dice`; staff work at `desk`."""
        self.dice = dice
        self.desk = desk

    def requests(self) -> Iterable[tuple[datetime, Callable[[Request], None]]]:
        """Return when each was asked for and what becomes of it."""
        for what, days in _ASKED.items():
            for place, day in enumerate(days):
                yield at(day, 9, 40 + place), partial(self._live, what)

    def _live(self, what: str, request: Request) -> None:
        """Let `request` go as far as `what` says."""
        moment = request.changes[-1].at + timedelta(seconds=2)
        request.change(moment, "Awaiting Request Processing", SYSTEM)
        moment = request.change(self.desk.moment(moment), "Request in Processing", CLERK)
        if what == "not_sent":
            return
        if what == "refused_by_all":
            for lender in _LENDERS:
                sent = self._send(request, lender, moment)
                moment = self.desk.moment(sent, 1)
                refused = sent + timedelta(hours=self.dice.between(4, 20))
                request.change(refused, STEPS[what], SYSTEM, "refused")
            return
        sent = self._send(request, self.dice.pick(_LENDERS), moment)
        if what == "conditional_unanswered":
            request.change(sent + timedelta(hours=self.dice.between(5, 30)), STEPS[what], SYSTEM)
            return
        self._receive(what, request, sent)

    def _send(self, request: Request, lender: str, moment: datetime) -> datetime:
        """Ask `lender`."""
        request.lender = lender
        request.tried.append(lender)
        return request.change(moment + timedelta(minutes=4), "Request Sent", CLERK, "sent")

    def _receive(self, what: str, request: Request, sent: datetime) -> None:
        """Take the book in, and lend it if that is not where it sticks."""
        shipped = sent + timedelta(hours=self.dice.between(20, 60))
        words = (
            f"ILL Request {90_000_000 + request.number} was updated to shipped by {request.lender}."
        )
        request.notes.append(Note(shipped, words, SYSTEM))
        request.reach(shipped, "shipped")
        received = request.change(
            self.desk.moment(shipped, 1), STEPS["not_told"], CLERK, "received"
        )
        request.due = received.date() + timedelta(days=35)
        if what == "not_told":
            return
        told = request.change(
            self.desk.moment(received), "Customer Notified via E-Mail", CLERK, "available"
        )
        lent = request.change(
            self.desk.moment(told, 2), "Checked Out to Customer", CLERK, "picked_up"
        )
        back = self.desk.moment(lent, 15)
        request.change(back, STEPS["not_sent_back"], CLERK, "returned_by_patron")
