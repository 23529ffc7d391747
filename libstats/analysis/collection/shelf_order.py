"""Which things of a row stand out of order, so that as few as can be are moved."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any


def out_of_order(keys: Sequence[Any]) -> list[int]:
    """The places of those to be moved: all but a longest run that never falls (equal ones stand
    well beside each other).

    >>> out_of_order([1, 5, 2, 3, 3, 4])
    [1]
    >>> out_of_order([3, 2, 1]), out_of_order([])
    ([0, 1], [])
    """
    ends: list[Any] = []  # the lowest key with which a run of each length can end
    places: list[int] = []
    before: list[int] = []
    for at, key in enumerate(keys):
        length = bisect_right(ends, key)
        before.append(places[length - 1] if length else -1)
        if length == len(ends):
            ends.append(key)
            places.append(at)
        elif key < ends[length]:
            ends[length], places[length] = key, at
    kept, at = set[int](), places[-1] if places else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return [at for at in range(len(keys)) if at not in kept]
