"""Shelf scanners: what was seen when and where, and what it says of the copies of a system."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import libstats
from libstats.recognise.inspect import inspect
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

BARE = "31234000000012\n31234000000020\n"
ITEMS = (
    "itemnumber;barcode;homebranch;itemlost;itemlost_on;datelastseen\n"
    "1;31234000000012;EAST;4;2026-09-01;2026-08-01\n"
    "2;31234000000020;EAST;4;2026-09-01;2026-08-01\n"
    "3;31234000000038;EAST;4;2026-09-01;2026-08-01\n"
)


def last_seen(workspace: Workspace) -> list[tuple[str, str]]:
    """When each copy that is missing was seen last."""
    with libstats.open(workspace) as con:
        found = libstats.missing_copies(con, as_of="2026-11-01")
        return found.select("barcode, last_seen_on::varchar").order("all").fetchall()


def test_barcodes_alone_are_taken_for_nothing(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("barcodes-2026-10-31.txt", "rdi1031093000.txt", "items-2026-10-31.csv"):
        receipt = libstats.load(workspace, [write(tmp_path / name, BARE)]).files[0]
        assert receipt.outcome == "refused", name
        assert "31234" not in receipt.reason
        assert "shelfscan_oB_2026-10-31.txt" in receipt.reason
    unsaid = libstats.load(workspace, [write(tmp_path / "shelfscan-2026-10-31.txt", BARE)])
    assert "[sources.scanner.columns]" in unsaid.files[0].reason


def test_barcodes_alone_are_loaded_where_the_library_says_so(
    workspace: Workspace, tmp_path: Path
) -> None:
    config = workspace.folder / CONFIG
    own = (
        '\n[sources.scanner]\nsystem = "scanner"\n'
        '[sources.scanner.columns]\nshelfscan = ["Barcode"]\n'
    )
    write(config, config.read_text(encoding="utf-8") + own)
    place = find(workspace.folder)
    receipt = libstats.load(place, [write(tmp_path / "shelfscan-2026-10-31.txt", BARE)]).files[0]
    assert (receipt.outcome, receipt.label, receipt.rows_read) == ("loaded", "scanner barcodes", 2)
    # one with headings says itself what it is, whatever its name
    text = "Barcode,Scan time\n31234000000038,2026-10-31 10:00:00\n"
    receipt = libstats.load(place, [write(tmp_path / "shelfscan-2026-11-01.csv", text)]).files[0]
    assert (receipt.outcome, receipt.label) == ("loaded", "scanner shelf scans")
    # without a day nothing says when it was
    undated = libstats.load(place, [write(tmp_path / "shelfscan.txt", BARE + "3\n")]).files[0]
    assert (undated.outcome, "when it was exported" in undated.reason) == ("refused", True)


def test_the_day_that_is_given_is_the_day_of_the_scan(workspace: Workspace, tmp_path: Path) -> None:
    scan = write(tmp_path / "shelfscan_oB.txt", BARE)
    libstats.load(workspace, [scan], exported_at=datetime(2026, 10, 30, 17))
    with libstats.open(workspace) as con:
        assert con.sql(
            "select distinct scanned_at::varchar, is_day_only from shelf_scan"
        ).fetchall() == [("2026-10-30 00:00:00", True)]


def test_a_scan_tells_when_a_copy_was_seen(workspace: Workspace, tmp_path: Path) -> None:
    """Of three missing copies one was scanned, one looked for in vain, one is not in the list."""
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", ITEMS)])
    before = [(f"312340000000{n}", "2026-08-01") for n in (12, 20, 38)]
    assert last_seen(workspace) == before
    found = "barcode,itemnumber,problem\n31234000000020,2,item not scanned\n"
    scans = [
        write(tmp_path / "shelfscan_oB_20261031.txt", "31234000000012\n"),
        write(tmp_path / "inventory-2026-10-31.csv", found),
    ]
    libstats.load(workspace, scans)
    assert last_seen(workspace) == [("31234000000012", "2026-10-31"), *before[1:]]
    with libstats.open(workspace) as con:
        assert con.sql("select source, count(*) from item group by all").fetchall() == [("koha", 3)]


def test_a_barcode_of_two_systems_is_taken_for_neither(
    workspace: Workspace, tmp_path: Path
) -> None:
    other = "RECORD #(ITEM),BARCODE,LOUTDATE\ni1000000,31234000000012,01-02-2020\n"
    files = [
        write(tmp_path / "items-2026-10-01.csv", ITEMS),
        write(tmp_path / "other-2026-10-01.csv", other),
        write(tmp_path / "shelfscan_oB_20261031.txt", "31234000000012\n31234000000020\n"),
    ]
    libstats.load(workspace, files)
    with libstats.open(workspace) as con:
        assert con.sql(
            "select source, barcode, last_seen_on::varchar from dated_item "
            "where barcode < '31234000000030' order by all"
        ).fetchall() == [
            ("koha", "31234000000012", "2026-08-01"),
            ("koha", "31234000000020", "2026-10-31"),
            ("sierra", "31234000000012", "2020-01-02"),
        ]


def test_files_that_come_at_once_have_each_its_own_day(
    workspace: Workspace, tmp_path: Path
) -> None:
    scans = [write(tmp_path / f"shelfscan_oB_2026103{n}.txt", BARE) for n in (0, 1)]
    libstats.load(workspace, scans)
    with libstats.open(workspace) as con:
        assert con.sql(
            "select scanned_at::date::varchar, list(position order by place) from shelf_scan "
            "group by all order by 1"
        ).fetchall() == [("2026-10-30", [1, 2]), ("2026-10-31", [1, 2])]
    libstats.undo(workspace, 2)
    libstats.load(workspace, scans[1:])
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from shelf_scan").fetchall() == [(4,)]


def test_a_list_with_its_heading_alone_is_known_by_its_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The word shelfscan, in whichever letters, and the day; without the word it is said."""
    for name, heading in (
        ("shelfscan-2026-10-31.csv", "Barcode"),
        ("ShelfScan_oB_2026-10-30.csv", "Item barcode"),
        ("shelfscan 2026-10-29.csv", "Barcode,Shelf"),
    ):
        rows = BARE.replace("\n", ",QA\n") if "Shelf" in heading else BARE
        text = write(tmp_path / name, f"{heading}\n{rows}")
        receipt = libstats.load(workspace, [text]).files[0]
        assert (receipt.outcome, receipt.label) == ("loaded", "scanner barcodes"), receipt
        assert receipt.dispositions["new"] == receipt.rows_read == 2
    unnamed = write(tmp_path / "shelf-qa-2026-10-31.csv", f"Barcode\n{BARE}")
    refused = libstats.load(workspace, [unnamed]).files[0]
    assert refused.outcome == "refused"
    assert "put the word shelfscan and the day into its name" in refused.reason
    small = write(tmp_path / "shelfscan_ob_2026-10-28.txt", BARE)
    assert libstats.load(workspace, [small]).files[0].outcome == "loaded"
    assert "1 column)" in inspect(small)


def test_what_was_rejected_whole_says_so_again(workspace: Workspace, tmp_path: Path) -> None:
    """Nothing proves which number is the month, under whichever name; a row more does."""
    text = "Barcode,Scan time\n31234000000012,05/11/2026 14:11\n"
    outcomes = [
        libstats.load(workspace, [write(tmp_path / name, text)]).files[0]
        for name in ("scans-2026-11-06.csv", "shelfscan-2026-11-06.csv")
    ]
    assert [file.dispositions["rejected"] for file in outcomes] == [1, 1]
    assert "no row could be read: `libstats rejects 1` says why" in outcomes[1].reason
    with libstats.open(workspace) as con:
        assert con.sql("select distinct heading from store.reject").fetchall() == [("Scan time",)]
    told = text + "31234000000020,28/11/2026 14:12\n"
    libstats.load(workspace, [write(tmp_path / "scans-2026-11-29.csv", told)])
    with libstats.open(workspace) as con:
        times = con.sql("select scanned_at::varchar from shelf_scan order by all").fetchall()
        assert times == [("2026-11-05 14:11:00",), ("2026-11-28 14:12:00",)]


def sessions(workspace: Workspace) -> list[tuple[str, int, int, int]]:
    """The day of each session, and what it scanned, out of order and of no copy."""
    with libstats.open(workspace) as con:
        told = libstats.shelf_reading(con).select("day::varchar, scanned, out_of_order, unknown")
        return sorted(told.fetchall())


def test_a_session_is_one_list(workspace: Workspace, tmp_path: Path) -> None:
    """Two ranges scanned on one day, each in order, the second before the first, with one copy in
    both: none is out of order, whatever came first, twice, under another name or in another form,
    or was taken back."""
    items = "".join(f"{n};3123400000{n:04};EAST;641.{n} A\n" for n in range(1, 7))
    write(
        tmp_path / "items-2026-10-01.csv", "itemnumber;barcode;homebranch;itemcallnumber\n" + items
    )
    barcode = [f"3123400000{n:04}" for n in range(7)]
    rows = {"a": barcode[4:7], "b": barcode[1:5]}
    paths = {
        n: write(tmp_path / f"shelfscan_oB_2026-10-31_{n}.txt", "\n".join(r) + "\n")
        for n, r in rows.items()
    }
    other = write(tmp_path / "shelfscan_oB_2026-10-31_c.txt", "\r\n".join(rows["a"]) + "\r\n")
    libstats.load(workspace, [paths["b"]])
    assert sessions(workspace) == [("2026-10-31", 4, 0, 4)]  # no list of copies is loaded yet
    libstats.load(workspace, [tmp_path / "items-2026-10-01.csv", paths["a"]])
    both = [("2026-10-31", 3, 0, 0), ("2026-10-31", 4, 0, 0)]
    assert sessions(workspace) == both
    again = libstats.load(workspace, [other, paths["b"]]).files
    assert [file.outcome for file in again] == ["loaded", "repeated"]
    assert sessions(workspace) == both
    libstats.undo(workspace, 3)
    assert sessions(workspace) == both  # its other form is still loaded
    libstats.undo(workspace, 1)
    assert sessions(workspace) == both[:1]
    libstats.load(workspace, [paths["b"]])
    assert sessions(workspace) == both


def test_a_number_of_no_copy_is_not_kept(workspace: Workspace, tmp_path: Path) -> None:
    """Patrons' cards, scanned by mistake: neither they nor an unkeyed hash of them are in the
    store; where a list of copies has them, they are barcodes again, in whichever order."""
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", ITEMS)])
    cards = [f"2123400000{n:04}" for n in range(5)]
    text = "".join(
        f"{card}\n" for card in [*cards, "31234000000012", "hello", "Done - 2 items", "12"]
    )
    receipt = libstats.load(workspace, [write(tmp_path / "shelfscan_oB_20261031.txt", text)]).files[
        0
    ]
    assert receipt.dispositions["rejected"] == 3
    assert "5 of its 6 numbers are of no copy on record: is this a list of patrons?" in str(
        receipt.notes
    )
    assert all(card.encode() not in held(workspace) for card in cards)
    with libstats.open(workspace) as con:
        assert con.sql("select distinct reason from store.reject").fetchall() == [
            ("not a barcode: words, blanks between its signs, or too few of these",)
        ]
        assert con.sql(
            "select count(*), count(distinct barcode), count(*) filter (barcode[1] = '~') from shelf_scan"
        ).fetchall() == [(6, 6, 5)]
    # one was a new copy's
    libstats.load(
        workspace,
        [write(tmp_path / "items-2026-11-01.csv", ITEMS + f"4;{cards[2]};EAST;0;;\n")],
    )
    assert sessions(workspace) == [("2026-10-31", 6, 0, 4)]
    libstats.undo(workspace, 3)
    assert sessions(workspace) == [("2026-10-31", 6, 0, 5)]


def test_a_corrected_list_is_another_one_and_said_to_be_so(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The day has both until the first is taken back."""
    scan = tmp_path / "shelfscan_oB_2026-10-31.txt"
    first = libstats.load(workspace, [write(scan, BARE + "31234000000038\n")]).files[0]
    assert "of no copy yet" in str(first.notes) and "correction" not in str(first.notes)
    receipt = libstats.load(workspace, [write(scan, BARE)]).files[0]
    assert "load 1 saw most of it on the same day" in str(receipt.notes)
    assert sessions(workspace) == [("2026-10-31", 2, 0, 2), ("2026-10-31", 3, 0, 3)]
    libstats.undo(workspace, 1)
    assert sessions(workspace) == [("2026-10-31", 2, 0, 2)]


def test_a_list_of_a_librarys_own_is_told_its_list_and_place(
    workspace: Workspace, tmp_path: Path
) -> None:
    config = workspace.folder / CONFIG
    own = """
[export."wand walk"]
recognise = ["Wand tag", "Walked at"]
happened = ["scanned_at"]
dates = "year first"
[export."wand walk".columns.shelf_scan]
"list in the file" = "list_id"
"place in the file" = "place"
"Wand tag" = "barcode"
"Walked at" = "scanned_at"
"""
    write(config, config.read_text(encoding="utf-8") + own)
    text = "Wand tag,Walked at\nW1001,2026-10-31 10:00\nW1002,2026-10-31 10:01\n"
    receipt = libstats.load(find(workspace.folder), [write(tmp_path / "walk.csv", text)]).files[0]
    assert receipt.dispositions["new"] == 2, receipt
    with libstats.open(workspace) as con:
        assert con.sql("select place from shelf_scan order by all").fetchall() == [(1,), (2,)]


def held(workspace: Workspace) -> bytes:
    """All that the store holds."""
    return b"".join(path.read_bytes() for path in workspace.store.iterdir() if path.is_file())


def test_a_time_that_says_its_zone_is_the_librarys_wall_clock(
    workspace: Workspace, tmp_path: Path
) -> None:
    config = workspace.folder / CONFIG
    text = config.read_text(encoding="utf-8")
    zone = '[library]\ntimezone = "America/New_York"'
    config.write_text(text.replace("[library]", zone, 1), encoding="utf-8")
    scans = "Barcode,Scanned at\n31234000000012,2026-10-30T13:30:05Z\n31234000000020,2026-10-30 09:31:00\n"
    libstats.load(find(workspace.folder), write(tmp_path / "scans.csv", scans))
    with libstats.open(workspace.folder) as con:
        assert con.sql("select scanned_at::varchar from shelf_scan order by all").fetchall() == [
            ("2026-10-30 09:30:05",),
            ("2026-10-30 09:31:00",),
        ]
