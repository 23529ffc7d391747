"""The questions that a person may choose of the page `explore`: a line each, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from libstats.report.charts import Figure, bars
from libstats.report.page.cells import Format
from libstats.wording import Row, day_name, month_name, number, percent, tenths

__all__ = ["EACH", "QUESTIONS", "Question"]

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
    parted    whether it is asked branch by branch (`by`), or can be asked of one (`branch`)
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
    parted: Literal["by", "branch", "rows"] = "rows"
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


def _named(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return day_name(value) if isinstance(value, date) else str(value)


def _values(column: str, name: str) -> Callable[[Sequence[Row]], Lines]:
    """A bar a row: the value of a column."""
    return lambda rows: [(_named(row[name]), row[column]) for row in rows]


def _done(rows: Sequence[Row]) -> Lines:
    """Of one part a bar a time; of several a bar a part, of what is known."""
    if len({row["part"] for row in rows}) < 2:
        return [(f"from {_named(row['period'])}", row["cases"]) for row in rows]
    return _summed("cases", "part")(rows)


def _waiting(rows: Sequence[Row]) -> Lines:
    """Of one part a bar a time; of several what waited last."""
    if len({row["part"] for row in rows}) < 2:
        ends = [(row, row["ended_at"] - timedelta(microseconds=1)) for row in rows]
        return [(_named(end.date()), row["waiting"]) for row, end in ends]
    last = max(row["ended_at"] for row in rows)
    return [(_named(row["part"]), row["waiting"]) for row in rows if row["ended_at"] == last]


def _counted(column: str) -> Callable[[Sequence[Row]], Lines]:
    """A bar a value of a column: how many rows have it, the most first."""
    return lambda rows: [
        (name, float(n)) for name, n in Counter(_named(row[column]) for row in rows).most_common()
    ]


def _summed(column: str, name: str) -> Callable[[Sequence[Row]], Lines]:
    """A bar a name: the sum of a column of what is known."""

    def lines(rows: Sequence[Row]) -> Lines:
        sums: dict[str, float | None] = {}
        for row in rows:
            known = sums.setdefault(_named(row[name]), None)
            if row[column] is not None:
                sums[_named(row[name])] = (known or 0) + row[column]
        return list(sums.items())

    return lines


def _waits(rows: Sequence[Row]) -> Lines:
    """Of one part the days of half, eight and nine in ten; of several the days of half."""
    if len(rows) == 1:
        words = {"p50": "half", "p80": "eight in ten", "p90": "nine in ten"}
        return [(name, rows[0][column]) for column, name in words.items()]
    return [(_named(row["part"]), row["p50"]) for row in rows]


def _outcomes(rows: Sequence[Row]) -> Lines:
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
    return [(_named(row["part"]), row["rate"]) for row in rows]


# One question an analysis that has a receipt (a test); their order is that of the list.
QUESTIONS: dict[str, Question] = {
    "turnaround": Question(
        "How long did it take?",
        "Time taken",
        {
            "part": "Which",
            "cases": "Began",
            "reached": "Done",
            "still_open": "Still open",
            "given_up": "Given up",
            "p50": "Half within (days)",
            "p90": "Nine in ten within (days)",
        },
        "Days that it took",
        _waits,
        tenths,
        {"p50": tenths, "p90": tenths},
        title_of_each="Days until half were done",
        of_work=True,
        part="part",
        parted="by",
    ),
    "throughput": Question(
        "How much was done?",
        "Work done",
        {"period": "From", "part": "Which", "cases": "Done", "coverage": "Told of"},
        "Done",
        _done,
        of_work=True,
        part="part",
        parted="by",
        steps=True,
    ),
    "backlog": Question(
        "How much was waiting?",
        "Work waiting",
        {
            "period": "From",
            "part": "Which",
            "came": "Came",
            "done": "Done",
            "given_up": "Given up",
            "waiting": "Waiting at the end",
            "oldest_age": "Oldest (days)",
        },
        "Waiting at the end",
        _waiting,
        formats={"oldest_age": tenths},
        of_work=True,
        part="part",
        parted="by",
        steps=True,
    ),
    "fill_rate": Question(
        "How much of what was asked for was filled?",
        "Share filled",
        {
            "part": "Which",
            "cases": "Asked for",
            "filled": "Filled",
            "unfilled": "Not filled",
            "cancelled_by_patron": "Cancelled by the patron",
            "still_open": "Still open",
            "rate": "Share filled",
        },
        "Share of what was asked for",
        _outcomes,
        percent,
        {"rate": percent},
        title_of_each="Share filled",
        of_work=True,
        part="part",
        parted="by",
    ),
    "worklist": Question(
        "What is open now, and what comes next?",
        "Open work",
        {
            "handle": "What to look for",
            "standing": "How it stands",
            "branch": "Branch",
            "last_milestone": "Last step",
            "next_step": "Next step",
            "age": "Age (days)",
            "left_days": "Days left to the goal",
        },
        "Open",
        _counted("standing"),
        formats={"age": tenths, "left_days": tenths},
        of_work=True,
        when="now",
    ),
    "circulation": Question(
        "How much was lent, renewed and used?",
        "Circulation",
        {
            "period": "Month",
            "branch": "Branch",
            "checkouts": "Checkouts",
            "renewals_by_staff": "Renewals by staff",
            "renewals_by_patron": "Renewals by borrowers",
            "renewals_automatic": "Automatic renewals",
            "in_house_uses": "Uses inside the library",
        },
        "Checkouts",
        _summed("checkouts", "branch"),
        formats={"period": month_name},
    ),
    "collection_age": Question(
        "How old is the collection?",
        "Age of the collection",
        {
            "class": "Class",
            "items": "Copies",
            "items_dated": "Copies of a known year",
            "median_year": "Middle year",
            "share_older_5_years": "Over 5 years old",
            "share_older_10_years": "Over 10 years old",
            "share_older_15_years": "Over 15 years old",
        },
        "Share of copies over 10 years old",
        _values("share_older_10_years", "class"),
        percent,
        {
            "median_year": lambda year: f"{year:.0f}",
            **{f"share_older_{years}_years": percent for years in (5, 10, 15)},
        },
        when="day",
        parted="branch",
    ),
    "collection_use": Question(
        "How much is the collection used?",
        "Use of the collection",
        {
            "class": "Class",
            "items": "Copies",
            "checkouts": "Checkouts",
            "in_house_uses": "Uses inside the library",
            "turnover": "Uses a copy",
            "relative_use": "Use beside its share of the copies (1: as much)",
            "share_dusty": "Not used for 3 years",
        },
        "Uses a copy",
        _values("turnover", "class"),
        lambda uses: f"{uses:.2f}",
        {"share_dusty": percent},
        parted="branch",
    ),
    "weeding_candidates": Question(
        "Which copies should somebody look at, because they are old or unused?",
        "Copies to look at",
        {
            "call_number": "Call number",
            "title": "Title",
            "branch": "Branch",
            "published_year": "Year",
            "last_use_on": "Last use",
            "limits_passed": "Beyond its limit of",
            "barcode": "Barcode",
        },
        "Copies to look at",
        _counted("class"),
        formats={"published_year": str},
        when="day",
        parted="branch",
    ),
}
