"""The tables of one publication are protected together: what one shows may give back what another
withholds.

A cell of one table that is the sum of cells of another is found by what the rows are about and by
the true figures: whatever adds up in truth is taken as known to whoever reads both. So is a number
in a sentence that some of the cells make. That finds a quarter beside its months, a total under
another heading, a table shown twice; a sum that adds up by chance only withholds a little more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from libstats.privacy.counted import Counted, crosses_patrons, plain_name
from libstats.privacy.disclosure import Place, Sum
from libstats.privacy.suppression import SMALLEST, hidden, rates_beside

__all__ = ["Shown", "protected"]

MOST_PARTING, MOST_TIMES = 5, 40  # columns, and moments of one, whose sums are looked at
_TIME = re.compile(
    r"\d{4}-\d\d(-\d\d.*)?|\d{4}[ -]?q[1-4]|\{'(on|at)': .*|(19|20)\d\d|[a-z]+ (19|20)\d\d", re.I
)


@dataclass(frozen=True)
class Shown:
    """A table of a publication: its true counts, whether they are of patrons, and what of them is
    withheld or not shown already."""

    table: Counted
    is_of_patrons: bool
    away: frozenset[Place] = frozenset()


@dataclass(frozen=True)
class _Group:
    """Some cells of one count: what all of them are about, by column, and of which columns they
    take several values."""

    about: Mapping[str, str]
    cells: tuple[Place, ...]


def protected(tables: Sequence[Shown], numbers: Collection[int] = ()) -> list[set[Place]]:
    """What must be withheld of each table, shares and averages too, so that nothing that is
    withheld can be worked out from all of them together, and from `numbers` in sentences."""
    counts, sums, small, last = dict[Place, int](), list[Sum](), set[Place](), set[Place]()
    for number, shown in enumerate(tables):
        own = shown.table.counts
        counts |= {(number, *place): count for place, count in own.items()}
        small |= {(number, *place) for place in shown.away & own.keys()}
        told = [*shown.table.totals(own), *(shown.table.known(own) if shown.is_of_patrons else ())]
        sums += [_of_table(number, each) for each in told]
        if shown.is_of_patrons:
            small |= {(number, *place) for place, n in own.items() if 0 < n < SMALLEST}
        else:
            last |= {(number, *place) for place in own}
    sums += _between(tables, counts, numbers)
    away = hidden(counts, sums, small, last)
    found = [{place[1:] for place in away if place[0] == n} for n in range(len(tables))]
    return [
        cells | _rates(shown, cells) | _rates_elsewhere(shown, tables, found)
        for shown, cells in zip(tables, found, strict=True)
    ]


def _rates(shown: Shown, cells: set[Place]) -> set[Place]:
    """The shares and averages of a table that tell of withheld counts: of none that is not of
    patrons, unless some of its counts are withheld."""
    return rates_beside(shown.table, cells) if shown.is_of_patrons or cells else set()


def _of_table(number: int, sum_: Sum) -> Sum:
    total, parts = sum_
    return (
        None if total is None else (number, *total),
        tuple((number, *part) for part in parts),
    )


def _between(
    tables: Sequence[Shown], counts: Mapping[Place, int], numbers: Collection[int]
) -> list[Sum]:
    """The sums of cells of patrons' tables that other cells, or sentences, show."""
    by_count: dict[int, list[Place]] = {}
    for place, count in counts.items():
        by_count.setdefault(count, []).append(place)
    found: dict[tuple[Place | None, frozenset[Place]], Sum] = {}
    for number, shown in enumerate(tables):
        if not shown.is_of_patrons:
            continue
        for group in _groups(number, shown.table, counts):
            of_group = sum(counts[cell] for cell in group.cells)
            totals: list[Place | None] = [
                place
                for place in by_count.get(of_group, ())
                if _is_total(place, group, tables, is_small=of_group < SMALLEST)
            ]
            if of_group >= SMALLEST and of_group in numbers and len(group.cells) > 1:
                totals.append(None)
            for total in totals:
                found.setdefault((total, frozenset(group.cells)), (total, group.cells))
    return list(found.values())


def _is_total(place: Place, group: _Group, tables: Sequence[Shown], *, is_small: bool) -> bool:
    """True if a cell, whose count is that of the group, can be its total: it is about nothing that
    the group is not about."""
    number, line, name = place
    own = group.cells[0][0]
    if place in group.cells or (number == own and len(group.cells) == 1):
        return False
    is_named = plain_name(name) in {plain_name(cell[2]) for cell in group.cells}
    if not is_named and (is_small or len(group.cells) == 1):
        return False
    table, mine = tables[number].table, tables[own].table
    if line == table.foot:
        return True
    ours = {plain_name(column): column for column in mine.parting}
    return all(
        _may_say(str(table.lines[line].get(column)), ours[plain_name(column)], group, mine)
        for column in table.parting
        if plain_name(column) in ours
    )


def _may_say(value: str, column: str, group: _Group, table: Counted) -> bool:
    """True if a total of the group may say this in one of its columns: what all the group says, a
    word for all that no row says, or one moment of several, as a quarter is called by its first
    day."""
    about = group.about.get(plain_name(column))
    if about is not None:
        return value == about
    if value not in table.said[column]:
        return True
    held = {str(table.lines[cell[1]].get(column)) for cell in group.cells}
    return held == {value} or (value in held and bool(_TIME.fullmatch(value)))


def _groups(number: int, table: Counted, counts: Mapping[Place, int]) -> Iterator[_Group]:
    """The cells of each count that share what some columns say, all others added up; also those of
    moments that follow one another."""
    lines = _without_totals(table)
    parting = table.parting[:MOST_PARTING]
    names = [n for measure in table.measures for n in _names(measure)]
    for size in range(len(parting) + 1):
        for columns in combinations(parting, size):
            for about, members in _by(table, columns, lines):
                runs = [members, *_runs(table, [c for c in parting if c not in columns], members)]
                for run in runs:
                    for few in names:
                        cells = [(number, line, n) for line in run for n in few]
                        if there := tuple(cell for cell in cells if cell in counts):
                            yield _Group(about, there)


def _names(measure: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The columns of a measure one by one, and together."""
    return [*((name,) for name in measure), *([measure] if len(measure) > 1 else [])]


def _by(
    table: Counted, columns: Sequence[str], lines: Iterable[int]
) -> Iterator[tuple[dict[str, str], list[int]]]:
    """The lines that say the same in these columns, with what they say."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for line in lines:
        key = tuple(str(table.lines[line].get(column)) for column in columns)
        groups.setdefault(key, []).append(line)
    for key, members in groups.items():
        yield dict(zip(map(plain_name, columns), key, strict=True)), members


def _runs(table: Counted, columns: Sequence[str], lines: Sequence[int]) -> Iterator[list[int]]:
    """The lines of some moments that follow one another, fewer than all."""
    for column in columns:
        moments: dict[str, list[int]] = {}
        for line in lines:
            moments.setdefault(str(table.lines[line].get(column)), []).append(line)
        order = list(moments)
        if not 2 < len(order) <= MOST_TIMES or not all(map(_TIME.fullmatch, order)):
            continue
        for first in range(len(order)):
            for after in range(first + 2, len(order) + (first > 0)):
                yield [line for when in order[first:after] for line in moments[when]]


def _without_totals(table: Counted) -> list[int]:
    """The lines but for those that add up all others that differ in one column alone, as one that
    is called All does."""
    lines = list(range(len(table.lines) if table.foot is None else table.foot))
    counts = table.counts
    found = set()
    for column in table.parting:
        others = [other for other in table.parting if other != column]
        for _, members in _by(table, others, lines):
            if len(members) < 3:
                continue
            for name in {n for measure in table.measures for n in measure}:
                column_of = [counts.get((line, name), 0) for line in members]
                found |= {
                    line
                    for line, count in zip(members, column_of, strict=True)
                    if count and 2 * count == sum(column_of)
                }
    return [line for line in lines if line not in found]


def _rates_elsewhere(
    shown: Shown, tables: Sequence[Shown], found: Sequence[set[Place]]
) -> set[Place]:
    """The shares and averages of a table of patrons that are of cells withheld in another."""
    if not shown.is_of_patrons or not shown.table.rates:
        return set()
    bare = [
        {plain_name(c): str(other.table.lines[line].get(c)) for c in other.table.parting}
        for other, cells in zip(tables, found, strict=True)
        if other.is_of_patrons and other is not shown
        for line in {line for line, _ in cells}
        if line != other.table.foot
    ]
    return {
        (line, name)
        for line, name in shown.table.rates
        if any(_is_same(shown.table, line, about) for about in bare)
    }


def _is_same(table: Counted, line: int, about: Mapping[str, str]) -> bool:
    """True if a row says the same as another in all columns that both have, a patrons' one among
    them."""
    own = {plain_name(c): str(table.lines[line].get(c)) for c in table.parting}
    shared = own.keys() & about.keys()
    return crosses_patrons(shared) and all(own[name] == about[name] for name in shared)
