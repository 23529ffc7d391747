"""What a hostile tester tried and what came of it, as far as it belongs to no other room;
docs/decisions.md tells of all."""

from __future__ import annotations

import os
from datetime import datetime
from itertools import permutations
from pathlib import Path

import pytest

import libstats
from libstats.cli.listing import rejects
from libstats.errors import LibstatsError
from libstats.loading import intake
from libstats.loading.load import load
from libstats.sources.koha.items import ITEMS as ITEMS_SOURCE
from libstats.store import ledger
from libstats.workspace.workspace import CONFIG, Workspace, find, init
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


def test_a_heading_that_stands_there_twice_is_told_of(workspace: Workspace, tmp_path: Path) -> None:
    receipt = load(
        workspace,
        [
            write(
                tmp_path / "items-2026-10-01.csv",
                "itemnumber;barcode;homebranch;homebranch\n1;b1;EAST;WEST\n",
            )
        ],
    )
    assert "the heading homebranch stands in it more than once" in receipt.files[0].notes[0]


def test_nul_bytes_far_into_a_file_refuse_it(workspace: Workspace, tmp_path: Path) -> None:
    padding = "".join(f"{i};b{i};EAST;BK\n" for i in range(1000, 9000))
    write(tmp_path / "items-2026-10-01.csv", f"{ITEMS}{padding}1;b\0001;EA\0ST;BK\n")
    assert load(workspace, [tmp_path / "items-2026-10-01.csv"]).files[0].outcome == "refused"


def test_the_same_list_of_another_day_outlives_a_changed_declaration(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two equal files of two days are two loads; only the one that is loaded again takes the place
    of its earlier load."""
    days = [
        write(tmp_path / f"items-2026-10-0{day}.csv", f"{ITEMS}1;b1;EAST;BK\n") for day in (1, 2)
    ]
    load(workspace, days)
    monkeypatch.setitem(vars(ITEMS_SOURCE), "select_hash", "another")
    assert "load 1 of the same file was undone" in load(workspace, days[:1]).files[0].notes[0]
    with libstats.open(workspace) as con:
        assert con.sql(
            "select exported_at::date::varchar from store.load where undone_seq is null order by 1"
        ).fetchall() == [("2026-10-01",), ("2026-10-02",)]


def test_a_shape_shows_no_digit_and_no_letter_of_any_script(
    workspace: Workspace, tmp_path: Path
) -> None:
    load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-10-01.csv",
                "issue_id;issuedate;date_due\n1;٤٧ हिन्दी Ⅳ ǅ;2026-10-01\n",
            )
        ],
    )
    with libstats.open(workspace) as con:
        assert con.sql("select shape from store.reject").fetchall() == [("99 aaaaaa 9 a",)]


def test_a_title_that_cannot_be_read_is_told_of(workspace: Workspace, tmp_path: Path) -> None:
    """The copy is loaded all the same; a copy without a record is no fault."""
    export = write(
        tmp_path / "items-2026-10-01.csv",
        "itemnumber;barcode;homebranch;biblionumber;title;copyrightdate\n1;b1;EAST;5;Tit;c1999\n2;b2;EAST;6;Tat;1999\n3;b3;EAST;;;x\n",
    )
    receipt = load(workspace, [export]).files[0]
    assert (receipt.dispositions["new"], receipt.derived) == (3, {"title": 1})
    assert receipt.notes[0] == "1 row tells nothing of title, since a value for it cannot be read"
    with libstats.open(workspace) as con:
        assert con.sql("select line, heading, shape from store.reject").fetchall() == [
            (2, "copyrightdate", "a9999")
        ]


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


def test_the_lines_of_a_file_that_has_changed_are_not_shown(
    workspace: Workspace, tmp_path: Path
) -> None:
    export = write(
        tmp_path / "items-2026-10-01.csv",
        "itemnumber;barcode;homebranch;onloan\n1;b1;EAST;soon\n2;b2;EAST;\n",
    )
    load(workspace, [export])
    assert "    1 | b1 | EAST | soon" in rejects(workspace, 1, export)
    write(export, "itemnumber;barcode;homebranch;onloan\n2;b2;EAST;\n1;b1;EAST;soon\n")
    for number in (1, None):
        with pytest.raises(LibstatsError, match="has changed since"):
            rejects(workspace, number, export)


def test_a_day_that_is_none_is_told_in_words(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, [write(tmp_path / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")])
    with pytest.raises(LibstatsError, match="is not a day"):
        libstats.open(workspace, known_on="last month")


def test_a_tab_behind_a_barcode_makes_no_other_copy(workspace: Workspace, tmp_path: Path) -> None:
    load(
        workspace,
        [
            write(tmp_path / "items-2026-10-01.csv", f'{ITEMS}1;"b1\t";EAST;BK\n'),
            write(tmp_path / "items-2026-10-02.csv", "barcode;homebranch;itype\nb1;WEST;BK\n"),
        ],
    )
    with libstats.open(workspace) as con:
        assert con.sql("select item_key, barcode, owning_branch from item").fetchall() == [
            ("1", "b1", "WEST")
        ]


LOANS = "issue_id;itemnumber;borrowernumber;issuedate;date_due\n"


def loan(patron: str, number: int = 1) -> str:
    """A line of LOANS."""
    return f"{number};5;{patron};2026-01-01 10:00:00;2026-02-01\n"


def test_rows_that_are_equal_since_their_patrons_were_forgotten_are_found_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A loan stands there for two patrons; another report shows it without one; then so does its
    own."""
    load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-10-01.csv",
                LOANS + loan("100") + loan("200") + loan("300", 2),
            )
        ],
    )
    returned = LOANS.replace("date_due", "date_due;returndate") + loan("").replace(
        "\n", ";2026-01-20\n"
    )
    assert (
        load(workspace, [write(tmp_path / "returned-2026-10-02.csv", returned)]).files[0].stripped
        == 2
    )
    for day in (3, 4):
        receipt = load(
            workspace,
            [write(tmp_path / f"loans-2026-10-0{day}.csv", LOANS + loan("") + loan("300", 2))],
        ).files[0]
        assert (
            receipt.outcome,
            receipt.dispositions["unchanged"],
            receipt.dispositions["repeated"],
        ) == ("loaded", 2, 0)
    with libstats.open(workspace) as con:
        assert con.sql(
            "select loan_id, returned_at is not null, patron_key is not null from loan order by all"
        ).fetchall() == [("1", True, False), ("2", False, True)]


@pytest.mark.parametrize("item", ["5", '"5"x'])
def test_a_word_that_means_blank_is_no_patron_however_the_file_is_read(
    workspace: Workspace, tmp_path: Path, item: str
) -> None:
    """A stray quote sends the file through the slow reading, which hashes patrons before words that
    mean blank are looked for."""
    text = (
        LOANS
        + loan("NULL")
        + loan("\\N", 2)
        + loan("", 3)
        + loan("9", 4)
        + loan("9", 5).replace(";5;", f";{item};")
    )
    assert (
        load(workspace, [write(tmp_path / "loans-2026-10-01.csv", text)]).files[0].outcome
        == "loaded"
    )
    with libstats.open(workspace) as con:
        assert con.sql(
            "select loan_id, patron_key is not null from loan order by all"
        ).fetchall() == [("1", False), ("2", False), ("3", False), ("4", True), ("5", True)]
        assert con.sql("select count(distinct patron_key) from loan").fetchall() == [(1,)]


@pytest.mark.parametrize("day", ["2026-09-30 (BC)", "12026-09-30"])
def test_a_day_of_no_year_of_four_digits_is_none_and_stops_nothing(
    workspace: Workspace, tmp_path: Path, day: str
) -> None:
    """DuckDB reads both, and Python knows no such day."""
    feed = "RecordID,BibRecordID,Barcode,Owning Branch,ItemCreationDate,Report Date\n"
    receipt = load(
        workspace,
        [
            write(
                tmp_path / "feed-2026-10-01.csv",
                f"{feed}1,7,b1,EAST,2026-01-01,{day}\n2,7,b2,EAST,{day},{day}\n",
            )
        ],
    ).files[0]
    assert (
        receipt.outcome,
        receipt.exported_from,
        receipt.dispositions["new"],
        receipt.dispositions["rejected"],
    ) == ("loaded", "name", 1, 1)


def test_a_patron_is_forgotten_though_the_row_without_one_stood_there_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A file tells of a loan twice, with its patron and without; the next one only without."""
    load(workspace, [write(tmp_path / "loans-2026-10-01.csv", LOANS + loan("100") + loan(""))])
    assert (
        load(workspace, [write(tmp_path / "loans-2026-10-02.csv", LOANS + loan(""))])
        .files[0]
        .stripped
        == 1
    )
    with libstats.open(workspace) as con:
        assert con.sql("select patron_key from loan").fetchall() == [(None,)]


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


def test_a_file_of_a_day_to_come_is_loaded_once(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time is that of its load, and another one whenever the folder is loaded again."""
    export = write(tmp_path / "items-2099-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    moments = iter([datetime(2026, 11, 1), datetime(2026, 11, 2), datetime(2026, 11, 3)])
    monkeypatch.setattr(ledger, "now", lambda con: (next(moments), False))
    assert [load(workspace, [export]).files[0].outcome for _ in range(2)] == ["loaded", "repeated"]
    monkeypatch.setitem(vars(ITEMS_SOURCE), "select_hash", "another")
    assert "load 1 of the same file was undone" in load(workspace, [export]).files[0].notes[0]


def test_two_rows_of_a_copy_are_weighed_anew_though_an_older_list_came_between(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The third day's list holds both rows, as the first day's did, which was loaded after the
    second's: the greater value wins, as if they had come in order."""
    days = {1: ("EAST", "WEST"), 2: ("EAST",), 3: ("EAST", "WEST")}
    for day in (2, 1, 3):
        load(
            workspace,
            [
                write(
                    tmp_path / f"items-2026-10-0{day}.csv",
                    ITEMS + "".join(f"1;b1;{branch};BK\n" for branch in days[day]),
                )
            ],
        )
    with libstats.open(workspace) as con:
        assert con.sql("select owning_branch from item").fetchall() == [("WEST",)]


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


SWALLOWED = '2;b2;"EAST;BK;ann@mail.example\n3;b3;WEST";BK;\n'
STRAY = '4;b4;"EAST"x;BK;\n'


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        ("", "loaded"),
        ("5;b5\n", "loaded"),
        ("5;b\0005;EAST;BK;\n", "refused"),
        ('5;"b5;EAST;BK;\n', "refused"),
    ],
)
def test_what_was_read_of_a_big_file_before_it_was_believed_makes_the_store_be_written_anew(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, outcome: str
) -> None:
    """A stray quote makes all quotes doubtful. DuckDB took the two lines of copy 2 for one with a
    long branch; whatever ends its reading, that may lie in freed blocks."""
    monkeypatch.setattr(intake, "MANY", 0)
    padding = "".join(f"{i};b{i};EAST;BK;\n" for i in range(1000, 9000))
    receipt = load(
        workspace,
        [
            write(
                tmp_path / "items-2026-10-01.csv",
                f"{ITEMS[:-1]};patronname\n{padding}{SWALLOWED}{STRAY}{last}",
            )
        ],
    ).files[0]
    assert (receipt.outcome, receipt.has_traces) == (outcome, True)


def test_a_big_file_with_a_line_too_short_leaves_no_traces_where_its_quotes_are_sound(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MANY", 0)
    receipt = load(
        workspace, [write(tmp_path / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n2;b2\n")]
    ).files[0]
    assert (receipt.outcome, receipt.has_traces, receipt.dispositions["rejected"]) == (
        "loaded",
        False,
        1,
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_time_that_a_name_says_goes_before_one_that_was_worked_out(
    order: tuple[int, ...], workspace: Workspace, tmp_path: Path
) -> None:
    """The same file under a name with its day and under one without is one file, of that day,
    whichever comes first."""
    text = "itemnumber;barcode;homebranch;location;timestamp\n1;b1;EAST;{};2026-10-01 0{}:00:00\n"
    names = ["items-2026-10-01.csv", "items.csv", "other.csv"]
    files = [
        write(tmp_path / name, text.format(place, hour))
        for name, place, hour in zip(names, ("ADULT", "ADULT", "TEEN"), (6, 6, 3), strict=True)
    ]
    for number in order:
        load(workspace, [files[number]])
    with libstats.open(workspace) as con:
        assert con.sql("select location from item").fetchall() == [("TEEN",)]
        assert con.sql(
            "select exported_from from store.load where undone_seq is null order by 1"
        ).fetchall() == [("name",), ("newest",)]


def test_a_time_of_tomorrow_stands_and_a_later_one_is_told_of(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A computer's clock may be of a zone that is behind the library's."""
    monkeypatch.setattr(ledger, "now", lambda con: (datetime(2026, 10, 31, 20, 30), False))
    lists = [
        write(tmp_path / f"items-{day}.csv", f"{ITEMS}1;b1;{place};BK\n")
        for day, place in (
            ("202611010815", "WEST"),
            ("202611010615", "EAST"),
            ("2027-01-01", "NORTH"),
        )
    ]
    first, second, third = load(workspace, lists).files
    assert (str(first.exported_at), str(second.exported_at), first.notes, second.notes) == (
        "2026-11-01 08:15:00",
        "2026-11-01 06:15:00",
        [],
        [],
    )
    assert (
        str(third.exported_at) == "2026-10-31 20:30:00"
        and "the time of its export is still to come" in third.notes[0]
    )
    with libstats.open(workspace) as con:
        assert con.sql("select owning_branch from item").fetchall() == [("WEST",)]
