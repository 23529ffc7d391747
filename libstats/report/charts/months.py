"""Lines month by month, one panel below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from libstats.report.charts.figure import (
    LINES,
    STYLE,
    Figure,
    dress,
    legend,
    month_axis,
    name_in_picture,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

__all__ = ["lines_by_month"]

Values = Sequence[float | None]


def lines_by_month(
    months: Sequence[date],
    panels: Mapping[str, Mapping[str, Values]],
    alt: str,
    caption: str,
) -> Figure:
    """How did a few figures change, month by month?

    Parameters: `panels` are, by title, the lines of each by name, with a value a month (None:
    nothing tells of it). A name has one colour and marker in all panels. `alt` is the finding.
    """
    return Figure(partial(_draw, list(months), panels), alt, caption)


def _draw(months: list[date], panels: Mapping[str, Mapping[str, Values]], width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    names = list(dict.fromkeys(name for lines in panels.values() for name in lines))
    looks = dict(zip(names, LINES, strict=False))
    with style.context(["default", STYLE]):
        drawing = Drawing(figsize=(width, 0.6 + 2.2 * len(panels)), layout="constrained")
        drawn = drawing.subplots(len(panels), squeeze=False, sharex=True)[:, 0]
        for panel, (title, lines) in zip(drawn, panels.items(), strict=True):
            dress(panel, title, width)
            for name, values in lines.items():
                colour, marker = looks[name]
                known = [float("nan") if value is None else value for value in values]
                panel.plot(
                    range(len(months)),
                    known,
                    color=colour,
                    marker=marker,
                    markersize=5.5,
                    linewidth=1.8,
                    clip_on=False,
                )
            highest = max(
                (v for values in lines.values() for v in values if v is not None), default=0
            )
            panel.set_ylim(0, 1.1 * max(1.0, highest))
        month_axis(drawn[-1], months, width)
        if len(names) > 1:
            legend(drawing, [(name_in_picture(name), *looks[name], "-") for name in names])
    return drawing
