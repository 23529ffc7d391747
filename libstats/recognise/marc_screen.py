"""A machine's first look at a batch of records before it is loaded: counts by category that an
audit can sample from. The categories are those of `libstats/readers/marc/screen.py`, which a load
stores with each record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from libstats.readers.marc.layout import faults
from libstats.readers.marc.record import Record
from libstats.readers.marc.screen import BETWEEN, FAULTS, LOCAL, SOUND

# leader/06 of what is a title
TITLES = "acdefgijkmoprt"
SHOWN = 5


def is_title(record: Record) -> bool:
    """True for what a load takes as a title."""
    return record.leader[6:7] in tuple(TITLES) and record.leader[5:6] != "d"


@dataclass
class Screen:
    """How many titles of a batch have what is wrong, by category, and the first of them by their
    number in the file; how many have any of it, and how many have local fields besides."""

    titles: int = 0
    faulty: int = 0
    with_local: int = 0
    found: dict[str, list[int]] = field(default_factory=dict)

    def add(self, number: int, record: Record) -> None:
        """Look at one more record; what is no title is passed over."""
        if not is_title(record):
            return
        self.titles += 1
        names = [name for name in faults(record).split(BETWEEN) if name != SOUND]
        self.faulty += any(name in FAULTS for name in names)
        self.with_local += bool(names)
        for name in names:
            self.found.setdefault(name, []).append(number)

    def lines(self) -> Iterator[str]:
        """For a person: categories with their counts, and records to look at."""
        if not self.titles:
            return
        yield (
            f"  a first look at its titles: {self.faulty:,} of {self.titles:,} have something of"
            f" this, {self.with_local:,} with local fields (no. is the place of a record in the"
            " file)"
        )
        for name, where in {**FAULTS, **LOCAL}.items():
            numbers = self.found.get(name, [])
            if numbers:
                some = ", ".join(map(str, numbers[:SHOWN]))
                more = " ..." if len(numbers) > SHOWN else ""
                yield f"    {len(numbers):,}  {name} ({where}): no. {some}{more}"
