"""Sheets of today's work: barcodes that a decoder reads from paper, and the order of a walk."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from libstats.analysis.today.lists import Today, Work
from libstats.analysis.today.rows import DO
from libstats.analysis.work.worklist import STANDINGS
from libstats.definitions.processes import processes
from libstats.report.page import code128
from libstats.report.page.html import escaped
from libstats.report.page.table import Html
from libstats.report.today.sheets import printed as sheets_of
from tests.report.test_accessibility import lacking
from tests.report.test_paper import page, printed, words

NOW = datetime(2026, 10, 31, 8)
DPI = 200
# what libraries write below their bars: digits of even and odd number, letters, the longest, and
# every sign that the code has
NUMBERS = [
    "31234500001431",
    "Q001007",
    "49731",
    "312345000014310",
    "31234500000001234567890123",
    "ILL-2026/00417 b",
    "AB12345678901Z",
    "".join(map(chr, range(32, 80))).strip(),
    "".join(map(chr, range(80, 127))),
]


def scanned(paper: Any) -> list[str]:
    """What a decoder reads from a page at DPI."""
    try:
        import zxingcpp
    except ImportError:
        lacking("zxing-cpp is not installed", "install the extra dev")
    image = paper.render(scale=DPI / 72).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(image)]


def case(number: str, **values: Any) -> dict[str, Any]:
    """A row of today's list."""
    return {
        "handle": number,
        "look_for": None,
        "barcode": number,
        "case_id": number,
        "group_name": DO,
        "task": "Asked for, and not found on its shelf",
        "standing": "late",
        "what": "The amber compass",
        "who": None,
        "call_number": None,
        "shelf_order": None,
        "branch": "EAST",
        "location": None,
        "why": None,
        "age": 12.0,
        "waited": None,
        "due_at": None,
        "left_days": -2.0,
        "stage": "all",
        **values,
    }


def today(process: str, rows: list[dict[str, Any]]) -> Today:
    """A list of one kind of work, with these cases to be done now."""
    counts = dict.fromkeys(STANDINGS, 0)
    work = Work(processes()[process], NOW, counts, counts, {DO: len(rows)}, rows, {"koha": NOW})
    return Today(NOW, [], [], [work])


@pytest.mark.slow
def test_printed_barcodes_are_read_back_at_200_dpi(tmp_path: Path) -> None:
    texts = [f"<p>{code128.drawing(number)}{escaped(number)}</p>" for number in NUMBERS]
    papers = printed(page(Html("".join(texts))), tmp_path)
    assert sorted(text for paper in papers for text in scanned(paper)) == sorted(NUMBERS)


def test_a_barcode_is_as_the_standard_says() -> None:
    """`Q1` is start B (104), Q (81 - 32 = 49), 1 (17), check (104 + 49 + 2 * 17) % 103 = 84, stop."""
    assert code128.bars("Q1") == "2112142113311232211241122331112"
    # six digits: start C (105), 12, 34, 56, check (105 + 12 + 68 + 168) % 103 = 44, stop
    assert code128.bars("123456") == "2112321122321311233311211321312331112"
    drawn = code128.drawing("123456")
    # 11 for each of five, 13 for the stop, 10 white ones on each side, a quarter of a mm each
    assert 'width="22mm"' in drawn and 'viewBox="0 0 88 1"' in drawn


@pytest.mark.parametrize("text", ["", "Œ1", "a\tb"])
def test_what_the_code_has_no_sign_for_has_no_barcode(text: str) -> None:
    assert code128.drawing(text) == ""


def test_one_walks_by_branch_and_call_number() -> None:
    rows = [
        case("4", branch="WEST", call_number="641", shelf_order="3641"),
        case("3", call_number=None),
        case("2", call_number="641.5", shelf_order="36415"),
        case("1", call_number="99", shelf_order="299"),
    ]
    (sheet,) = sheets_of(today("hold", rows)).values()
    assert sorted("1234", key=lambda n: sheet.index(f"</svg>{n}<")) == list("1234")
    assert "For staff only, do not publish." in sheet
    assert sheet.count("☐") == 4


def test_a_sheet_of_requests_has_their_numbers_and_no_titles() -> None:
    row = case("49731", barcode=None, task="All lenders said no", who="3 said no, the last ZAA")
    (sheet,) = sheets_of(today("ill_borrowing", [row])).values()
    assert "</svg>49731<" in sheet and "3 said no, the last ZAA" in sheet
    assert "amber compass" not in sheet


def test_what_has_not_come_has_no_barcode() -> None:
    row = case("POL-1", barcode=None, look_for="POL-1", task="Invoiced and not received")
    (sheet,) = sheets_of(today("order_copy", [row])).values()
    assert "POL-1" in sheet and "<svg" not in sheet


@pytest.mark.slow
def test_a_sheet_is_whole_on_paper(tmp_path: Path) -> None:
    rows = [
        case(
            f"312345000{place:05}",
            call_number="QA76.73.P98 L88 2013 v.10 suppl.3 c.2",
            what="W" * 60,
            branch="Featherstonehaugh Library",
            why="Asked for since September 22, 2026: search, then mark missing",
        )
        for place in range(30)
    ]
    (sheet,) = sheets_of(today("hold", rows)).values()
    papers = printed(sheet, tmp_path)
    texts = [words(paper) for paper in papers]
    assert sum(text.count("☐") for text in texts) == 30
    assert all("Done" in text for text in texts if "☐" in text)
    width = 612
    for paper in papers:
        text = paper.get_textpage()
        boxes = [text.get_charbox(place) for place in range(text.count_chars())]
        assert max(box[2] for box in boxes) <= width
    assert sorted(text for paper in papers for text in scanned(paper)) == [
        row["barcode"] for row in rows
    ]
