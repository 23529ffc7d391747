"""Old stock of the largest branch as a weeding report shows it: some candidates, and some for each
reason to leave alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sample import names
from sample.dice import Dice
from sample.orders import LIBRARY
from sample.stock import barcode

HEADINGS = (
    "Library Name", "Location Name", "Permanent Call Number Type", "Permanent Call Number", "Item Copy Id", "Material Type", "Item Policy",
    "Barcode", "Item Id", "MMS Id", "Title", "Author", "Retention Note", "Publication Date", "Begin Publication Date",
    "Num of Loans Including Pre-Migration (In House + Not In House)", "Last Loan Date", "Item Creation Date", "Has Committed To Retain",
    "Base Status", "Process Type", "Lifecycle",
)  # fmt: skip
RULE = "a candidate is what was added before 2021-11-01 and not borrowed since 2021-11-01, unless it is protected; judge nothing whose class or year cannot be read"
"""The rule by which the verdicts stand; days are as of the last day of the sample."""


@dataclass(frozen=True, slots=True)
class Old:
    """One copy of the report, with what a correct judgement of it is."""

    number: int
    why: str
    verdict: str
    """candidate, keep or cannot judge."""
    title: int = 0
    """The number of its title; two copies of a title have one."""
    location: str = "Stacks"
    call_number: str = ""
    year: str = "1998"
    loans: int = 7
    last_loan: str = "2016-05-09 14:02:11"
    added: str = "2004-03-15 10:20:00"
    retention: str = ""
    process: str = "None"
    policy: str = "Standard loan"


_USUAL = Old(0, "unused for years", "candidate")
PLANTED: tuple[tuple[int, Old], ...] = (
    (12, _USUAL),
    (4, replace(_USUAL, why="never borrowed", loans=0, last_loan="")),
    (
        3,
        replace(
            _USUAL,
            why="protected by retention",
            verdict="keep",
            retention="Marrowdale Shared Print, retain until 2040",
        ),
    ),
    (3, replace(_USUAL, why="on reserve", verdict="keep", location="Course Reserve")),
    (3, replace(_USUAL, why="last copy", verdict="keep")),
    (
        3,
        replace(
            _USUAL,
            why="recently added",
            verdict="keep",
            year="2025",
            loans=0,
            last_loan="",
            added="2025-11-18 09:41:00",
        ),
    ),
    (3, replace(_USUAL, why="on loan", verdict="keep", process="Loan")),
    (2, replace(_USUAL, why="waiting for a patron", verdict="keep", process="Hold Shelf")),
    (2, replace(_USUAL, why="in transit", verdict="keep", process="Transit")),
    (2, replace(_USUAL, why="missing", verdict="keep", process="Missing")),
    (
        3,
        replace(
            _USUAL, why="borrowed lately", verdict="keep", loans=31, last_loan="2026-02-17 16:45:09"
        ),
    ),
    (
        2,
        replace(
            _USUAL,
            why="class that cannot be read",
            verdict="cannot judge",
            call_number="Shelved by title",
        ),
    ),
    (2, replace(_USUAL, why="year that cannot be read", verdict="cannot judge", year="[n.d.]")),
    (1, replace(_USUAL, why="year without end", verdict="cannot judge", year="9999")),
)
"""How many copies of each kind."""


def planted() -> list[Old]:
    """Return the copies in order of number; each but a last copy has a second of its title, which
    was borrowed lately."""
    found: list[Old] = []
    for count, kind in PLANTED:
        for _ in range(count):
            found.append(replace(kind, number=len(found) + 1, title=len(found) + 1))
    companions = [old for old in found if old.why != "last copy"]
    for old in companions:
        number = len(found) + 1
        found.append(
            replace(
                _USUAL,
                number=number,
                title=old.title,
                why="borrowed lately",
                verdict="keep",
                year=old.year,
                loans=20,
                last_loan="2026-03-03 11:12:13",
            )
        )
    # What cannot be judged for its title's year cannot be judged in the other copy either, but that
    # was borrowed lately.
    return found


def rows() -> list[tuple[str, ...]]:
    """Return the rows of the report."""
    dice = Dice(1876)
    # Not the first: books on computing are weeded for their age alone.
    titles = [
        (
            dice.pick(names.SUBJECTS[1:]),
            dice.pick(names.ADJECTIVES),
            dice.pick(names.NOUNS),
            dice.pick(names.SURNAMES),
        )
        for _ in planted()
    ]
    return [_row(old, *titles[old.title - 1]) for old in planted()]


def _row(
    old: Old, subject: tuple[str, str], adjective: str, noun: str, surname: str
) -> tuple[str, ...]:
    """Return one row."""
    return (
        LIBRARY, old.location, "Dewey Decimal classification", old.call_number or f"{subject[0]} {surname[:3].upper()}", "1" if old.number == old.title else "2",
        "Book", old.policy, barcode_of(old), id_of(old), f"99{old.title:08d}1119999", f"The {adjective} {noun} : {subject[1]}", surname,
        old.retention, old.year, old.year if old.year.isdigit() else "", f"{old.loans}", old.last_loan, old.added, "Yes" if old.retention else "No",
        "Item in place" if old.process == "None" else "Item not in place", old.process, "In Repository",
    )  # fmt: skip


def barcode_of(old: Old) -> str:
    """Return the barcode of a copy."""
    return barcode(700_000 + old.number)


def id_of(old: Old) -> str:
    """Return the number that Alma gives to a copy."""
    return f"23{old.number:08d}1119999"


def truth() -> dict[str, object]:
    """Return the rule, and the verdict on each copy."""
    told: Iterable[Old] = planted()
    return {
        "rule": RULE,
        "items": [
            {
                "item_id": id_of(old),
                "barcode": barcode_of(old),
                "why": old.why,
                "verdict": old.verdict,
            }
            for old in told
        ],
    }
