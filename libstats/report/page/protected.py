"""The counts of patrons in an executed notebook, protected over all that it shows.

Each table withholds what it must by itself. Under `libstats report` it also says, in the memory of
the run alone, what its counts are in truth: `unseal` takes that out of every output before anything
is written, and `protect` withholds what several tables and sentences would give away together.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from libstats.errors import ReportError
from libstats.privacy.counted import Counted
from libstats.privacy.publication import Shown, protected
from libstats.privacy.suppression import NOTE, WITHHELD
from libstats.report.page.html import TABLES

if TYPE_CHECKING:
    from libstats.report.page.notebook import NotebookNode

__all__ = ["Sealed", "protect", "unseal"]

MOST = 2000  # counts of patrons in a report, which take a minute
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_IN_SVG = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class Sealed:
    """A table of an executed notebook: the output it stands in, its place among the tables there,
    as it is shown, and what it is in truth."""

    output: Any
    place: int
    shown: dict[str, Any]
    truth: dict[str, Any]

    @property
    def lines(self) -> list[list[Any]]:
        """The rows that are shown, and the foot."""
        return [*self.shown["rows"], *self.shown["foot"]]

    def counted(self) -> Shown:
        """Its counts. Of a long table not all rows are shown."""
        names, rows = self.truth["names"], self.truth["rows"]
        lines = [dict(zip(names, row, strict=True)) for row in (*rows, *self.truth["foot"])]
        foot = lines[-1] if self.truth["foot"] else None
        table = Counted.of(
            lines[: len(rows)], names, foot, self.truth["across"], self.truth["total"]
        )
        kept = {
            (self._line(line), names[at])
            for line, row in enumerate(self.lines)
            for at, value in enumerate(row)
            if value != WITHHELD
        }
        away = frozenset((line, n) for line in range(len(lines)) for n in names) - kept
        return Shown(table, self.truth["of_patrons"], frozenset(away))

    def _line(self, line: int) -> int:
        """The number of a shown line among all."""
        shown, every = len(self.shown["rows"]), len(self.truth["rows"])
        return line if line < shown else line - shown + every

    def withhold(self, away: set[tuple[int, str]]) -> bool:
        """Withhold more of it as a workbook has it; False if nothing more need go."""
        more = False
        for line, row in enumerate(self.lines):
            for at, name in enumerate(self.truth["names"]):
                if (self._line(line), name) in away and row[at] != WITHHELD:
                    row[at], more = WITHHELD, True
        if more and NOTE not in self.shown["caption"]:
            self.shown["caption"] = f"{self.shown['caption']}. {NOTE}"
        return more


def unseal(notebook: NotebookNode) -> list[Sealed]:
    """Take what its tables are in truth out of a notebook; after that it can be written."""
    found = []
    for output in _outputs(notebook):
        for place, table in enumerate(output.data.get(TABLES, [])):
            truth = table.pop("sealed", None)
            if truth is not None:
                found.append(Sealed(output, place, table, truth))
    return found


def protect(notebook: NotebookNode) -> None:
    """Withhold what the tables and sentences of an executed notebook give away together. Raises
    ReportError where that cannot be done."""
    tables = unseal(notebook)
    counted = [table.counted() for table in tables]
    if not any(shown.is_of_patrons and shown.away for shown in counted):
        return
    if sum(len(shown.table.counts) for shown in counted if shown.is_of_patrons) > MOST:
        raise ReportError(
            f"the tables show more than {MOST:,} counts of patrons, too many to protect together",
            "Show fewer months, branches or groups of patrons in one report.",
        )
    found = protected(counted, _numbers(notebook))
    changed = [table for table, away in zip(tables, found, strict=True) if table.withhold(away)]
    for output in {id(table.output): table.output for table in changed}.values():
        _rewrite(output)


def _outputs(notebook: NotebookNode) -> Iterable[Any]:
    for cell in notebook.cells:
        yield from (output for output in cell.get("outputs", []) if "data" in output)


def _rewrite(output: Any) -> None:
    """Show in HTML what the tables of an output are now; no other form of it stays."""
    soup = _soup(output.data.get("text/html", ""))
    drawn = soup.select("div.libstats-table")
    filled = [table for table in output.data[TABLES] if table["rows"][slice(*table["on_page"])]]
    if len(drawn) != len(filled):
        raise ReportError(
            "counts of patrons cannot be protected: a table is not shown as libstats draws it",
            "Show each table by itself, or with libstats.report.page.table.joined.",
        )
    for box, table in zip(drawn, filled, strict=True):
        lines = [*box.select("tbody > tr"), *box.select("tfoot > tr")]
        rows = [*table["rows"][slice(*table["on_page"])], *table["foot"]]
        for line, row in zip(lines, rows, strict=True):
            for cell, value in zip(line.find_all(["th", "td"]), row, strict=True):
                if value == WITHHELD:
                    cell.string = WITHHELD
        box.find("caption").string = table["caption"]
        if "aria-label" in box.attrs:
            box["aria-label"] = table["caption"]
    html = str(soup)
    captions = "\n".join(table["caption"] for table in output.data[TABLES])
    output.data = {
        TABLES: output.data[TABLES],
        "text/html": html,
        "text/plain": captions,
    }


def _numbers(notebook: NotebookNode) -> set[int]:
    """The numbers in the sentences, pictures and other texts of a notebook, outside its tables."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            texts.append(output.get("text", ""))
            texts += _of_output(output.get("data", {}))
    return {int(n.replace(",", "")) for text in texts for n in _NUMBER.findall(text)}


def _of_output(data: Any) -> list[str]:
    html = data.get("text/html")
    if html is None:
        return [str(data.get(form, "")) for form in ("text/markdown", "text/plain")]
    soup = _soup(html)
    for box in soup.select("div.libstats-table"):
        caption = box.find("caption")
        box.replace_with(caption.get_text() if caption else "")
    drawn = (base64.b64decode(found).decode() for found in _IN_SVG.findall(html))
    texts = [*(image.get("alt", "") for image in soup.find_all("img")), soup.get_text(" ")]
    return [*texts, *(re.sub(r"<style.*?</style>|<[^>]*>", " ", svg, flags=re.S) for svg in drawn)]


def _soup(html: str) -> Any:
    from bs4 import BeautifulSoup

    return BeautifulSoup(html, "html.parser")
