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

__all__ = ["Place", "Sum", "exposed"]

# a cell: number of the line, name of the column; of several tables the table comes first
Place = tuple[Any, ...]
# a total (None where it is known from elsewhere, though no table shows it) and the cells that make
# it
Sum = tuple[Place | None, tuple[Place, ...]]

WIDE, SMALL = 10, 9
FIRST, AT_ONCE = 6, 4000  # programs solved at first; cells in those solved together
_FAR = 1000  # how much more than it is a cell is thought to be at most: enough to move others
_NEAR = 1e-6


def is_open(least: float, most: float) -> bool:
    """True if a count is left open enough: 10 wide, or anything from 0 to 9."""
    low, high = math.ceil(least - _NEAR), math.floor(most + _NEAR)
    return high - low >= WIDE or (low <= 0 and high >= SMALL)


def exposed(
    counts: Mapping[Place, int],
    sums: Iterable[Sum],
    away: Iterable[Place],
    is_known: set[Place] | None = None,
) -> set[Place]:
    """The withheld cells that what is shown leaves too little open.

    Parameters: `counts` the true count of every cell, `sums` what adds up to what, `away` the cells
    that are withheld, `is_known` those that were found open while fewer were, which is added to:
    what was possible then is possible now.
    """
    hidden, open_ = set(away), set[Place]() if is_known is None else is_known
    found: set[Place] = set()
    for cells, equations in _apart(hidden, sums):
        if asked := cells - open_:
            narrow = _of_group(counts, cells, equations, asked, hidden)
            found |= narrow
            open_ |= asked - narrow
    return found


def _of_group(
    counts: Mapping[Place, int],
    cells: set[Place],
    equations: Sequence[Sum],
    asked: set[Place],
    hidden: set[Place],
) -> set[Place]:
    """The exposed ones among those asked of cells that sums tie together."""
    if len(equations) == 1 and equations[0][0] not in hidden:
        total = sum(counts[cell] for cell in cells)
        return set() if is_open(0 if len(cells) > 1 else total, total) else asked
    return _Program(counts, sorted(cells, key=repr), equations).exposed(asked)


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

    def exposed(self, asked: set[Place]) -> set[Place]:
        """The cells among those asked whose least and most are too near."""
        count = len(self.cells)
        wanted = [place for place, cell in enumerate(self.cells) if cell in asked]
        if len(wanted) > FIRST:
            # a few solutions far from the truth open most cells; the others have their own
            dice = np.random.default_rng(0)
            self._solve(dice.choice((-1.0, 1.0), (FIRST, count)))
        own = np.zeros((len(wanted), count))
        own[range(len(wanted)), wanted] = 1
        own = own[[not self._is_open(place) for place in wanted]]
        for some in range(0, len(own), size := max(1, AT_ONCE // count)):
            self._solve(np.vstack([own[some : some + size], -own[some : some + size]]))
        return {self.cells[place] for place in wanted if not self._is_open(place)}

    def _is_open(self, place: int) -> bool:
        return is_open(self.least[place], self.most[place])

    def _solve(self, wanted: Any) -> None:
        """Find the solutions with the least of each of several weighted sums of the cells, all in
        one program."""
        from scipy.optimize import linprog
        from scipy.sparse import eye_array, kron

        times = len(wanted)
        if not times:
            return
        solved = linprog(
            wanted.ravel(),
            A_eq=kron(eye_array(times), self.matrix, "csr"),
            b_eq=np.tile(self.sides, times),
            bounds=np.tile(
                np.column_stack([np.zeros(len(self.truth)), self.truth + _FAR]), (times, 1)
            ),
            method="highs",
        )
        if solved.status == 0:  # else nothing is proved: the truth is a solution in any case
            found = solved.x.reshape(times, -1)
            self.least = np.minimum(self.least, found.min(axis=0))
            self.most = np.maximum(self.most, found.max(axis=0))


def _sparse(entries: Mapping[tuple[int, int], int], shape: tuple[int, int]) -> Any:
    from scipy.sparse import csr_array

    lines, places = [line for line, _ in entries], [place for _, place in entries]
    return csr_array((np.array(list(entries.values()), dtype=float), (lines, places)), shape)
