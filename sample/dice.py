"""Chance that falls the same way on every machine and every Python."""

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice:
    """Whole-number chance drawn from `random.Random.random` alone.

    Python promises that `random()` repeats for a seed; it promises that for no other method. So
    every draw here is one `random()` and whole numbers, with no logarithm or sum of fractions that
    could differ by a last bit.
    """

    def __init__(self, seed: int) -> None:
        """Start the sequence that belongs to `seed`."""
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to, but not including, `limit`."""
        return int(self._random.random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """Return True in `percent` of a hundred cases."""
        return self.below(100) < percent

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of `choices`, each equally likely."""
        return choices[self.below(len(choices))]

    def deal(self, hand: list[T], cards: Sequence[T]) -> T:
        """Return one of the cards in `hand`, dealt anew from `cards` when it is empty: in the long
        run each comes as often as it should."""
        if not hand:
            hand.extend(cards)
        return hand.pop(self.below(len(hand)))

    def around(self, thousandths: int) -> int:
        """Return a count that is `thousandths` / 1000 on average, and between nothing and about
        twice that."""
        drawn = self.below(2 * thousandths + 1)
        return drawn // 1000 + (self.below(1000) < drawn % 1000)


class Urn(Generic[T]):
    """Things that are drawn in proportion to their weights."""

    def __init__(self, things: Sequence[T], weights: Sequence[int]) -> None:
        """Hold `things`; `weights` are whole numbers, one for each thing, and 0 means never."""
        self._things = things
        self._sums = list(accumulate(weights))

    def draw(self, dice: Dice) -> T:
        """Return one thing; it stays in the urn."""
        return self._things[bisect_right(self._sums, dice.below(self._sums[-1]))]
