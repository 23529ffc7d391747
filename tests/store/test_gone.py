"""What a whole list lacks."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats import load
from libstats.workspace.workspace import CONFIG, Workspace, find, init
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch;itype\n"


def test_the_first_list_said_to_be_whole_is_measured_by_the_lists_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [f"{i};b{i};EAST;BK\n" for i in range(10)]
    load(workspace, [write(tmp_path / "items-2026-10-01.csv", ITEMS + "".join(rows))])
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as config:
        config.write('\n[whole]\n"koha items" = true\n')
    receipt = load(
        find(workspace.folder), [write(tmp_path / "items-2026-10-02.csv", ITEMS + rows[0])]
    ).files[0]
    assert "libstats confirm 2" in receipt.notes[0]
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from item").fetchall() == [(10,)]


def test_a_copy_of_one_part_of_a_list_is_gone_when_the_next_list_lacks_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Two lists of one time do not retire one another; the next one retires what it lacks of
    either."""
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as config:
        config.write('\n[whole]\n"koha items" = true\n')
    parts = [
        write(tmp_path / f"part{n}-2026-10-01.csv", f"{ITEMS}{n};b{n};EAST;BK\n9;b9;EAST;BK\n")
        for n in (1, 2)
    ]
    next_list = write(tmp_path / "items-2026-10-02.csv", f"{ITEMS}7;b7;EAST;BK\n9;b9;EAST;BK\n")
    for order in (parts, parts[::-1]):
        place = init(tmp_path / order[0].stem, "Library")
        (place.folder / CONFIG).write_text(
            (workspace.folder / CONFIG).read_text(encoding="utf-8"), encoding="utf-8"
        )
        place = find(place.folder)
        load(place, [*order, next_list])
        with libstats.open(place) as con:
            assert con.sql("select item_id from item order by all").fetchall() == [("7",), ("9",)]
