"""What today's list says of digital titles."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import libstats
from libstats.analysis.today import lists as today
from libstats.cli.today import text
from libstats.report.today.page import page, sheets
from libstats.workspace.workspace import Workspace
from tests.support.files import write

HEAD = (
    "Title,ISBN,Format,Lending Model,Last Copy Expires,Owned,Licenses Owned,Licenses Left,"
    "All Checkouts,Holds,All Holds,Latest Checkout\n"
)
# in 30 days; 2 left; ended long ago with and without holds; 9 wait for 2 copies: 3 are wanted
TITLES = HEAD + (
    "Tides,1,Audiobook,MA: by time,11/30/2026,1,,,5,4,9,10/30/2026\n"
    "Reeds,2,eBook,MA: by checkouts,,1,26,2,24,0,9,10/30/2026\n"
    "Foam,3,eBook,MA: by time,1/31/2026,0,,,24,1,9,10/30/2025\n"
    "Salt,4,eBook,MA: by time,1/31/2026,0,,,24,0,9,10/30/2025\n"
    "Marsh,5,eBook,One Copy/One User,,2,,,24,9,9,10/30/2026\n"
)


def test_todays_list_names_digital_titles_to_decide(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "titles.csv", TITLES)])
    with libstats.open(workspace) as con:
        found = today.read(con, datetime(2026, 10, 31, 9))
    assert [(row["title"], row["to_do"], row["why"]) for row in found.digital_titles] == [
        ("Marsh", "Buy 1 copy", "9 wait for 2"),
        ("Tides", "Renew or let go", "it ends on 2026-11-30, in 30 days"),
        ("Foam", "Renew or let go", "it ended on 2026-01-31"),
        ("Foam", "Buy 1 copy", "1 wait for 0"),
        ("Reeds", "Renew or let go", "2 checkouts left"),
    ]
    shown = text(found)
    assert "DIGITAL TITLES TO DECIDE: 5" in shown
    assert "Nothing waits." not in shown
    html = page(found)
    assert "Digital titles to decide: 5" in html
    assert "unproven on real files" in html
    assert len(sheets(found)) > 0
