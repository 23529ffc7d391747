"""The hours of the week: the stronger the colour, the more was done."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from libstats.report.charts.figure import INK, LINES, STYLE, Figure, is_narrow
from libstats.wording import capital, number

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

__all__ = ["DAYS", "hours_by_weekday"]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHADES = (0.12, 0.3, 0.5, 0.72, 1.0)  # of the colour, in steps of a fifth of the most
SIZE = 0.94  # of a field, so that a line of paper lies between two

Cells = Mapping[tuple[str, str], int]


def hours_by_weekday(cells: Cells, caption: str) -> Figure:
    """At which hours of the week is most done?

    Parameters: `cells` are counts by hour (`09:00`) and day of the week, in small letters; what is
    not in it stays empty. Returns a figure with a field an hour, in five shades.
    """
    return Figure(partial(_draw, dict(cells)), _finding(cells), caption)


def _finding(cells: Cells) -> str:
    busy = {cell: count for cell, count in cells.items() if count}
    if not busy:
        return "No hour is told, so the picture is empty."
    hour, day = max(busy, key=lambda cell: (busy[cell], cell))
    by_day = {name: sum(n for (_, d), n in busy.items() if d == name) for _, name in busy}
    most = max(by_day, key=lambda name: (by_day[name], name))
    return (
        f"The stronger the colour, the more checkouts. The busiest hour began at {hour} on "
        f"{capital(day)}: {number(busy[hour, day])} checkouts. The busiest day was {capital(most)}."
    )


def _draw(cells: Cells, width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    named = {name for _, name in cells}
    days = [day for day in DAYS if day.lower() in named]
    hours = sorted({hour for hour, _ in cells})
    with style.context(["default", STYLE]):
        drawing = Drawing(figsize=(width, 0.7 + 0.27 * max(len(hours), 2)), layout="constrained")
        panel = drawing.subplots()
        for shade, fields in _shaded(cells, days, hours).items():
            paths = Path.make_compound_path(*(Path(field) for field in fields))
            panel.add_patch(PathPatch(paths, facecolor=LINES[0][0], alpha=shade, edgecolor="none"))
        short = 2 if is_narrow(width) else 9
        panel.set_xticks(range(len(days)), [day[:short] for day in days])
        shown = range(0, len(hours), 2 if is_narrow(width) else 1)
        panel.set_yticks(shown, [hours[place] for place in shown])
        panel.set(xlim=(-0.5, max(len(days), 1) - 0.5), ylim=(max(len(hours), 1) - 0.5, -0.5))
        panel.xaxis.tick_top()
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        panel.set_facecolor("none")
        if not hours:
            panel.text(0, 0, "No hour is told", ha="center", color=INK)
    return drawing


def _shaded(
    cells: Cells, days: list[str], hours: list[str]
) -> dict[float, list[list[tuple[float, float]]]]:
    """The fields of each shade: those of one are drawn as one, so that the drawing is small."""
    most, found = max([1, *cells.values()]), dict[float, list[list[tuple[float, float]]]]()
    for column, day in enumerate(days):
        for row, hour in enumerate(hours):
            if count := cells.get((hour, day.lower()), 0):
                shade = SHADES[min(len(SHADES) - 1, len(SHADES) * (count - 1) // most)]
                found.setdefault(shade, []).append(_field(column, row))
    return found


def _field(column: int, row: int) -> list[tuple[float, float]]:
    """The corners of a field."""
    a = SIZE / 2
    corners = ((-a, -a), (a, -a), (a, a), (-a, a), (-a, -a))
    return [(column + x, row + y) for x, y in corners]
