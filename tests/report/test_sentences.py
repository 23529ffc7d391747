"""Every sentence of a page of the sample library, outside the cells of its tables, can be read at
once: 25 words at most, one negation a clause, and nothing has no minus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from libstats.cli.main import main
from tests.support import sentences
from tests.support.files import NOTEBOOKS, write

# `compare` is of several libraries: its page is read in tests/report/test_accessibility.py
REPORTS = sorted({path.stem for path in NOTEBOOKS.glob("*.ipynb")} - {"compare"})


def wrong(page: Path) -> list[tuple[str, list[str]]]:
    """The sentences of a page that cannot be read at once, and why."""
    told = sentences.of_page(page)
    assert len(told) > 5, "nothing was found to read"
    return [(each, faults) for each in told if (faults := sentences.faults(each))]


@pytest.mark.parametrize("name", REPORTS)
def test_each_sentence_of_a_report_is_read_once(
    name: str, published: Callable[[str], Path]
) -> None:
    assert wrong(published(name)) == []


@pytest.mark.parametrize("command", [["today", "--internal"], ["coverage"]], ids=" ".join)
def test_each_sentence_of_a_page_that_a_command_writes_is_read_once(
    command: list[str], demo: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    assert main(["-w", str(demo), *command, "--html", str(page)]) == 0
    assert wrong(page) == []


def test_cells_are_not_read_and_what_a_picture_says_is(tmp_path: Path) -> None:
    page = write(
        tmp_path / "page.html",
        "<p>One. Two!</p><table><caption>Three</caption><tr><td><p>no, never</p></td></tr></table>"
        '<ul><li>Four<ul><li>five</li></ul></li></ul><svg aria-label="Six."></svg>',
    )
    assert sentences.of_page(page) == ["One.", "Two!", "Three", "Four", "five", "Six."]
