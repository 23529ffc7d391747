"""Shelf scanners: what was seen when and where, and what it says of the copies of a system."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import libstats
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
            "select scanned_at::date::varchar, list(position order by barcode) from shelf_scan "
            "group by all order by 1"
        ).fetchall() == [("2026-10-30", [1, 2]), ("2026-10-31", [1, 2])]
    libstats.undo(workspace, 2)
    libstats.load(workspace, scans[1:])
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from shelf_scan").fetchall() == [(4,)]
