"""How files are called: what of a name cannot name a person is recorded, and told again; who has
just named a file is told of it by its own name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import libstats
from libstats.cli.main import main
from libstats.loading.forget import forget
from libstats.readers.file_names import recorded
from libstats.recognise.inspect import declare, inspect
from libstats.recognise.known import known
from libstats.sources import declared
from libstats.store import generations
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.books import write_xlsx
from tests.support.files import SAMPLE, write

ITEMS = "itemnumber;barcode;homebranch\n{n};b{n};EAST\n"
PERSONS = (
    "Ann Reed",
    "ann reed",
    "ANN_REED",
    "Reed, Ann",
    "AnnReed",
    "annreed",
    "ann.reed@example.org",
    "Mrs O'Neill",
    "José García",
    "李明",
    "Ωμέγα",
    "R E E D A N N",
    "Li Wu",
    "van den Berg",
    "patron 4711",
    "borrower-12",
    "21234000123456",
    "card 0042",
)


@pytest.mark.parametrize("person", PERSONS)
@pytest.mark.parametrize(
    "name", ["{}.csv", "holds for {}.csv", "{}-2026-10-31.csv", "items_{}_x.xlsx"]
)
def test_a_person_in_a_name_leaves_a_shape(name: str, person: str) -> None:
    safe = recorded(name.format(person), lambda: "9a1c3f")
    assert person.casefold() not in safe.casefold() and "~9a1c3f." in safe
    words = {w.casefold() for w in ("Ann", "Reed", "Neill", "José", "García", "Berg", "Wu")}
    assert not words & {w.casefold() for w in safe.replace("_", " ").replace("-", " ").split()}
    for kept in ("holds for", "2026-10-31"):
        assert (kept in name) == (kept in safe)


@pytest.mark.parametrize(
    "name",
    [
        *sorted({path.name for path in SAMPLE.rglob("*.csv")}),
        "loans-2026-10-31.csv",
        "loans_202610310415.csv",
        "export 20261031T041500Z.json",
        "old_issues-2026-10-31-reportresults.csv",
        "selitem_oIBtf_20261031.lst",
        "202610.hist.Z",
        "ILL Borrowing Requests Q3 2026.xlsx",
        "a.csv",
        "page2.xml",
    ],
)
def test_what_names_nobody_stays(name: str) -> None:
    assert recorded(name, lambda: "9a1c3f") == name


ENDINGS = "CEI CEA CEP CEQ INV edi edx mrc mrk xml xlsx xls ods csv tsv txt json zip gz lst dat"


@pytest.mark.parametrize("ending", ENDINGS.split())
def test_the_endings_of_formats_name_nobody(ending: str) -> None:
    """Such as vendors' messages have."""
    for name in (f"V77_20261002.{ending}", f"invoices.{ending.lower()}"):
        assert recorded(name, lambda: "9a1c3f") == name


def test_every_word_of_what_libstats_knows_may_stand_in_a_name() -> None:
    labels = [d.label for d in declared()] + [str(s.command) for s in known().programs]
    for label in labels:
        assert recorded(f"{label}.csv", lambda: "9a1c3f") == f"{label}.csv"


def files(folder: Path) -> list[Path]:
    """Files, members, sheets and folders that are called after persons; the last cannot be read."""
    made = [
        write(folder / "Ann Reed" / "Ann Reed.csv", ITEMS.format(n=1)),
        write(folder / "Ann Reed" / "Bob Rice.csv", ITEMS.format(n=2)),
        write_xlsx(folder / "book.xlsx", {"Ann Reed": [["itemnumber", "barcode", "homebranch"], ["3", "b3", "EAST"]],
                                          "Eve Ross": [["itemnumber", "barcode", "homebranch"], ["4", "b4", "EAST"]]}),
        write(folder / "Ann Reed.pdf", "%PDF-1.7 x"),
        write(folder / "Ann Reed-broken.csv", "Name;What\nAnn;x\n"),
    ]  # fmt: skip
    packed = folder / "day.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Ann Reed/Ann Reed.csv", ITEMS.format(n=5))
        archive.writestr("Bob Rice/Eve Ross.csv", ITEMS.format(n=6))
    return [*made, packed]


NAMES = ("Ann", "Reed", "Bob", "Rice", "Eve", "Ross")


def test_no_ledger_or_listing_names_them(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = libstats.load(workspace, files(tmp_path), exported_at="2026-10-31")
    assert sum(f.outcome == "loaded" for f in receipt.files) == 6
    assert len({f.recorded for f in receipt.files if f.recorded}) == 6
    with libstats.open(workspace) as con:
        told = str(con.sql("from loaded_file").fetchall())
        told += str(libstats.receipt(con, "weeding_candidates", as_of="2026-10-31").fetchall())
    for command in (["loads"], ["check"], ["rejects"]):
        main(["-w", str(workspace.folder), *command])
    printed = capsys.readouterr()
    told += printed.out + printed.err
    assert not [name for name in NAMES if name in told]
    assert not [
        (path, name)
        for path in workspace.store.rglob("*")
        if path.is_file()
        for name in NAMES
        if name.encode() in path.read_bytes()
    ]


def test_the_same_file_is_known_again(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "Ann Reed.csv", "itemnumber;barcode;homebranch;dateaccessioned\n1;b1;EAST;x\n"
    )
    first = libstats.load(workspace, [path], exported_at="2026-10-31").files[0]
    again = libstats.load(workspace, [path], exported_at="2026-10-31").files[0]
    assert (first.outcome, again.outcome, first.file) == ("loaded", "repeated", again.file)


def test_rejected_rows_are_shown_of_the_file_itself(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(
        tmp_path / "Ann Reed.csv", "itemnumber;barcode;homebranch;dateaccessioned\n1;b1;EAST;x\n"
    )
    libstats.load(workspace, [path], exported_at="2026-10-31")
    assert main(["-w", str(workspace.folder), "rejects", "--show", str(path)]) == 0
    assert "1 | b1 | EAST | x" in capsys.readouterr().out


def test_a_file_called_after_a_person_is_purged_too(workspace: Workspace) -> None:
    config = workspace.folder / "libstats.toml"
    config.write_text(
        config.read_text(encoding="utf-8") + "\n[privacy]\npurge_exports = true\n", encoding="utf-8"
    )
    path = write(workspace.exports / "Ann Reed-2026-10-31.csv", ITEMS.format(n=1))
    libstats.load(workspace.folder, [path])
    assert not path.exists()


def test_forgetting_renames_what_was_loaded_before(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-31.csv", ITEMS.format(n=1))])
    with generations.writing(workspace.store, memory=None) as writer:
        writer.con.execute("update load set file = 'day.zip#Ann Reed/holds.csv'")
        writer.publish()
    forget(workspace, "2026-01-01")
    with libstats.open(workspace) as con:
        ((name,),) = con.sql("select file from loaded_file").fetchall()
    assert name.startswith("day.zip#Xxx Xxxx/holds~") and name.endswith(".csv")


def test_who_names_a_file_is_told_of_it_by_its_name(workspace: Workspace, tmp_path: Path) -> None:
    receipt = libstats.load(workspace, files(tmp_path), exported_at="2026-10-31")
    for name in (
        "Ann Reed.csv: koha items",
        "book.xlsx#Eve Ross: koha items",
        "day.zip#Bob Rice/Eve Ross.csv: koha items",
        "Ann Reed.pdf: this is a PDF",
        "Ann Reed-broken.csv: not an export",
        "recorded as Xxx Xxxx~",
    ):
        assert name in str(receipt), name
    # why, and what to do, is said once for all of them
    for text in (str(receipt), receipt.news()):
        assert text.count("recorded as") > 1 and text.count("[files] words = ") == 1


def test_what_a_proposal_keeps_of_a_name_is_recorded(workspace: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"b{n},813.{n},MAIN,2026-10-{n:02}\n" for n in range(1, 20))
    path = write(tmp_path / "Ann Reed.csv", f"Barcode,Call Number,Location,Date added\n{rows}")
    assert inspect(path).startswith("Ann Reed.csv: ")
    written = declare(path, workspace, "apollo items", "year first")
    assert "Xxx Xxxx~" in written and "Ann" not in written


def test_a_library_adds_words_of_its_own(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = "itemnumber;barcode;homebranch;dateaccessioned\n1;b1;EAST;x\n"
    before = write(tmp_path / "nordstadt Reed.csv", late)
    first = libstats.load(workspace, [before], exported_at="2026-10-31").files[0]
    assert first.recorded.startswith("xxxxxxxxx Xxxx~")
    config = workspace.folder / CONFIG
    config.write_text(
        config.read_text(encoding="utf-8") + '\n[files]\nwords = ["Nordstadt", "pbooks"]\n',
        encoding="utf-8",
    )
    place = find(workspace.folder)
    path = write(tmp_path / "pbooks Nordstadt.csv", ITEMS.format(n=2))
    after = libstats.load(place, [path], exported_at="2026-11-01").files[0]
    assert (after.file, after.recorded) == ("pbooks Nordstadt.csv",) * 2
    assert "recorded as" not in "\n".join(after.lines())
    # what was recorded without them is the same file
    assert main(["-w", str(place.folder), "rejects", "--show", str(before)]) == 0
    assert "1 | b1 | EAST | x" in capsys.readouterr().out
