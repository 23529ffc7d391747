"""Lending to other libraries, and scans of what we own for our own patrons."""

from datetime import date, datetime, timedelta

from sample.borrowing import CLEAN_UP_DAYS, SYSTEM
from sample.cases import Request
from sample.desk import Desk
from sample.dice import Dice
from sample.lenders import BY_PATRON, REASONS
from sample.places import at

CLERK = "rafe.l"


class Lending:
    """What becomes of requests of other libraries."""

    def __init__(self, dice: Dice, desk: Desk) -> None:
        """Draw with `dice`."""
        self.dice = dice
        self.desk = desk

    def live(self, request: Request) -> None:
        """Search, then send it or say no."""
        moment = request.change(
            request.changes[-1].at + timedelta(seconds=3),
            "Awaiting Lending Request Processing",
            SYSTEM,
        )
        printed = request.change(
            self.desk.moment(moment), "Awaiting Stacks Searching", CLERK, "printed"
        )
        searched = self.desk.moment(printed, self.dice.pick((0, 0, 0, 1, 1, 2)))
        fate = self.dice.below(100)
        if fate < 1:
            return
        if fate < 36:
            request.reason = self.dice.pick(REASONS)
            request.change(searched, "Cancelled by ILL Staff", CLERK, "cancelled")
            return
        if fate < 41:
            searched = self.desk.moment(
                request.change(searched, "Request Conditionalized", CLERK), self.dice.between(1, 4)
            )
        self._send(request, searched)

    def _send(self, request: Request, moment: datetime) -> None:
        """Send a scan, or a book that comes back."""
        sent = request.change(moment, "Item Shipped", CLERK, "shipped")
        if request.kind == "Article":
            request.change(
                sent + timedelta(minutes=self.dice.between(1, 5)),
                "Request Finished",
                SYSTEM,
                "finished",
            )
            return
        request.due = sent.date() + timedelta(days=42)
        if self.dice.chance(1):
            return
        back = self.desk.moment(sent + timedelta(days=self.dice.between(18, 60)))
        request.change(back, "Item Returned", CLERK, "checked_in")
        request.change(
            back + timedelta(minutes=self.dice.between(1, 30)),
            "Request Finished",
            CLERK,
            "finished",
        )


class Delivery:
    """What becomes of patrons' requests for scans of what we own."""

    def __init__(self, dice: Dice, desk: Desk) -> None:
        """Draw with `dice`."""
        self.dice = dice
        self.desk = desk

    def live(self, request: Request) -> None:
        """Fetch, scan and deliver it, or give it up."""
        moment = request.change(
            request.changes[-1].at + timedelta(seconds=2), "Awaiting DD Stacks Searching", SYSTEM
        )
        searched = self.desk.moment(moment, self.dice.pick((0, 0, 1, 1, 2)))
        fate = self.dice.below(100)
        if fate < 8:
            is_staff = fate < 6
            request.reason = self.dice.pick(REASONS) if is_staff else BY_PATRON
            request.change(
                searched,
                f"Cancelled by {'ILL Staff' if is_staff else 'Customer'}",
                CLERK if is_staff else request.user,
                "cancelled",
            )
            return
        found = request.change(searched, "Item Found", CLERK, "pulled")
        scanned = request.change(
            self.desk.moment(found, self.dice.pick((0, 0, 1))),
            "In Electronic Delivery Processing",
            CLERK,
            "scanned",
        )
        self._deliver(request, scanned + timedelta(minutes=self.dice.between(2, 15)))

    def _deliver(self, request: Request, moment: datetime) -> None:
        """Put the scan on the web, again if the first was bad; a night job tidies the request away
        later."""
        request.change(moment, "Delivered to Web", SYSTEM, "delivered")
        again = self.desk.moment(moment, 1)
        if self.dice.chance(7) and again.month == moment.month:
            moment = request.change(again, "Delivered to Web", SYSTEM, "delivered")
        finished: date = moment.date() + timedelta(days=CLEAN_UP_DAYS)
        request.change(
            at(finished, 4, self.dice.below(3), self.dice.below(60)),
            "Request Finished",
            SYSTEM,
            "finished",
        )
