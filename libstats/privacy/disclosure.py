"""What a reader can work out of what is shown: how far each withheld count stays open.

A reader knows that counts are whole and not negative, and every sum that the shown cells make. A
linear program gives the least and the most that a withheld cell can then be. The method is that of
statistical disclosure control (cell suppression with protection levels; Fischetti and Salazar,
2001), with the levels of `is_open`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from libstats.errors import ReportError

__all__ = ["Place", "Sum", "exposed"]

# a cell: number of the line, name of the column; of several tables the table comes first
Place = tuple[Any, ...]
# a total (None where it is known from elsewhere, though no table shows it) and the cells that make
# it
Sum = tuple[Place | None, tuple[Place, ...]]

WIDE, SMALL = 10, 9
_FAR = 1000  # how much more than it is a cell is thought to be at most: enough to move others
_NEAR = 1e-6


def is_open(least: float, most: float) -> bool:
    """True if a count is left open enough: 10 wide, or anything from 0 to 9."""
    low, high = math.ceil(least - _NEAR), math.floor(most + _NEAR)
    return high - low >= WIDE or (low <= 0 and high >= SMALL)


def exposed(counts: Mapping[Place, int], sums: Iterable[Sum], away: Iterable[Place]) -> set[Place]:
    """The withheld cells that what is shown leaves too little open.

    Parameters: `counts` the true count of every cell, `sums` what adds up to what, `away` the cells
    that are withheld. Raises ReportError where SciPy, which solves the programs, is not installed.
    """
    hidden = set(away)
    found: set[Place] = set()
    for cells, equations in _apart(hidden, sums):
        if len(equations) == 1 and equations[0][0] not in hidden:
            total = sum(counts[cell] for cell in cells)
            found |= cells if not is_open(0 if len(cells) > 1 else total, total) else set()
        else:
            found |= _Program(counts, sorted(cells, key=repr), equations).exposed()
    return found


def _apart(hidden: set[Place], sums: Iterable[Sum]) -> list[tuple[set[Place], list[Sum]]]:
    """The withheld cells that sums tie together, with those sums; a cell in no sum is free."""
    groups: dict[int, tuple[set[Place], list[Sum]]] = {}
    of: dict[Place, int] = {}
    for number, (total, parts) in enumerate(sums):
        cells = {cell for cell in (*parts, total) if cell in hidden}
        if not cells:
            continue
        merged: tuple[set[Place], list[Sum]] = (set(cells), [(total, parts)])
        for group in {of[cell] for cell in cells if cell in of}:
            others, equations = groups.pop(group)
            merged[0].update(others)
            merged[1].extend(equations)
        groups[number] = merged
        of |= dict.fromkeys(merged[0], number)
    return list(groups.values())


class _Program:
    """The linear program of some withheld cells that sums tie together."""

    def __init__(
        self, counts: Mapping[Place, int], cells: Sequence[Place], sums: Sequence[Sum]
    ) -> None:
        self.cells = cells
        self.truth = np.array([counts[cell] for cell in cells], dtype=float)
        at = {cell: place for place, cell in enumerate(cells)}
        entries: dict[tuple[int, int], int] = {}
        for line, (total, parts) in enumerate(sums):
            for cell, sign in [*((part, 1) for part in parts), *([(total, -1)] if total else [])]:
                if cell in at:
                    entries[line, at[cell]] = entries.get((line, at[cell]), 0) + sign
        self.matrix = _sparse(entries, (len(sums), len(cells)))
        self.sides = self.matrix @ self.truth
        # what the solutions found so far reach: each may show for others that they are open
        self.least, self.most = self.truth.copy(), self.truth.copy()

    def exposed(self) -> set[Place]:
        """The cells whose least and most are too near."""
        found = set()
        for place, cell in enumerate(self.cells):
            for sign in (-1, 1):
                if not self._is_open(place):
                    self._solve(place, sign)
            if not self._is_open(place):
                found.add(cell)
        return found

    def _is_open(self, place: int) -> bool:
        return is_open(self.least[place], self.most[place])

    def _solve(self, place: int, sign: int) -> None:
        """Find the least (by 1) or the most (by -1) of a cell."""
        from scipy.optimize import linprog

        wanted = np.zeros(len(self.cells))
        wanted[place] = sign
        bounds = np.column_stack([np.zeros(len(self.cells)), self.truth + _FAR])
        solved = linprog(wanted, A_eq=self.matrix, b_eq=self.sides, bounds=bounds, method="highs")
        if solved.status != 0:  # the truth is a solution: whatever is wrong, nothing is proved
            return
        self.least = np.minimum(self.least, solved.x)
        self.most = np.maximum(self.most, solved.x)


def _sparse(entries: Mapping[tuple[int, int], int], shape: tuple[int, int]) -> Any:
    try:
        from scipy.sparse import csr_array
    except ImportError:
        raise ReportError(
            "counts of patrons are protected by the package SciPy, which is not installed",
            'Install it: python -m pip install "libstats[patrons]"',
        ) from None
    lines, places = [line for line, _ in entries], [place for _, place in entries]
    return csr_array((np.array(list(entries.values()), dtype=float), (lines, places)), shape)
