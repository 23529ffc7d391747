"""Libraries beside one another, each by how much it has, in the funnel of what chance does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from libstats.report.charts.figure import (
    BAR,
    FAINT_INK,
    LINES,
    OTHER_LINE,
    STYLE,
    Figure,
    dress,
    is_narrow,
    legend,
)
from libstats.wording import capital, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

__all__ = ["Dot", "funnel"]

POINTS = 80  # of a limit
Limits = Callable[[int], tuple[float | None, float | None]]
NOTHING = float("nan")
LOOKS = {False: (BAR, "o", 6), True: (LINES[0][0], "D", 9)}  # of others, and of you


class Dot(NamedTuple):
    """A library in the picture."""

    of: int
    value: float
    is_you: bool


def funnel(
    dots: Sequence[Dot], middle: float, limits: Limits, names: tuple[str, str], finding: str
) -> Figure:
    """Does a library differ from all together by more than chance?

    Parameters: `dots` are the libraries, `middle` the figure of all together, `limits` gives both
    by how many a library has, `names` those of the figure and of what there are so many of,
    `finding` says what is seen. Returns a figure: a dot for each library, the limits as lines.
    """
    draw = partial(_draw, list(dots), middle, limits, names)
    return Figure(draw, finding, f"{names[0]}, by how many {names[1]} there are")


def _draw(
    dots: Sequence[Dot], middle: float, limits: Limits, names: tuple[str, str], width: float
) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        drawing = Drawing(figsize=(width, 3.6), layout="constrained")
        panel = drawing.subplots()
        places = _places(dots)
        found = [limits(each) for each in places]
        for side in (0, 1):
            line = [NOTHING if (at := each[side]) is None else at for each in found]
            panel.plot(places, line, color=OTHER_LINE[0], linewidth=1.4, linestyle="--")
        panel.axhline(middle, color=FAINT_INK, linewidth=1.2)
        for is_you, (colour, marker, size) in LOOKS.items():
            panel.plot(
                [dot.of for dot in dots if dot.is_you == is_you],
                [dot.value for dot in dots if dot.is_you == is_you],
                color=colour,
                marker=marker,
                markersize=size,
                linestyle="",
                zorder=4,
            )
        dress(panel, names[0], width)
        _axes(panel, dots, middle, limits, width)
        panel.set_xlabel(capital(names[1]))
        legend(
            drawing,
            [
                ("you", *LOOKS[True][:2], ""),
                ("another library", *LOOKS[False][:2], ""),
                ("all together", FAINT_INK, "", "-"),
                ("what chance may do", OTHER_LINE[0], "", "--"),
            ],
        )
    return drawing


def _places(dots: Sequence[Dot]) -> list[int]:
    """Whole numbers from beside the smallest library to beside the largest, in even ratios."""
    low, high = min(dot.of for dot in dots) / 1.5, max(dot.of for dot in dots) * 1.5
    ratio = (high / low) ** (1 / (POINTS - 1))
    return sorted({max(1, round(low * ratio**step)) for step in range(POINTS)})


def _axes(panel: Axes, dots: Sequence[Dot], middle: float, limits: Limits, width: float) -> None:
    """Sizes in even ratios at round numbers; heights with room for each dot, and for the limits of
    a library of middling size: those of the smallest would press all others flat."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    panel.set_xscale("log")
    steps = (1,) if is_narrow(width) else (1, 2, 5)
    panel.xaxis.set_major_locator(LogLocator(base=10, subs=steps))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    sizes = sorted(dot.of for dot in dots)
    usual = [at for at in limits(sizes[len(sizes) // 2]) if at is not None]
    every = [*(dot.value for dot in dots), middle, *usual]
    room = 0.25 * ((max(every) - min(every)) or 1)
    panel.set_ylim(max(0, min(every) - room), max(every) + room)
