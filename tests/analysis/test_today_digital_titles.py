"""What today's list says of digital titles."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import libstats
from libstats.analysis.today import lists as today
from libstats.analysis.today.digital_titles import digital_to_decide
from libstats.cli.today import text
from libstats.report.today.page import page, sheets
from libstats.workspace.workspace import Workspace
from tests.support.files import write
from tests.support.tables import holding

HEAD = (
    "Title,ISBN,Format,Lending Model,Last Copy Expires,Owned,Licenses Owned,Licenses Left,"
    "All Checkouts,Holds,All Holds,Latest Checkout\n"
)
# in 30 days; 2 left; ended long ago with and without holds; 9 wait for 2 copies: 3 are wanted
# (Foam has ended, so that buying it is to renew it)
TITLES = HEAD + (
    "Tides,1,Audiobook,MA: by time,11/30/2026,1,,,5,4,9,10/30/2026\n"
    "Reeds,2,eBook,MA: by checkouts,,1,26,2,24,0,9,10/30/2026\n"
    "Foam,3,eBook,MA: by time,1/31/2026,0,,,24,1,9,10/30/2025\n"
    "Salt,4,eBook,MA: by time,1/31/2026,0,,,24,0,9,10/30/2025\n"
    "Marsh,5,eBook,One Copy/One User,,2,,,24,9,9,10/30/2026\n"
)


def decided(*titles: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = [
        {"source": "overdrive", "digital_title_id": str(n), "isbn": "1", "title": "Tide", **row}
        for n, row in enumerate(titles)
    ]
    found = digital_to_decide(holding(digital_title=rows), date(2026, 10, 31))
    return [(row["collection"], row["to_do"], row["why"]) for row in found]


ENDS = {"lending_model": "MA: by time", "copies": 1, "expires_on": "2026-11-30"}
FEW = {"lending_model": "MA: by checkouts", "copies": 1}
FEW |= {"checkouts_bought": 26, "checkouts_left": 2}


def test_a_title_that_ends_and_has_too_many_holds_is_one_line() -> None:
    """13 wait for two copies, both of licences that end: ceil(13 / 4) = 4, so that 2 lack."""
    assert decided({**ENDS, "holds": 13}, FEW) == [
        (
            None,
            "Renew, and buy 2 copies more",
            "it ends on 2026-11-30, in 30 days; 2 checkouts left; 13 wait for 2",
        )
    ]


def test_who_waits_for_a_title_is_told_beside_whichever_licence_of_it_ends() -> None:
    """The list tells the holds beside the copy that is owned for good."""
    owned = {"lending_model": "One Copy/One User", "copies": 1, "holds": 3}
    assert decided(ENDS, owned) == [
        (
            None,
            "Renew: somebody waits",
            "it ends on 2026-11-30, in 30 days; another lending model goes on; 3 wait",
        )
    ]


def test_the_librarys_own_copies_and_the_consortiums_are_decided_apart() -> None:
    own = {**ENDS, "collection": "Advantage", "holds": 3}
    found = decided(own, {**own, "collection": "consortium", "holds": 0})
    assert found == [
        ("Advantage", "Renew: somebody waits", "it ends on 2026-11-30, in 30 days; 3 wait"),
        ("consortium", "Renew or let go", "it ends on 2026-11-30, in 30 days"),
    ]


def test_todays_list_names_digital_titles_to_decide(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "titles.csv", TITLES)])
    with libstats.open(workspace) as con:
        found = today.read(con, datetime(2026, 10, 31, 9))
    assert [(row["title"], row["to_do"], row["why"]) for row in found.digital_titles] == [
        ("Marsh", "Buy 1 copy", "9 wait for 2"),
        ("Tides", "Renew: somebody waits", "it ends on 2026-11-30, in 30 days; 4 wait"),
        ("Foam", "Buy 1 copy", "it ended on 2026-01-31; 1 waits for 0"),
        ("Reeds", "Renew or let go", "2 checkouts left"),
    ]
    shown = text(found)
    assert "DIGITAL TITLES TO DECIDE: 4" in shown
    assert "in 30 days; 4 wait; Audiobook" in shown
    assert "To be decided: digital titles 4." in shown
    html = page(found)
    assert "Digital titles to decide: 4" in html
    assert "unproven on real files" in html
    assert len(sheets(found)) > 0
