"""The folders that exports lie in, and the workspace's own: links, names, what cannot be read, what
is purged."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.loading.load import load
from libstats.store import generations
from libstats.workspace.workspace import CONFIG, Workspace, find, init
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch;itype\n"


def purging(workspace: Workspace) -> Workspace:
    """The workspace, which deletes the exports that it loaded."""
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as config:
        config.write("\n[privacy]\npurge_exports = true\n")
    return find(workspace.folder)


def test_a_file_that_is_written_anew_after_it_was_read_is_not_purged(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = purging(workspace)
    export = write(place.exports / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    published = generations.Writer.publish

    def publish(writer: generations.Writer) -> None:
        published(writer)
        write(export, f"{ITEMS}1;b1;EAST;BK\n2;b2;EAST;BK\n")

    monkeypatch.setattr(generations.Writer, "publish", publish)
    load(place, [place.exports])
    assert export.exists()
    monkeypatch.setattr(generations.Writer, "publish", published)
    load(place, [place.exports])
    assert not export.exists()


def test_a_file_with_rejected_rows_stays_also_when_it_is_loaded_again(workspace: Workspace) -> None:
    place = purging(workspace)
    export = write(place.exports / "items-2026-10-02.csv", f"{ITEMS}1;b1;EAST;BK\nx\n")
    other = write(place.exports / "items-2026-10-03.csv", f"{ITEMS}2;b2;EAST;BK\n")
    assert [f.outcome for f in load(place, [place.exports]).files] == ["loaded", "loaded"]
    write(place.exports / "items-2026-10-04.csv", f"{ITEMS}3;b3;EAST;BK\n")
    assert [f.outcome for f in load(place, [place.exports]).files] == ["repeated", "loaded"]
    assert export.exists() and not other.exists()


def test_what_cannot_be_deleted_is_told_of(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The load stands: nothing says that it does not."""
    place = purging(workspace)
    export = write(place.exports / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    unlink = Path.unlink

    def failing(path: Path, missing_ok: bool = False) -> None:
        if path == export:
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", failing)
    receipt = load(place, [place.exports])
    assert receipt.is_clean and receipt.notes == [
        "items-2026-10-01.csv could not be deleted: Permission denied. Delete it yourself: it may tell of patrons"
    ]
    assert receipt.notes[0] in str(receipt)


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_folders_that_are_linked(workspace: Workspace, tmp_path: Path) -> None:
    """What lies in them is loaded, once, whatever links lead there; if the exports folder is a link
    itself, it is purged as any."""
    share = tmp_path / "share"
    (share / "deep").mkdir(parents=True)
    write(share / "deep" / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    (share / "deep" / "up").symlink_to(share)
    (workspace.exports / "koha").symlink_to(share)
    (workspace.exports / "again").symlink_to(share / "deep")
    assert [(f.file, f.outcome) for f in load(workspace, [workspace.exports]).files] == [
        ("items-2026-10-01.csv", "loaded")
    ]
    place = purging(workspace)
    (workspace.exports / "koha").unlink()
    (workspace.exports / "again").unlink()
    workspace.exports.rmdir()
    workspace.exports.symlink_to(share)
    write(share / "items-2026-10-02.csv", f"{ITEMS}2;b2;EAST;BK\n")
    load(place, [place.exports])
    assert [p.name for p in share.rglob("*.csv")] == []


def test_a_folder_that_cannot_be_read_is_told_of(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(workspace.exports / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    (workspace.exports / "shut").mkdir()
    scan = os.scandir

    def scandir(path: Any) -> Any:
        if isinstance(path, str) and Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    receipt = load(workspace, [workspace.exports])
    assert [(f.file, f.outcome) for f in receipt.files] == [
        ("items-2026-10-01.csv", "loaded"),
        ("shut", "refused"),
    ]
    assert "shut: this folder cannot be read\n      Check its permissions" in str(receipt)


@pytest.mark.parametrize("name", ["a*", "a[bx]"] if os.name == "posix" else ["a[bx]"])
def test_a_workspace_whose_name_is_a_pattern_reads_its_own_files(name: str, tmp_path: Path) -> None:
    """Its exports, and what is written to scratch of one that is packed."""
    for number, folder in enumerate((name, "ab")):
        export = write(
            init(tmp_path / folder).exports / "items-2026-10-01.csv",
            f"{ITEMS}{number};b{number};EAST;BK\n",
        )
        export.with_name("items-2026-10-02.csv.gz").write_bytes(gzip.compress(export.read_bytes()))
    (tmp_path / "ab" / "store" / "work").mkdir()
    write(tmp_path / "ab" / "store" / "work" / "normalised.csv", "2,9,b9,EAST,BK\n")
    assert [f.outcome for f in load(tmp_path / name, [tmp_path / name / "exports"]).files] == [
        "loaded",
        "loaded",
    ]
    with libstats.open(tmp_path / name) as con:
        assert con.sql("select item_id from item").fetchall() == [("0",)]


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_what_cannot_be_read_stops_no_folder(workspace: Workspace, tmp_path: Path) -> None:
    """Links to nothing, to themselves, to a name that is too long, in a circle of folders; a
    socket: each is named, and the rest is loaded."""
    folder = tmp_path / "exports"
    write(folder / "deep" / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    (folder / "deep" / "round").symlink_to(folder)
    for name, target in {
        "dead.csv": "/nowhere",
        "itself.csv": "itself.csv",
        "long.csv": "x" * 300,
        "inside.csv": "deep/items-2026-10-01.csv/inside",
    }.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.csv")
    receipt = load(workspace, [folder])
    found = {file.file: file.outcome for file in receipt.files}
    bad = ("dead.csv", "itself.csv", "long.csv", "inside.csv", "pipe.csv")
    assert found == dict.fromkeys(bad, "refused") | {"items-2026-10-01.csv": "loaded"}
    assert not receipt.is_clean
    assert all(file.reason.startswith(file.file) for file in receipt.files if file.reason)
