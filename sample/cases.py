"""Pieces of work as they were lived: which milestones each reached, and when."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sample.lenders import Reason


@dataclass(slots=True, eq=False)
class Case:
    """One piece of work of a kind that libstats knows."""

    process: str
    branch: str
    reached: list[tuple[datetime, str]] = field(default_factory=list)
    """Milestones in the order in which they were reached; some come again, and a step without a
    name is none."""

    def reach(self, moment: datetime, milestone: str) -> None:
        """Write down that the case reached `milestone`."""
        self.reached.append((moment, milestone))

    def times(self, milestone: str, until: datetime) -> list[datetime]:
        """Return when `milestone` was reached before `until`, first to last."""
        return [moment for moment, name in self.reached if name == milestone and moment < until]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a request's status."""

    at: datetime
    status: str
    by: str


@dataclass(frozen=True, slots=True)
class Note:
    """One entry of a request's history, in words."""

    at: datetime
    entry: str
    by: str


@dataclass(slots=True, eq=False)
class Request(Case):
    """A request at the ILL desk. `kind` is Loan or Article."""

    number: int = 0
    kind: str = "Loan"
    created: datetime = datetime.min
    user: str = ""
    author: str = ""
    title: str = ""
    year: int = 0
    changes: list[Change] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    """Symbols of the libraries it was sent to, in order."""
    lender: str = ""
    reason: Reason | None = None
    """Why it was given up."""
    due: date | None = None
    cents: int = 0
    skew: int = 0
    """Hours by which the web server's clock was ahead when it took the request in."""

    def change(self, moment: datetime, status: str, by: str, milestone: str = "") -> datetime:
        """Write down a change of status and the milestone that it marks, if any; return its moment."""
        self.changes.append(Change(moment, status, by))
        self.reach(moment, milestone)
        return moment


@dataclass(slots=True, eq=False)
class Line:
    """An order line for one title."""

    number: int
    title: str
    author: str
    isbn: str
    year: int
    vendor: str
    fund: str
    second_fund: str
    """The other fund that it is split over; mostly none."""
    created: datetime
    sent: date | None = None
    order: str = ""
    order_created: datetime | None = None
    cancelled: datetime | None = None
    copies: list["Copy"] = field(default_factory=list)
    is_shelf_ready: bool = False


@dataclass(slots=True, eq=False)
class Copy(Case):
    """One copy on order, until it is on its shelf."""

    number: int = 0
    line: Line | None = None
    received: datetime | None = None
    catalogued: datetime | None = None
    available: datetime | None = None
    call_number: str = ""
