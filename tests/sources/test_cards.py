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


def transactions(*rows: tuple[int, str, str]) -> str:
    """Transactions of Polaris as a file: day, copy, patron."""
    headings = (
        "TransactionID,OrganizationID,TransactionTypeID,TranClientDate,ItemRecordID,PatronID,"
        "RenewalFlag,CheckInType"
    )
    lines = (
        f"{n},3,6001,2026-10-{day:02} 10:00:00.000,{copy},{patron},0,NULL"
        for n, (day, copy, patron) in enumerate(rows)
    )
    return "\n".join([headings, *lines]) + "\n"


def test_a_card_is_a_place_in_one_file_and_in_many(workspace: Workspace) -> None:
    """Two files at once are read in one statement, one alone is not: both tell cards from patrons,
    and of the same row the same."""
    config = workspace.folder / CONFIG
    own = '\n[roles.polaris.circulation_event.card]\n"900001" = "place"\n'
    write(config, config.read_text(encoding="utf-8") + own)
    place = find(workspace.folder)
    first = transactions((1, "77001", "900001"), (2, "77002", "5001"))
    both = transactions((1, "77001", "900001"), (2, "77002", "5001"), (3, "77003", "900001"))
    libstats.load(place, [write(place.exports / "a.csv", first)])
    again = write(place.exports / "b.csv", both)
    other = write(place.exports / "c.csv", transactions((4, "77004", "5002"), (4, "77005", "5002")))
    receipt = libstats.load(place, [again, other])
    assert [f.dispositions["unchanged"] for f in receipt.files] == [2, 0]
    with libstats.open(place) as con:
        assert con.sql(
            "select kind, count(*), count(distinct patron_key) from circulation_event group by 1"
            " order by 1"
        ).fetchall() == [("checkout", 3, 2), ("other", 2, 0)]
