"""Files of MARC records through the ordinary loader: receipts, order, split, maps, persons."""

from __future__ import annotations

import gzip
from itertools import permutations
from pathlib import Path

import pytest

import libstats
from libstats.cli.main import main
from libstats.errors import WorkspaceError
from libstats.readers.marc import blocks, rows
from libstats.readers.marc import file as marc_file
from libstats.recognise.inspect import inspect
from libstats.workspace.workspace import CONFIG, Workspace, find, init
from tests.support.marc import LEADER, Fields, record

SECRET = "Mara-Quill-canary"


def book(number: int, copies: int = 1, year: int = 2019, day: int = 1) -> bytes:
    """A record of Koha's with copies, each with what nobody may keep beside it."""
    fields: Fields = [
        ("001", f"kx{number}"),
        ("005", f"202609{day:02}120000.0"),
        ("008", f"190214s{year}    xxu           000 0 eng d"),
        ("245", f"00$aTitle {number}"),
        ("590", f"  $aSeen by {SECRET}"),
        *(
            (
                "952",
                f"  $aCPL$bCPL$d2020-01-{copy + 1:02}$l{number}$o598.{number} FEN"
                f"$p3{number:06}{copy:02}$yBK$9{number}{copy}$x{SECRET}$z{SECRET}",
            )
            for copy in range(copies)
        ),
        ("952", f"  $aCPL$bCPL$p9{number:06}$9{number}9$x{SECRET}"),
        ("999", f"  $c{number}$d{number}"),
    ]
    return record(fields, LEADER[:9] + "a" + LEADER[10:])


def write(path: Path, *records: bytes) -> Path:
    path.write_bytes(b"".join(records))
    return path


def held(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """What the tables say, but for which load said it."""
    with libstats.open(workspace) as con:
        return {
            table: sorted(con.sql(f"select * from {table}").fetchall(), key=repr)
            for table in ("title", "item")
        }


def test_every_record_has_a_disposition_and_the_copies_one_of_their_own(
    workspace: Workspace, tmp_path: Path
) -> None:
    authority = record([("001", "a1")], LEADER[:6] + "z" + LEADER[7:])
    holdings = record([("001", "h1"), ("004", "1")], LEADER[:6] + "y" + LEADER[7:])
    gone = record([("999", "  $c7")], LEADER[:5] + "d" + LEADER[6:])
    path = write(
        tmp_path / "whole.mrc",
        *(book(1, 2), book(2, 0), b"\n", book(1, 2), authority, holdings, gone),
        *(b"00000 rubbish\x1d", b"\x1d", book(3)[:100] + b"\x1d"),
    )
    records, copies = libstats.load(workspace, path).files
    assert records.rows_read == path.read_bytes().count(b"\x1d") == 9
    assert {d: n for d, n in records.dispositions.items() if n} == {
        "new": 2,
        "repeated": 1,
        "set aside": 3,
        "rejected": 3,
    }
    assert "set aside: 1 authority record, 1 deleted record, 1 holdings record" in records.remarks
    assert (records.file, copies.file) == ("whole.mrc", "whole.mrc#copies")
    assert str(records.exported_at) == "2026-09-01 12:00:00"
    # 3 of the first, which comes twice, 1 of the second, and one of 2 in the cut one's directory
    assert copies.rows_read == 3 + 1 + 3
    assert {d: n for d, n in copies.dispositions.items() if n} == {"new": 4, "repeated": 3}
    with libstats.open(workspace) as con:
        told = con.sql("select line, reason from store.reject order by line").fetchall()
        years = libstats.collection_age(con, as_of="2026-10-31", by="all").fetchall()[0]
    assert told == [
        (7, "it has no whole directory"),
        (8, "it is empty"),
        (9, "it has no whole directory"),
    ]
    # four copies of books of 2019, seven years old
    assert years[1:3] == (4, 4)
    assert 2019 in years


def test_copies_of_a_damaged_record_are_rejected_with_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    hurt = book(2, 2)
    hurt = hurt[: hurt.rindex(b"\x1e952") if b"\x1e952" in hurt else hurt.rindex(b"\x1e", 0, -40)]
    path = write(tmp_path / "hurt.mrc", book(1, 1), hurt + b"\x1d")
    records, copies = libstats.load(workspace, path).files
    assert (records.dispositions["new"], records.dispositions["rejected"]) == (1, 1)
    assert (copies.dispositions["new"], copies.dispositions["rejected"]) == (2, 3)


def test_a_record_is_no_total_of_a_list(workspace: Workspace, tmp_path: Path) -> None:
    """Whatever its title is: without a number it is rejected, not set aside as a sum of others."""
    total = record([("245", "00$aTotal"), ("100", "1 $aTotal")])
    records, _ = libstats.load(workspace, write(tmp_path / "a.mrc", book(1), total, book(2))).files
    assert (records.dispositions["new"], records.dispositions["rejected"]) == (2, 1)


def test_rejects_name_record_field_and_line_of_the_map(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.mrc", book(1, 1), book(2, 3).replace(b"2020-01-02", b"2020-13-41"))
    libstats.load(workspace, path)
    assert main(["-w", str(workspace.folder), "rejects", "--show", str(path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith(
        "a.mrc#copies, record 2, column $d (koha.map, line 20): not a date (as its map says)"
        " (it looks like 9999-99-99)"
    )
    # the record has four copies; the second is meant
    assert len(said) == 2
    assert "| 2020-13-41 |" in said[1]
    assert SECRET not in "".join(said)


def test_order_overlap_and_split_give_one_state(tmp_path: Path) -> None:
    every = [book(n, n % 3, day=n) for n in range(1, 9)]
    changed = book(3, 1, year=2001, day=20)
    whole = init(tmp_path / "whole")
    libstats.load(whole, write(tmp_path / "all.mrc", *every))
    libstats.load(whole, write(tmp_path / "later.mrc", changed))
    files = [
        write(tmp_path / "a.mrc", *every[:5]),
        write(tmp_path / "b.mrc", *every[3:]),
        tmp_path / "later.mrc",
    ]
    for number, order in enumerate(permutations(files)):
        place = init(tmp_path / f"library{number}")
        libstats.load(place, order[:1])
        libstats.load(place, order[1:])
        assert held(place) == held(whole), order
    seqs = [each.seq or 0 for each in libstats.load(whole, files[0]).files]
    for seq in seqs:
        libstats.undo(whole, seq)
    assert held(place) == held(whole)


def test_what_never_ends_is_refused_and_not_held(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (marc_file, rows, blocks):
        monkeypatch.setattr(module, "LONGEST", 5000)
        monkeypatch.setattr(module, "BLOCK", 1000)
    path = write(tmp_path / "a.mrc", book(1), book(2)[:-1] * 90)
    for door in (True, False):
        monkeypatch.setattr(blocks, "IS_OPEN", door)
        receipts = libstats.load(workspace, path).files
        assert {r.outcome for r in receipts} == {"refused"}
        assert "no record ends within" in receipts[0].reason


def test_a_whole_catalogue_retires_what_it_lacks(workspace: Workspace, tmp_path: Path) -> None:
    """180 copies of 60 records; a month later one record is gone, with its three copies."""
    workspace.config["whole"] = {"koha MARC copies": True, "koha MARC records": True}
    every = [book(n, 2) for n in range(1, 61)]
    libstats.load(workspace, write(tmp_path / "catalogue-2026-09-30.mrc", *every))
    libstats.load(workspace, write(tmp_path / "catalogue-2026-10-31.mrc", *every[1:]))
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from item").fetchall() == [(177,)]
        assert con.sql("select count(*) from title").fetchall() == [(59,)]


def test_the_same_file_packed_or_read_by_two_processes_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"".join(book(n, n % 4) for n in range(1, 60)) + b"00000 rubbish\x1d" + book(60)
    (tmp_path / "a.mrc").write_bytes(data)
    (tmp_path / "a.mrc.gz").write_bytes(gzip.compress(data))
    places = [init(tmp_path / name) for name in ("one", "two", "packed")]
    receipts = [libstats.load(places[0], tmp_path / "a.mrc")]
    receipts.append(libstats.load(places[2], tmp_path / "a.mrc.gz"))
    monkeypatch.setattr(marc_file, "SPLIT", 4096)
    monkeypatch.setattr(marc_file, "BLOCK", 2048)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    receipts.append(libstats.load(places[1], tmp_path / "a.mrc"))
    told = [[(f.rows_read, f.dispositions) for f in receipt.files] for receipt in receipts]
    assert told[0] == told[1] == told[2]
    assert held(places[0]) == held(places[1]) == held(places[2])
    with libstats.open(places[1]) as con:
        assert con.sql("select line from store.reject").fetchall() == [(60,)]


MAP = """\
# ours: the barcode stands in another place
system koha
title_id  999$c
copies 952
item_id   $9
barcode   $o
title_id  999$c
collection $a codes branches.csv
"""


def test_a_map_that_drops_its_copies_drops_those_it_read(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Of the same system, and its lines for titles are as they were: the title stays, its copy
    goes, and comes back with the lines of the map. Loaded once more, the file says nothing new."""
    ours, path = workspace.folder / "ours.map", write(tmp_path / "a-2026-10-31.mrc", book(1, 0))
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write('[marc]\nmap = "ours.map"\n')
    titles = "system koha\ntitle_id 999$c\n"
    copies = "copies 952\nitem_id $9\ntitle_id 999$c\n"
    for text, held in ((titles + copies, 1), (titles, 0), (titles + copies, 1)):
        ours.write_text(text, encoding="utf-8")
        for is_again in (False, True):
            files = libstats.load(find(workspace.folder), path).files
            assert not is_again or {f.outcome for f in files} == {"repeated"}
            with libstats.open(workspace) as con:
                count = "select (select count(*) from title), (select count(*) from item)"
                assert con.sql(count).fetchall() == [(1, held)]


@pytest.mark.parametrize("name", ["ours.map", "ours"])
def test_a_library_edits_a_map(name: str, workspace: Workspace, tmp_path: Path) -> None:
    (workspace.folder / "ours.map").write_text(MAP, encoding="utf-8")
    (workspace.folder / "branches.csv").write_text("code,value\ncpl,Main\n", encoding="utf-8")
    path = write(tmp_path / "a.mrc", book(1, 0))
    libstats.load(workspace, path)
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write(f'[marc]\nmap = "{name}"\n')
    receipt = libstats.load(find(workspace.folder), path)
    assert any("of the same file was undone" in note for note in receipt.files[1].notes)
    with libstats.open(workspace) as con:
        assert con.sql("select item_id, barcode, collection from item").fetchall() == [
            ("19", None, "Main")
        ]


def test_each_fault_of_a_map_names_its_line(workspace: Workspace) -> None:
    wrong = (
        MAP.replace("$o", "$oo ois")
        + "colour $c\nlocation\nprice 9$a\nbarcode $b\nstatus $k codes none.csv\n"
    )
    (workspace.folder / "ours.map").write_text(wrong, encoding="utf-8")
    (workspace.folder / "branches.csv").write_text("code,value\n", encoding="utf-8")
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write('[marc]\nmap = "ours.map"\n')
    with pytest.raises(WorkspaceError) as told:
        find(workspace.folder)
    assert [line for line in str(told.value).splitlines() if line.startswith("ours")] == [
        "ours.map, line 6: ois says nothing there",
        "ours.map, line 9: there is no column colour of item",
        "ours.map, line 10: no field stands there",
        "ours.map, line 11: 9$a is no field",
        "ours.map, line 13: there is no list none.csv beside the map",
    ]
    (workspace.folder / "ours.map").unlink()
    with pytest.raises(WorkspaceError, match=r"the map ours.map cannot be read"):
        find(workspace.folder)


def test_persons_in_local_fields_are_nowhere(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "a.mrc", *(book(n, 2) for n in range(1, 40)))
    libstats.load(workspace, path)
    for file in workspace.folder.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file


TRUTH = {
    # rows read, kept and repeated, set aside, rejected of the records; rows of the copies
    "sample_psucat.mrc": (728, 557, 171, 0, 10_887),
    "koha_sample_436.mrc": (435, 435, 0, 0, 0),
    "marc8.dat": (1, 1, 0, 0, None),
    "bad_marc8_escape.dat": (1, 1, 0, 0, 1),
    "bad_records.mrc": (8, 0, 0, 8, None),
    "utf8_invalid.mrc": (1, 1, 0, 0, None),
}


@pytest.mark.slow
def test_real_files(real: Path, workspace: Workspace) -> None:
    paths = [p for p in sorted((real / "marc").iterdir()) if p.suffix != ".tsv"]
    assert {p.name for p in paths} == TRUTH.keys()
    receipts = libstats.load(workspace, paths).files
    for path in paths:
        of_records, *of_copies = [r for r in receipts if r.file.partition("#")[0] == path.name]
        d = of_records.dispositions
        kept = of_records.rows_read - d["set aside"] - d["rejected"]
        copies = of_copies[0].rows_read if of_copies else None
        found = (of_records.rows_read, kept, d["set aside"], d["rejected"], copies)
        assert found == TRUTH[path.name], path.name
        assert of_records.rows_read == path.read_bytes().count(b"\x1d")


def test_two_records_of_one_number_are_named(workspace: Workspace, tmp_path: Path) -> None:
    """A file whose first two records have one number; alone, and in a batch of files."""
    coded = ("008", "190214s2001    xxu           000 0 eng d")
    other, another = (record([coded, ("999", f"  $c{number}")]) for number in (1, 5))
    first = write(tmp_path / "a-2026-10-01.mrc", book(1, 1), other, book(2, 1))
    later = write(tmp_path / "b-2026-10-02.mrc", book(5, 1), another, book(3, 1))
    more = write(tmp_path / "c-2026-10-03.mrc", book(4, 1))
    receipts = [
        *libstats.load(workspace, first).files,
        *libstats.load(workspace, [later, more]).files,
    ]
    told = {
        each.file: (each.conflicts, each.conflicting) for each in receipts if "#" not in each.file
    }
    assert told == {
        "a-2026-10-01.mrc": (1, ("1",)),
        "b-2026-10-02.mrc": (1, ("5",)),
        "c-2026-10-03.mrc": (0, ()),
    }
    assert any("1 number stands in it with different rows (1)" in x for x in receipts[0].lines())


@pytest.mark.parametrize(
    ("days", "title"),
    [(("02", "01"), "Ant"), (("01", "02"), "Zebra"), (("01", "01"), "Zebra")],
)
def test_of_two_versions_of_a_record_one_is_believed_with_its_own_faults(
    days: tuple[str, str], title: str, workspace: Workspace, tmp_path: Path
) -> None:
    """Ant lacks a subject, Zebra a description: the one that was changed last is believed, else the
    one whose title comes last; what the other lacks is not said of it."""
    texts = {"Ant": ("300", "  $a9 p."), "Zebra": ("650", " 0$aReeds.")}
    records = [
        record(
            [("005", f"202609{day}120000.0"), ("245", f"00$a{name}"), field, ("999", "  $c1$d1")]
        )
        for day, (name, field) in zip(days, texts.items(), strict=True)
    ]
    path = write(tmp_path / "a-2026-10-01.mrc", book(7, 0), *records)
    libstats.load(workspace, path)
    with libstats.open(workspace) as con:
        ((told, faults),) = con.sql(
            "select title, string_split(faults, '; ') from title where title_id = '1'"
        ).fetchall()
        assert told == title
        assert ("no subject" in faults, "no description" in faults) == (
            (True, False) if title == "Ant" else (False, True)
        )
        counted = libstats.record_faults(con).filter("contains(', ' || sample || ',', ', 1,')")
        categories = {name for (name,) in counted.select("category").fetchall()}
        assert categories & {"no subject", "no description"} == (
            {"no subject"} if title == "Ant" else {"no description"}
        )


def test_a_file_that_ends_within_a_record_says_in_which(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Two whole records, and half of a third."""
    path = write(tmp_path / "cut-2026-10-01.mrc", book(1, 1), book(2, 1), book(3, 1)[:90])
    receipt = libstats.load(workspace, path).files[0]
    (told,) = [note for note in receipt.notes if "broke off" in note]
    assert told.startswith("the export broke off within record 3 of the file: the last whole one")
    assert "is record 2 of the file" in told
    said = inspect(path)
    assert told in said and "headings" not in said


def test_a_batch_names_titles_whose_isbn_another_title_has(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The catalogue has 1 and 2. Of the batch 7 has the ISBN of 1 in its older form, 8 has another,
    9 has none."""
    fields: Fields = [("245", "00$aReeds"), ("005", "20260901120000.0")]

    def title(number: int, isbn: str) -> bytes:
        numbers: Fields = [
            ("001", str(number)),
            *fields,
            *([("020", f"  $a{isbn}")] if isbn else []),
        ]
        return record(numbers)

    old = write(tmp_path / "old-2026-10-01.mrc", title(1, "978-0-306-40615-7"), title(2, ""))
    new = [title(7, "0306406152 (hbk.)"), title(8, "9780141439518"), title(9, "")]
    batch = write(tmp_path / "new-2026-10-02.mrc", *new)
    assert not any("ISBN" in note for note in libstats.load(workspace, old).files[0].notes)
    (told,) = [note for note in libstats.load(workspace, batch).files[0].notes if "ISBN" in note]
    assert told.startswith("1 title (7) has an ISBN that another title has too")
