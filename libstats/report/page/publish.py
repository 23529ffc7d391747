"""An executed notebook -> one accessible page, written whole or not at all."""

from __future__ import annotations

import html
import logging
import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from libstats.errors import ReportError
from libstats.report.page.allowed import faults
from libstats.report.page.html import ABOUT
from libstats.report.page.notebook import NotebookNode, nbformat

__all__ = ["INTERNAL", "about", "below_answer", "page", "title", "write"]

log = logging.getLogger("libstats.report")

FIRST_TITLE = re.compile(r"^#\s+(.+)$", re.MULTILINE)
INTERNAL = (
    "For staff only: it lists single copies by their barcodes. Please do not publish it or hand it "
    "on."
)
PERIOD = re.compile(r'<p class="libstats-period">(.*?)</p>', re.DOTALL)


def page(notebook: NotebookNode, name: str) -> str:
    """The page of an executed notebook; the same notebook gives the same bytes.

    Raises ReportError if the page could not be read by everybody, or would do more than show: see
    `allowed`.
    """
    _report_warnings(notebook, name)
    notebook.metadata["title"] = title(notebook, name)
    text = _html(notebook)
    found = faults(text)
    if found:
        raise ReportError(
            (f"{name}: the page would not be accessible, or need the network: {'; '.join(found)}"),
            (
                "Use libstats.report.charts and libstats.report.table, give each picture its alt "
                "text, and show text with libstats.report.page.html.paragraph."
            ),
        )
    return text


def _html(notebook: NotebookNode) -> str:
    """What the template makes of a notebook.

    The last step of HTMLExporter, which writes the tags anew, is taken without its search for
    pictures that lack alternative text: `faults` refuses them, and to prepare that search takes
    half as long as all else here.
    """
    # slow to import, and notebooks that only show tables do not need it
    from bs4 import BeautifulSoup, Comment
    from nbconvert import HTMLExporter, TemplateExporter

    exporter = HTMLExporter(
        extra_template_basedirs=[str(Path(__file__).parent)],
        template_name="template",
        exclude_anchor_links=True,
        optimistic_validation=True,  # once, when all is done
    )  # type: ignore[no-untyped-call]
    text, _ = TemplateExporter.from_notebook_node(exporter, notebook)
    soup = BeautifulSoup(text, "html.parser")
    for comment in soup.find_all(string=lambda piece: isinstance(piece, Comment)):
        comment.extract()  # what an author noted down is not for readers
    _name_headings(soup)
    # where the page's own style says it too; a table alone, as in JupyterLab, needs it
    for cell in soup.select('[style="text-align:left"]'):
        del cell["style"]
    return str(soup)


def _name_headings(soup: Any) -> None:
    """Give each heading a name that a link can lead to: its words with lines between them."""
    taken = {element["id"] for element in soup.find_all(id=True)}
    for heading in soup.find_all(["h2", "h3"], id=False):
        name = re.sub(r"\W+", "-", heading.get_text().strip().lower()).strip("-") or "part"
        heading["id"] = next(each for each in _numbered(name) if each not in taken)
        taken.add(heading["id"])


def _numbered(name: str) -> Iterator[str]:
    """A name, and the same with numbers."""
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def title(notebook: NotebookNode, name: str) -> str:
    """The first heading of the notebook and the period that its head states."""
    markdown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    heading = FIRST_TITLE.search(markdown)
    named = heading[1].strip() if heading else name.replace("_", " ").capitalize()
    shown = "\n".join(
        output.data.get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    )
    period = PERIOD.search(shown)
    return f"{named}: {html.unescape(period[1])}" if period else named


def about(notebook: NotebookNode) -> dict[str, Any]:
    """What an executed notebook says of itself: its period, its branch, its figures."""
    told: dict[str, Any] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            told |= output.get("data", {}).get(ABOUT, {})
    return told


def below_answer(notebook: NotebookNode, name: str, html: str) -> None:
    """Put a piece of HTML below the answer of an executed notebook, or at its end where it has
    none."""
    output = nbformat.v4.new_output("display_data", {"text/html": html})
    cell = nbformat.v4.new_code_cell("", id=name, outputs=[output])
    answers = [
        place
        for place, each in enumerate(notebook.cells)
        if any("figures" in o.get("data", {}).get(ABOUT, {}) for o in each.get("outputs", []))
    ]
    notebook.cells.insert(answers[0] + 1 if answers else len(notebook.cells), cell)


def _report_warnings(notebook: NotebookNode, name: str) -> None:
    """Pass on what cells wrote as warnings: it is for who runs the report, not for who reads it."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                log.warning("%s: %s", name, output.text.strip())


def write(target: Path, content: str | bytes) -> None:
    """Put text or bytes into a file so that a reader, or a crash at any moment, finds the old file
    or the new one, whole. ReportError for a folder."""
    if target.is_dir():
        raise ReportError(f"{target} is a folder", "Give the name of a file in it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)  # atomic, within one folder
    except BaseException:
        part.unlink(missing_ok=True)
        raise
