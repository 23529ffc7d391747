"""A report as a PDF: what a screen reader finds in it, by a library that reads PDFs, and the colours of the paper."""

from __future__ import annotations

import builtins
import io
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from libstats.cli import main
from libstats.errors import ReportError
from libstats.report import circulation, run, table
from libstats.report.charts.sparkline import sparkline
from libstats.report.page import pdf
from libstats.report.page.table import Html, folded
from libstats.workspace.workspace import Workspace
from tests.report.test_accessibility import lacking
from tests.report.test_circulation_report import example
from tests.report.test_report import save
from tests.support.pages import page

REPORTS = ("circulation", "digital", "ill", "technical_services", "summary", "collection")


@pytest.fixture(scope="module")
def reader() -> Any:
    """What reads a PDF; skips, and says so, where it or what writes one is missing."""
    try:
        pdf.check()
        import pypdf
    except (ReportError, ImportError) as error:
        lacking(str(error).partition("\n")[0], "install the extra dev and Pango")
    return pypdf.PdfReader


def elements(document: Any) -> list[Any]:
    """The structure of a document in reading order."""

    def walked(node: Any) -> Iterator[Any]:
        node = node.get_object()
        if isinstance(node, list):
            for each in node:
                yield from walked(each)
        elif isinstance(node, dict) and node.get("/Type") == "/StructElem":
            yield node
            yield from walked(node.get("/K", []))

    return list(walked(document.trailer["/Root"]["/StructTreeRoot"]["/K"]))


def assert_readable(document: Any, title: str) -> None:
    """All that a screen reader needs: language, title, headings without a gap, a text for every
    figure, and for every cell the ids of headings that there are."""
    root, found = document.trailer["/Root"], elements(document)
    assert (root["/Lang"], document.metadata.title) == ("en", title)
    assert root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert re.search(rb"pdfuaid:part[>=\"]+1", root["/Metadata"].get_data())
    levels = [int(each["/S"][2:]) for each in found if each["/S"] in ("/H1", "/H2", "/H3", "/H4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(level <= before + 1 for before, level in pairwise(levels))
    figures = [each for each in found if each["/S"] == "/Figure"]
    assert figures and [each for each in figures if not str(each.get("/Alt", "")).strip()] == []
    ids = {str(each["/ID"]) for each in found if each["/S"] == "/TH"}
    cells = [each for each in found if each["/S"] == "/TD"]
    without = [each for each in cells if not each["/A"].get("/Headers")]
    assert cells and without == []
    assert {str(name) for each in cells for name in each["/A"]["/Headers"]} <= ids


@pytest.mark.slow
def test_a_screen_reader_finds_its_way(reader: Any) -> None:
    rows = [{"branch": f"Branch {n}", "loans": n, "uses": None} for n in range(90)]
    text = page(
        circulation.answer(example()),
        circulation.chart(example()),
        table(rows, "A table over several sheets", foot={"branch": "all", "loans": 1, "uses": 2}),
    )
    document = reader(io.BytesIO(pdf.pdf(text)))
    assert len(document.pages) > 2
    assert_readable(document, "Paper: October 2026, all branches")
    links = [each for each in elements(document) if each["/S"] == "/Link"]
    assert len(links) == 1
    # row and column: the ids of both
    cell = next(each for each in elements(document) if each["/S"] == "/TD")
    assert len(cell["/A"]["/Headers"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", REPORTS)
def test_every_report_of_the_sample_library_can_be_read(
    reader: Any, published: Callable[[str], Path], name: str
) -> None:
    text = published(name).read_text(encoding="utf-8")
    title = text.partition("<title>")[2].partition("</title>")[0]
    assert_readable(reader(io.BytesIO(pdf.pdf(text))), title)


@pytest.mark.parametrize(("paper", "size"), [("letter", (612, 792)), ("A4", (595, 842))])
@pytest.mark.slow
def test_it_lies_on_the_paper_asked_for_and_repeats_to_the_byte(
    reader: Any, paper: pdf.Paper, size: tuple[int, int]
) -> None:
    walk = Html(f'<div class="libstats-walk">{table([{"a": "x"}], "A list")._repr_html_()}</div>')
    written = pdf.pdf(page(walk), paper)
    first, second = (each.mediabox for each in reader(io.BytesIO(written)).pages[:2])
    assert (round(first.width), round(first.height)) == size
    assert (round(second.width), round(second.height)) == size[::-1]
    assert pdf.pdf(page(walk), paper) == written


@pytest.mark.slow
def test_what_is_folded_stays_off_the_paper_but_for_a_list_to_take_along(reader: Any) -> None:
    text = page(
        folded("Limits", "<p>folded away</p>"), folded("To do", "<p>taken along</p>", is_open=True)
    )
    words = " ".join(each.extract_text() for each in reader(io.BytesIO(pdf.pdf(text))).pages)
    assert "taken along" in words and "folded away" not in words


@pytest.mark.slow
def test_drawings_have_the_colours_of_the_paper(reader: Any) -> None:
    """Each branch has a line: the first in the first colour of the palette, the second in the second."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument(pdf.pdf(page(circulation.chart(example()))))
    seen = {
        "#{:02x}{:02x}{:02x}".format(*pixel)
        for sheet in document
        for _, pixel in sheet.render(scale=2).to_pil().convert("RGB").getcolors(1 << 24)
    }
    colours = pdf.palette(pdf.STYLE.read_text(encoding="utf-8"))
    assert {colours["chart-first"], colours["chart-second"]} <= seen


def test_the_paper_has_its_own_palette() -> None:
    style = (
        ":root { --ink: #111111; --chart-first: #222222; } @media (dark) { :root { --ink: #333333; } } "
        "@media print { :root { --ink: #000000; } }"
    )
    assert pdf.palette(style) == {"ink": "#000000", "chart-first": "#222222"}


def test_a_drawing_gets_its_colours_and_its_title() -> None:
    drawn = sparkline([1, 2, 3], "Loans & copies")
    told = pdf.printed(f"<p>var(--ink)</p>{drawn}")
    assert "<p>var(--ink)</p>" in told
    assert "var(" not in told.partition("<svg")[2]
    assert "<title>Loans &amp; copies: 3 values" in told and 'stroke="#0072b2"' in told
    assert (
        pdf.printed('<svg aria-label="x" fill="var(--own, #123456)"/><i></svg>').count("#123456")
        == 1
    )


# --- what is missing ---


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ImportError("weasyprint"), 'Install it: python -m pip install "libstats[pdf]"'),
        (OSError("cannot load library 'libpango-1.0-0'"), "apt install libpango-1.0-0"),
    ],
)
def test_what_is_missing_is_said_in_a_line_before_anything_starts(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: Exception,
    said: str,
) -> None:
    plain = builtins.__import__

    def imported(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "weasyprint":
            raise fault
        return plain(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", imported)
    assert main.main(["-w", str(workspace.folder), "report", "circulation", "--pdf"]) == 1
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error
    assert len(error.splitlines()) == 2
    assert list(workspace.reports.iterdir()) == []


@pytest.mark.slow
def test_a_report_is_written_beside_its_page_under_the_same_name(
    reader: Any, workspace: Workspace
) -> None:
    save(workspace, "tiny", "from libstats.report import table\ntable([{'a': 1}], 'One')")
    written = run("tiny", workspace.folder, formats=("html", "pdf"))
    assert written == workspace.reports / "tiny.html"
    assert len(reader(workspace.reports / "tiny.pdf").pages) == 1
    assert main.main(["-w", str(workspace.folder), "report", "tiny", "--pdf", "--paper", "A4"]) == 0
    (sheet,) = reader(workspace.reports / "tiny.pdf").pages
    assert round(sheet.mediabox.height) == 842
    assert run(
        "tiny", workspace.folder, out=workspace.folder / "mine.pdf", formats=("pdf",)
    ).is_file()
