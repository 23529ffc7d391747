"""A question of the page `explore`, and how its answer is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from libstats.report.charts import Figure, bars
from libstats.report.page.cells import Format
from libstats.wording import Row, day_name, number

__all__ = [
    "EACH",
    "Question",
    "counted",
    "done",
    "named",
    "outcomes",
    "summed",
    "values",
    "waiting",
    "waits",
]

EACH = "each"  # said in place of a branch: every branch for itself
UNKNOWN = "not known"
Lines = list[tuple[str, float | None]]


@dataclass(frozen=True)
class Question:
    """A question that an analysis answers.

    asks      in words, as it stands in the list of questions
    noun      in short, for the head of the page
    columns   those of the analysis that are shown, with their headings; the first names the rows
    title     what a bar of the picture is; of several branches `title_of_each`
    lines     the bars, out of the rows; `say` writes their values
    of_work   whether a kind of work must be chosen
    when      whether it is asked of a period, of a day (the end of the period), or of now
    part      the column that holds the branch
    parted    whether it is asked branch by branch (`by`), or can be asked of one (`branch`), or
              tells of no branch (`none`)
    steps     whether it is told week by week, month by month or quarter by quarter
    """

    asks: str
    noun: str
    columns: Mapping[str, str]
    title: str
    lines: Callable[[Sequence[Row]], Lines]
    say: Format = number
    formats: Mapping[str, Format] = field(default_factory=dict)
    of_work: bool = False
    when: Literal["period", "day", "now"] = "period"
    part: str = "branch"
    parted: Literal["by", "branch", "rows", "none"] = "rows"
    steps: bool = False
    title_of_each: str = ""

    @property
    def tells_each(self) -> bool:
        """Whether every branch can be told for itself, in place of all together."""
        return self.parted == "by" or "class" in self.columns

    def picture(self, rows: Sequence[Row], where: str) -> Figure:
        """The rows as bars."""
        several = len({row["part"] for row in rows}) > 1 if self.parted == "by" else False
        title = self.title_of_each if several and self.title_of_each else self.title
        return bars(self.lines(rows), title, where, self.say)


def named(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return day_name(value) if isinstance(value, date) else str(value)


def values(column: str, name: str) -> Callable[[Sequence[Row]], Lines]:
    """A bar a row: the value of a column, such as an amount."""
    return lambda rows: [
        (named(row[name]), None if row[column] is None else float(row[column])) for row in rows
    ]


def done(rows: Sequence[Row]) -> Lines:
    """Of one part a bar a time; of several a bar a part, of what is known."""
    if len({row["part"] for row in rows}) < 2:
        return [(f"from {named(row['period'])}", row["cases"]) for row in rows]
    return summed("cases", "part")(rows)


def waiting(rows: Sequence[Row]) -> Lines:
    """Of one part a bar a time; of several what waited last."""
    if len({row["part"] for row in rows}) < 2:
        ends = [(row, row["ended_at"] - timedelta(microseconds=1)) for row in rows]
        return [(named(end.date()), row["waiting"]) for row, end in ends]
    last = max(row["ended_at"] for row in rows)
    return [(named(row["part"]), row["waiting"]) for row in rows if row["ended_at"] == last]


def counted(column: str) -> Callable[[Sequence[Row]], Lines]:
    """A bar a value of a column: how many rows have it, the most first."""
    return lambda rows: [
        (name, float(n)) for name, n in Counter(named(row[column]) for row in rows).most_common()
    ]


def summed(column: str, name: str) -> Callable[[Sequence[Row]], Lines]:
    """A bar a name: the sum of a column of what is known."""

    def lines(rows: Sequence[Row]) -> Lines:
        sums: dict[str, float | None] = {}
        for row in rows:
            known = sums.setdefault(named(row[name]), None)
            if row[column] is not None:
                sums[named(row[name])] = (known or 0) + row[column]
        return list(sums.items())

    return lines


def waits(rows: Sequence[Row]) -> Lines:
    """Of one part the days of half, eight and nine in ten; of several the days of half."""
    if len(rows) == 1:
        words = {"p50": "half", "p80": "eight in ten", "p90": "nine in ten"}
        return [(name, rows[0][column]) for column, name in words.items()]
    return [(named(row["part"]), row["p50"]) for row in rows]


def outcomes(rows: Sequence[Row]) -> Lines:
    """Of one part what became of the cases, in shares of all; of several the share filled."""
    if len(rows) == 1 and rows[0]["cases"]:
        names = {
            "filled": "filled",
            "unfilled": "not filled",
            "cancelled_by_patron": "cancelled by the patron",
            "still_open": "still open",
        }
        row = rows[0]
        return [(name, row[column] / row["cases"]) for column, name in names.items()]
    return [(named(row["part"]), row["rate"]) for row in rows]
