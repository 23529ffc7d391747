"""Small counts of patrons are withheld where a table is published, and others where a total would
give them back.

A count under 10 that crosses an attribute of patrons may be one person, whom a neighbour knows.
What is withheld reads the same whatever the reason, so that no reader can tell a small count from
one that protects it. Zero stays: it says that there was nobody (the rule of the CMS cell size
policy, which withholds 1 to 10); a zero is withheld only where nothing else could protect a small
count beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from libstats.wording import Row

SMALLEST = 10
WITHHELD = "withheld"
NOTE = (
    f"Counts of 1 to {SMALLEST - 1} are withheld, so that nobody can be recognised, and so are"
    " others from which they could be worked out."
)
# columns that together make a count one of few persons
PATRONS = ({"patron_group"}, {"patron_branch"}, {"hour", "branch", "kind"})

# a cell: number of the line, name of the column
Place = tuple[int, str]
# a total (None where it is known from elsewhere, though this table does not show it) and the cells
# that make it
Sum = tuple[Place | None, tuple[Place, ...]]


@dataclass(frozen=True)
class _Measure:
    """One count of a table: its cells, the columns that part it, that which adds them up ("": none)
    and the line of the foot, if there is one."""

    counts: Mapping[Place, int]
    names: Sequence[str]
    total: str
    foot: int | None

    def sum(self, total: Place | None, parts: Sequence[Place]) -> Sum:
        """That the cells among `parts` make `total`, as far as it is there."""
        there = tuple(place for place in parts if place in self.counts)
        return total if total in self.counts else None, there


def crosses_patrons(columns: Collection[str]) -> bool:
    """True if a table with these columns parts counts by an attribute of patrons."""
    return any(attribute <= set(columns) for attribute in PATRONS)


def withheld(
    rows: Sequence[Row],
    columns: Sequence[str],
    foot: Row | None,
    across: Sequence[str] = (),
    total: str = "",
) -> tuple[list[Row], Row | None]:
    """The rows and foot of a table as they may be published, WITHHELD in place of what may not.

    Parameters
    ----------
    rows, columns, foot : of the table; whole numbers are counts, of which each column has its own
    across : instead, the columns that part one count by groups of patrons
    total : the column that adds those up, if the table has it

    What a count makes without the attribute of patrons (of a month, say) is taken as known: other
    tables show it. Where a count of a row is withheld, so are that row's shares and averages.
    """
    lines = [dict(row) for row in (*rows, *([foot] if foot else []))]
    measures = (
        [tuple(across)]
        if across
        else [(name,) for name in columns if any(_is_count(row.get(name)) for row in rows)]
    )
    for names in measures:
        counts = {
            (line, name): row[name]
            for line, row in enumerate(lines)
            for name in (*names, total)
            if _is_count(row.get(name))
        }
        measure = _Measure(counts, names, total, len(rows) if foot else None)
        for line, name in hidden(counts, list(_sums(rows, columns, measure))):
            lines[line] = {
                key: WITHHELD if key == name or isinstance(value, (float, Decimal)) else value
                for key, value in lines[line].items()
            }
    return lines[: len(rows)], lines[-1] if foot else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _sums(rows: Sequence[Row], columns: Sequence[str], measure: _Measure) -> Iterator[Sum]:
    """What adds up to what in one count of a table: along its rows, down its columns, and among the
    rows that only a patrons' attribute tells apart."""
    names, total, foot = measure.names, measure.total, measure.foot
    if len(names) > 1:
        for line in (*range(len(rows)), *([foot] if foot is not None else [])):
            yield measure.sum((line, total), [(line, name) for name in names])
    if foot is not None:
        for name in (*names, total):
            yield measure.sum((foot, name), [(line, name) for line in range(len(rows))])
    if len(names) == 1:
        for lines in _alike(rows, columns):
            yield measure.sum(None, [(line, names[0]) for line in lines])


def _alike(rows: Sequence[Row], columns: Sequence[str]) -> Iterable[list[int]]:
    """The rows that only a patrons' attribute tells apart."""
    attributes = set().union(*PATRONS)
    others = [
        c
        for c in columns
        if c not in attributes
        and not any(
            _is_count(row.get(c)) or isinstance(row.get(c), (float, Decimal)) for row in rows
        )
    ]
    groups: dict[tuple[Any, ...], list[int]] = {}
    for line, row in enumerate(rows):
        groups.setdefault(tuple(row.get(c) for c in others), []).append(line)
    return groups.values()


def hidden(counts: Mapping[Place, int], sums: Sequence[Sum]) -> set[Place]:
    """Which cells must be withheld, so that no count of 1 to 9 is shown, nor can be worked out from
    what is shown?

    Parameters: `counts` are all cells, totals among them; `sums` says which cells make which total.
    A small count is safe when the totals leave more than one solution for it, and the withheld
    cells of no known total make less than 10 together. Until then the smallest other cell of its
    sum is withheld too.
    """
    small = {cell for cell, count in counts.items() if 0 < count < SMALLEST}
    away = set(small)
    while line := _exposing(counts, sums, small, away):
        away.add(
            min(
                (cell for cell in line if cell not in away),
                key=lambda cell: (counts[cell] == 0, counts[cell]),
            )
        )
    return away


def _exposing(
    counts: Mapping[Place, int], sums: Sequence[Sum], small: set[Place], away: set[Place]
) -> tuple[Place, ...]:
    """The cells of a sum that helps to give a small count away and has something left to withhold;
    none if no sum does."""
    known = _determined([cell for cell in counts if cell in away], sums)
    lines = []
    for total, parts in sums:
        gone = sum(counts[cell] for cell in parts if cell in away)
        is_little = 0 < gone < SMALLEST and total not in away
        line = (*parts, total) if total is not None else parts
        if (is_little or (known & small and known & set(line))) and set(line) - away:
            lines.append(line)
    # where one cell alone is withheld another one does most
    return min(lines, key=lambda line: len(away & set(line)), default=())


def _determined(order: Sequence[Place], sums: Sequence[Sum]) -> set[Place]:
    """The withheld cells that the sums leave one solution for."""
    if not order or not sums:
        return set()
    place = {cell: number for number, cell in enumerate(order)}
    equations = np.zeros((len(sums), len(order)))
    for line, (total, parts) in enumerate(sums):
        for cell in parts:
            if cell in place:
                equations[line, place[cell]] += 1
        if total is not None and total in place:
            equations[line, place[total]] -= 1
    # a cell is free to move if some solution of the equations without a right side moves it
    _, sizes, directions = np.linalg.svd(equations)
    free = directions[(sizes > 1e-9).sum() :]
    return {cell for cell, number in place.items() if not np.any(np.abs(free[:, number]) > 1e-9)}
