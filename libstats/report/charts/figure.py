"""A figure with its sentence of alt text, and how every figure looks.

The sentence states what the picture shows, computed from the same rows: who cannot see the
picture loses nothing. Colour is never alone: every line has its own marker and its name at
its end. Pictures depend on the rows only, never on the clock or on a person's settings.
"""

from __future__ import annotations

import base64
import html
import io
import re
import warnings
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from libstats.wording import month_name, number

if TYPE_CHECKING:  # half a second to import, and what draws nothing should not wait for it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

# Each of them 3:1 or more against white, and apart for colour-blind eyes (after Okabe and Ito).
LINES = (("#0072b2", "o"), ("#d55e00", "s"), ("#117733", "^"), ("#aa4499", "D"), ("#332288", "v"))
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


LONGEST_NAME = 28  # signs of a name in a picture; its table has the whole of it


def name_in_picture(text: str) -> str:
    """A name as a picture can show it: on one line, without signs that SVG does not know, cut where
    it would leave the drawing no room."""
    plain = " ".join(re.sub(r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text).split())
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 1].rstrip()}…"


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
        # the reader's own fonts draw the letters, whichever ours has
        with style.context(["default", STYLE]), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            self.fig.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        return text.getvalue().replace("'DejaVu Sans'", FONTS)

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg().encode()).decode()
        alt, caption = html.escape(self.alt), html.escape(self.caption, quote=False)
        image = f'<img src="data:image/svg+xml;base64,{data}" alt="{alt}" style="max-width:100%">'
        return f'<figure class="libstats-figure">{image}<figcaption>{caption}</figcaption></figure>'


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


def dress(panel: Axes, title: str) -> None:
    """Only what helps to read the values: faint lines at round numbers, with separators."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    panel.set_title(title, loc="left", fontsize=10, color=INK, weight="bold")
    panel.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    panel.grid(axis="y", color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.tick_params(length=0)
    panel.spines[["top", "right", "left"]].set_visible(False)


def month_axis(panel: Axes, months: list[date]) -> None:
    """Short month names, of many months each third; the year under the first month shown and under
    each January."""
    shown = [place for place, when in enumerate(months) if len(months) <= 13 or when.month % 3 == 1]
    names = [
        f"{month_name(months[place])[:3]}\n{months[place].year}"
        if place == shown[0] or months[place].month == 1
        else month_name(months[place])[:3]
        for place in shown
    ]
    panel.set_xticks(shown, names)
    beside = max(0, 6 - len(months)) / 2  # so that the bar of a single month is no wall
    panel.set_xlim(-0.6 - beside, max(len(months), 1) - 0.4 + beside)
