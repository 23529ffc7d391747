"""Files read by their lines: what stands as it stood is parted into no columns, and the state is
what it would be otherwise."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.declaration.raw import Raw
from libstats.declaration.select import plans
from libstats.loading import lines, read
from libstats.loading.incoming import Incoming
from libstats.loading.receipt import FileReceipt
from libstats.readers.delimited import Delimited, probe
from libstats.sources.koha.items import ITEMS
from libstats.store import row_groups as grouping
from libstats.store import steps
from libstats.store.row_groups import GROUP, MOST_PIECES
from libstats.workspace.workspace import Workspace, find, init
from tests.support.files import write

pytestmark = pytest.mark.slow

HEADER = "itemnumber;barcode;homebranch;holdingbranch;location"
FIRST = [f"{i};b{i};EAST;WEST;ADULT" for i in range(1, 7)]


# What `by_lines` says of a load that was compared by columns after all, and of one whose file was
# written anew to be read.
BY_COLUMN, WRITTEN_ANEW = -1, -2


@pytest.fixture
def by_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """For each load that was to be compared by lines, how many of these were not known, or why it
    was not."""
    found: list[int] = []
    original, anew = lines.unstored, read.as_written_anew

    def counted(con: duckdb.DuckDBPyConnection, *given: Any) -> Raw | None:
        rest = original(con, *given)
        unknown = "select count(*) from by_line where id is null"
        found.append(BY_COLUMN if rest is None else con.execute(unknown).fetchall()[0][0])
        return rest

    def noted(incoming: Incoming) -> Raw:
        found.append(WRITTEN_ANEW)
        return anew(incoming)

    monkeypatch.setattr(lines, "unstored", counted)
    monkeypatch.setattr(read, "as_written_anew", noted)
    yield found


def put(
    place: Workspace, day: int, lines: list[str], header: str = HEADER, end: str = "\n"
) -> FileReceipt:
    """The list of a day, loaded."""
    (receipt,) = libstats.load(
        place, [write(place.folder / f"items-2026-10-{day:02}.csv", end.join((header, *lines, "")))]
    ).files
    return receipt


def told(receipt: FileReceipt) -> dict[str, int]:
    """The dispositions that are not 0."""
    return {what: rows for what, rows in receipt.dispositions.items() if rows}


def stored(place: Workspace) -> int:
    """How many rows are stored."""
    with libstats.open(place) as con:
        return int(con.execute("select count(*) from store.item__row").fetchall()[0][0])


def column(place: Workspace, name: str) -> list[str | None]:
    """A column of all items, by number."""
    with libstats.open(place) as con:
        return [
            value
            for (value,) in con.execute(f"select {name} from item order by item_id").fetchall()
        ]


def test_which_files_are_read_so() -> None:
    """Those that tell of one table with every column, and none of a person."""
    assert [p.fingerprint.is_of_lines for p in plans(ITEMS, HEADER.split(";"), delimiter=";")] == [
        True
    ]
    assert [
        p.fingerprint.is_of_lines
        for p in plans(ITEMS, [*HEADER.split(";"), "itemnotes"], delimiter=";")
    ] == [False]
    assert [
        p.fingerprint.is_of_lines
        for p in plans(ITEMS, [*HEADER.split(";"), "biblionumber", "title"], delimiter=";")
    ] == [False, False]
    assert [p.fingerprint.is_of_lines for p in plans(ITEMS, HEADER.split(";"))] == [False]
    assert [p.fingerprint.is_of_lines for p in plans(ITEMS, ["barcode"], delimiter=",")] == [False]


@pytest.mark.parametrize(
    ("line", "is_plain"),
    [
        ("1;b1;EAST;WEST;ADULT", True),
        ('1;b1;"";WEST;ADULT', True),
        ('1;b1;"EAST";WEST;ADULT', False),
        ("1;b1;NULL;WEST;ADULT", False),
    ],
)
def test_lines_that_would_be_read_twice(tmp_path: Path, line: str, is_plain: bool) -> None:
    """Those with quotes, but around nothing, and those with a word for nothing: their fingerprint
    is that of no row."""
    file = next(
        reading
        for reading in probe(write(tmp_path / "items.csv", f"{HEADER}\n{line}\n{line}\n")).headers()
        if reading.delimiter == ";"
    )
    assert file.is_mostly_plain(("NULL",)) == is_plain


def test_a_line_that_stands_unaltered_is_looked_at_no_further(
    workspace: Workspace, by_lines: list[int]
) -> None:
    put(workspace, 1, FIRST)
    assert told(put(workspace, 2, [*FIRST[:4], "5;b5;EAST;WEST;TEEN", "7;b7;EAST;EAST;TEEN"])) == {
        "new": 1,
        "changed": 1,
        "unchanged": 4,
    }
    assert by_lines == [2]
    assert stored(workspace) == 8
    assert column(workspace, "location") == ["ADULT"] * 4 + ["TEEN", "ADULT", "TEEN"]


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ('2;b2;"EAST";WEST;ADULT', 1),
        ("2;b2;EAST;WEST;ADULT\n\n", 0),
        ("2;b2;EAST;WEST;NULL", 1),
        ('2;b2;EAST;WEST;""', 1),
        ('2;b2;"";WEST;ADULT', 0),
        ('2;b2;"";"";ADULT', 1),
    ],
)
def test_another_spelling_of_the_same_row(
    workspace: Workspace, by_lines: list[int], line: str, unknown: int
) -> None:
    """It is read by its columns, and found to be the row that is stored."""
    plain = line.replace('"', "").replace("NULL", "").strip("\n")
    put(workspace, 1, [FIRST[0], plain, *FIRST[2:]])
    assert told(put(workspace, 2, [FIRST[0], line, *FIRST[2:]])) == {"unchanged": 6}
    assert by_lines == [unknown]
    assert stored(workspace) == 6


def test_lines_that_end_as_on_windows(workspace: Workspace, by_lines: list[int]) -> None:
    put(workspace, 1, FIRST)
    assert told(put(workspace, 2, FIRST, end="\r\n")) == {"unchanged": 6}
    assert by_lines == [0]


def test_a_delimiter_within_a_field_parts_no_row_from_another(
    workspace: Workspace, by_lines: list[int]
) -> None:
    """Joined, the texts of both rows are the same."""
    put(workspace, 1, [*FIRST, '7;b7;"A;B";C;D'])
    assert told(put(workspace, 2, [*FIRST, '7;b7;A;"B;C";D'])) == {"changed": 1, "unchanged": 6}
    assert column(workspace, "current_branch")[-1] == "B;C"
    assert by_lines == [1]


def test_a_quote_within_a_field_is_no_quote_around_one(
    workspace: Workspace, by_lines: list[int]
) -> None:
    """The second list's last line is one field too few, though the row of before would be written
    so without its quotes."""
    put(workspace, 1, [*FIRST, '7;b7;"""A";"B""";C'])
    assert column(workspace, "owning_branch")[-1] == '"A'
    assert told(put(workspace, 2, [*FIRST, '7;b7;"A;B";C'])) == {"unchanged": 6, "rejected": 1}


def test_columns_that_changed_places(workspace: Workspace, by_lines: list[int]) -> None:
    """The lines are equal, what they say is not."""
    put(workspace, 1, FIRST)
    swapped = "itemnumber;barcode;holdingbranch;homebranch;location"
    assert told(put(workspace, 2, FIRST, header=swapped)) == {"changed": 6}
    assert column(workspace, "owning_branch") == ["WEST"] * 6
    assert told(put(workspace, 3, FIRST)) == {"changed": 6}
    assert by_lines == [BY_COLUMN, BY_COLUMN]


def test_a_column_that_is_not_read(workspace: Workspace, by_lines: list[int]) -> None:
    """With it the list is read by column, and its rows are those that are stored."""
    put(workspace, 1, FIRST)
    for day in (2, 4):
        assert told(
            put(workspace, day, [f"{line};a note" for line in FIRST], header=f"{HEADER};itemnotes")
        ) == {"unchanged": 6}
        assert told(put(workspace, day + 1, FIRST)) == {"unchanged": 6}
    assert stored(workspace) == 6
    assert by_lines == [0, 0]


def test_a_line_with_a_field_too_few(workspace: Workspace, by_lines: list[int]) -> None:
    put(workspace, 1, FIRST)
    assert told(put(workspace, 2, [*FIRST[:5], "6;b6;EAST;WEST"])) == {
        "unchanged": 5,
        "rejected": 1,
    }
    assert column(workspace, "location")[-1] == "ADULT"


def test_a_record_over_several_lines(workspace: Workspace, by_lines: list[int]) -> None:
    """Its lines are no rows, though one is written as a row is."""
    put(workspace, 1, FIRST)
    whole = [*FIRST, '7;b7;EAST;WEST;"ADULT\n2;b2;EAST;WEST;ADULT\n"']
    assert told(put(workspace, 2, whole)) == {"new": 1, "unchanged": 6}
    assert by_lines == [BY_COLUMN]


def test_a_list_of_one_column(workspace: Workspace, by_lines: list[int]) -> None:
    """A text with quotes around it, or with a delimiter in it, is not the line that looks like it."""
    own = '\n[export."desk shelf"]\nrecognise = ["Code"]\n[export."desk shelf".columns.item]\n"Code" = "barcode"\n'
    config = workspace.folder / "libstats.toml"
    config.write_text(config.read_text(encoding="utf-8") + own, encoding="utf-8")
    place = find(workspace.folder)
    put(place, 1, ["b1", "b2", "b3", '"""x"""', '"A,B"'], header="Code")
    assert told(put(place, 2, ["b1", "b2", "b3", '"x"', "A,B"], header="Code")) == {
        "new": 1,
        "unchanged": 3,
        "rejected": 1,
    }
    assert set(by_lines) == {WRITTEN_ANEW}


@pytest.mark.parametrize(
    "line",
    [
        "9;Ann;Reed;ann@example.org;1 High Street;1970",
        '9;"Reed; Ann";ann@example.org;"1 ""A"" Street";1970;x',
        "9;ann@example.org",
    ],
)
def test_a_line_with_fields_without_a_heading_is_written_nowhere(
    workspace: Workspace, by_lines: list[int], line: str
) -> None:
    """Another list may stand below this one, and tell of persons."""
    found: list[str] = []

    def looked(step: str) -> None:
        scratch = (workspace.store / "work").glob("*.csv")
        found.extend(p.read_text(encoding="utf-8") for p in scratch)

    put(workspace, 1, FIRST)
    with steps.watched(looked):
        receipt = put(workspace, 2, [*FIRST, '7;b7;"EAST;A";"W""";""', line])
    assert told(receipt) == {"new": 1, "unchanged": 6, "rejected": 1}
    assert found
    assert "ann@" not in "".join(found)
    assert by_lines == [-1, -2, -2]


def test_a_control_character_at_the_end_of_a_line(
    workspace: Workspace, by_lines: list[int]
) -> None:
    """It is part of the row: where lines are read whole, a delimiter of nothing is dropped."""
    put(workspace, 1, FIRST)
    assert told(put(workspace, 2, [*FIRST[:5], f"{FIRST[5]}\x01"])) == {
        "changed": 1,
        "unchanged": 5,
    }
    assert by_lines == [WRITTEN_ANEW]
    assert column(workspace, "location")[-1] == "ADULT\x01"


def test_a_byte_order_mark_within_the_file_is_text(
    workspace: Workspace, by_lines: list[int]
) -> None:
    """The line with it is the first of those that are read by column; it was taken for the mark of
    that file, and the number for another one's."""
    put(workspace, 1, FIRST)
    assert told(put(workspace, 2, [*FIRST[:5], "\ufeff6;b7;EAST;WEST;ADULT"])) == {
        "new": 1,
        "unchanged": 5,
    }
    assert by_lines == [1]
    assert column(workspace, "item_id")[-1] == "\ufeff6"


def test_most_lines_with_quotes_are_read_by_column_at_once(
    workspace: Workspace, by_lines: list[int]
) -> None:
    quoted = [";".join(f'"{field}"' for field in line.split(";")) for line in FIRST]
    put(workspace, 1, quoted)
    assert told(put(workspace, 2, [*quoted, "7;b7;EAST;WEST;ADULT"])) == {"new": 1, "unchanged": 6}
    assert by_lines == []


@pytest.mark.slow
def test_what_makes_no_difference_makes_none(
    tmp_path: Path, by_lines: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random lists with quotes, blanks, words for them and delimiters in fields: by lines and by
    columns the same."""
    rng = random.Random(20261128)
    places = [init(tmp_path / "lines"), init(tmp_path / "columns")]
    for day in range(1, 15):
        rows = [
            [
                str(i),
                f"b{i}",
                *(
                    rng.choice(("A", "B", "", "NULL", "A;B", 'A"', "A\nB" if day % 5 == 0 else "C"))
                    for _ in range(3)
                ),
            ]
            for i in range(1, 40)
        ]
        rows = [
            row if rng.random() < 0.3 else [row[0], row[1], "A", "B", "C"]
            for row in rows
            if rng.random() < 0.9
        ]
        buffer = io.StringIO()
        by_lines.clear()
        csv.writer(
            buffer,
            delimiter=";",
            quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
            lineterminator="\n",
        ).writerows(rows)
        receipts = []
        for place in places:
            with monkeypatch.context() as patch:
                patch.setattr(lines, "IS_OPEN", place is places[0])
                patch.setattr(Delimited, "is_mostly_plain", lambda self, words: True)
                receipts.append(told(put(place, day, buffer.getvalue().split("\n")[:-1])))
        assert receipts[0] == receipts[1], day
        assert len(by_lines) == (day > 1) and WRITTEN_ANEW not in by_lines, day
        for table in ("item", "store.item__row"):
            columns = "*" if table == "item" else "* exclude (row_hash)"
            states = []
            for place in places:
                with libstats.open(place) as con:
                    states.append(
                        con.execute(f"select {columns} from {table} order by all").fetchall()
                    )
            assert states[0] == states[1], (day, table)


def groups(place: Workspace, table: str = "store.item__row") -> list[int]:
    """How many rows each group of a table's has, in order."""
    with libstats.open(place) as con:
        saved = f"select sum(count)::bigint from pragma_storage_info('{table}') where column_id = 0 and segment_type <> 'VALIDITY' group by row_group_id order by row_group_id"
        return [n for (n,) in con.execute(saved).fetchall()]


@pytest.mark.slow
def test_what_comes_bit_by_bit_is_written_anew_now_and_then(
    workspace: Workspace, by_lines: list[int]
) -> None:
    """After some loads as one, and as a whole group as soon as it is enough for one; those before
    stay as they are, and no row is lost or doubled."""
    rows, day, found = 2 * GROUP, 1, []
    for fresh in (0, *[10] * (MOST_PIECES + 1), GROUP // 2, GROUP // 2):
        rows += fresh
        listed = [
            f"{i};b{i};EAST;WEST;{'TEEN' if i <= 20 * day else 'ADULT'}" for i in range(1, rows + 1)
        ]
        assert told(put(workspace, day, listed)) == (
            {"new": rows}
            if day == 1
            else {"new": fresh, "changed": 20, "unchanged": rows - fresh - 20}
        )
        found.append([n for n in groups(workspace) if n != GROUP])
        assert (groups(workspace, "store.load"), groups(workspace, "store.ledger")) == (
            [day],
            [day],
        )
        day += 1
    assert found[MOST_PIECES] == [*found[0], *[30] * MOST_PIECES]
    assert found[MOST_PIECES + 1] == [sum(found[0]) + 30 * (MOST_PIECES + 1)]
    assert len(found[-1]) < len(found[-2]) and sum(found[-1]) < GROUP
    with libstats.open(workspace) as con:
        assert con.execute(
            "select count(*), count(distinct item_id), count(*) filter (where location = 'TEEN') from item"
        ).fetchall() == [(rows, rows, 20 * (day - 1))]
        assert con.execute("select count(*) from store.item__row").fetchall() == [
            (rows + 20 * (day - 2),)
        ]
        assert con.execute("select count(*), count(distinct seq) from store.load").fetchall() == [
            (day - 1, day - 1)
        ]
    assert WRITTEN_ANEW not in by_lines


def test_what_fails_before_the_bits_are_committed_is_taken_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is refused, and those before and behind it are loaded."""
    monkeypatch.setattr(grouping, "GROUP", 100)
    put(workspace, 1, [f"{i};b{i};EAST;WEST;ADULT" for i in range(200)])
    original, asked = grouping._pieces, list[str]()

    def failing(con: duckdb.DuckDBPyConnection, name: str) -> object:
        asked.append(name)
        if len(asked) == 2:
            raise duckdb.OutOfMemoryException("out of memory")
        return original(con, name)

    monkeypatch.setattr(grouping, "_pieces", failing)
    days = [
        write(
            workspace.folder / f"items-2026-10-0{day}.csv",
            "\n".join((HEADER, *(f"{i};b{i};EAST;WEST;ADULT" for i in range(200 + day)), "")),
        )
        for day in (2, 3, 4)
    ]
    assert [libstats.load(workspace, [day]).files[0].outcome for day in days] == [
        "loaded",
        "refused",
        "loaded",
    ]
    assert stored(workspace) == 204
    assert [f.outcome for f in libstats.load(workspace, days).files] == [
        "repeated",
        "loaded",
        "repeated",
    ]
    assert stored(workspace) == 204
