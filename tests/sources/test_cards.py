"""Cards that stand for places: what is charged to them is no loan, and they are no patrons."""

from __future__ import annotations

import libstats
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

LINE = "E202610310930{:02}1234R ^S01CV^FEMAIN^FcNONE^dC3^NQ30007{:02}^UO{}^^O\n"
CARDS = (
    "WD-PO",
    "MISSING",
    "DISCARD",
    "REPAIR",
    "MAIN-DISCARD",
    "21234000111111",
    "21234000222222",
)


def test_a_charge_to_a_card_of_a_place_is_no_checkout(workspace: Workspace) -> None:
    log = "".join(LINE.format(n, n, card) for n, card in enumerate(CARDS))
    libstats.load(workspace, [write(workspace.exports / "20261031.hist", log)])
    with libstats.open(workspace) as con:
        kinds = (
            "select kind, count(*), count(distinct patron_key) from circulation_event group by 1"
        )
        assert {k: (n, p) for k, n, p in con.sql(kinds).fetchall()} == {
            "checkout": (2, 2),
            "other": (5, 0),
        }


def test_a_library_declares_its_own_cards(workspace: Workspace) -> None:
    config = workspace.folder / CONFIG
    own = '\n[roles.symphony.circulation_event.card]\n"mending desk" = "place"\n'
    write(config, config.read_text(encoding="utf-8") + own)
    place = find(workspace.folder)
    log = LINE.format(1, 1, "MENDING DESK") + LINE.format(2, 2, "21234000111111")
    libstats.load(place, [write(place.exports / "20261031.hist", log)])
    with libstats.open(place) as con:
        assert con.sql(
            "select kind, count(patron_key) from circulation_event group by 1 order by 1"
        ).fetchall() == [("checkout", 1), ("other", 0)]
