"""Archives, compressed files, tab-delimited text without quoting, lines above the headings, files
still being written."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import libstats
from libstats.readers import delimited, place
from libstats.readers.part import Count
from libstats.readers.place import places
from libstats.recognise.inspect import inspect
from libstats.recognise.recognise import recognise
from libstats.recognise.sniff import parts
from libstats.store import steps
from libstats.workspace.workspace import Workspace
from tests.readers.test_workbooks import ITEMS, dispositions, held
from tests.support.books import write_xlsx
from tests.support.files import write

CSV = "itemnumber,barcode,homebranch,itemcallnumber\n1,b1,EAST,x\n2,b2,EAST,y\n"
TITLES = "biblionumber\ttitle\tauthor\n"
HELD = [("1", "b1", "EAST", "x"), ("2", "b2", "EAST", "y")]


def archive(path: Path, members: dict[str, bytes | str]) -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def test_every_member_of_an_archive_is_loaded_on_its_own(
    workspace: Workspace, tmp_path: Path
) -> None:
    book = write_xlsx(tmp_path / "book", {"S": ITEMS}).read_bytes()
    members = {
        "a/items.csv": CSV,
        "__MACOSX/a/items.csv": "x",
        "a/.hidden": "x",
        "more.gz": gzip.compress(CSV.encode()),
        "picture.png": b"\x89PNG\0\0",
        "book.xlsx": book,
        "none": "",
    }
    receipt = libstats.load(
        workspace, [archive(tmp_path / "day-2026-10-31.zip", {"a/": b"", **members})]
    )
    assert [(f.file.partition("#")[2], f.outcome, f.rows_read) for f in receipt.files] == [
        ("a/items.csv", "loaded", 2),
        ("more.gz", "repeated", 0),
        ("picture.png", "refused", 0),
        ("book.xlsx#S", "loaded", 2),
        ("none", "refused", 0),
    ]
    assert receipt.files[0].exported_from == "name"
    assert "day-2026-10-31.zip, none: the file is empty" in str(receipt)


def test_a_packed_file_is_the_file(workspace: Workspace, tmp_path: Path) -> None:
    plain = write(tmp_path / "items-2026-10-31.csv", CSV)
    packed = tmp_path / "packed-2026-10-31"
    packed.write_bytes(gzip.compress(CSV.encode()))
    first, again = libstats.load(workspace, [packed, plain]).files
    assert (first.outcome, first.rows_read, again.outcome) == ("loaded", 2, "repeated")
    assert held(workspace) == HELD


def test_what_is_packed_is_never_on_the_disk(workspace: Workspace, tmp_path: Path) -> None:
    """Only wanted columns reach scratch, persons' identifiers hashed; what is beside them and above
    them does not."""
    kept: list[bytes] = []

    def looked(step: str) -> None:
        kept.extend(p.read_bytes() for p in (workspace.store / "work").glob("*.csv"))

    loans = (
        "made for SECRET-NAME\n"
        "issue_id,borrowernumber,issuedate,date_due,notes\n"
        "1,SECRET-ID,2026-10-01,2026-10-21,SECRET-NOTE\n"
    )
    packed = archive(tmp_path / "day-2026-10-31.zip", {"loans.csv": loans})
    with steps.watched(looked):
        receipt = libstats.load(workspace, [packed]).files[0]
    assert dispositions(receipt) == {"new": 1, "set aside": 1}
    assert kept
    assert b"SECRET" not in b"".join(kept)
    assert b"SECRET" not in b"".join(
        p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file()
    )


def locked(data: bytes) -> bytes:
    """The archive with its first member marked as encrypted."""
    changed = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(magic) + offset] |= 1
    return bytes(changed)


def zipped(members: dict[str, bytes | str]) -> bytes:
    """A zip file as bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped({}), "the archive is empty"),
        (zipped({"items.csv": CSV})[:-30], "cut or damaged"),
        (
            zipped({"items.csv": CSV}).replace(b"items.csv", b"\0tems.csv"),
            "cut or damaged",
        ),  # a member without a name
        (gzip.compress(CSV.encode())[:-12], "cut or damaged"),
        (gzip.compress(b""), "the file is empty"),
        (gzip.compress(gzip.compress(b"x")), "this is packed twice"),
        (
            zipped({"inner.zip": zipped({"items.csv": CSV})}),
            "inner.zip: this is an archive within an archive",
        ),
        (locked(zipped({"items.csv": CSV})), "items.csv: the archive is locked by a password"),
        (b"%PDF-1.7 x", "this is a PDF"),
        (b"Rar!\x1a\x07\0", "this is a RAR archive"),
        (b"\n\r\n", "empty but for blank lines"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_says_why(
    data: bytes, message: str, workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "any").write_bytes(data)
    receipt = libstats.load(workspace, [tmp_path / "any"])
    assert [f.outcome for f in receipt.files] == ["refused"]
    assert message in str(receipt)
    assert message in inspect(tmp_path / "any")


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda data: zipped({"items.csv": data})], ids=["gzip", "zip"]
)
def test_a_bomb_is_refused(
    pack: object, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "FREE", 100_000)
    (tmp_path / "any").write_bytes(pack(CSV.encode() + b"0" * 1_000_000))  # type: ignore[operator]
    assert "that is no export" in str(libstats.load(workspace, [tmp_path / "any"]))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tabs_without_quoting(end: str, workspace: Workspace, tmp_path: Path) -> None:
    """A quote is a character; a row broken by a line end or a tab is rejected on its line, and no
    row is lost."""
    body = (
        '1\tThe 5" disk\tA\n2\t"Quoted" title\tB\n3\tbroken\nhere\tC\n4\ta\tb\tC\n\n5\t"opens\tD\n'
    )
    file = write(tmp_path / "titles-2026-10-31.tab", (TITLES + body).replace("\n", end))
    receipt = libstats.load(workspace, [file]).files[0]
    assert (receipt.rows_read, dispositions(receipt)) == (6, {"new": 3, "rejected": 3})
    with libstats.open(workspace) as con:
        assert con.sql("select title from title order by title_id").fetchall() == [
            ('The 5" disk',),
            ('"Quoted" title',),
            ('"opens',),
        ]
        assert con.sql("select line from store.reject order by 1").fetchall() == [(4,), (5,), (6,)]


def test_quotes_that_seem_to_span_whole_lines_are_characters(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path / "titles-2026-10-31.tab", TITLES + '1\t"opens\tA\n2\tcloses"\tB\n')
    assert dispositions(libstats.load(workspace, [file]).files[0]) == {"new": 2}


def test_tabs_with_quoting_stay_quoted(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "titles-2026-10-31.tab", TITLES + '1\t"two\nlines\tand a tab"\tA\n')
    libstats.load(workspace, [file])
    with libstats.open(workspace) as con:
        assert con.sql("select title from title").fetchall() == [("two\nlines\tand a tab",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_lines_above_the_headings_are_set_aside(
    encoding: str, workspace: Workspace, tmp_path: Path
) -> None:
    preamble = 'Bücherei Süd,,\n\n"made on\n2026-11-01"\n,,,\n'
    receipt = libstats.load(
        workspace, [write(tmp_path / "items-2026-10-31.csv", preamble + CSV, encoding)]
    ).files[0]
    assert (receipt.rows_read, dispositions(receipt)) == (5, {"new": 2, "set aside": 3})
    assert held(workspace) == HELD


def test_headings_are_not_looked_for_without_end(workspace: Workspace, tmp_path: Path) -> None:
    for above, outcome in ((19, "loaded"), (20, "refused")):
        file = write(tmp_path / f"items{above}-2026-10-31.csv", "x\n" * above + CSV)
        assert libstats.load(workspace, [file]).files[0].outcome == outcome


def test_two_encodings_far_into_a_file(workspace: Workspace, tmp_path: Path) -> None:
    lines = [f"{n},b{n},EAST,Łódź".encode() for n in range(10, 6000)] + [
        "1,b1,SÜD,é".encode("cp1252")
    ]
    file = tmp_path / "items-2026-10-31.csv"
    file.write_bytes(b"\n".join([b"itemnumber,barcode,homebranch,itemcallnumber", *lines]) + b"\n")
    assert libstats.load(workspace, [file]).files[0].dispositions["new"] == len(lines)
    assert held(workspace)[0] == ("1", "b1", "SÜD", "é")


def test_a_carriage_return_inside_a_field_ends_no_row(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "items-2026-10-31.csv"
    file.write_bytes(b"itemnumber,barcode,homebranch,itemcallnumber\n1,b1,EAST,a\rb\n")
    assert dispositions(libstats.load(workspace, [file]).files[0]) == {"new": 1}
    assert held(workspace) == [("1", "b1", "EAST", "a b")]


def test_a_carriage_return_above_the_headings_takes_no_row_away(
    workspace: Workspace, tmp_path: Path
) -> None:
    """It ends no line: the title stands in the first heading, which is not known then, and no row
    is set aside for a title."""
    file = tmp_path / "items-2026-10-31.csv"
    file.write_bytes(b"Monthly list\r" + CSV.encode())
    assert dispositions(libstats.load(workspace, [file]).files[0]) == {"new": 2}


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_grows_is_refused(
    packed: bool, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "items-2026-10-31.csv"
    file.write_bytes(gzip.compress(CSV.encode()) if packed else CSV.encode())
    counted = delimited.Delimited.count

    def growing(self: delimited.Delimited, *args: object) -> Count:
        found = counted(self)
        with file.open("ab") as more:
            more.write(gzip.compress(b"3,b3,EAST,z\n") if packed else b"3,b3,EAST,z\n")
        return found

    monkeypatch.setattr(delimited.Delimited, "count", growing)
    receipt = libstats.load(workspace, [file])
    assert "still being written" in str(receipt)
    assert not (workspace.store / "current").exists()
    monkeypatch.undo()
    assert libstats.load(workspace, [file]).files[0].rows_read == 3


def test_a_refusal_in_the_middle_stops_no_other_file(workspace: Workspace, tmp_path: Path) -> None:
    files = [
        write(tmp_path / "undated.csv", "barcode,homebranch\nb1,EAST\n"),
        tmp_path / "missing.csv",
        write(tmp_path / "items-2026-10-31.csv", CSV),
    ]
    assert [f.outcome for f in libstats.load(workspace, files).files] == [
        "refused",
        "refused",
        "loaded",
    ]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_an_unreadable_file_is_told_of(workspace: Workspace, tmp_path: Path) -> None:
    """The administrator may read everything, and leaves that right behind first."""
    without = (
        [
            "setpriv",
            "--bounding-set=-dac_override,-dac_read_search",
            "--inh-caps=-dac_override,-dac_read_search",
        ]
        if os.geteuid() == 0
        else []
    )
    if without and not shutil.which(without[0]):
        pytest.skip("the administrator may read everything, and setpriv is not on this machine")
    file, folder = write(tmp_path / "items-2026-10-31.csv", CSV), tmp_path / "shut"
    folder.mkdir()
    for each in (file, folder):
        each.chmod(0)
    done = subprocess.run(
        [*without, sys.executable, "-m", "libstats", "-w", workspace.folder, "load", file, folder],
        capture_output=True,
        text=True,
        check=False,
    )
    folder.chmod(0o700)
    assert (done.returncode, done.stderr) == (1, "")
    assert "items-2026-10-31.csv: the file cannot be read: Permission denied" in done.stdout
    assert "shut: this folder cannot be read" in done.stdout


def test_the_part_that_the_ledger_names_is_found_again(tmp_path: Path) -> None:
    file = archive(
        tmp_path / "renamed.zip",
        {"a.csv": "x,y\n", "items.csv": CSV, "more.csv": CSV + "3,b3,EAST,z\n"},
    )
    for entry, rows in ((None, 2), ("day.zip#more.csv", 3)):
        assert len(list(recognise(file, entry)[1].records())) == rows


CELL = st.text(alphabet=st.sampled_from("ab1 \",'é"), max_size=5)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6),
    pack=st.sampled_from(["plain", "gzip", "zip"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_tab_rows_come_back_as_they_were_written(
    rows: list[list[str]], pack: str, end: str, tmp_path: Path
) -> None:
    """Without any quoting, packed or not; and the count agrees."""
    rows = [['5"', "a", "b"], *rows]  # a quote that none can take for one of CSV
    data = end.join("\t".join(row) for row in [["a", "b", "c"], *rows]).encode()
    file = tmp_path / "any"
    file.write_bytes(
        {"plain": bytes, "gzip": gzip.compress, "zip": lambda d: zipped({"any.tab": d})}[pack](data)
    )
    text = next(r for r in next(parts(next(places(file)))).headers() if len(r.header) == 3)
    assert [row for _, row in text.records()] == rows
    assert text.count().records == len(rows) + 1


def test_members_of_the_folder_itself_and_above_it_are_no_hidden_ones(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Programs that pack write such names; what begins with one dot is hidden."""
    names = ["./a.csv", "../exports/b.csv", "x/../c.csv", "./.d.csv", ".e/f.csv"]
    receipt = libstats.load(
        workspace,
        [
            archive(
                tmp_path / "day-2026-10-31.zip", {name: CSV.replace("b1", name) for name in names}
            )
        ],
    )
    assert [(f.file.partition("#")[2], f.outcome) for f in receipt.files] == [
        (name, "loaded") for name in names[:3]
    ]


def test_an_archive_with_two_members_of_one_name_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Which of the two a name opens is the unpacker's choice; the other's rows would be lost."""
    with (
        zipfile.ZipFile(tmp_path / "day-2026-10-31.zip", "w") as file,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        file.writestr("items.csv", CSV)
        file.writestr("items.csv", CSV.replace("b1", "b3"))
    receipt = libstats.load(workspace, [tmp_path / "day-2026-10-31.zip"])
    assert [f.outcome for f in receipt.files] == ["refused"]
    assert "day-2026-10-31.zip: the archive holds items.csv more than once" in str(receipt)


def test_the_name_of_a_member_moves_no_cursor(workspace: Workspace, tmp_path: Path) -> None:
    receipt = libstats.load(
        workspace,
        [archive(tmp_path / "day-2026-10-31.zip", {"items\x1b[2J.csv": CSV, "a\nb.csv": "x"})],
    )
    assert [f.file for f in receipt.files] == [
        "day-2026-10-31.zip#items\ufffd[2J.csv",
        "day-2026-10-31.zip#a\ufffdb.csv",
    ]
