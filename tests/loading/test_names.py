"""Names are taken as they are: of files, of sources."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import libstats
from libstats import load
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch;itype\n"


def test_the_names_of_files_are_taken_as_they_are(workspace: Workspace) -> None:
    names = ["it'ems", "items#x", "items*", "it[a]ms", "~items", "it{a,b}"] + (
        ['it"ems', "ite\nms", "items\\"] if os.name == "posix" else []
    )
    for number, name in enumerate(names):
        write(workspace.exports / f"{name}-2026-10-01.csv", f"{ITEMS}{number};b{number};EAST;BK\n")
    assert [f.outcome for f in load(workspace, [workspace.exports]).files] == ["loaded"] * len(
        names
    )
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from item").fetchall() == [(len(names),)]


@pytest.mark.skipif(os.name != "posix", reason="file names are text elsewhere")
def test_a_name_that_is_not_text_and_a_link_in_a_circle(workspace: Workspace) -> None:
    try:
        Path(os.fsdecode(os.fsencode(workspace.exports) + b"/items\xff-2026-10-01.csv")).write_text(
            f"{ITEMS}1;b1;EAST;BK\n", encoding="utf-8"
        )
    except OSError:
        pytest.skip("this file system takes text only")
    (workspace.exports / "circle.csv").symlink_to(workspace.exports / "circle.csv")
    (workspace.exports / "up").symlink_to(workspace.exports)
    receipt = load(workspace, [workspace.exports, workspace.exports / "circle.csv"])
    assert [(f.file, f.outcome) for f in receipt.files] == [
        ("circle.csv", "refused"),
        ("items\ufffd-2026-10-01.csv", "loaded"),
    ]
    str(receipt).encode("utf-8")


KOHA = '\n[sources.koha-main]\nsystem = "koha"\n'


def test_a_source_whose_name_was_taken_out_does_not_count_twice(
    workspace: Workspace, tmp_path: Path
) -> None:
    config = workspace.folder / CONFIG
    plain = config.read_text(encoding="utf-8")
    config.write_text(plain + KOHA, encoding="utf-8")
    export = write(tmp_path / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    load(find(workspace.folder), [export])
    config.write_text(plain, encoding="utf-8")
    for name in (None, "koha-east"):
        told = str(load(find(workspace.folder), [export], source=name))
        assert f"loaded as {name or 'koha'} it would count twice" in told
        assert "Write [sources.koha-main]" in told
    with libstats.open(workspace) as con:
        assert con.sql("select source from item").fetchall() == [("koha-main",)]


def test_the_name_of_one_systems_source_is_not_taken_for_anothers(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Else a folder loaded for one of two Kohas would give its name to the milestones beside its
    lists, and copy 1 of two systems would be one."""
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as config:
        config.write(KOHA + KOHA.replace("main", "east"))
    write(workspace.exports / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    write(
        workspace.exports / "scans-2026-10-01.csv",
        "process,case,milestone,happened_at\nscans,1,done,2026-09-01\n",
    )
    place = find(workspace.folder)
    load(place, [workspace.exports], source="koha-east")
    with libstats.open(place) as con:
        assert con.sql(
            "select source from item union all select source from milestone order by all"
        ).fetchall() == [("koha-east",), ("own",)]
