"""The words of the page of one library beside others: of each measure, and of what is none."""

from __future__ import annotations

from typing import NamedTuple

HEADINGS = {
    "turnaround": "How long do patrons wait?",
    "fill_rate": "How much of what was asked for came?",
    "collection_use": "How much of the collection is used?",
}
LEFT = {
    "backlog": "What waits grows with a library, and no file says how large each is.",
    "circulation": "Loans grow with a library. Loans for each person it serves would be fair, and "
    "no export tells those. How far chance moves loans for each copy is not known.",
    "collection_age": "How old copies should be depends on what they are for: no age is right for "
    "all.",
    "signals": "These hold a month against a library's own earlier ones, which is fairer than "
    "others.",
    "throughput": "How many cases a library ends depends on how many it gets.",
}
PEOPLE = "Patrons, shelves and worklists are in no file: nothing that leaves a library lists them."


class Words(NamedTuple):
    """How a measure is said: your own, what it is of, more and less, how it is called in a picture
    and on a card, and what it is multiplied by there; what the figure is, where it needs saying."""

    yours: str
    of: str
    more: str
    less: str
    axis: str
    card: str
    scale: int
    note: str = ""


WORDS = {
    "turnaround": Words(
        "your waits are {}",
        "cases that came",
        "longer than at {} of {} others",
        "shorter than at {} of {} others",
        "half come within so many {}, if none is given up",
        "until half come, if none is given up",
        1,
        "The figure is an estimate: open cases count for as long as they wait, and those given up "
        "as if they had gone on. The usual figure, of those alone that came, stands beside it.",
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
