"""How each measure of libraries side by side is said."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """How a measure is said: your own, what it is of, more and less, how it is called in a picture
    and on a card, and what it is multiplied by there."""

    yours: str
    of: str
    more: str
    less: str
    axis: str
    card: str
    scale: int


WORDS = {
    "turnaround": Words(
        "your waits are {}",
        "cases that came",
        "longer than at {} of {} others",
        "shorter than at {} of {} others",
        "half came within so many {}",
        "until half came",
        1,
    ),
    "fill_rate": Words(
        "the share that came is {}",
        "closed requests",
        "higher than at {} of {} others",
        "lower than at {} of {} others",
        "share that came, in %",
        "came",
        100,
    ),
    "collection_use": Words(
        "the share of copies in use is {}",
        "copies held long",
        "higher than at {} of {} others",
        "lower than at {} of {} others",
        "share of copies in use, in %",
        "of copies in use",
        100,
    ),
}
SAME = "as at the {} others"
