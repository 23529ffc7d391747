"""Workbooks: every sheet is a part of its own, its cells are text as a person would type it."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import libstats
from libstats.readers.place import places
from libstats.readers.workbook import extent
from libstats.readers.workbook import sheets as spreadsheet
from libstats.readers.workbook.sheets import cell_text
from libstats.recognise.inspect import inspect
from libstats.recognise.sniff import parts
from libstats.workspace.workspace import Workspace
from tests.support.books import LINKS, MAIN, WRITERS, Rows, Value, write_ods, write_xlsx, xlsx_cell

HEADINGS: list[Value] = ["itemnumber", "barcode", "homebranch", "itemcallnumber"]
ITEMS: Rows = [HEADINGS, [1, 12345678901234.0, "EAST", "Łódź 5"], [2.0, "00002", "EAST", 641.5]]
ITEMS_HELD = [("1", "12345678901234", "EAST", "Łódź 5"), ("2", "00002", "EAST", "641.5")]
LOANS: Rows = [
    ["issue_id", "itemnumber", "issuedate", "date_due", "returndate", "auto_renew"],
    ["7", 1, datetime.datetime(2026, 10, 1, 9, 30), datetime.date(2026, 10, 22), None, True],
]


def held(workspace: Workspace) -> list[tuple[str, ...]]:
    """The items loaded."""
    with libstats.open(workspace) as con:
        return con.sql(
            "select item_id, barcode, owning_branch, call_number from item order by 1"
        ).fetchall()


def dispositions(receipt: libstats.FileReceipt) -> dict[str, int]:
    """What became of rows, without the zeros."""
    return {k: v for k, v in receipt.dispositions.items() if v}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_sheet_is_loaded_on_its_own(kind: str, workspace: Workspace, tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "Copies": ITEMS,
        "Loans & returns": LOANS,
        "Sheet3": [],
        "Notes": [["ask", "Jane"], ["her", "mother"]],
    }
    book = WRITERS[kind](tmp_path / f"october-2026-10-31.{kind}", sheets)
    receipt = libstats.load(workspace, [book])
    assert [(f.file.partition("#")[2], f.outcome, f.label) for f in receipt.files] == [
        ("Copies", "loaded", "koha items"),
        ("Loans & returns", "loaded", "koha loans"),
        ("Sheet3", "left alone", ""),
        ("Notes", "refused", ""),
    ]
    assert [(f.rows_read, f.exported_from) for f in receipt.files[:2]] == [(2, "name"), (1, "name")]
    assert held(workspace) == ITEMS_HELD
    with libstats.open(workspace) as con:
        assert con.sql(
            "select checked_out_at::varchar, due_at::date::varchar, is_auto_renewed from loan"
        ).fetchall() == [("2026-10-01 09:30:00", "2026-10-22", True)]
        assert con.sql("select file from store.load order by seq").fetchall() == [
            (f"{book.name}#Copies",),
            (f"{book.name}#Loans & returns",),
        ]
    assert (
        f"{book.name}, sheet Notes: not an export that libstats knows; "
        "libstats knows none of its 2 headings"
    ) in str(receipt)
    assert "Jane" not in str(receipt)


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_workbook_again_is_no_new_load(
    kind: str, workspace: Workspace, tmp_path: Path
) -> None:
    book = WRITERS[kind](tmp_path / f"items-2026-10-31.{kind}", {"S": ITEMS})
    assert [libstats.load(workspace, [book]).files[0].outcome for _ in range(2)] == [
        "loaded",
        "repeated",
    ]


def test_the_kind_is_seen_by_the_bytes(workspace: Workspace, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "items-2026-10-31.csv", {"S": ITEMS})
    assert libstats.load(workspace, [tmp_path]).files[0].rows_read == 2
    assert held(workspace) == ITEMS_HELD


@pytest.mark.parametrize("kind", WRITERS)
def test_what_stands_above_and_around_a_table(
    kind: str, workspace: Workspace, tmp_path: Path
) -> None:
    """A title and a note above the headings are set aside; blank rows and columns are no rows and
    no columns."""
    shifted: Rows = [[None, *row, None, "  "] for row in ITEMS]
    rows: Rows = [
        ["Holdings of October"],
        [],
        [None, "made", datetime.date(2026, 11, 1)],
        [None, " ", None],
        shifted[0],
        [],
        *shifted[1:],
        [None, "", " "],
        [],
    ]
    receipt = libstats.load(
        workspace, [WRITERS[kind](tmp_path / f"items-2026-10-31.{kind}", {"S": rows})]
    ).files[0]
    assert (receipt.rows_read, dispositions(receipt)) == (4, {"new": 2, "set aside": 2})
    assert held(workspace) == ITEMS_HELD


def test_rejects_name_the_row_of_the_sheet(workspace: Workspace, tmp_path: Path) -> None:
    rows: Rows = [
        ["report"],
        [],
        [*HEADINGS, "dateaccessioned"],
        [1, "b1", "EAST", "x", "tomorrow"],
        [],
        [2, "b2", "EAST", "x", None, "outside"],
        [3, "b3", "EAST", "x"],
    ]
    receipt = libstats.load(
        workspace, [write_xlsx(tmp_path / "items-2026-10-31.xlsx", {"S": rows})]
    ).files[0]
    assert (receipt.rows_read, dispositions(receipt)) == (
        4,
        {"new": 1, "rejected": 2, "set aside": 1},
    )
    with libstats.open(workspace) as con:
        assert con.sql("select line, heading, shape from store.reject order by 1").fetchall() == [
            (4, "dateaccessioned", "aaaaaaaa"),
            (6, "", ""),
        ]


def test_a_serial_number_beside_real_dates_is_not_guessed_at(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows: Rows = [
        [*HEADINGS, "dateaccessioned"],
        [1, "b1", "EAST", "x", datetime.date(2026, 10, 5)],
        [2, "b2", "EAST", "x", 46300],
    ]
    receipt = libstats.load(
        workspace, [write_xlsx(tmp_path / "items-2026-10-31.xlsx", {"S": rows})]
    ).files[0]
    assert dispositions(receipt) == {"new": 1, "rejected": 1}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345678901234.0, "12345678901234"),
        (5, "5"),
        (0.1 + 0.2, "0.3"),
        (12.949999999999999, "12.95"),
        (1e-7, "0.0000001"),
        (999999999999999.0, "999999999999999"),
        (1234567890123456.0, "1.23456789012346E+15"),
        (-0.0, "0"),
        (-2.5, "-2.5"),
        (True, "1"),
        (False, "0"),
        ("00012", "00012"),
        (datetime.date(2026, 10, 31), "2026-10-31"),
        (datetime.datetime(2026, 10, 31, 9, 30), "2026-10-31 09:30:00"),
        (datetime.datetime(2026, 10, 31, 9, 30, 0, 250000), "2026-10-31 09:30:00.250"),
        (datetime.time(9, 30), "09:30:00"),
        (datetime.timedelta(days=1, hours=2, minutes=30), "26:30:00"),
    ],
)
def test_cells_are_text_as_a_person_would_type_them(value: spreadsheet.Cell, text: str) -> None:
    assert cell_text(value) == text


def swap(book: Path, member: str, old: str, new: str) -> Path:
    """The workbook with a text replaced in one of its members."""
    with zipfile.ZipFile(book) as archive:
        texts = {n: archive.read(n) for n in archive.namelist()}
    assert old.encode() in texts[member]
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(
                name, text.replace(old.encode(), new.encode()) if name == member else text
            )
    return book


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("member", "old", "new", "message"),
    [
        (
            SHEET,
            "</sheetData>",
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
            "reaches to row 1,048,576 and column 16,384",
        ),
        (SHEET, "</sheetData>", "", "cut or damaged"),
        (SHEET, "<worksheet", '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', "cut or damaged"),
        (SHEET, 't="inlineStr"', 't="inlineText"', "cut or damaged"),
        ("xl/workbook.xml", "</workbook>", "", "cut or damaged"),
    ],
)
def test_a_workbook_that_cannot_be_believed_is_refused(
    member: str, old: str, new: str, message: str, *, workspace: Workspace, tmp_path: Path
) -> None:
    book = swap(write_xlsx(tmp_path / "items-2026-10-31.xlsx", {"S": ITEMS}), member, old, new)
    receipt = libstats.load(workspace, [book])
    assert [f.outcome for f in receipt.files] == ["refused"]
    assert message in str(receipt)


def test_a_repeated_row_does_not_swell_without_end(workspace: Workspace, tmp_path: Path) -> None:
    book = swap(
        write_ods(tmp_path / "items.ods", {"S": ITEMS}),
        "content.xml",
        'office:value="1"',
        'table:number-columns-repeated="16000" office:value="1"',
    )
    first = '<table:table-row><table:table-cell office:value-type="float"'
    swap(
        book,
        "content.xml",
        first,
        first.replace("row>", 'row table:number-rows-repeated="900000">'),
    )
    assert "too far for memory" in str(libstats.load(workspace, [book]))


def test_a_document_of_another_kind_is_named(workspace: Workspace, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "letter.docx", "w") as document:
        document.writestr("[Content_Types].xml", "<Types/>")
        document.writestr("word/document.xml", "<document/>")
    (tmp_path / "book.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with zipfile.ZipFile(tmp_path / "big.xlsb", "w") as document:
        document.writestr("[Content_Types].xml", "<Types/>")
        document.writestr("xl/workbook.bin", b"")
    receipt = str(libstats.load(workspace, [tmp_path]))
    assert "big.xlsb: this is a binary workbook (XLSB)" in receipt
    assert "letter.docx: this is a document, but not a workbook" in receipt
    assert "book.xls: the file is cut or damaged" in receipt


def test_inspect_tells_of_every_sheet(tmp_path: Path) -> None:
    told = inspect(
        write_xlsx(
            tmp_path / "book.xlsx",
            {"Copies": [["title"], *ITEMS], "Empty": [], "Other": [["a", "b"]]},
        )
    )
    assert (
        "book.xlsx, sheet Copies: koha items (sheet of a workbook, 4 columns)\n"
        "  lines above the headings, set aside: 1"
    ) in told
    assert "book.xlsx, sheet Empty: left alone" in told
    assert "book.xlsx, sheet Other: not recognised" in told


def test_shared_strings_that_are_blank_make_no_row(tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "book.xlsx", {"S": [["a"], ["x"], ["y"]]})
    strings = f'<sst xmlns="{MAIN}"><si><t>  </t></si><si><r><t>r</t></r><r><t>s</t></r></si></sst>'
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", strings)
    swap(book, SHEET, xlsx_cell("A2", "x"), '<c r="A2" t="s"><v>0</v></c>')
    swap(book, SHEET, xlsx_cell("A3", "y"), '<c r="A3" t="s"><v>1</v></c>')
    links = (
        f'<Relationship Id="rId98" Type="{LINKS}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>'
    )
    swap(book, "xl/_rels/workbook.xml.rels", "</Relationships>", links)
    with zipfile.ZipFile(book) as archive:
        assert extent.extents(archive, "book")["S"] == extent.Extent(2, 3, 1)
    sheet = next(parts(next(places(book))))
    assert [row for _, row in next(sheet.headers()).records()] == [["rs"]]


def test_a_cell_that_names_an_earlier_row_is_counted_in_it(tmp_path: Path) -> None:
    """Found by damage: the rows around it were counted twice, and the sheet refused as if libstats
    could not count."""
    book = swap(
        write_xlsx(tmp_path / "book.xlsx", {"S": [["a", "b"], ["x", "y"], ["p", "q"]]}),
        SHEET,
        xlsx_cell("A3", "p"),
        xlsx_cell("A1", "p"),
    )
    with zipfile.ZipFile(book) as archive:
        assert extent.extents(archive, "book")["S"] == extent.Extent(3, 3, 2)
    sheet = next(next(parts(next(places(book)))).headers())
    assert (sheet.header, list(sheet.records())) == (("p", "b"), [(2, ["x", "y"]), (3, ["", "q"])])


TEXT = st.text(alphabet=st.sampled_from("ab1 \"<&,;é\t'#"), max_size=6).map(str.strip)
VALUE = st.one_of(
    st.none(),
    TEXT.filter(lambda t: "\t" not in t and "  " not in t),
    st.integers(-(10**14), 10**14),
    st.decimals(min_value=-10000, max_value=10000, places=2, allow_nan=False).map(float),
    st.booleans(),
    st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 1, 1)),
    st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2090, 1, 1)).map(
        lambda d: d.replace(microsecond=0, second=1)
    ),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.lists(VALUE, min_size=3, max_size=3), max_size=6),
    kind=st.sampled_from(sorted(WRITERS)),
)
def test_rows_come_back_as_they_were_written(rows: Rows, kind: str, tmp_path: Path) -> None:
    """Every row that is not blank, on its line, as text; and the independent count agrees."""
    book = WRITERS[kind](tmp_path / "any.book", {"S": [["a", "b", "c"], *rows]})
    sheet = next(next(parts(next(places(book)))).headers())
    wanted = [
        (line, ["" if v is None else v if isinstance(v, str) else cell_text(v) for v in row])
        for line, row in enumerate(rows, start=2)
    ]
    wanted = [(line, row) for line, row in wanted if any(row)]
    assert list(sheet.records()) == wanted
    assert sheet.count().records == len(wanted) + 1
