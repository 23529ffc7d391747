"""Today's list on the terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import libstats
from libstats.analysis.today import lists
from libstats.cli import today
from libstats.cli.main import main
from libstats.workspace.workspace import Workspace
from tests.analysis.test_today import ITEMS, LOANS, NOW, SIX
from tests.support.cases import opened
from tests.support.files import write

pytestmark = pytest.mark.slow


def test_late_and_near_cases_are_listed_the_oldest_first(workspace: Workspace) -> None:
    text = today.text(lists.read(opened(workspace, SIX, exported="2026-01-10"), NOW))
    assert text == (
        "Today's work, 2026-01-10\n\n"
        "Begin with other work, “Mending: late”: 1. 1 thing is to be done now: other work 1.\n"
        "Old exports: none\n"
        "Alarms: none\n\n"
        "DO NOW: 1\n\n"
        "  OTHER WORK: 1\n"
        "  As the exports of January 10, 2026, 00:00, tell.\n\n"
        "  Mending: late\n"
        "    9 days  5  EAST  glued 2026-01-02, next: mended\n\n"
        "COMING UP: 1\n\n"
        "  OTHER WORK: 1\n"
        "  As the exports of January 10, 2026, 00:00, tell.\n\n"
        "  Mending: soon late, or due\n"
        "    6.5 days  6  WEST  brought 2026-01-03, next: glued\n\n"
        "All that is open\n"
        "  Mending: 1 late, 1 near, 1 in time (goal 8 days; as of 2026-01-10 00:00)"
    )


def test_it_fits_a_hundred_columns(workspace: Workspace) -> None:
    rows = [f"{'7' * 60},brought,2026-01-01,{'EAST' * 20}"]
    assert max(map(len, today.text(lists.read(opened(workspace, rows), NOW)).splitlines())) <= 100


def test_quiet_kinds_of_work_are_not_listed(workspace: Workspace) -> None:
    con = opened(workspace, ["1,brought,2026-01-01,EAST", "1,mended,2026-01-02,EAST"])
    assert today.text(lists.read(con, NOW)).endswith(
        "No kind of work has an open case in what is loaded."
    )


def test_alarms_stand_at_the_head(workspace: Workspace) -> None:
    libstats.load(
        workspace,
        [
            write(
                workspace.exports / "items-2026-01-10.csv",
                "itemnumber;barcode;homebranch\n1;3.12345E+13;EAST\n",
            )
        ],
    )
    assert (
        "Alarms: 1, explained by: libstats check\n  barcodes from a spreadsheet: item (koha), 1"
        in today.text(lists.read(libstats.open(workspace), NOW))
    )


def test_the_work_stands_first_then_what_is_old_the_most_recent_last(workspace: Workspace) -> None:
    for day in ("01", "05"):
        libstats.load(
            workspace,
            [
                write(
                    workspace.exports / f"items-2026-01-{day}.csv",
                    f"itemnumber;barcode;homebranch\n1;b{day};EAST\n",
                )
            ],
        )
    lines = today.text(
        lists.read(opened(workspace, SIX, exported="2026-01-10"), datetime(2026, 2, 1))
    ).splitlines()
    assert lines[2].startswith("Begin with other work")
    assert lines[3] == (
        "THESE LISTS SHOW JANUARY 10, 22 days ago: load newer exports first. "
        "Ages are told as of then."
    )
    assert [
        line.split("  ")[1]
        for line in lines
        if (line.startswith("  ") and "  koha items" in line) or "  own mil" in line
    ] == [
        "koha items",
        "own milestones",
    ]


def test_the_terminal_shows_when_loans_are_due(workspace: Workspace) -> None:
    libstats.load(
        workspace,
        [
            write(workspace.exports / "issues-2026-01-10.csv", LOANS),
            write(workspace.exports / "items-2026-01-10.csv", ITEMS),
        ],
    )
    text = today.text(lists.read(libstats.open(workspace), NOW))
    assert "    0 days overdue  b2  EAST  due 2026-01-09\n" in text
    assert "  Loan: soon late, or due\n    due in 3 days  b3  EAST  due 2026-01-12\n" in text
    assert "copies marked lost or missing are not listed" in " ".join(text.split())


def test_the_command_writes_what_it_is_asked(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(workspace, SIX).close()
    assert main(["-w", str(workspace.folder), "today"]) == 0
    assert "Mending: " in capsys.readouterr().out
    assert (
        main(
            [
                "-w",
                str(workspace.folder),
                "today",
                "--internal",
                "--html",
                str(tmp_path / "a.html"),
                "--xlsx",
                str(tmp_path / "a.xlsx"),
            ]
        )
        == 0
    )
    assert sorted(path.name for path in tmp_path.glob("a.*")) == ["a.html", "a.xlsx"]


@pytest.mark.parametrize("form", ["html", "xlsx", "sheets"])
def test_what_names_barcodes_is_not_written_for_the_public(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert main(["-w", str(workspace.folder), "today", f"--{form}", str(tmp_path / "a")]) == 1
    said = capsys.readouterr().err
    assert "for staff only" in said and f"Add --internal to --{form}" in said
    assert not (tmp_path / "a").exists()
