"""A store that the first libstats wrote opens, and can be loaded into, after every later change of
the schema."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb

import libstats
from libstats import schema
from libstats.store import generations, tables
from libstats.workspace.workspace import Workspace
from tests.support.files import write

FIRST = Path(__file__).parent / "first.duckdb.gz"
COUNTS = {"title": 7, "item": 3, "loan": 3, "circulation_event": 9, "hold": 4}


def put(workspace: Workspace) -> None:
    """Publish the first store in a workspace."""
    (workspace.store / "library-000001.duckdb").write_bytes(gzip.decompress(FIRST.read_bytes()))
    (workspace.store / "current").write_text("1\n", encoding="ascii")


def counts(workspace: Workspace, **known: str) -> dict[str, int]:
    """Rows of every table of today, in a store of then."""
    with libstats.open(workspace, **known) as con:  # type: ignore[arg-type]
        for table in schema.tables().values():
            con.execute(
                f"select {', '.join(c.name for c in table.columns)} from {table.name}"
            ).fetchall()
        return {
            t: n
            for t in schema.tables()
            if (n := con.execute(f"select count(*) from {t}").fetchall()[0][0])
        }


def test_the_first_store_is_read_and_loaded_into(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace)
    assert counts(workspace) == COUNTS
    receipt = libstats.load(
        workspace,
        [
            write(
                tmp_path / "items-2026-11-01.csv",
                "itemnumber;barcode;homebranch\n101;00123;WEST\n999;b999;EAST\n",
            )
        ],
    )
    assert {k: v for k, v in receipt.files[0].dispositions.items() if v} == {"changed": 1, "new": 1}
    assert counts(workspace) == COUNTS | {"item": 5}  # 101 is back, 999 is new
    libstats.undo(workspace, 1)
    with libstats.open(workspace) as con, duckdb.connect() as fresh:
        tables.create_tables(fresh)
        assert (
            con.execute("from store.about").fetchall() == fresh.execute("from about").fetchall()
        )  # it is compared with the tables of today no more


def test_a_table_and_a_column_that_came_later(workspace: Workspace) -> None:
    """A store without the newest table and with a column less, as an earlier libstats would have
    left it."""
    put(workspace)
    with duckdb.connect(str(generations.published(workspace.store))) as con:
        assert con.execute("select format from about").fetchall() == [(1,)]
        for view in ("milestone", "milestone_ever", "milestone__now"):
            con.execute(f"drop view {view}")
        for part in ("row", "merged", "gone"):
            con.execute(f"drop table milestone__{part}")
        for view in ("title", "title_ever", "title__now"):
            con.execute(f"drop view {view}")
        for part in ("row", "merged"):
            con.execute(f"alter table title__{part} drop column is_serial")
        columns = "source, title_id, title, author, isbn, issn, published_year, material, publisher, created_on, updated_at"
        con.execute(
            f"create view title__now as select {columns} from title__row where is_sole union all select {columns} from title__merged"
        )
    assert counts(workspace)["title"] == COUNTS["title"]
    with generations.writing(workspace.store) as writer:
        writer.publish()
    assert counts(workspace) == COUNTS
    with libstats.open(workspace) as con:
        assert con.sql("select count(is_serial) from title").fetchall() == [(0,)]


def test_views_follow_what_a_state_holds(workspace: Workspace) -> None:
    """Each published state has views that name what it holds, whatever the one before held."""
    put(workspace)
    now = "(select source, item_id as item_key from store.item__row where is_sole)"
    key = f"(select min(item_key) from {now})"
    for change, gone in (
        ("delete from store.item__gone", 0),
        (
            f"insert into store.item__gone select source, item_key, timestamp '2026-11-01' from {now} where item_key = {key}",
            1,
        ),
        ("delete from store.item__gone", 0),
    ):
        with generations.writing(workspace.store) as writer:
            writer.con.execute(change)
            writer.publish()
        with libstats.open(workspace) as con:
            assert ("item__gone" in told(con, "item")) == bool(gone)
            assert con.sql("select count(*) from item").fetchall() == [(8 - gone,)]
            assert con.sql("select count(*), count(gone_after) from item_ever").fetchall() == [
                (8, gone)
            ]


def told(con: duckdb.DuckDBPyConnection, view: str) -> str:
    """What a view says."""
    return str(
        con.execute(
            "select sql from duckdb_views() where schema_name = 'main' and view_name = $1", [view]
        ).fetchall()[0][0]
    )


def test_what_was_known_of_a_store_that_nothing_was_loaded_into_since(workspace: Workspace) -> None:
    """It lacks tables and columns of today, and what was known is folded from its rows."""
    put(workspace)
    assert counts(workspace, known_on="2026-11-24") == COUNTS
    assert counts(workspace, known_on="2026-11-23") == {}


def test_scans_from_before_they_had_a_list(workspace: Workspace, tmp_path: Path) -> None:
    """Their barcode was their key: each is of its own then, and a list that comes joins them."""
    text = "31234000000012\n31234000000020\n"
    libstats.load(workspace, [write(tmp_path / "shelfscan_oB_2026-10-30.txt", text)])
    with generations.writing(workspace.store) as writer:
        for part in ("row", "merged"):
            for column in ("list_id", "place"):
                writer.con.execute(f"alter table store.shelf_scan__{part} drop column {column}")
        writer.con.execute("update store.about set form = null")
        writer.publish()
    libstats.load(workspace, [write(tmp_path / "shelfscan_oB_2026-10-31.txt", text)])
    with libstats.open(workspace) as con:
        assert con.sql(
            "select scanned_at::date::varchar, count(*) from shelf_scan group by all order by all"
        ).fetchall() == [("2026-10-30", 2), ("2026-10-31", 2)]
