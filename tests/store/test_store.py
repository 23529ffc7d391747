"""The store: publication, undo, looking back, whole-state loads, crashes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.errors import LibstatsError, StoreError
from libstats.store import generations, views
from libstats.workspace import open
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.campaigns import kills, law
from tests.support.files import ROOT, write

ITEMS = "itemnumber;barcode;homebranch;itype;onloan\n"


def items(*rows: str) -> str:
    """An items export."""
    return ITEMS + "".join(f"{row}\n" for row in rows)


def state(workspace: Workspace) -> list[tuple[object, ...]]:
    """Every current item, and what is gone."""
    with libstats.open(workspace) as con:
        return con.sql(
            "select item_key, owning_branch, item_type, due_on::varchar, gone_after is not null from item_ever order by 1"
        ).fetchall()


def test_sticky_keeps_and_clearable_clears(workspace: Workspace, tmp_path: Path) -> None:
    first = write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;2026-10-20"))
    second = write(tmp_path / "items-2026-10-02.csv", items("1;b1;;;"))
    libstats.load(workspace, [second, first])
    assert state(workspace) == [("1", "EAST", "BK", None, False)]


def test_an_absent_column_is_not_a_blank_one(workspace: Workspace, tmp_path: Path) -> None:
    first = write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;2026-10-20"))
    second = write(tmp_path / "items-2026-10-02.csv", "itemnumber;barcode;homebranch\n1;b1;WEST\n")
    libstats.load(workspace, [first, second])
    assert state(workspace) == [("1", "WEST", "BK", "2026-10-20", False)]


def test_the_same_file_twice_is_one_load(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))
    assert [libstats.load(workspace, [file]).files[0].outcome for _ in range(2)] == [
        "loaded",
        "repeated",
    ]


def test_an_undone_load_can_be_loaded_again(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))
    libstats.load(workspace, [file])
    before = state(workspace)
    libstats.undo(workspace, 1)
    assert state(workspace) == []
    assert libstats.load(workspace, [file]).files[0].outcome == "loaded"
    assert state(workspace) == before
    with pytest.raises(LibstatsError, match="undone already"):
        libstats.undo(workspace, 1)
    with pytest.raises(LibstatsError, match="no load 99"):
        libstats.undo(workspace, 99)


def test_dispositions_of_an_older_file(workspace: Workspace, tmp_path: Path) -> None:
    new = write(tmp_path / "items-2026-10-02.csv", items("1;b1;EAST;BK;", "2;b2;EAST;BK;"))
    old = write(
        tmp_path / "items-2026-10-01.csv",
        items("1;b1;WEST;BK;", "2;b2;EAST;BK;", "3;b3;EAST;BK;", "3;b3;EAST;BK;"),
    )
    libstats.load(workspace, [new])
    assert libstats.load(workspace, [old]).files[0].dispositions == {
        "stale": 1,
        "unchanged": 1,
        "new": 1,
        "changed": 0,
        "repeated": 1,
        "set aside": 0,
        "rejected": 0,
    }


def test_two_different_rows_of_one_key_are_counted(workspace: Workspace, tmp_path: Path) -> None:
    receipt = libstats.load(
        workspace,
        [write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;", "1;b1;WEST;BK;"))],
    ).files[0]
    assert (receipt.conflicts, receipt.conflicting) == (1, ("1",))
    assert "1 number stands in it with different rows (1): of each column" in str(receipt.lines())
    assert state(workspace)[0][1] == "WEST"


def whole(workspace: Workspace) -> Workspace:
    """The workspace with lists of items said to be whole."""
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write('\n[whole]\n"koha items" = true\n')
    return find(workspace.folder)


def test_what_a_whole_list_lacks_is_gone(workspace: Workspace, tmp_path: Path) -> None:
    place = whole(workspace)
    rows = [f"{i};b{i};EAST;BK;" for i in range(100)]
    libstats.load(
        place,
        [
            write(tmp_path / "items-2026-10-01.csv", items(*rows)),
            write(tmp_path / "items-2026-10-02.csv", items(*rows[1:])),
        ],
    )
    assert [r[0] for r in state(place) if r[4]] == ["0"]
    with libstats.open(place) as con:
        assert con.sql("select count(*) from item").fetchall() == [(99,)]


def test_a_much_shorter_list_waits_to_be_confirmed(workspace: Workspace, tmp_path: Path) -> None:
    place = whole(workspace)
    rows = [f"{i};b{i};EAST;BK;" for i in range(100)]
    libstats.load(place, [write(tmp_path / "items-2026-10-01.csv", items(*rows))])
    receipt = libstats.load(
        place, [write(tmp_path / "items-2026-10-02.csv", items(*rows[50:]))]
    ).files[0]
    assert "libstats confirm 2" in receipt.notes[0]
    assert not any(r[4] for r in state(place))
    libstats.confirm(place, 2)
    assert sum(1 for r in state(place) if r[4]) == 50
    with pytest.raises(LibstatsError, match="not held"):
        libstats.confirm(place, 2)


@pytest.mark.slow
def test_known_on_leaves_out_what_came_later(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))
    second = write(tmp_path / "items-2026-10-02.csv", items("1;b1;WEST;BK;", "2;b2;EAST;BK;"))
    libstats.load(workspace, [first])
    libstats.load(workspace, [second])
    with generations.writing(workspace.store) as writer:
        writer.con.execute(
            "update store.ledger set happened_at = $1 where seq = 1", [datetime(2026, 10, 1, 12)]
        )
        writer.con.execute(
            "update store.ledger set happened_at = $1 where seq = 2", [datetime(2026, 10, 2, 12)]
        )
        writer.publish()
    for day, expected in (
        ("2026-09-30", []),
        ("2026-10-01", [("1", "EAST")]),
        ("2026-10-02", [("1", "WEST"), ("2", "EAST")]),
    ):
        with libstats.open(workspace, known_on=day) as con:
            assert (
                con.sql("select item_key, owning_branch from item order by 1").fetchall()
                == expected
            )


@pytest.mark.slow
def test_what_was_gone_then_is_gone_in_what_was_known_then(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Though the only load that held it is undone since, so that it is in no state of today."""
    place = whole(workspace)
    libstats.load(
        place, [write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;", "2;b2;EAST;BK;"))]
    )
    libstats.load(place, [write(tmp_path / "items-2026-10-02.csv", items("1;b1;EAST;BK;"))])
    libstats.confirm(place, 2)
    libstats.undo(place, 1)
    with libstats.open(place) as con:
        assert con.sql("select item_key from item_ever").fetchall() == [("1",)]
        con.execute("use store")
        open.as_known(con, 3)
        views.make(con, 3)
        con.execute("use memory")
        assert con.sql(
            "select item_key, gone_after is not null from item_ever order by 1"
        ).fetchall() == [("1", False), ("2", True)]


def test_a_barcode_finds_its_item_whichever_comes_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    barcodes = write(
        tmp_path / "inventory-2026-10-02.csv", "barcode;homebranch;itype\nb1;EAST;DVD\nb9;EAST;BK\n"
    )
    numbers = write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))
    receipt = libstats.load(workspace, [barcodes, numbers])
    assert receipt.files[1].dispositions["new"] == 0
    assert [r[:3] for r in state(workspace)] == [("1", "EAST", "DVD"), ("barcode:b9", "EAST", "BK")]


def test_an_open_reader_does_not_block_a_load(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))])
    readers = [libstats.open(workspace) for _ in range(3)]
    libstats.load(workspace, [write(tmp_path / "items-2026-10-02.csv", items("2;b2;EAST;BK;"))])
    assert [r.sql("select count(*) from item").fetchall() for r in readers] == [[(1,)]] * 3
    assert len(state(workspace)) == 2
    for reader in readers:
        reader.close()


def test_a_newer_store_is_refused_in_words(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))])
    with generations.writing(workspace.store) as writer:
        writer.con.execute("update about set format = 99")
        writer.publish()
    with pytest.raises(StoreError, match="newer libstats"):
        libstats.open(workspace)
    with pytest.raises(StoreError, match="newer libstats"):
        libstats.load(workspace, [tmp_path / "items-2026-10-01.csv"])


def test_an_empty_workspace_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(StoreError, match="nothing has been loaded"):
        libstats.open(workspace)


STEPS = (
    "copied",
    "ledger",
    "rows",
    "fold",
    "committed",
    "checkpointed",
    "renamed",
    "pointer written",
    "published",
)
KILL = """
import os, sys
import libstats
from libstats.store import steps

def die(name):
    if name == sys.argv[1]:
        os._exit(9)

with steps.watched(die):
    libstats.load(sys.argv[2], [sys.argv[3]])
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_leaves_the_published_state(step: str, workspace: Workspace, tmp_path: Path) -> None:
    first = write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;", "2;b2;EAST;BK;"))
    second = write(tmp_path / "items-2026-10-02.csv", items("1;b1;WEST;BK;", "3;b3;EAST;BK;"))
    libstats.load(workspace, [first])
    before = state(workspace)
    killed = subprocess.run(
        [sys.executable, "-c", KILL, step, str(workspace.folder), str(second)],
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert killed.returncode == 9
    after = [
        ("1", "WEST", "BK", None, False),
        ("2", "EAST", "BK", None, False),
        ("3", "EAST", "BK", None, False),
    ]
    assert state(workspace) == (after if step == "published" else before)
    libstats.load(workspace, [second])
    assert state(workspace) == after
    assert [p.name for p in sorted(workspace.store.iterdir()) if p.name != "lock"] == [
        "current",
        *[p.name for p in [generations.published(workspace.store)] if p],
    ]


@pytest.mark.slow
def test_the_law_over_random_histories() -> None:
    assert sum(law.run(range(12)).values()) > 50


def test_open_connections_cannot_write(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))])
    with (
        open.open(workspace) as con,
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
    ):
        con.execute("delete from store.item__row")


def test_a_damaged_pointer_costs_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """Neither reading nor loading takes a wrong number for an empty store, and no load removes what
    the number should name."""
    first = write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))
    libstats.load(workspace, [first])
    for damaged in ("3\n", "x", ""):
        write(workspace.store / "current", damaged)
        for attempt in (libstats.open, lambda w: libstats.load(w, [first])):
            with pytest.raises(StoreError, match=r"(?s)damaged.*Write the number 1 into it"):
                attempt(workspace)
    (workspace.store / "current").unlink()
    assert libstats.load(workspace, [first]).files[0].outcome == "repeated"
    assert len(state(workspace)) == 1


def test_a_reader_that_meets_a_publication_looks_again(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))])
    sound = generations.connect

    def late(path: Path, **given: Any) -> duckdb.DuckDBPyConnection:
        if given.get("read_only"):
            monkeypatch.setattr(generations, "connect", sound)
            libstats.load(
                workspace, [write(tmp_path / "items-2026-10-02.csv", items("2;b2;EAST;BK;"))]
            )
        return sound(path, **given)

    monkeypatch.setattr(generations, "connect", late)
    assert len(state(workspace)) == 2


FEED = "RecordID,BibRecordID,Barcode,Owning Branch,ItemCreationDate,Report Date\n"


def feed(day: int, *rows: str) -> str:
    """A LibraryIQ item file, whole for each branch in it."""
    return FEED + "".join(f"{row},2020-01-01,2026-10-0{day}\n" for row in rows)


def test_a_file_cut_between_branches_waits_to_be_confirmed(
    workspace: Workspace, tmp_path: Path
) -> None:
    """It is whole for fewer branches than the one before, and is measured by those: WEST lacks 2 of
    4."""
    rows = [
        f"{i},1,b{i},{branch}"
        for i, branch in enumerate(["EAST"] * 4 + ["WEST"] * 4 + ["NORTH"] * 4)
    ]
    libstats.load(workspace, [write(tmp_path / "feed1.csv", feed(1, *rows))])
    receipt = libstats.load(workspace, [write(tmp_path / "feed2.csv", feed(2, *rows[:6]))]).files[0]
    assert "libstats confirm 2" in receipt.notes[0]
    assert not any(r[4] for r in state(workspace))
    libstats.confirm(workspace, 2)
    assert [r[0] for r in state(workspace) if r[4]] == ["6", "7"]


def test_branches_in_files_of_their_own_are_measured_by_the_joint_file(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [f"{i},1,b{i},{branch}" for i, branch in enumerate(["EAST"] * 100 + ["WEST"] * 4)]
    libstats.load(workspace, [write(tmp_path / "feed1.csv", feed(1, *rows))])
    parts = [
        write(tmp_path / "east2.csv", feed(2, *rows[1:100])),
        write(tmp_path / "west2.csv", feed(2, *rows[100:])),
    ]
    assert [f.notes for f in libstats.load(workspace, parts).files] == [[], []]
    assert [r[0] for r in state(workspace) if r[4]] == ["0"]


def test_a_rejected_row_names_no_branch(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        FEED.replace("Barcode", "ISBN,Barcode")
        + "1,1,9780000000019,b1,EAST,2020-01-01,2026-10-01\n2,b2,9780000000026,ann@example.org,someone,x,y\n"
    )
    receipt = libstats.load(workspace, [write(tmp_path / "feed1.csv", text)]).files[0]
    assert receipt.dispositions["rejected"] == 1
    with libstats.open(workspace) as con:
        assert con.sql("select scope from store.export").fetchall() == [(["EAST"],)]
        assert con.sql("select title_id from title").fetchall() == [("1",)]


@pytest.mark.slow
def test_kills_full_disks_flips_and_two_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The campaign in short; `python -m tests.campaigns.kills` is the long one."""
    done = kills.run(4, seconds=10, seed=7, loans=5_000, steps=("fold", "renamed"), flips=2)
    assert done.defects == []
    assert {
        "kills at random",
        "kills at named steps",
        "flips in the pointer",
        "pairs of loads at once, three readers open",
    } <= set(done.done)


def test_a_row_of_a_whole_list_that_cannot_be_read_is_not_gone(
    workspace: Workspace, tmp_path: Path
) -> None:
    place = whole(workspace)
    rows = [f"{i};b{i};EAST;BK;" for i in range(100)]
    libstats.load(place, [write(tmp_path / "items-2026-10-01.csv", items(*rows))])
    receipt = libstats.load(
        place,
        [write(tmp_path / "items-2026-10-02.csv", items("0;b0;EAST;BK;9999-99-99", *rows[2:]))],
    ).files[0]
    assert receipt.dispositions["rejected"] == 1
    assert [r[0] for r in state(place) if r[4]] == ["1"]
    libstats.undo(place, 2)
    assert not any(r[4] for r in state(place))


def test_a_whole_list_with_a_line_of_no_shape_waits_to_be_confirmed(
    workspace: Workspace, tmp_path: Path
) -> None:
    place = whole(workspace)
    rows = [f"{i};b{i};EAST;BK;" for i in range(100)]
    libstats.load(place, [write(tmp_path / "items-2026-10-01.csv", items(*rows))])
    receipt = libstats.load(
        place, [write(tmp_path / "items-2026-10-02.csv", items("0;b0;EAST;BK", *rows[1:]))]
    ).files[0]
    assert "libstats confirm 2" in receipt.notes[-1]
    assert not any(r[4] for r in state(place))


def copies(workspace: Workspace) -> int:
    """Folded rows of items that stand beside the stored ones."""
    with libstats.open(workspace) as con:
        return int(con.execute("select count(*) from store.item__merged").fetchall()[0][0])


def test_a_newer_row_that_tells_all_is_the_current_row(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Only item 2, whose branch the newer list leaves out, needs a row of its own; undoing gives
    back what was."""
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "items-2026-10-01.csv",
                items("1;b1;EAST;BK;", "2;b2;EAST;BK;", "3;b3;EAST;BK;"),
            )
        ],
    )
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "items-2026-10-02.csv",
                items("1;b1;WEST;BK;", "2;b2;;CD;", "3;b3;EAST;BK;"),
            )
        ],
    )
    assert copies(workspace) == 1
    assert [row[:3] for row in state(workspace)] == [
        ("1", "WEST", "BK"),
        ("2", "EAST", "CD"),
        ("3", "EAST", "BK"),
    ]
    libstats.undo(workspace, 2)
    assert copies(workspace) == 0
    assert [row[:3] for row in state(workspace)] == [
        ("1", "EAST", "BK"),
        ("2", "EAST", "BK"),
        ("3", "EAST", "BK"),
    ]


def test_a_file_with_much_free_room_is_written_anew(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", items("1;b1;EAST;BK;"))])
    with generations.writing(workspace.store) as writer:
        writer.con.execute("create table filler as select random() as x from range(4000000)")
        writer.con.execute("checkpoint")
        writer.con.execute("drop table filler; create table marker (i integer)")
        writer.con.execute("begin; insert into marker values (1); commit")
        full = writer.path.stat().st_size
        writer.publish()
    published = generations.published(workspace.store)
    assert published is not None
    assert published.stat().st_size < full / 4
    assert len(state(workspace)) == 1


def test_titles_that_ride_along_come_change_and_go_with_their_copies(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = "itemnumber;barcode;homebranch;biblionumber;title;copyrightdate\n"
    days = [
        "1;b1;EAST;10;Tea;1999\n2;b2;EAST;10;Tea;1999\n3;b3;EAST;30;Milk;n.d.\n",
        # a year that is none: told again from the file each time
        "1;b1;EAST;10;Tea;1999\n2;b2;WEST;20;Jam;2001\n3;b3;EAST;30;Milk;n.d.\n",
        "1;b1;EAST;10;Teas;1999\n2;b2;WEST;20;Jam;2001\n4;b4;WEST;20;Jam;2001\n",
    ]
    titles = []
    for day, rows in enumerate(days, start=1):
        libstats.load(workspace, [write(tmp_path / f"items-2026-10-0{day}.csv", head + rows)])
        with libstats.open(workspace) as con:
            titles.append(
                con.sql("select title_id, title, published_year from title order by 1").fetchall()
            )
            held = con.sql(
                "select title_id, until_seq from store.title__row order by 1, from_seq"
            ).fetchall()
    assert titles[0] == [("10", "Tea", 1999)]
    assert titles[1] == [("10", "Tea", 1999), ("20", "Jam", 2001)]
    assert titles[2] == [("10", "Teas", 1999), ("20", "Jam", 2001)]
    assert held == [("10", 3), ("10", None), ("20", None)]


def test_the_sign_that_parts_texts_is_a_blank(workspace: Workspace, tmp_path: Path) -> None:
    for day, branch in ((1, "EAST"), (2, "WE\x1fST")):
        file = write(
            tmp_path / f"items-2026-10-0{day}.csv", items(f"1;b\x1f1;{branch};BK;2026-10-20")
        )
        assert libstats.load(workspace, [file]).files[0].outcome == "loaded"
    assert state(workspace) == [("1", "WE ST", "BK", "2026-10-20", False)]


def test_the_first_copy_known_by_its_barcode_alone_meets_those_with_numbers(
    workspace: Workspace, tmp_path: Path
) -> None:
    numbered = [
        write(tmp_path / f"items-2026-10-0{day}.csv", items("1;b1;EAST;BK;", f"2;b2;EAST;{kind};"))
        for day, kind in ((1, "BK"), (2, "DVD"))
    ]
    bare = write(tmp_path / "items-2026-10-03.csv", "barcode;homebranch\nb1;WEST\nb9;WEST\n")
    for file in (*numbered, bare):
        libstats.load(workspace, [file])
    expected = [
        ("1", "WEST", "BK", None, False),
        ("2", "EAST", "DVD", None, False),
        ("barcode:b9", "WEST", None, None, False),
    ]
    assert state(workspace) == expected
    libstats.load(workspace, [write(tmp_path / "items-2026-10-04.csv", items("9;b9;WEST;CD;"))])
    assert state(workspace) == [*expected[:2], ("9", "WEST", "CD", None, False)]
    libstats.undo(workspace, 4)
    assert state(workspace) == expected
