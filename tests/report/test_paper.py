"""On paper nothing is lost: a browser prints a page on Letter and A4, and a library of PDF reads
it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from libstats.report.collection import parts as collection
from libstats.report.collection import shelf_list, weeding
from tests.report.test_accessibility import lacking
from tests.report.test_collection_report import candidate, example
from tests.support.pages import page

pytestmark = pytest.mark.slow

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
]
POINTS = {"letter": (612, 792), "A4": (595, 842)}
# the longest of everything
LONG: dict[str, Any] = {
    "location": "Local history, upper gallery",
    "call_number": "QA76.73.P98 L88 2013 v.10 suppl.3 c.2",
    "author": "Featherstonehaugh-Cholmondeley, Wilhelmina",
    "title": "W" * 80,
    "barcode": "31234500000001234567890123",
    "lifetime_uses": 123456,
    "copies_here": 1234,
    "holds_waiting": None,
    "unused_from": "publication",
}
COLUMNS = [
    "Call number",
    "Location",
    "Author",
    "Title",
    "Year",
    "Barcode",
    "Uses",
    "Last use",
    "Copies held",
    "Holds waiting",
    "Because it is",
    "Decision",
]


def printed(text: str, folder: Path, size: str = "letter") -> list[Any]:
    """The pages of a page on paper; skips and says so without a browser or a reader of PDF."""
    browser = next((path for name in NAMES if (path := shutil.which(name))), None)
    if browser is None:
        lacking("there is no Chromium", "install the package chromium")
    try:
        import pypdfium2
    except ImportError:
        lacking("pypdfium2 is not installed", "install the extra dev")
    rules = f"@media print {{ @page {{ size: {size} }} @page long {{ size: {size} landscape }} }}"
    source, target = folder / "paper.html", folder / "paper.pdf"
    source.write_text(text.replace("</style>", f"{rules}</style>", 1), encoding="utf-8")
    command = [browser, *FLAGS, f"--print-to-pdf={target}", source.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    return list(pypdfium2.PdfDocument(target))


def words(page: Any) -> str:
    """The text of a page, its lines joined."""
    return " ".join(page.get_textpage().get_text_range().split())


@pytest.mark.parametrize("size", list(POINTS))
def test_a_list_for_the_shelves_loses_no_column_on_paper(size: str, tmp_path: Path) -> None:
    """Sixty lines with the longest of everything: each sheet lies on its side and has every heading
    above the tick boxes, and no letter stands outside the paper."""
    copies = [candidate(**LONG) for _ in range(60)]
    pages = printed(page(shelf_list.pick_list(example(candidates=copies))), tmp_path, size)
    lists = [each for each in pages if "☐ keep" in words(each)]
    width, height = POINTS[size]
    assert len(lists) > 1
    assert sum(words(each).count("☐ go") for each in lists) == 60
    for each in lists:
        assert tuple(map(round, each.get_size())) == (height, width)
        assert [name for name in COLUMNS if name not in words(each)] == []
        text = each.get_textpage()
        boxes = [text.get_charbox(place) for place in range(text.count_chars())]
        assert min(box[0] for box in boxes) >= 0
        assert max(box[2] for box in boxes) <= height
    whole = "".join(words(each) for each in lists).replace(" ", "")
    assert whole.count(LONG["barcode"]) == 60


def test_limits_and_receipts_stay_off_the_paper_and_what_is_to_be_found_is_on_it(
    tmp_path: Path,
) -> None:
    report = example(missing=example().missing * 60)
    pieces = (shelf_list.missing, weeding.limits, collection.origin)
    pages = printed(page(*(piece(report) for piece in pieces)), tmp_path)
    text = " ".join(map(words, pages))
    assert text.count("FIC A Salt") == 60
    assert "The exports behind these figures" in text
    assert "How these figures were counted" not in text and "640 to 649" not in text
