"""A figure with its sentence of alt text, and how every figure looks.

The sentence states what the picture shows, computed from the same rows: who cannot see the
picture loses nothing. Colour is never alone: every line has its own marker and its name at
its end. Pictures depend on the rows only, never on the clock or on a person's settings.
"""

from __future__ import annotations

import html
import io
import re
import textwrap
import warnings
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from libstats.report.charts.svg import cleaned
from libstats.wording import month_name, number

if TYPE_CHECKING:  # half a second to import, and what draws nothing should not wait for it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

# What each colour means in all reports; the page gives each its shade in light, dark and print
# (template/style.css). Those here are the light ones, 3:1 or more against white, and apart for
# colour-blind eyes (after Okabe and Ito).
LINES = (("#0072b2", "o"), ("#d55e00", "s"), ("#117733", "^"), ("#aa4499", "D"), ("#332288", "v"))
OTHER_LINE = ("#5b6770", "P")
UNKNOWN_LINE = ("#5b6771", "X")
INK, FAINT_INK, GRID, PAPER = "#1f2933", "#52606d", "#d9dee3", "#ffffff"
BAR, BAR_CHOSEN = "#7f8b97", "#0073b3"
COLOURS = {
    **dict(
        zip(
            (colour for colour, _ in LINES),
            ("chart-first", "chart-second", "chart-third", "chart-fourth", "chart-fifth"),
            strict=True,
        )
    ),
    OTHER_LINE[0]: "chart-other",
    UNKNOWN_LINE[0]: "chart-unknown",
    INK: "ink",
    FAINT_INK: "faint",
    GRID: "line",
    PAPER: "paper",
    BAR: "chart-bar",
    BAR_CHOSEN: "chart-chosen",
}

# Inches. A wide one stands where there is room for it, a narrow one on a phone: letters of 9.5
# points in it are 12 pixels and more wherever it is shown.
WIDE, NARROW = 7.5, 3.0

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
LONGEST_NAME = 28  # signs of a name in a picture; its table has the whole of it


def name_in_picture(text: str, longest: int = LONGEST_NAME) -> str:
    """A name as a picture can show it: on one line, without signs that SVG does not know, cut where
    it would leave the drawing no room."""
    plain = " ".join(re.sub(r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"


@dataclass(frozen=True)
class Figure:
    """A picture: what draws it, given how wide it is in inches; the sentence that says what it
    shows; its caption.

    The sentence is for everyone: it stands below the picture.
    """

    draw: Callable[[float], Drawing]
    alt: str
    caption: str

    def svg(self, width: float = WIDE) -> str:
        """The drawing as SVG text: the same bytes for the same drawing."""
        from matplotlib import style

        text = io.StringIO()
        # the reader's own fonts draw the letters, whichever ours has
        with style.context(["default", STYLE]), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            self.draw(width).savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        prefix = f"p{zlib.crc32(f'{self.caption} {self.alt} {width}'.encode()) % 16**5:05x}"
        return cleaned(text.getvalue(), COLOURS, prefix)

    def _repr_html_(self) -> str:
        """Both drawings; the page shows the one that there is room for, and a notebook the wide
        one."""
        caption = html.escape(self.caption, quote=False)
        return (
            f'<figure class="libstats-figure"><div class="wide">{self._labelled(WIDE)}</div>'
            f'<div class="narrow" hidden>{self._labelled(NARROW)}</div>'
            f"<figcaption><strong>{caption}.</strong> "
            f"{html.escape(self.alt, quote=False)}</figcaption></figure>"
        )

    def _labelled(self, width: float) -> str:
        label = html.escape(f"Picture: {self.caption}")
        return self.svg(width).replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def apart(values: list[float], gap: float, top: float) -> list[float]:
    """Rising values moved up or down as little as needed to stand `gap` apart, below `top`."""
    placed: list[float] = []
    for value in values:
        placed.append(max(value, placed[-1] + gap) if placed else value)
    ceiling = top
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed


def entitle_lying(drawing: Drawing, panel: Axes, title: str, width: float) -> None:
    """The title of lying bars; of a narrow drawing from its edge: beside the names it has no
    room."""
    if is_narrow(width):
        drawing.suptitle(
            textwrap.fill(title, 30), x=0.01, ha="left", fontsize=10, color=INK, weight="bold"
        )
    else:
        entitle(panel, title, width)


def is_narrow(width: float) -> bool:
    """True for the drawing that a phone shows."""
    return width < (WIDE + NARROW) / 2


def entitle(panel: Axes, title: str, width: float) -> None:
    """Write what a panel shows above it, on as many lines as it needs."""
    lines = textwrap.fill(title, 30) if is_narrow(width) else title
    panel.set_title(lines, loc="left", fontsize=10, color=INK, weight="bold", parse_math=False)


def dress(panel: Axes, title: str, width: float) -> None:
    """Only what helps to read the values: faint lines at round numbers, with separators."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    entitle(panel, title, width)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    panel.grid(axis="y", color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.tick_params(length=0)
    panel.spines[["top", "right", "left"]].set_visible(False)


def legend(drawing: Drawing, lines: Sequence[tuple[str, str, str, Any]]) -> None:
    """The names of lines below a narrow drawing: name, colour, marker and style of each."""
    from matplotlib.lines import Line2D

    drawing.legend(
        handles=[
            Line2D([], [], color=colour, marker=marker, linestyle=style, label=name)
            for name, colour, marker, style in lines
        ],
        loc="outside lower left",
        frameon=False,
        borderpad=0,
        handlelength=2.2,
    )


def month_axis(panel: Axes, months: list[date], width: float) -> None:
    """Short month names, of many months each third (on a phone each fourth of a year's); the year
    under the first month shown and under each January."""
    every = 1 if len(months) <= 13 else 3
    if is_narrow(width):
        every = 1 if len(months) <= 5 else 3 if len(months) <= 13 else 6
    shown = [place for place, when in enumerate(months) if every == 1 or when.month % every == 1]
    names = [
        f"{month_name(months[place])[:3]}\n{months[place].year}"
        if place == shown[0] or months[place].month == 1
        else month_name(months[place])[:3]
        for place in shown
    ]
    panel.set_xticks(shown, names)
    beside = max(0, 6 - len(months)) / 2  # so that the bar of a single month is no wall
    panel.set_xlim(-0.6 - beside, max(len(months), 1) - 0.4 + beside)
