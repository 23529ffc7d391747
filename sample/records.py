"""What the simulation keeps: titles, items, patrons, loans, events, journeys and holds."""

from dataclasses import dataclass
from datetime import date, datetime

from sample.places import Branch


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of material and the rules it circulates by."""

    itype: str
    ccode: str
    location: str
    label: str
    """What the call number begins with."""
    subject: bool
    """Whether the call number has a class number."""
    days: int
    """The loan period; 0 is not for loan."""
    renewals: int
    """How often a loan may be renewed."""
    cents: tuple[int, int]
    """The lowest and highest price."""
    share: int
    """Its share of the titles, in percent."""


@dataclass(slots=True)
class Title:
    """A bibliographic record."""

    number: int
    kind: Kind
    author: str
    title: str
    year: str
    isbn: str
    publisher: str
    call_number: str
    created: date
    changed: datetime
    weight: int
    """How much it is asked for; 0 is never."""


@dataclass(slots=True, eq=False)
class Item:
    """A copy. `place` is where it is: ordered, coming, shelf, loan, transit, held, lost, withdrawn or
    gone."""

    number: int
    title: Title
    barcode: str
    accessioned: date
    home: Branch
    holding: Branch
    location: str
    cents: int
    replacement: int
    seen: datetime
    changed: datetime
    copy: str = ""
    volume: str = ""
    issues: int | None = None
    renewals: int | None = None
    reserves: int | None = None
    borrowed: date | None = None
    due: date | None = None
    lost: int = 0
    lost_on: datetime | None = None
    damaged: int = 0
    withdrawn_on: datetime | None = None
    checked_in: date | None = None
    place: str = "shelf"
    is_misplaced: bool = False
    """Whether nobody finds it, though the catalogue says that it is on its shelf."""


@dataclass(slots=True, eq=False)
class Patron:
    """A borrower, by number and habits only."""

    number: int
    branch: Branch
    category: str
    forgets: bool
    """Whether the patron chose that returned loans are made anonymous."""
    renews_itself: bool
    """Whether loans of this patron renew automatically."""
    active: date
    """The last day on which anything was done by or for the patron."""
    deleted_on: date | None = None


@dataclass(slots=True, eq=False)
class Loan:
    """A checkout, open or returned."""

    number: int
    patron: Patron
    item: Item
    branch: Branch
    issued: datetime
    due: datetime
    wanted: date | None
    """The day on which the patron means to bring it back; None is never."""
    changed: datetime
    returned: datetime | None = None
    renewed: datetime | None = None
    renewals: int = 0
    unseen: int = 0
    is_automatic: bool = False
    is_onsite: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log, as it happened; what an export shows of it may be less."""

    at: datetime
    branch: str
    type: str
    channel: str
    """staff, patron, self_check or automatic."""
    patron: Patron | None
    item: Item | None = None
    location: str = ""
    cents: int = 0


@dataclass(slots=True, eq=False)
class Journey:
    """An item on its way between two branches."""

    number: int
    item: Item
    origin: Branch
    target: Branch
    reason: str
    """ReturnToHome or Reserve, as Koha calls them."""
    asked: datetime
    sent: datetime
    arrived: datetime | None = None


@dataclass(slots=True, eq=False)
class Hold:
    """A request, open or closed. `outcome` is pending, in_transit, waiting, filled or cancelled."""

    number: int
    patron: Patron
    title: Title
    branch: Branch
    placed: date
    changed: datetime
    item: Item | None = None
    is_item_level: bool = False
    waiting_on: date | None = None
    expires: date | None = None
    cancelled_on: date | None = None
    suspended_until: date | None = None
    outcome: str = "pending"
    is_left: bool = False
    """Whether nobody fetches what waits and nobody clears it, and what is sent for it is lost."""
