"""What the loaded exports tell of, as an accessible page: a calendar in pictures and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from libstats.analysis.coverage_calendar import Covered, Line
from libstats.report.page import publish
from libstats.report.page.html import items, paragraph
from libstats.report.page.notebook import nbformat
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.wording import capital, month_name

__all__ = ["page"]

HEADINGS = {"whole": "Told as a whole", "partly": "Told in part"}
TITLE = "What the exports tell of"
_WIDE, _GAP, _HIGH = 5, 3, 14
# A month that is whole is full, one told of in part is half full, one outside is empty:
# never by colour alone.
_FULL, _FRAME = "var(--chart-first, #0072b2)", "var(--chart-other, #5b6770)"


def page(covered: Covered) -> str:
    """The page, which works offline."""
    cells = [
        nbformat.v4.new_markdown_cell(
            f"# {TITLE}\n\nMonth by month: all of it, a part, or nothing. A figure of a month of"
            " which nothing is told is left empty: a 0 would be a guess.",
            id="title",
        )
    ]
    pieces: list[tuple[str, str, Html]] = [("head", "", _head(covered))]
    kinds = dict.fromkeys((line.source, line.table) for line in covered.lines)
    for number, (source, kind) in enumerate(kinds):
        lines = [line for line in covered.lines if (line.source, line.table) == (source, kind)]
        heading = f"## {capital(source)}: {kind.replace('_', ' ')}"
        pieces.append((f"kind-{number}", heading, _section(covered, lines)))
    for name, heading, html in pieces:
        if heading:
            cells.append(nbformat.v4.new_markdown_cell(heading, id=f"about-{name}"))
        output = nbformat.v4.new_output("display_data", {"text/html": html})
        cells.append(nbformat.v4.new_code_cell("", id=name, outputs=[output]))
    return publish.page(nbformat.v4.new_notebook(cells=cells), "coverage")


def _head(covered: Covered) -> Html:
    if not covered.lines:
        return Html("<p>Nothing that is loaded has a day.</p>")
    words = (
        f"From {month_name(covered.months[0])} to {month_name(covered.months[-1])}. The pictures"
        " have a frame for each year. It is full where a month is told of as a whole, and half"
        " full where it is told of in part."
    )
    return Html(paragraph(words))


def _section(covered: Covered, lines: Sequence[Line]) -> Html:
    said = covered.selections.get((lines[0].source, lines[0].table))
    lacks = [
        f"{line.event.replace('_', ' ')}, {line.place}: {words}"
        for line in lines
        for words in line.lacks
    ]
    return joined(
        paragraph(f"{capital(said)}.") if said else "",
        paragraph(_told(lines)),
        _table(covered.months, lines),
        folded(f"What lacks, and why ({len(lacks)})", items(lacks)) if lacks else "",
    )


def _told(lines: Sequence[Line]) -> str:
    """How much is told, in a sentence."""
    counts = Counter(state for line in lines for state in line.states.values())
    return (
        f"Of {counts.total():,} months of an event at a branch {counts['whole']:,} are told of as"
        f" a whole, {counts['partly']:,} in part, {counts['outside']:,} not at all."
    )


def _table(months: Sequence[date], lines: Sequence[Line]) -> Table:
    """A row an event at a branch: its months as a picture, and of which all is told, of which a
    part."""
    rows = [
        {
            "event": capital(line.event.replace("_", " ")),
            "place": line.place,
            "months": _picture(months, line),
            **{state: _stretches(months, line, state) for state in HEADINGS},
        }
        for line in lines
    ]
    name = f"{lines[0].source}, {lines[0].table.replace('_', ' ')}: how much of each month is told"
    years = f"{months[0].year} to {months[-1].year}"
    return table(rows, capital(name), headings={"place": "Where", "months": years, **HEADINGS})


def _stretches(months: Sequence[date], line: Line, state: str) -> str:
    """The months of a state in words, those that follow one another as one stretch."""
    runs = groupby(months, lambda month: line.states.get(month, "outside") == state)
    found = [list(run) for is_so, run in runs if is_so]
    return "; ".join(
        month_name(run[0]) if len(run) == 1 else f"{month_name(run[0])} to {month_name(run[-1])}"
        for run in found
    )


def _picture(months: Sequence[date], line: Line) -> Html:
    """The months side by side: a frame for each year, in it what is told of, full or half. What it
    shows stands in words beside it."""
    frames, told, left = "", "", 0
    for (_, state), run in groupby(
        months, lambda month: (month.year, line.states.get(month, "outside"))
    ):
        of_run = list(run)
        left += _GAP if left and of_run[0].month == 1 else 0
        wide, high = _WIDE * len(of_run), {"whole": _HIGH, "partly": _HIGH // 2}.get(state, 0)
        frames += f"M{left} .5h{wide}M{left} {_HIGH}.5h{wide}"
        told += f"M{left} {_HIGH}h{wide}v-{high}h-{wide}z" if high else ""
        left += wide
    return Html(
        f'<svg width="{left}" height="{_HIGH + 1}" viewBox="0 0 {left} {_HIGH + 1}"'
        ' style="max-width:100%" aria-hidden="true">'
        f'<path d="{frames}" fill="none" stroke="{_FRAME}"/><path d="{told}" fill="{_FULL}"/></svg>'
    )
