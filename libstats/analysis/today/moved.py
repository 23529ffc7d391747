"""What became of the work that the load before named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from libstats.wording import day_name


@dataclass(frozen=True)
class Moved:
    """What was to be done by the load before: how many cases, and how many of them moved since:
    they are over, or at another step, or due on another day."""

    day: date
    named: int
    moved: int

    def __str__(self) -> str:
        were = "was" if self.named == 1 else "were"
        return (
            f"On {day_name(self.day)}, {self.named:,} {were} named: "
            f"{self.moved:,} moved, {self.named - self.moved:,} did not."
        )
