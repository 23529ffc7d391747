"""Small counts of patrons are withheld where a table is published, and others where what is shown
would give them back.

A count under 10 that crosses an attribute of patrons may be one person, whom a neighbour knows.
What is withheld reads the same whatever the reason, so that no reader can tell a small count from
one that protects it. Zero stays: it says that there was nobody (the rule of the CMS cell size
policy, which withholds 1 to 10); a zero is withheld only where nothing else could protect a small
count beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from libstats.privacy.counted import PATRONS, Counted, crosses_patrons
from libstats.privacy.disclosure import Place, Sum, exposed
from libstats.wording import Row

__all__ = [
    "NOTE",
    "PATRONS",
    "SMALLEST",
    "WITHHELD",
    "crosses_patrons",
    "hidden",
    "masked",
    "rates_beside",
    "withheld",
]

SMALLEST = 10
WITHHELD = "withheld"
NOTE = (
    f"Counts of 1 to {SMALLEST - 1} are withheld, so that nobody can be recognised, and so are"
    " others from which they could be worked out."
)


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
    rows, columns, foot : of the table; whole numbers are counts whatever their type, of which each
        column has its own, but for columns that name the rows
    across : instead, the columns that part one count by groups of patrons
    total : the column that adds those up, if the table has it

    What a count makes without the attribute of patrons (of a month, say) is taken as known: other
    tables show it. Where a count of a row is withheld, so are that row's shares and averages; where
    a total is, all of the table's. A table of shares alone shows none: nothing tells how many
    patrons they are of.
    """
    table = Counted.of(rows, columns, foot, across, total)
    counts = table.counts
    away = hidden(counts, [*table.totals(counts), *table.known(counts)])
    lines = masked(table, away | rates_beside(table, away))
    return lines[: len(rows)], lines[-1] if foot is not None else None


def masked(table: Counted, away: Collection[Place]) -> list[Row]:
    """The lines of a table with what is withheld."""
    return [
        {name: WITHHELD if (line, name) in away else value for name, value in row.items()}
        for line, row in enumerate(table.lines)
    ]


def rates_beside(table: Counted, away: Collection[Place]) -> set[Place]:
    """The shares and averages that tell of withheld counts."""
    bare = {line for line, _ in away}
    all_of_them = table.foot in bare or not table.counts
    return {place for place in table.rates if all_of_them or place[0] in bare}


def hidden(
    counts: Mapping[Place, int],
    sums: Sequence[Sum],
    small: Collection[Place] | None = None,
    last: Collection[Place] = (),
) -> set[Place]:
    """Which cells must be withheld, so that no count of 1 to 9 is shown, nor can be worked out from
    what is shown?

    Parameters
    ----------
    counts : all cells, totals among them
    sums : which cells make which total
    small : the cells that must go; those of 1 to 9 if not given
    last : cells that are withheld only where no other helps: those of other tables

    Every withheld count stays open by 10 or more, or from 0 to 9 (`disclosure`). Until then the
    smallest other cell of a sum that gives it away is withheld too. Where all that makes a known
    sum is withheld and that is not enough, no more can be done, and the sum is left out of account.
    Where only counts that were to protect others are given away, and nothing is without them, they
    are shown: a nought that can be nothing else, say, of which others would follow without end.
    """
    must = set(small if small is not None else (c for c, n in counts.items() if 0 < n < SMALLEST))
    away, told, are_open = set(must), list(sums), set[Place]()
    while given_away := exposed(counts, told, away, are_open):
        if given_away.isdisjoint(must) and not exposed(counts, told, away - given_away):
            return away - given_away
        taken = _others(counts, told, away, given_away, frozenset(last))
        if not taken:
            left = _without_known(told, away, given_away)
            if len(left) == len(told):
                break
            told = left
        away |= taken
    return away


def _others(
    counts: Mapping[Place, int],
    sums: Sequence[Sum],
    away: set[Place],
    given_away: set[Place],
    last: frozenset[Place],
) -> set[Place]:
    """More cells to withhold: for each that is given away the smallest other of the sum that lies
    most open, first of a sum of its own, else of any that is tied to it."""
    lines = [_line(each) for each in sums]
    of: dict[Place, list[frozenset[Place]]] = {}
    for line in lines:
        if line & away and line - away:
            for cell in line & given_away:
                of.setdefault(cell, []).append(line)
    taken: set[Place] = set()
    for cell in sorted(given_away, key=repr):
        own = of.get(cell) or ([] if of else _tied(lines, away, cell))
        if not own:
            continue
        # where one cell alone is withheld another one does most
        line = min(own, key=lambda line: (not line - away - last, len(line & away)))
        if line.isdisjoint(taken):  # else what helps a neighbour may be enough
            taken.add(
                min(line - away, key=lambda c: (c in last, counts[c] == 0, counts[c], repr(c)))
            )
    return taken


def _line(sum_: Sum) -> frozenset[Place]:
    total, parts = sum_
    return frozenset(parts if total is None else (*parts, total))


def _tied(
    lines: Sequence[frozenset[Place]], away: set[Place], cell: Place
) -> list[frozenset[Place]]:
    """The lines with something left to withhold that withheld cells tie to one."""
    tied = {cell}
    while more := {c for line in lines if line & tied for c in line & away} - tied:
        tied |= more
    return [line for line in lines if line & tied and line - away]


def _without_known(sums: list[Sum], away: set[Place], given_away: set[Place]) -> list[Sum]:
    """The sums but for those that no table shows and of which everything is withheld."""
    return [
        (total, parts)
        for total, parts in sums
        if total is not None or not given_away & set(parts) or set(parts) - away
    ]
