"""Symphony: columns that libstats.toml or a file's name tells, and the history log."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

import libstats
from libstats.readers.symphony_log import HEADINGS, fields
from libstats.recognise import recognise
from libstats.recognise.inspect import inspect
from libstats.recognise.sniff import parts
from libstats.sources import sources
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.sources.test_sources import FOLDER
from tests.support.files import write

pytestmark = pytest.mark.slow

ROWS = "514|169|1|31221000000011  |BOOK|20160901|\n514|169|2|31221000000029|BOOK|20160901|\n"
HISTORY = (FOLDER / "symphony-history-log" / "day.hist").read_bytes()


def told(workspace: Workspace, columns: str) -> Workspace:
    """The workspace with those columns in its configuration."""
    path = workspace.folder / CONFIG
    write(
        path,
        (
            f"{path.read_text(encoding='utf-8')}\n"
            "[sources.symphony-main]\n"
            'system = "symphony"\n'
            "[sources.symphony-main.columns]\n"
            f"{columns}\n"
        ),
    )
    return find(workspace.folder)


def items(workspace: Workspace) -> list[tuple[str, ...]]:
    """The items held."""
    with libstats.open(workspace) as con:
        return con.sql(
            "select source, item_id, barcode, item_type, added_on::varchar from item order by 2"
        ).fetchall()


@pytest.mark.parametrize(
    "columns",
    [
        'selitem = "-oIBtf"',
        'selitem = "IBtf"',
        (
            'selitem = ["Catalog Key", "Call Sequence", "Copy Number", "Item ID", "Item Type", '
            '"Date Created"]'
        ),
    ],
)
def test_columns_from_the_configuration(columns: str, workspace: Workspace, tmp_path: Path) -> None:
    place = told(workspace, columns)
    assert libstats.load(place, [write(tmp_path / "Weekly_selitem.lst", ROWS)]).is_clean
    assert items(place) == [
        ("symphony-main", "514:169:1", "31221000000011", "BOOK", "2016-09-01"),
        ("symphony-main", "514:169:2", "31221000000029", "BOOK", "2016-09-01"),
    ]


def test_columns_from_the_name(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "selitem_oIBtf_20261031.lst", ROWS)
    assert libstats.load(workspace, [file]).is_clean
    assert [row[1] for row in items(workspace)] == ["514:169:1", "514:169:2"]
    assert "its columns are those that libstats.toml, or its name, tells" in inspect(file)


def test_headings_put_there_by_hand_are_believed(workspace: Workspace, tmp_path: Path) -> None:
    text = "Catalog Key|Call Sequence|Copy Number|Item ID|Item Type|Date Created\n" + ROWS.replace(
        "|\n", "\n"
    )
    assert libstats.load(workspace, [write(tmp_path / "selitem.lst", text)]).is_clean
    assert [row[1] for row in items(workspace)] == ["514:169:1", "514:169:2"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("selitem.lst", "nothing tells what its columns are"),
        ("selitem_oIBtfZ.lst", "does not know which column the letter Z of selitem -oIBtfZ gives"),
        (
            "selitem_oIBt.lst",
            (
                "5 columns are told (Catalog Key, Call Sequence, Copy Number, Item ID, "
                "Item Type), its rows have 6"
            ),
        ),
        ("selitem_oIBtfl.lst", "7 columns are told"),
    ],
)
def test_columns_that_are_not_told_or_do_not_fit_are_refused(
    name: str, problem: str, workspace: Workspace, tmp_path: Path
) -> None:
    receipt = libstats.load(workspace, [write(tmp_path / name, ROWS)])
    assert [f.outcome for f in receipt.files] == ["refused"]
    assert problem in str(receipt)
    assert "[sources.symphony.columns] and selitem" in str(receipt)


def test_a_source_that_is_renamed_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """Loaded without an entry, then named otherwise: the same copies would stand there twice."""
    file = write(tmp_path / "selitem_oIBtf_20261031.lst", ROWS)
    libstats.load(workspace, [file])
    place = told(workspace, 'selitem = "oIBtf"')
    receipt = libstats.load(place, [file])
    assert "stands under the name symphony, which libstats.toml does not have" in str(receipt)
    assert "Write [sources.symphony] instead of [sources.symphony-main]" in str(receipt)
    assert {row[0] for row in items(place)} == {"symphony"}
    libstats.undo(place, 1)
    assert libstats.load(place, [file]).is_clean
    assert {row[0] for row in items(place)} == {"symphony-main"}


def test_a_stray_quote_swallows_no_row(workspace: Workspace, tmp_path: Path) -> None:
    rows = ROWS.replace("|BOOK|", '|"BOOK|')
    assert (
        libstats.load(workspace, [write(tmp_path / "selitem_oIBtf.lst", rows)])
        .files[0]
        .dispositions["new"]
        == 2
    )
    assert [row[3] for row in items(workspace)] == ['"BOOK', '"BOOK']


def test_a_loan_that_comes_back_and_goes_out_again_is_another_loan(
    workspace: Workspace, tmp_path: Path
) -> None:
    for day, charged in (("20261001", "202610011015"), ("20261020", "202610191200")):
        libstats.load(
            workspace,
            [
                write(
                    tmp_path / f"selcharge_oKUdc_{day}.lst",
                    f"4567|1|1|1|12345|202612012359|{charged}|\n",
                )
            ],
        )
    with libstats.open(workspace) as con:
        assert con.sql("select count(*), count(distinct patron_key) from loan").fetchall() == [
            (2, 1)
        ]


def test_the_fields_of_a_line_in_any_order() -> None:
    assert HEADINGS == ("time", "command", "is system card", "FE", "dC", "NQ", "UO")
    line = "E202610310911311867R ^S46{}^^O"
    assert (
        fields(line.format("CVFWX^FEMAIN^dC6^UO2^NQ3"))
        == fields(line.format("CVFEMAIN^NQ3^UO2^dC6^FWX"))
        == ["20261031091131", "CV", "0", "MAIN", "6", "3", "2"]
    )
    assert fields(line.format("CVFEMAIN^NQ3^NQ4^UOMAIN-DISCARD"))[2:] == [
        "1",
        "MAIN",
        "",
        "3",
        "",
    ]
    assert fields("E2026") == fields("") == [""]


def test_the_count_is_that_of_the_lines(tmp_path: Path) -> None:
    """Blank lines are no records, the last needs no end; packed, sent on as text or saved by an
    editor it is the same log."""
    body = HISTORY.rstrip(b"\n")
    cases = {
        "a": body,
        "b": body + b"\n\n",
        "c": body.replace(b"\n", b"\r\n"),
        "d": gzip.compress(body),
    }
    cases |= {
        "e": body.replace(b"\n", b"\r\r\n\r\r\n"),
        "f": body + b"\n\r\r",
        "g": b"\xef\xbb\xbf" + body,
        "h": b"\r\n\n" + body,
    }
    counted = {}
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
        part = recognise.recognise(tmp_path / name)[1]
        counted[name] = (part.count().records, len(list(part.records())))
    assert counted == dict.fromkeys(cases, (10, 10))


def test_two_transactions_in_one_line_are_rejected(workspace: Workspace, tmp_path: Path) -> None:
    """Where the end of a line is lost the second one would be passed over in silence."""
    lines = [f"E20261031091{n}311867R ^S46CVFEMAIN^NQ31221{n}^UO2^^O\n" for n in range(4)]
    receipt = libstats.load(
        workspace,
        [
            write(
                tmp_path / "day.hist",
                "".join([lines[0], lines[1].strip(), lines[2].replace("\n", "\r"), lines[3]]),
            )
        ],
    ).files[0]
    assert (receipt.rows_read, receipt.dispositions["new"], receipt.dispositions["rejected"]) == (
        2,
        1,
        1,
    )


@pytest.mark.parametrize(
    ("kept", "rejected"), [(len("^UO2^^O\r\n"), 1), (len("^^O\r\n"), 1), (len("\r\n"), 0), (0, 0)]
)
def test_a_log_cut_in_its_last_line_tells_of_no_other_copy(
    workspace: Workspace, tmp_path: Path, kept: int, rejected: int
) -> None:
    """Half of a barcode is the barcode of nothing, half of a user's that of another; a line that
    lacks its end alone is whole."""
    log = b"".join(
        b"E20261031091%d311867R ^S46CVFEMAIN^NQ31221%d^UO2^^O\r\n" % (n, n) for n in range(3)
    )
    receipt = libstats.load(
        workspace, [write(tmp_path / "day.hist", log[: len(log) - kept].decode())]
    ).files[0]
    assert (receipt.rows_read, receipt.dispositions["new"], receipt.dispositions["rejected"]) == (
        3,
        3 - rejected,
        rejected,
    )
    assert (
        "the export broke off: its last line is no whole row. Export it again" in receipt.notes
    ) == bool(rejected)


def test_days_in_two_files_count_once(workspace: Workspace, tmp_path: Path) -> None:
    """The log of the month holds what that of the day holds; two equal lines of one file are two
    events."""
    line = b"E202610301200000001R ^S01CVFEMAIN^NQ31221000000011^UO1^^O\n"
    (tmp_path / "20261031.hist").write_bytes(HISTORY)
    (tmp_path / "202610.hist.gz").write_bytes(gzip.compress(2 * line + HISTORY))
    for file in ("20261031.hist", "202610.hist.gz", "20261031.hist"):
        libstats.load(workspace, [tmp_path / file])
    with libstats.open(workspace) as con:
        assert con.sql(
            "select kind, count(*) from circulation_event group by all order by 1"
        ).fetchall() == [
            ("checkin", 2),
            ("checkout", 4),
            ("in-house use", 1),
            ("other", 1),
            ("renewal", 1),
        ]


def test_a_log_of_many_blocks_is_counted(workspace: Workspace, tmp_path: Path) -> None:
    lines = [
        f"E202610{1 + n % 28:02}{n % 24:02}{n % 60:02}000001R ^S01CVFEMAIN^NQ{n:014}^UO{n}^^O\n"
        for n in range(60_000)
    ]
    receipt = libstats.load(workspace, [write(tmp_path / "month.hist", "".join(lines))]).files[0]
    assert (receipt.rows_read, receipt.dispositions["new"]) == (60_000, 60_000)


def test_the_owner_is_found_by_the_barcode(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(
        workspace,
        [
            FOLDER / "symphony-history-log" / "day.hist",
            write(tmp_path / "selitem_oBy_20261031.lst", "31221000000011|EAST|\n"),
        ],
    )
    with libstats.open(workspace) as con:
        found = (
            libstats.circulation(
                con, since="2026-10-01", until="2026-11-01", branch="owning_branch"
            )
            .select("branch, checkouts")
            .fetchall()
        )
    assert found == [("EAST", 1), (None, 1)]


def test_a_file_packed_with_compress_is_told_how_to_unpack(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "202609.hist.Z").write_bytes(b"\x1f\x9d\x90" + bytes(range(200)))
    receipt = str(libstats.load(workspace, [tmp_path / "202609.hist.Z"]))
    assert "gzip -d unpacks them" in receipt


@pytest.mark.parametrize("system", ["symphony", "evergreen"])
def test_nothing_of_a_person_is_anywhere(system: str, workspace: Workspace) -> None:
    """PINs, names, notes and identifiers of the golden exports are in no file of the workspace, nor
    in the receipt."""
    receipt = libstats.load(
        workspace, sorted(p for p in FOLDER.glob(f"{system}-*/*") if p.name.count(".") == 1)
    )
    held = (
        b"".join(p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file())
        + str(receipt).encode()
    )
    assert [
        word
        for word in (b"CANARY", b"SECRET", b"29999000000001", b"21234000000019")
        if word in held
    ] == []
    assert len(receipt.files) > 4


def test_a_text_that_only_begins_like_a_log_is_no_log(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "E202610310911311867R |FEMAIN|NQ31221000000011\n")
    assert [type(part).__name__ for place in recognise.places(file) for part in parts(place)] == [
        "Delimited"
    ]
    assert "no longer say which command they are" in inspect(file)


def test_the_letters_of_the_page_are_those_that_are_known() -> None:
    page = (FOLDER.parent.parent / "docs" / "export-symphony.md").read_text(encoding="utf-8")
    for source in sources():
        if source.command and source.system == "symphony":
            assert f"`{source.command}` {' '.join(source.letters)}" in page
            assert re.findall(rf"{source.command} -o(\w+) > {source.command}_o\1", page)


def test_the_use_of_a_copy_that_the_log_knows_by_its_barcode(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(
        workspace,
        [
            FOLDER / "symphony-history-log" / "day.hist",
            write(
                tmp_path / "selitem_oBy_20261031.lst",
                "31221000000011|EAST|\n31221000000029|EAST|\n31221000000099|EAST|\n",
            ),
        ],
    )
    with libstats.open(workspace) as con:
        found = (
            libstats.collection_use(con, since="2026-10-01", until="2026-11-01", by="branch")
            .select("branch, items, checkouts")
            .fetchall()
        )
    assert found == [("EAST", 3, 2)]
