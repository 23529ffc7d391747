"""What is loaded in little memory: keys told apart by bits, and the limit that a library sets."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import libstats
from libstats.errors import StoreError, WorkspaceError
from libstats.loading import bits
from libstats.store import generations
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch\n"


def limited(workspace: Workspace, limit: str) -> Workspace:
    """The workspace with a memory limit in its configuration."""
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write(f"\n[duckdb]\nmemory_limit = {limit}\n")
    return find(workspace.folder)


def limit_of(con: duckdb.DuckDBPyConnection) -> object:
    """The limit that a connection has."""
    return con.execute("select current_setting('memory_limit')").fetchall()[0][0]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((1, 2, 3), True),
        ((1, 2, 2), False),
        ((1, 2, None), False),
        ((), False),
        ((-5, 0, 60), True),
        ((1, 10**12), False),
    ],
)
def test_numbers_told_apart(numbers: tuple[int | None, ...], expected: bool) -> None:
    con = duckdb.connect()
    con.execute("create table held (i bigint)")
    con.execute("insert into held select unnest($1::bigint[])", [list(numbers)])
    assert bits.all_distinct(con, "i", "held") is expected


def test_the_fingerprint_is_the_lower_half_of_md5() -> None:
    found = (
        duckdb.connect()
        .execute(
            "select (md5_number(t) >> 64)::ubigint, md5_number_lower(t) from (values ('a'), ('Łódź'), ('')) v(t)"
        )
        .fetchall()
    )
    assert [quick for quick, _ in found] == [known for _, known in found]


def test_a_number_with_zeros_before_it_is_another_key(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(
        workspace, [write(tmp_path / "items-2026-10-01.csv", ITEMS + "1;b1;EAST\n01;b2;WEST\n")]
    )
    with libstats.open(workspace) as con:
        assert con.sql("select item_key, owning_branch from item order by 1").fetchall() == [
            ("01", "WEST"),
            ("1", "EAST"),
        ]


def test_keys_that_are_no_numbers(workspace: Workspace, tmp_path: Path) -> None:
    receipt = libstats.load(
        workspace,
        [write(tmp_path / "items-2026-10-01.csv", ITEMS + "a;b1;EAST\na;b1;EAST\nb;b2;WEST\n")],
    ).files[0]
    assert (receipt.dispositions["new"], receipt.dispositions["repeated"]) == (2, 1)


def test_the_limit_holds_for_writers_and_readers(workspace: Workspace, tmp_path: Path) -> None:
    place = limited(workspace, '"300MB"')
    libstats.load(place, [write(tmp_path / "items-2026-10-01.csv", ITEMS + "1;b1;EAST\n")])
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        assert limit_of(writer.con) == "286.1 MiB"
    with libstats.open(place) as con:
        assert limit_of(con) == "286.1 MiB"
        assert (
            Path(con.execute("select current_setting('temp_directory')").fetchall()[0][0]).parent
            == place.store
        )


def test_the_environment_goes_before_the_configuration(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBSTATS_MEMORY_LIMIT", "2GiB")
    assert limited(workspace, '"300MB"').memory_limit == "2GiB"


@pytest.mark.parametrize("limit", ["2", '"2"', '"much"'])
def test_what_is_no_amount_of_memory_is_refused(workspace: Workspace, limit: str) -> None:
    with pytest.raises(WorkspaceError, match="amount of memory"):
        _ = limited(workspace, limit).memory_limit


def test_a_reader_that_spills_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", ITEMS + "1;b1;EAST\n")])
    with libstats.open(limited(workspace, '"100MB"')) as con:
        con.execute(
            "create temp table wide as select hash(i) as a, hash(i + 1) as b from range(8000000) r(i)"
        )
        assert list(workspace.store.glob("spill-*/*"))
    assert not list(workspace.store.glob("spill-*"))


def test_an_undo_that_needs_too_much_is_told_in_words(workspace: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"{i};b{i};EAST\n" for i in range(300_000))
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", ITEMS + rows)])
    with pytest.raises(
        StoreError,
        match=r"this needs more memory than it may have\n  Raise memory_limit under \[duckdb\] in libstats.toml",
    ):
        libstats.undo(limited(workspace, '"10MB"'), 1)
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from item").fetchall() == [(300_000,)]


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (
            duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data"),
            "It needs more memory than there is: close other programs.",
        ),
        (
            duckdb.IOException(
                'IO Error: Cannot open file "library-000001.duckdb": Permission denied'
            ),
            "Check the permissions of the store folder.",
        ),
        (
            duckdb.IOException("IO Error: The file is not a valid DuckDB database file!"),
            "Restore the store folder from a backup.",
        ),
    ],
)
def test_a_backup_is_asked_for_only_where_the_database_is_damaged(
    error: duckdb.Error,
    remedy: str,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-01.csv", ITEMS + "1;b1;EAST\n")])

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(duckdb, "connect", fail)
    with pytest.raises(StoreError) as refused:
        libstats.open(workspace)
    assert refused.value.remedy == remedy
