"""What is there, partly there and missing, on the terminal and as a page."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.cli.main import main
from libstats.workspace.workspace import Workspace
from tests.definitions.test_coverage_view import BEGAN, MONTHS, days, loans, month
from tests.support.files import write

pytestmark = pytest.mark.slow


def said(workspace: Workspace, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["-w", str(workspace.folder), "coverage", *words]) == 0
    return capsys.readouterr().out


def test_a_sign_a_month_and_what_lacks(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        month(workspace, n, EAST=days(*MONTHS[n]), **({"WEST": days(*MONTHS[n])} if n != 2 else {}))
        for n in (1, 2, 3)
    ]
    libstats.load(workspace, files)
    assert said(workspace, capsys) == (
        "January 2026 to March 2026, a sign a month:  # whole,  + partly,  . outside\n"
        "\n"
        "koha: circulation_event\n"
        "  checkout         all branches     ##+\n"
        "    March 2026: told of up to 2026-03-31 16:00\n"
        "  checkout         EAST             ##+\n"
        "    March 2026: told of up to 2026-03-31 16:00\n"
        "  checkout         WEST             #.+\n"
        "    February 2026: exports that tell of it are missing\n"
        "    March 2026: told of up to 2026-03-31 16:00\n"
    )


def test_how_files_look_as_if_they_were_selected(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    libstats.load(
        workspace,
        loans(
            workspace.exports / "loans-2026-03-31.csv",
            BEGAN,
            "end is None or end >= date(2026, 2, 20)",
        ),
    )
    told = said(workspace, capsys)
    assert "files look as if they hold: open, and closed since. If so, write below" in told
    assert '[coverage."koha loans"]' in told
    page = tmp_path / "coverage.html"
    assert f"The page is at {page}" in said(workspace, capsys, "--html", str(page))
    html = page.read_text(encoding="utf-8")
    assert "<svg" in html
    assert "February 2026 to March 2026" in html


def test_nothing_that_has_a_day(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    titles = "biblionumber;title;copyrightdate\n9;Aster;1999\n"
    libstats.load(workspace, write(workspace.exports / "biblios-2026-10-31.csv", titles))
    assert "Nothing that is loaded has a day." in said(workspace, capsys)
