"""What the neighbour library owns: copies that are lent, and old ones planted for every status that
Polaris gives, with what a correct judgement of each is."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sample import names
from sample.dice import Dice, Urn
from sample.polaris.place import BRANCHES

WORDS = {
    1: "In", 2: "Out", 3: "Out-ILL", 4: "Held", 5: "Transferred", 6: "In-Transit", 7: "Lost", 8: "Claim Returned",
    9: "Claim Never Had", 10: "Missing", 11: "Withdrawn", 12: "Bindery", 13: "On-Order", 14: "In-Repair",
    15: "In-Process", 16: "Unavailable", 17: "Returned-ILL", 18: "Routed", 19: "Shelving", 20: "Non-circulating",
    21: "Claim Missing Parts", 22: "EContent External Loan", 23: "Damaged", 24: "Seed Library",
}  # fmt: skip
"""The words of SimplyReports for the numbers of the database; 24 is this library's own."""
NOT_HELD = (7, 8, 9, 10, 11, 13, 17)
"""Lost, said to be back, missing, withdrawn, on order, another library's."""
UNTOLD_NUMBERS, UNTOLD_WORDS = (12, 24), (24,)
"""What nobody can know without the library: by the number, by the word."""
AWAY = (2, 3, 4, 5, 6, 14, 15, 16, 18, 19, 21, 22)
"""Held, and not in its place."""


@dataclass(slots=True, eq=False)
class Copy:
    """One copy, as it is now, with what a correct judgement of it is on the last day."""

    number: int
    title: int
    branch: str
    call_number: str
    collection: int = 1
    """1 fiction, 2 children, 3 non-fiction."""
    added: date = date(2012, 3, 14)
    status: int = 1
    borrowed: date | None = None
    seen: date | None = None
    due: date | None = None
    checkouts: int = 0
    renewals: int = 0
    in_house: int = 0
    why: str = "lent lately"
    verdict: str = "keep"
    came_late: bool = False
    """Not yet in the first list."""
    went: bool = False
    """No longer in the second list."""
    is_deleted: bool = False
    """In the second list as a deleted record."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind of old copy, how many there are, and what stands beside each."""

    count: int
    why: str
    verdict: str
    status: int = 1
    companion: int = 1
    """The status of the title's other copy, lent lately; 0 is that there is none."""
    call_number: str = ""
    is_used: bool = True
    in_house: int = 0
    added: date | None = None


_OLD = Plan(1, "", "keep")
PLANS = (
    Plan(12, "not lent for years", "candidate"),
    Plan(4, "never lent", "candidate", is_used=False),
    Plan(1, "damaged, and not lent for years", "candidate", status=23),
    *(replace(_OLD, why=f"is {WORDS[status]}", status=status) for status in AWAY),
    *(replace(_OLD, why=f"is {WORDS[status]}", status=status) for status in NOT_HELD),
    replace(_OLD, why="not for loan", status=20),
    Plan(2, "a number that each library names: 12", "cannot judge", status=12),
    Plan(3, "a number of the library's own: 24", "cannot judge", status=24),
    Plan(2, "last copy", "keep", companion=0),
    Plan(1, "last copy: the other never came yet", "keep", companion=13),
    Plan(1, "last copy: the other is lost", "keep", companion=7),
    Plan(2, "wanted by a patron", "keep"),
    Plan(2, "used in the library, nobody knows when", "cannot judge", in_house=3),
    Plan(3, "no list of Polaris tells the year", "cannot judge", call_number="641.5"),
    Plan(2, "class that cannot be read", "cannot judge", call_number="Shelved by title"),
    Plan(2, "added lately", "keep", is_used=False, added=date(2025, 11, 18)),
)


class Stock:
    """All copies in order of number; titles are numbers from 1."""

    def __init__(self, dice: Dice, *, size: int) -> None:
        """Buy the copies: first what is lent, then what is old."""
        self.copies: list[Copy] = []
        self.titles: list[tuple[str, str]] = []
        self._dice = dice
        self._homes = Urn(BRANCHES, [branch.loans for branch in BRANCHES])
        self.lively = [self._live() for _ in range(170 * size)]
        self.wanted: list[Copy] = []
        for plan in PLANS:
            for _ in range(plan.count * size):
                self._plant(plan)
        self.lost = [self._lost() for _ in range(3 * size)]
        for copy in self.lively[-4 * size :]:
            copy.went = True
        for copy in self.lively[: 2 * size]:
            copy.is_deleted = True
            copy.why = "deleted"
        for copy in self.lively[2 * size : 12 * size]:
            copy.came_late, copy.added = True, date(2026, 5, 12)
            copy.borrowed, copy.seen, copy.checkouts = None, None, 0

    def lent(self) -> list[Copy]:
        """Return the copies that patrons borrow."""
        return [copy for copy in self.lively if not copy.went and not copy.is_deleted]

    def _title(self) -> int:
        dice = self._dice
        author, given = dice.pick(names.SURNAMES), dice.pick(names.GIVEN)
        title = f"The {dice.pick(names.ADJECTIVES)} {dice.pick(names.NOUNS)}"
        self.titles.append((title, f"{author}, {given}"))
        return len(self.titles)

    def _add(self, title: int, label: str, collection: int) -> Copy:
        author = self.titles[title - 1][1]
        copy = Copy(
            len(self.copies) + 1,
            title,
            self._homes.draw(self._dice).number,
            label if " " in label else f"{label} {author[:3].upper()}",
            collection,
        )
        self.copies.append(copy)
        return copy

    def _live(self) -> Copy:
        """Return a copy that came years ago and was lent in the half-year before this Polaris."""
        dice = self._dice
        label, collection = dice.pick((("FIC", 1), ("FIC", 1), ("J", 2), ("E", 2), ("598.2", 3)))
        copy = self._add(self._title(), label, collection)
        copy.added = date(2014, 1, 7) + timedelta(days=dice.below(3600))
        self._last_used(copy, date(2025, 2, 4), 170)
        return copy

    def _last_used(self, copy: Copy, since: date, spread: int) -> None:
        copy.borrowed = copy.seen = since + timedelta(days=self._dice.below(spread))
        copy.checkouts = self._dice.between(2, 30)

    def _plant(self, plan: Plan) -> None:
        copy = self._add(self._title(), plan.call_number or "FIC", 3 if plan.call_number else 1)
        copy.why, copy.verdict, copy.status = plan.why, plan.verdict, plan.status
        copy.in_house = plan.in_house
        copy.added = plan.added or date(2008, 2, 5) + timedelta(days=self._dice.below(1200))
        if plan.is_used:
            self._last_used(copy, date(2012, 1, 10), 2500)
        copy.came_late = plan.added is not None
        if plan.status == 2 and copy.borrowed:
            copy.due = copy.borrowed + timedelta(days=21)
        if plan.why == "wanted by a patron":
            self.wanted.append(copy)
        if plan.companion:
            other = self._add(copy.title, copy.call_number, copy.collection)
            other.status, other.came_late = plan.companion, copy.came_late
            other.why = "lent lately" if plan.companion == 1 else f"is {WORDS[plan.companion]}"
            if plan.companion != 13:
                self._last_used(other, date(2026, 1, 6), 60)
            if plan.call_number == "Shelved by title":
                other.why, other.verdict = plan.why, plan.verdict

    def _lost(self) -> Copy:
        """Return the only copy of a title, which is lost."""
        copy = self._add(self._title(), "FIC", 1)
        copy.status, copy.why = 7, "is Lost"
        self._last_used(copy, date(2025, 9, 2), 60)
        return copy
