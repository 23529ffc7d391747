"""A result of an analysis -> a figure with its sentence of alt text.

The sentence states what the picture shows, computed from the same rows: who cannot see the
picture loses nothing. Colour is never alone: every line has its own marker and its name at
its end. Pictures depend on the rows only, never on the clock or on a person's settings.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # half a second to import, and what draws nothing should not wait for it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

__all__ = ["Figure", "change", "circulation_by_month", "month_name", "number", "records", "share"]

Row = dict[str, Any]

UNKNOWN_BRANCH = "branch not known"
MONTHS = (
    "January February March April May June July August September October November December"
).split()

# Each of them 3:1 or more against white, and apart for colour-blind eyes (after Okabe and Ito).
LINES = (
    ("#0072b2", "o"),
    ("#d55e00", "s"),
    ("#117733", "^"),
    ("#aa4499", "D"),
    ("#332288", "v"),
)
OTHER_LINE = ("#5b6770", "P")
UNKNOWN_LINE = ("#5b6770", "X")
INK, FAINT_INK, GRID = "#1f2933", "#52606d", "#d9dee3"
BAR, BAR_CHOSEN = "#7f8b97", "#0072b2"

STYLE = {
    "svg.hashsalt": "libstats",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": FAINT_INK,
    "xtick.color": FAINT_INK,
    "ytick.color": FAINT_INK,
    "axes.edgecolor": FAINT_INK,
}
# DejaVu is the widest of these, so what was laid out for it has room in all of them.
FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"


def number(value: float | None) -> str:
    """A count as people write it, `1,234`; None is "not known"."""
    return "not known" if value is None else f"{value:,.0f}"


def share(part: float, whole: float) -> str:
    """A part of a whole in percent, `61%`; never 0% or 100% of what is not nothing or all."""
    percent = 100 * part / whole if whole else 0.0
    if 0 < percent < 1:
        return "less than 1%"
    if 99 < percent < 100:
        return "more than 99%"
    return f"{percent:.0f}%"


def month_name(month: date) -> str:
    """A month in words, `October 2026`, in English whatever the machine's language is."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def month_before(month: date, months: int = 1) -> date:
    """The first day of the month so many months earlier."""
    index = month.year * 12 + month.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def change(now: float, before: float, when: date) -> str:
    """How a count compares: `8% more than in October 2025`, `the same as in ...`."""
    if now == before:
        return f"the same as in {month_name(when)}"
    if not before:
        return f"against none in {month_name(when)}"
    percent = 100 * abs(now - before) / before
    size = f"{percent:,.0f}%" if percent >= 1 else "less than 1%"
    return f"{size} {'more' if now > before else 'fewer'} than in {month_name(when)}"


def records(result: Any) -> list[Row]:
    """A relation, a pandas or polars frame, or rows already, as dictionaries; read once.

    What frames write for nothing (NaN, NaT) comes back as None.
    """
    if isinstance(result, Iterable) and not hasattr(result, "columns"):
        return [dict(row) for row in result]
    if hasattr(result, "fetchall"):
        rows = result.fetchall()
    elif hasattr(result, "itertuples"):
        rows = result.itertuples(index=False, name=None)
    else:
        rows = result.rows()
    names = [str(name) for name in result.columns]
    return [
        {name: None if value != value else value for name, value in zip(names, row, strict=True)}
        for row in rows
    ]


@dataclass(frozen=True)
class Figure:
    """A drawing, the sentence that says what it shows, and the caption under it."""

    fig: Drawing
    alt: str
    caption: str

    def svg(self) -> str:
        """The drawing as SVG text: the same bytes for the same drawing."""
        from matplotlib import style

        text = io.StringIO()
        with style.context(["default", STYLE]):
            self.fig.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        return text.getvalue().replace("'DejaVu Sans'", FONTS)

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg().encode()).decode()
        alt, caption = html.escape(self.alt), html.escape(self.caption, quote=False)
        image = f'<img src="data:image/svg+xml;base64,{data}" alt="{alt}" style="max-width:100%">'
        return f'<figure class="libstats-figure">{image}<figcaption>{caption}</figcaption></figure>'


@dataclass(frozen=True)
class _Months:
    """Checkouts of up to 13 months in a row; a month or branch without rows has no entry."""

    months: list[date]
    cells: dict[tuple[date, str | None], int]

    @property
    def month(self) -> date:
        return self.months[-1]

    def total(self, month: date) -> int | None:
        found = [count for (when, _), count in self.cells.items() if when == month]
        return sum(found) if found else None

    def branches(self) -> list[str | None]:
        """Named branches, those with most checkouts in all these months first; then None."""
        sums: dict[str | None, int] = {}
        for (_, branch), count in self.cells.items():
            sums[branch] = sums.get(branch, 0) + count
        order = sorted(sums, key=lambda name: (name is None, -sums[name], name or ""))
        return [name for name in order if name is not None or sums[name]]


def _months(rows: Any, month: date | None) -> _Months:
    """The 13 months up to `month`, from the first of them that has rows."""
    cells: dict[tuple[date, str | None], int] = {}
    for row in records(rows):
        if row["period"] is not None and row["checkouts"] is not None:
            key = (row["period"].year, row["period"].month), row["branch"]
            cell = date(*key[0], 1), key[1]
            cells[cell] = cells.get(cell, 0) + int(row["checkouts"])
    last = month or max((when for when, _ in cells), default=None)
    if last is None:
        return _Months([], {})
    window = [month_before(last, back) for back in range(12, -1, -1)]
    cells = {cell: count for cell, count in cells.items() if cell[0] in window}
    first = min((when for when, _ in cells), default=last)
    return _Months([when for when in window if when >= first], cells)


def circulation_by_month(rows: Any, month: date | None = None) -> Figure:
    """How many checkouts were there, month by month, and at which branch?

    rows    what `circulation` returns (period, branch, checkouts are read)
    month   the month reported on, first of month; without it the newest in the rows

    Returns a figure of up to 13 months: all branches as bars, each branch as a line. Months
    without rows stay empty and are named. Beyond five branches the smaller ones are summed.
    """
    data = _months(rows, month)
    if not data.months:
        return Figure(_draw(data), _finding(data), "Checkouts by month")
    ends = dict.fromkeys((month_name(data.months[0]), month_name(data.month)))
    return Figure(_draw(data), _finding(data), f"Checkouts by month, {' to '.join(ends)}")


def _finding(data: _Months) -> str:
    """The sentence that the picture is there to say."""
    if not data.months or not data.cells:
        return "No checkouts are loaded for these months, so there is nothing to show."
    total = data.total(data.month)
    parts = [_headline(data, total)]
    unknown = data.cells.get((data.month, None), 0)
    if unknown:
        parts.append(f"For {number(unknown)} of them the branch is not known.")
    missing = [month_name(when) for when in data.months[:-1] if data.total(when) is None]
    if missing:
        parts.append(f"No figures are loaded for {', '.join(missing)}.")
    known = {when: count for when in data.months if (count := data.total(when)) is not None}
    if len(known) > 2:
        most, least = max(known, key=lambda m: known[m]), min(known, key=lambda m: known[m])
        parts.append(
            f"The busiest of these {len(known)} months was {month_name(most)} "
            f"({number(known[most])}), the quietest {month_name(least)} ({number(known[least])})."
        )
    return " ".join(parts)


def _headline(data: _Months, total: int | None) -> str:
    """The month's count, how it compares, and the branch that made most of it."""
    if total is None:
        return f"No figures are loaded for {month_name(data.month)}."
    words = f"Checkouts in {month_name(data.month)} were {number(total)}"
    for back in (12, 1):
        when = month_before(data.month, back)
        before = data.total(when)
        if before is not None:
            words += f", {change(total, before, when)}"
            break
    else:
        words += "; there is no earlier month to compare with"
    here = [(count, name) for (when, name), count in data.cells.items() if when == data.month]
    named = sorted(((count, name) for count, name in here if name and count), key=lambda x: -x[0])
    if named and len({name for _, name in data.cells}) > 1:
        words += f"; {named[0][1]} made {share(named[0][0], total)} of them"
    return words + "."


def _lines(data: _Months) -> list[tuple[str, tuple[str, str], list[float]]]:
    """Name, colour and marker, and the value of each month (NaN: none) of each line."""
    named = [name for name in data.branches() if name is not None]
    top = named if len(named) <= len(LINES) else named[: len(LINES) - 1]
    lines: list[tuple[str, tuple[str, str], list[str | None]]]
    lines = [(name, look, [name]) for name, look in zip(top, LINES, strict=False)]
    rest: list[str | None] = [name for name in named if name not in top]
    if rest:
        lines.append((f"{len(rest)} other branches", OTHER_LINE, rest))
    if None in data.branches():
        lines.append((UNKNOWN_BRANCH, UNKNOWN_LINE, [None]))
    return [(name, look, [_sum(data, when, of) for when in data.months]) for name, look, of in lines]


def _sum(data: _Months, month: date, branches: list[str | None]) -> float:
    found = [data.cells[month, name] for name in branches if (month, name) in data.cells]
    return float(sum(found)) if found else float("nan")


def _draw(data: _Months) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        lines = _lines(data)
        several = len(lines) > 1
        drawing = Drawing(figsize=(8.6, 5.6 if several else 2.8), layout="constrained")
        panels = drawing.subplots(
            2 if several else 1, squeeze=False, sharex=True, height_ratios=[2, 3] if several else [1]
        )[:, 0]
        _bars(panels[0], data)
        if several:
            _branch_lines(panels[1], data, lines)
        _month_axis(panels[-1], data.months)
    return drawing
