"""What a whole list lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats import load
from libstats.store import generations
from libstats.workspace.workspace import CONFIG, Workspace, find, init
from tests.support.files import ROOT, write

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


# of the list of copies of each system: the folder of its pairs, a pair, and what tells its first row from others
COPIES = [
    ("alma physical items", "from-R.csv", "23000000000000001 0000123"),
    ("alma physical items by barcode", "with-vendor-202610310415.csv", "0000123"),
    ("folio items", "metadb-2026-10-31.csv", "i-1 0012"),
    ("polaris items", "with-titles.csv", "77011 31234000000111"),
    ("polaris items by barcode", "with-titles.csv", "31234000000111"),
    ("sierra item lists", "commas-2026-10-31.csv", "i12345672 31234000000012"),
    ("wms item inventories", "of-2016-20261101.csv", "31234000000012"),
    ("symphony selitem", "selitem_oIBlmytf_20261031.txt", "514|169|1 31221000000011"),
]


@pytest.mark.parametrize(
    ("label", "pair", "keys"),
    [COPIES[0], *(pytest.param(*each, marks=pytest.mark.slow) for each in COPIES[1:])],
)
def test_a_copy_that_a_whole_list_lacks_is_gone_whatever_the_system(
    label: str, pair: str, keys: str, workspace: Workspace, tmp_path: Path
) -> None:
    config = workspace.folder / CONFIG
    zone = config.read_text(encoding="utf-8").replace("# timezone", "timezone")
    write(config, f'{zone}\n[whole]\n"{label}" = true\n')
    text = (ROOT / "tests/sources" / label.replace(" ", "-") / pair).read_text(encoding="cp1252")
    lines = text.splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if keys.split()[0] in line)
    before, row = lines[:place], lines[place]
    other = row
    for key in keys.split():
        other = other.replace(key, f"{key}9")
    lists = [[*before, row, other], [*before, row]]
    found = []
    for day, rows in enumerate(lists, start=1):
        name = (
            f"selitem_oIBlmytf_2026110{day}.txt"
            if "selitem" in label
            else f"list-2026-11-0{day}.csv"
        )
        receipt = load(find(workspace.folder), [write(tmp_path / name, "".join(rows))]).files[0]
        assert (receipt.outcome, receipt.label) == ("loaded", label), receipt
        with libstats.open(workspace) as con:
            found.append(con.sql("select count(*) from item").fetchall()[0][0])
    assert found == [2, 2]
    assert "libstats confirm 2" in receipt.notes[0]
    libstats.confirm(workspace, 2)
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from item").fetchall() == [(1,)]


def test_a_list_loaded_before_its_absence_meant_anything(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The same file is taken as what it means today; the next list retires what it lacks."""
    head = "MMS Id,Physical Item Id,Barcode,Library Name\n"
    rows = [f"99{n},23{n},b{n},EAST\n" for n in range(200)]
    first = write(tmp_path / "items-2026-10-01.csv", head + "".join(rows))
    load(workspace, [first])
    config = workspace.folder / CONFIG
    config.write_text(
        config.read_text(encoding="utf-8") + '\n[whole]\n"alma physical items" = true\n',
        encoding="utf-8",
    )
    place = find(workspace.folder)
    with generations.writing(place.store) as writer:
        # as the libstats left it for which it was whole and its absence nothing
        writer.con.execute("update export set is_whole = true, absence = 'nothing'")
        writer.publish()
    again = load(place, [first]).files[0]
    assert again.outcome == "loaded" and "load 1 of the same file was undone" in again.notes[0]
    assert again.dispositions["new"] == 200  # as if it came for the first time
    load(place, [write(tmp_path / "items-2026-10-02.csv", head + "".join(rows[1:]))])
    with libstats.open(place) as con:
        assert con.sql(
            "select count(*), count(*) filter (item_id = '230') from item"
        ).fetchall() == [(199, 0)]
        assert con.sql("select count(*) from item_ever").fetchall() == [(200,)]


def test_the_next_list_after_one_whose_absence_meant_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Without the first one loaded again: it is measured by it, and retires what that held."""
    head = "MMS Id,Physical Item Id,Barcode,Library Name\n"
    rows = [f"99{n},23{n},b{n},EAST\n" for n in range(200)]
    config = workspace.folder / CONFIG
    config.write_text(
        config.read_text(encoding="utf-8") + '\n[whole]\n"alma physical items" = true\n',
        encoding="utf-8",
    )
    place = find(workspace.folder)
    load(place, [write(tmp_path / "items-2026-10-01.csv", head + "".join(rows))])
    with generations.writing(place.store) as writer:
        writer.con.execute("update export set absence = 'nothing'")
        writer.publish()
    short = load(place, [write(tmp_path / "items-2026-10-02.csv", head + "".join(rows[:9]))])
    assert "libstats confirm 2" in short.files[0].notes[0]
    load(place, [write(tmp_path / "items-2026-10-03.csv", head + "".join(rows[1:]))])
    with libstats.open(place) as con:
        assert con.sql("select count(*) from item").fetchall() == [(199,)]
