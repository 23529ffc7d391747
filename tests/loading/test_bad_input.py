"""Bad input, and what a technician is told: which file and line, what is wrong, what to do, and
that nothing else changed."""

from __future__ import annotations

import errno
import os
import threading
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import duckdb
import pytest

import libstats
from libstats.cli import listing
from libstats.cli.main import main
from libstats.errors import FileRefused, StoreError
from libstats.recognise.inspect import inspect
from libstats.store import generations, ledger, steps
from libstats.workspace.workspace import Workspace
from tests.support.books import write_xlsx
from tests.support.files import write

HEAD = "itemnumber,barcode,homebranch,dateaccessioned\n"
GOOD = HEAD + "1,b1,EAST,2026-10-01\n"


def told(workspace: Workspace, file: Path) -> str:
    """What is said of a file that is loaded beside a good one, which must come to no harm."""
    good = write(file.parent / "good-2026-10-30.csv", GOOD)
    receipt = libstats.load(workspace, [file, good])
    assert receipt.files[-1].outcome == "loaded"
    with libstats.open(workspace) as con:
        assert ("1",) in con.sql("select item_id from item").fetchall()
    return "\n".join(line for entry in receipt.files[:-1] for line in entry.lines())


REFUSED = {
    "unknown headings": (
        b"itemnumber,issuedate,Mary\n1,2026-10-01,x\n",
        "bad.csv: not an export that libstats knows; of its 3 headings libstats knows itemnumber, issuedate. Nothing was changed",
        "koha loans would need date_due",
    ),
    "a row for headings": (
        b"1,b1,EAST,2026-10-01\n2,b2,EAST,2026-10-01\n",
        "libstats knows none of its 4 headings. Nothing was changed",
        "Its first line looks like a row: export it again with its headings.",
    ),
    "a quote that never closes": (
        (GOOD + '2,"b2,EAST,2026-10-01\n3,b3,EAST,2026-10-01\n').encode(),
        "bad.csv, line 3: a quotation mark opens and never closes",
        "Export it again; nothing of it was loaded.",
    ),
    "a missing key column": (
        b"issuedate,date_due,itemnumber\n2026-10-01,2026-10-21,5\n",
        "bad.csv (koha loans): the column issue_id is missing",
        "Add issues.issue_id to the report: without it the same loan in two files would count twice.",
    ),
    "events without their number": (
        b"Barcode,Event Start Date and Time,Destination Library Name\nb1,2026-10-31 09:30:00,East\n",
        "bad.csv (alma item historical events): the column Event ID is missing",
        "Add Event ID (folder Item Event Details) to the report, and Barcode or Item ID beside it",
    ),
    "events without a destination": (
        b"Event ID,Barcode,Event Start Date and Time,Temporary Library Name\n1,b1,2026-10-31 09:30:00,East\n",
        "the column Destination Library Name is missing",
        "journeys alone are read",
    ),
    "requests of unknown kinds": (
        b"Request ID,MMS ID,Request Status,Request Date,Request Completion Date\n7,99,Active,2026-10-31,\n",
        "bad.csv (alma requests): the column Request Type Description is missing",
        "without it work orders, digitisation and moves would count as holds",
    ),
    "invoice lines without their number": (
        b"Invoice-Number,Vendor Code,PO Line Reference,Fund Ledger Code,Invoice Line Total Price\nA1,V,POL-1,hist,12.50\n",
        "bad.csv (alma invoice lines): the column Invoice Line-Unique Identifier is missing",
        "without it a line over two funds would count twice",
    ),
    "messages that are cut": (
        b"UNA:+.? 'UNB+UNOC:3+V+L+261031:0930+1'UNH+1+INVOIC:D:96A:UN'BGM+380+In",
        "bad.csv, segment 3: the file ends in the middle of it: it is cut",
        "Ask the vendor to send it again, or copy it again; nothing of it was loaded.",
    ),
    "a message without its end": (
        b"UNB+UNOC:3+V+L+261031:0930+1'UNH+1+INVOIC:D:96A:UN'BGM+380+Mary'",
        "bad.csv, segment 3: the message that begins in segment 2 has no end (UNT)",
        "Ask the vendor to send it again",
    ),
    "messages without their end": (
        b"UNB+UNOC:3+V+L+261031:0930+1'UNH+1+INVOIC:D:96A:UN'BGM+380+Mary'UNT+3+1'",
        "bad.csv, segment 4: the interchange that begins in segment 1 has no end (UNZ): it is cut",
        "Ask the vendor to send it again",
    ),
    "messages that are fewer than counted": (
        b"UNB+UNOC:3+V+L+261031:0930+1'UNH+1+INVOIC:D:96A:UN'BGM+380+Mary'UNT+3+1'UNZ+2+1'",
        "bad.csv, segment 5: UNZ counts other messages than the 1 that stand before it",
        "Ask the vendor to send it again",
    ),
    "messages with something between them": (
        b"UNB+UNOC:3+V+L+261031:0930+1'Dear Mary, here are our invoices'UNZ+0+1'",
        "bad.csv, segment 2: what stands there is no segment of EDIFACT",
        "Ask the vendor to send it again",
    ),
    "no time of export": (
        b"barcode,homebranch\nb1,EAST\n",
        "bad.csv (koha items): nothing in the file says when it was exported",
        "Put the day into its name",
    ),
    "an empty file": (
        b"",
        "bad.csv: the file is empty",
        "Export it again; the system may still have been writing it.",
    ),
    "bytes of value 0": (
        (GOOD + 99 * "x").encode() + bytes(5),
        "bad.csv: bytes of value 0 stand in the text: the file is damaged",
        "Export or copy it again; nothing of it was loaded.",
    ),
    "bytes of value 0 far in": (
        (GOOD + "2,b2,EAST,\n" * 9000).encode() + bytes(9),
        "bad.csv, line 9003: bytes of value 0 stand in the text",
        "Export or copy it again",
    ),
    "no text": (
        bytes(range(256)) * 4,
        "bad.csv: this is not a text file",
        "libstats reads CSV and tab-delimited exports, workbooks",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_names_the_file_the_fault_and_the_remedy(
    case: str, workspace: Workspace, tmp_path: Path
) -> None:
    data, problem, remedy = REFUSED[case]
    (tmp_path / "bad.csv").write_bytes(data)
    said = told(workspace, tmp_path / "bad.csv")
    assert "bad.csv: refused" in said
    assert problem in said
    assert remedy in said
    assert "Mary" not in said


def test_a_file_without_a_time_that_can_be_read_says_which(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "loans.csv",
        "issue_id;itemnumber;borrowernumber;issuedate;date_due\n1;7;SECRET;31/10/2026;1/11/2026\n",
    )
    reason = libstats.load(workspace, [file]).files[0].reason
    assert (
        "nothing in the file says when it was exported; line 2, issuedate: not a time (year first, as in 2026-10-31) (99/99/9999)"
        in reason
    )
    assert "SECRET" not in reason


def test_rows_in_a_heading_whose_quote_does_not_close_are_not_shown(tmp_path: Path) -> None:
    file = write(
        tmp_path / "items.csv",
        '"itemnumber","barcode","homebranch","note\n"1","b1","EAST","SECRET"\n"2","b2","EAST","x"\n',
    )
    assert "SECRET" not in inspect(file)


def test_headings_alone(workspace: Workspace, tmp_path: Path) -> None:
    said = told(workspace, write(tmp_path / "bad-2026-10-31.csv", HEAD))
    assert "0 rows read: the file has headings and nothing below them" in said


def test_a_file_cut_within_a_letter(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "bad-2026-10-31.csv").write_bytes(
        GOOD.replace("1,b1", "2,b2").encode("utf-16-le") + b"3"
    )
    said = told(workspace, tmp_path / "bad-2026-10-31.csv")
    assert "2 rows read: 1 new, 1 rejected" in said
    assert "the export broke off" in said


def test_a_truncated_last_line(workspace: Workspace, tmp_path: Path) -> None:
    said = told(
        workspace, write(tmp_path / "bad-2026-10-31.csv", GOOD.replace("1,b1", "2,b2") + "3,b3,EA")
    )
    assert "2 rows read: 1 new, 1 rejected" in said
    assert "the export broke off: its last line is no whole row. Export it again" in said
    assert "bad-2026-10-31.csv, line 3: the line has 3 fields, the headings 4" in listing.rejects(
        workspace, 1, None
    )


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-be"])
def test_another_encoding_is_no_harm(encoding: str, workspace: Workspace, tmp_path: Path) -> None:
    told(
        workspace, write(tmp_path / "bad-2026-10-31.csv", HEAD + "2,b2,Süd,2026-10-01\n", encoding)
    )
    with libstats.open(workspace) as con:
        assert con.sql("select owning_branch from item where item_id = '2'").fetchall() == [
            ("Süd",)
        ]


def test_text_that_was_garbled_on_its_way_raises_an_alarm(
    workspace: Workspace, tmp_path: Path
) -> None:
    told(
        workspace,
        write(
            tmp_path / "bad-2026-10-31.csv",
            HEAD + "2,b2,SÜD,2026-10-01\n".encode().decode("cp1252"),
        ),
    )
    assert "letters with accents are garbled" in listing.alarms(workspace, datetime(2026, 11, 1))[0]


@pytest.mark.parametrize(
    ("day", "shape"),
    [
        ("03/04/2025", "99/99/9999"),
        ("31.10.2026 ", "99.99.9999"),
        ("46301", "99999"),
        ("Jane Doe", "Aaaa Aaa"),
    ],
)
def test_a_date_of_another_style_is_never_guessed(
    day: str, shape: str, workspace: Workspace, tmp_path: Path
) -> None:
    said = told(workspace, write(tmp_path / "bad-2026-10-31.csv", HEAD + f"2,b2,EAST,{day}\n"))
    assert "1 row read: 1 rejected\n    `libstats rejects 1` lists the rejected rows" in said
    said = listing.rejects(workspace, 1, None)
    assert said.startswith(
        "load 1, bad-2026-10-31.csv, line 2, column dateaccessioned: not a date (year first, as in 2026-10-31) (it looks like "
        + shape
    )
    assert day.strip() not in said.replace("2026-10-31", "")


@pytest.mark.parametrize(
    "rows", [[["2", "1.23457E+13", "EAST", ""]], [["2", 1234567890123456.0, "EAST", ""]]]
)
def test_a_barcode_that_lost_its_digits_raises_an_alarm(
    rows: list[list[Any]], workspace: Workspace, tmp_path: Path
) -> None:
    told(
        workspace,
        write_xlsx(tmp_path / "bad-2026-10-31.xlsx", {"S": [HEAD.strip().split(","), *rows]}),
    )
    assert (
        "barcodes such as 1.23457E+13 went through a spreadsheet and lost their last digits"
        in listing.alarms(workspace, datetime(2026, 11, 1))[0]
    )


def test_rejects_of_a_sheet_show_its_own_lines(workspace: Workspace, tmp_path: Path) -> None:
    columns: list[Any] = HEAD.strip().split(",")
    book = write_xlsx(
        tmp_path / "book-2026-10-31.xlsx",
        {
            "First": [columns, ["1", "b1", "EAST", None]],
            "Second": [columns, ["2", "b2", "WEST", "soon"]],
        },
    )
    libstats.load(workspace, [book])
    assert "2 | b2 | WEST | soon" in listing.rejects(workspace, 2, book)


@pytest.mark.parametrize("quote", ["", '"'])
def test_headings_again_in_the_middle_are_set_aside(
    quote: str, workspace: Workspace, tmp_path: Path
) -> None:
    """Several exports copied into one file. Lone quotes send it through the slower reader."""
    said = told(
        workspace,
        write(
            tmp_path / "bad-2026-10-31.csv", GOOD + HEAD + f"2,b2,EA{quote}ST,2026-10-01\n" + HEAD
        ),
    )
    assert "4 rows read: 2 new, 2 set aside" in said


def test_folders_and_what_is_no_file(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "exports" / "deep").mkdir(parents=True)
    write(tmp_path / "exports" / "deep" / "items-2026-10-31.csv", GOOD)
    for beside in ("~$items.xlsx", "Thumbs.db", "desktop.ini", ".DS_Store"):
        write(tmp_path / "exports" / beside, "nothing to load")
    assert [f.outcome for f in libstats.load(workspace, [tmp_path / "exports"]).files] == ["loaded"]
    with pytest.raises(FileRefused, match="this is a folder"):
        inspect(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        os.mkfifo(tmp_path / "pipe of Ann Reed")
        assert "this is no file" in told(workspace, tmp_path / "pipe of Ann Reed")


def refusing(monkeypatch: pytest.MonkeyPatch, name: str, error: OSError) -> None:
    """Let the opening of every file of that name fail."""
    opened = Path.open

    def open_or_fail(path: Path, *given: Any, **named: Any) -> IO[Any]:
        if path.name == name:
            raise error
        return opened(path, *given, **named)

    monkeypatch.setattr(Path, "open", open_or_fail)


def test_an_unreadable_file(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "bad-2026-10-31.csv", GOOD)
    refusing(monkeypatch, file.name, PermissionError(errno.EACCES, "Permission denied"))
    assert (
        "bad-2026-10-31.csv: refused\n    bad-2026-10-31.csv: the file cannot be read: Permission denied\n      Check its permissions"
        in told(workspace, file)
    )
    assert "the file cannot be read: Permission denied" in inspect(file)


def test_a_disk_that_is_full_at_the_start(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "libstats.store.generations.shutil.disk_usage", lambda _: SimpleNamespace(free=5 << 20)
    )
    with pytest.raises(
        StoreError,
        match=r"the disk has 5 MB free; this needs about 64 MB\n  Free some space; nothing was changed",
    ):
        libstats.load(workspace, [write(tmp_path / "items-2026-10-31.csv", GOOD)])


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        duckdb.IOException("IO Error: Could not write all bytes to file"),
    ],
)
def test_a_disk_that_fills_up_on_the_way(
    error: Exception,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-30.csv", GOOD)])

    def full(step: str) -> None:
        if step == "rows":
            raise error

    second = write(tmp_path / "items-2026-10-31.csv", GOOD.replace("b1", "b2"))
    with steps.watched(full):
        assert main(["-w", str(workspace.folder), "load", str(second)]) == 1
    assert (
        capsys.readouterr().err
        == "libstats: the disk is full, or this user's share of it\n  Free some space and try again; nothing was changed.\n"
    )
    with libstats.open(workspace) as con:
        assert con.sql("select barcode from item").fetchall() == [("b1",)]


def test_a_second_command_waits_and_then_says_so(workspace: Workspace) -> None:
    with (
        generations.writing(workspace.store),
        pytest.raises(
            StoreError,
            match=r"another libstats command is writing to this workspace\n  Try again when it has finished",
        ),
        generations.writing(workspace.store, wait=0.1),
    ):
        pass


def test_two_loads_at_once_both_count(workspace: Workspace, tmp_path: Path) -> None:
    files = [
        write(tmp_path / f"items-2026-10-{day}.csv", HEAD + f"{day},b{day},EAST,\n")
        for day in range(10, 14)
    ]
    threads = [threading.Thread(target=libstats.load, args=(workspace, [file])) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from item").fetchall() == [(4,)]


def test_a_load_while_three_notebooks_hold_the_store(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-30.csv", GOOD)])
    notebooks = [libstats.open(workspace) for _ in range(3)]
    receipt = libstats.load(
        workspace, [write(tmp_path / "items-2026-10-31.csv", HEAD + "2,b2,EAST,\n")]
    )
    assert receipt.is_clean
    for notebook in notebooks:
        assert notebook.sql("select item_id from item").fetchall() == [("1",)]
        notebook.close()


def test_a_store_of_a_newer_version(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-10-30.csv", GOOD)])
    with generations.writing(workspace.store) as writer:
        writer.con.execute("update about set format = 99")
        writer.publish()
    with pytest.raises(
        StoreError,
        match=r"was written by a newer libstats \(store format 99; this one knows \d+\)\n  Update libstats: python -m pip install",
    ):
        libstats.load(workspace, [tmp_path / "items-2026-10-30.csv"])


def test_a_clock_that_was_set_back_is_told_of_and_orders_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of the 31st is newer than that of the 30th, although the clock says the year 2000
    when it is loaded."""
    libstats.load(workspace, [write(tmp_path / "items-2026-10-30.csv", GOOD)])

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Clock:
            return cls(2000, 1, 1)

    monkeypatch.setattr(ledger, "datetime", Clock)
    receipt = libstats.load(
        workspace, [write(tmp_path / "items-2026-10-31.csv", GOOD.replace("b1", "b2"))]
    ).files[0]
    assert (str(receipt.exported_at), receipt.dispositions["changed"]) == ("2026-10-31 00:00:00", 1)
    assert "the clock of this computer is set back: it is before the last load" in receipt.notes[-1]
    with libstats.open(workspace) as con:
        assert con.sql("select bool_and(loaded_at >= '2026-01-01') from store.load").fetchall() == [
            (True,)
        ]
