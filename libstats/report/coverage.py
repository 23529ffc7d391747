"""What the loaded exports tell of, as an accessible page: a calendar picture and its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from libstats.analysis.coverage_calendar import Covered, Line
from libstats.report.page import publish
from libstats.report.page.html import items, paragraph
from libstats.report.page.notebook import nbformat
from libstats.report.page.table import Html, Table, folded, joined, table, tabled
from libstats.wording import capital, month_name

__all__ = ["page"]

TITLE = "What the exports tell of"
_CELL, _GAP, _LABEL, _TOP = 15, 3, 230, 30
# A month that is whole is full, one told of in part is half full, one outside is an empty frame:
# never by colour alone.
_FULL, _FRAME = "#0072b2", "#5b6770"


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
        f"From {month_name(covered.months[0])} to {month_name(covered.months[-1])}. In the"
        " pictures a full square is a month that is told of as a whole. A half square is one that"
        " is told of in part, an empty square one of which nothing is told."
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
        _picture(covered.months, lines),
        tabled(_table(covered.months, lines)),
        folded(f"What lacks, and why ({len(lacks)})", items(lacks)) if lacks else "",
    )


def _picture(months: Sequence[date], lines: Sequence[Line]) -> str:
    """The calendar as SVG, whose text is text and whose colours are the page's."""
    step = _CELL + _GAP
    width, height = _LABEL + step * len(months), _TOP + step * len(lines)
    marks = [
        f'<text x="{_LABEL + step * place}" y="{_TOP - 8}">{month.year}</text>'
        for place, month in enumerate(months)
        if month.month == 1 or (place == 0 and month.month < 9)
    ]
    for row, line in enumerate(lines):
        top = _TOP + step * row
        name = escape(f"{line.event.replace('_', ' ')}, {line.place}"[:36])
        marks.append(f'<text x="0" y="{top + _CELL - 3}">{name}</text>')
        marks += _squares(top, [line.states.get(month, "outside") for month in months])
    # where there is no room for it, it scrolls: smaller letters could not be read
    return (
        '<figure class="libstats-figure"><div class="libstats-table" role="region" tabindex="0"'
        f' aria-label="Picture: {escape(_name(lines), quote=True)}" style="overflow-x:auto">'
        f'<svg viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(_alt(lines), quote=True)}" width="{width}" height="{height}"'
        ' style="max-width:none" font-size="12" fill="currentColor"'
        f' font-family="sans-serif">{"".join(marks)}</svg></div>'
        f"<figcaption>{escape(_alt(lines))}</figcaption></figure>"
    )


def _name(lines: Sequence[Line]) -> str:
    """What the lines of a section are of."""
    return f"{lines[0].source}, {lines[0].table.replace('_', ' ')}: how much of each month is told"


def _squares(top: int, states: Sequence[str]) -> list[str]:
    """A row of squares: all frames as one path, all that is told of as another."""
    frames, full = "", ""
    for place, state in enumerate(states):
        left = _LABEL + (_CELL + _GAP) * place
        frames += f"M{left}.5 {top}.5h{_CELL - 1}v{_CELL - 1}h-{_CELL - 1}z"
        if state != "outside":
            high = _CELL if state == "whole" else _CELL // 2
            full += f"M{left} {top + _CELL}h{_CELL}v-{high}h-{_CELL}z"
    return [
        f'<path d="{frames}" fill="none" stroke="{_FRAME}"/>',
        f'<path d="{full}" fill="{_FULL}"/>',
    ]


def _alt(lines: Sequence[Line]) -> str:
    """What the picture shows, in a sentence."""
    counts = {"whole": 0, "partly": 0, "outside": 0}
    for line in lines:
        for state in line.states.values():
            counts[state] += 1
    return (
        f"Of {sum(counts.values()):,} months of an event at a branch {counts['whole']:,} are told"
        f" of as a whole, {counts['partly']:,} in part, {counts['outside']:,} not at all."
    )


def _table(months: Sequence[date], lines: Sequence[Line]) -> Table:
    """A row a year of an event at a branch, a column a month."""
    rows = []
    for line in lines:
        for year in dict.fromkeys(month.year for month in months):
            row = {"what": f"{line.event.replace('_', ' ')}, {line.place}", "year": str(year)}
            for month in range(1, 13):
                state = line.states.get(date(year, month, 1), "")
                row[month_name(date(year, month, 1)).split()[0][:3]] = state
            rows.append(row)
    return table(rows, capital(_name(lines)), headings={"what": "What, and where"})
