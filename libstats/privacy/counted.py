"""What of a table is a count, what a share or an average, and what parts its rows: by names and
values, whatever their types."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache, cached_property
from numbers import Complex, Real
from typing import Any

from libstats import schema
from libstats.privacy.disclosure import Place, Sum
from libstats.privacy.headings import tells_of_groups
from libstats.wording import Row

__all__ = [
    "PATRONS",
    "Counted",
    "count_of",
    "crosses_patrons",
    "is_rate",
    "plain_name",
]

# columns that together make a count one of few persons
PATRONS = ({"patron_group"}, {"patron_branch"}, {"hour", "branch", "kind"})
_TIMES = frozenset(
    """year quarter month week weekday day hour minute period date part decade class
    of_class""".split()  # noqa: SIM905
)
_WORDED = re.compile(
    r"(?:[~≈<>≤≥±]|[^\W\d]+\s*[=:])?\s*(?P<count>\d.*?)"
    r"(?:\s+(?!(?:min|minute|hour|day|week|month|year)s?$)[^\W\d]+)?",
    re.I,
)
_WHOLE = re.compile(r"\d{1,3}(?:[,\u2009\u202f\xa0 ']\d{3})+|\d+(?:\.0*)?")
_NUMBER = re.compile(
    r"[-+]?(?:\d[\d,.\u2009\u202f\xa0 ']*|\.\d+)(?:e[-+]?\d+)?\s*(?:%|percent)?", re.I
)


def plain_name(column: object) -> str:
    """A column's name as it is compared: `Patron Group` is `patron_group`."""
    return re.sub(r"\W+|_+", "_", str(column).casefold()).strip("_")


@cache
def _texts() -> frozenset[str]:
    """Columns that part rows though digits stand in them: those of schema.sql that hold no numbers,
    and times."""
    columns = (c for table in schema.tables().values() for c in table.columns)
    named = {c.name for c in columns if c.type in ("varchar", "date", "timestamp", "ubigint")}
    return frozenset(named | _TIMES)


def _parts_rows(name: str) -> bool:
    plain = plain_name(name)
    return (
        plain in _texts()
        or tells_of_groups(str(name), alone=True)
        or plain.endswith(("_id", "_on", "_at", "_year", "_code", "_key"))
    )


def crosses_patrons(columns: Collection[object]) -> bool:
    """True if a table with these columns parts counts by an attribute of patrons, whatever a query
    calls it."""
    plain = {plain_name(name) for name in columns}
    return any(attribute <= plain for attribute in PATRONS) or any(
        tells_of_groups(str(name)) for name in columns
    )


def count_of(value: Any) -> int | None:
    """A value as a count, whatever its type: a float that is whole, a Decimal, a number of numpy, a
    text of digits and at most a word; of several in one value the smallest; None for what is none.

    >>> [count_of(value) for value in ("3 loans", "n = 3", "~3", b"3", 3 + 0j, [40, 3], {"n": 3})]
    [3, 3, 3, 3, 3, 3, 3]
    >>> [count_of(value) for value in (7, 7.0, Decimal("7"), " 7 ", "1,234", 7.5, -7, "7a", True)]
    [7, 7, 7, 7, 1234, None, None, None, None]
    """
    if value is None or isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return None
    if (several := _several(value)) is not None:
        return min((n for n in map(count_of, several) if n is not None), default=None)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        worded = _WORDED.fullmatch(value.strip())
        text = worded["count"] if worded else ""
        if not _WHOLE.fullmatch(text):
            return None
        return int(re.sub(r"\D", "", text.split(".")[0] if re.search(r"\.0*$", text) else text))
    if isinstance(value, Complex) and not isinstance(value, Real) and value.imag == 0:
        value = value.real
    if isinstance(value, (Real, Decimal)) and (number := float(value)) >= 0:
        return int(number) if number.is_integer() else None
    return None


def _several(value: Any) -> list[Any] | None:
    """The values in one that holds several: a list, a struct, an array; None for a single one."""
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    return list(value) if type(value).__name__ in ("ndarray", "Series") and value.ndim else None


def is_rate(value: Any) -> bool:
    """True for a number that is no count: a share, an average, a difference."""
    if value is None or isinstance(value, bool) or count_of(value) is not None:
        return False
    if (several := _several(value)) is not None:
        return any(map(is_rate, several))
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(value.strip()))
    return isinstance(value, (Real, Decimal, timedelta))


@dataclass(frozen=True)
class Counted:
    """A table by its counts.

    lines     its rows and, behind them, its foot
    parting   the columns that part its rows
    measures  its counts: the columns that part each by patrons, one where the rows do
    total     the column that adds up those of a measure ("": none)
    foot      the number of the foot's line, None where there is none
    """

    lines: Sequence[Mapping[str, Any]]
    columns: Sequence[str]
    parting: tuple[str, ...]
    measures: tuple[tuple[str, ...], ...]
    total: str
    foot: int | None

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        columns: Sequence[str],
        foot: Row | None,
        across: Sequence[str] = (),
        total: str = "",
    ) -> Counted:
        """The counts of a table; `across` and `total` as for `suppression.withheld`."""
        lines = [*rows, *([foot] if foot is not None else [])]
        parting = tuple(c for c in columns if c not in (*across, total) and _is_name(c, rows))
        measures = (tuple(across),) if across else tuple((c,) for c in columns if c not in parting)
        return cls(
            lines, columns, parting, measures, total, len(rows) if foot is not None else None
        )

    @property
    def counts(self) -> dict[Place, int]:
        """Every count by its place."""
        names = {name for measure in self.measures for name in (*measure, self.total) if name}
        return {
            (line, name): count
            for line, row in enumerate(self.lines)
            for name in names
            if (count := count_of(row.get(name))) is not None
        }

    @property
    def rates(self) -> list[Place]:
        """The places of shares and averages."""
        return [
            (line, name)
            for line, row in enumerate(self.lines)
            for name in self.columns
            if name not in self.parting and is_rate(row.get(name))
        ]

    @cached_property
    def said(self) -> dict[str, frozenset[str]]:
        """What the rows, the foot aside, say in each column that parts them; asked for every pair
        of a sum and its total, so that it is worked out once."""
        return {
            column: frozenset(str(row.get(column)) for row in self.lines[: self.foot])
            for column in self.parting
        }

    def totals(self, counts: Collection[Place]) -> Iterator[Sum]:
        """What adds up to what: along its rows and down its columns. A sum along a row is known
        from elsewhere where the table does not show it."""
        for names in self.measures:
            for line in range(len(self.lines)) if len(names) > 1 else ():
                yield _sum(counts, (line, self.total), [(line, name) for name in names])
            if self.foot is not None:
                for name in (*names, self.total):
                    rows = [(line, name) for line in range(self.foot)]
                    yield _sum(counts, (self.foot, name), rows)

    def known(self, counts: Collection[Place]) -> Iterator[Sum]:
        """The sums of rows that only a patrons' attribute tells apart, known from elsewhere. One
        row alone is no part of a sum: whoever knew it would know the count."""
        for names in self.measures:
            for alike in self._alike() if len(names) == 1 else ():
                if len(alike) > 1:
                    yield _sum(counts, None, [(line, names[0]) for line in alike])

    def _alike(self) -> Iterable[list[int]]:
        """The rows that only a patrons' attribute tells apart."""
        others = [name for name in self.parting if not crosses_patrons([name])]
        if not any(crosses_patrons([name]) for name in self.parting):
            others = [name for name in others if plain_name(name) != "kind"]
        groups: dict[tuple[str, ...], list[int]] = {}
        for line, row in enumerate(self.lines[: self.foot]):
            groups.setdefault(tuple(str(row.get(name)) for name in others), []).append(line)
        return groups.values()


def _is_name(column: str, rows: Sequence[Row]) -> bool:
    """True if a column names rows instead of counting: by its own name, or by its values."""
    values = [row.get(column) for row in rows if row.get(column) is not None]
    numbers = [value for value in values if count_of(value) is not None or is_rate(value)]
    is_of_numbers = len(numbers) == len(values) or any(not isinstance(n, str) for n in numbers)
    return _parts_rows(column) or not numbers or not is_of_numbers


def _sum(counts: Collection[Place], total: Place | None, parts: Sequence[Place]) -> Sum:
    """That the cells among `parts` make `total`, as far as it is there."""
    return total if total in counts else None, tuple(part for part in parts if part in counts)
