"""Delimited text in every shape that libraries' systems write, and what is refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import libstats
from libstats.readers import delimited
from libstats.workspace.workspace import Workspace
from tests.support.files import write

ROWS = [
    ["itemnumber", "barcode", "homebranch", "itemcallnumber"],
    ["1", "00001", "Süd", "Łódź 5"],
    ["2", "00002", "Süd", 'a "quoted", call; number'],
    ["3", "00003", "Süd", "two\nlines"],
]


def text(delimiter: str = ",", rows: list[list[str]] = ROWS, end: str = "\n") -> str:
    """The rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def held(workspace: Workspace) -> list[tuple[str, ...]]:
    """The items loaded."""
    with libstats.open(workspace) as con:
        return con.sql(
            "select item_id, barcode, owning_branch, call_number from item order by 1"
        ).fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_shape_gives_the_same_rows(
    delimiter: str, encoding: str, end: str, workspace: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path / "items-2026-10-31.csv", text(delimiter, end=end), encoding)
    receipt = libstats.load(workspace, [file]).files[0]
    assert (receipt.outcome, receipt.rows_read) == ("loaded", 3), receipt
    assert held(workspace) == [tuple(r) for r in ROWS[1:]]


def test_windows_text_and_mixed_lines(workspace: Workspace, tmp_path: Path) -> None:
    lines = [
        b"itemnumber,barcode,homebranch,itemcallnumber\n",
        "1,00001,Süd,“quoted”\n".encode("cp1252"),
        "2,00002,Süd,Łódź\n".encode(),
    ]
    file = tmp_path / "items-2026-10-31.csv"
    file.write_bytes(b"".join(lines))
    libstats.load(workspace, [file])
    assert held(workspace) == [("1", "00001", "Süd", "“quoted”"), ("2", "00002", "Süd", "Łódź")]


@pytest.mark.parametrize(
    ("body", "dispositions"),
    [
        ("1,b1,EAST,x\n2,b2\n", {"new": 1, "rejected": 1}),
        ("1,b1,EAST,x\n2,b2,EAST,x,more\n", {"new": 1, "rejected": 1}),
        ("1,b1,EAST,x,,\n", {"new": 1}),
        ("1,b1,EAST,x\n\n\n2,b2,EAST,x\n", {"new": 2}),
        ('1,b1,EAST,5" disk\n2,b2,EAST,x\n', {"new": 2}),
        ("1,b1,EAST,x\n# ERROR: the query was stopped\n", {"new": 1, "set aside": 1}),
        ("1,b1,EAST,x", {"new": 1}),
        ("", {}),
    ],
)
def test_ragged_and_odd_lines(
    body: str, dispositions: dict[str, int], workspace: Workspace, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "items-2026-10-31.csv", "itemnumber,barcode,homebranch,itemcallnumber\n" + body
    )
    receipt = libstats.load(workspace, [file]).files[0]
    assert {k: v for k, v in receipt.dispositions.items() if v} == dispositions
    assert sum(dispositions.values()) == receipt.rows_read


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.csv", b"", "the file is empty"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "this is a picture"),
        (
            "quote.csv",
            b'itemnumber,barcode,homebranch\n1,"b1,EAST\n2,b2,EAST\n',
            "line 2: a quotation mark opens and never closes",
        ),
        (
            "loans.csv",
            b"issuedate,date_due,itemnumber\n2026-10-01,2026-10-21,5\n",
            "issue_id is missing",
        ),
        ("log.csv", b"datetime,branch\n2026-10-01,EAST\n", "not an export that libstats knows"),
        (
            "data.csv",
            b"Smith,Jane,jane@example.org\nDoe,John,john@example.org\n",
            "knows none of its 3 headings",
        ),
        (
            "undated.csv",
            b"barcode,homebranch\nb1,EAST\n",
            "nothing in the file says when it was exported",
        ),
    ],
)
def test_what_is_refused_says_why_and_keeps_nothing(
    name: str, data: bytes, message: str, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    receipt = libstats.load(workspace, [file])
    assert receipt.files[0].outcome == "refused"
    assert message in str(receipt)
    assert "Smith" not in str(receipt)
    assert not (workspace.store / "current").exists()


CELL = st.text(alphabet=st.sampled_from('ab1 "\n\r;,\té'), max_size=6)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_the_count_agrees_with_a_csv_reader(
    rows: list[list[str]], delimiter: str, end: str, tmp_path: Path
) -> None:
    file = tmp_path / "any.csv"
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [["a", "b", "c"], *rows]
    )
    file.write_bytes(out.getvalue().encode())
    reading = next(r for r in delimited.probe(file).headers() if r.delimiter == delimiter)
    counted = reading.count()
    assert counted.records == len(rows) + 1
    assert counted.is_regular
    assert [row for _, row in reading.records()] == rows


def test_a_count_does_not_depend_on_where_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(
        tmp_path / "any.csv",
        text(rows=[["a", "b"], *[["x", 'he said "a\nb"'], ["", ""]] * 50]) + "\r\n\n",
    )
    reading = next(delimited.probe(file).headers())
    whole = reading.count()
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(delimited, "BLOCK", size)
        assert reading.count() == whole


LEAK = (
    "issue_id;barcode;borrowernumber;issuedate;date_due;branchcode\n"
    '1;b1;P1;2026-10-01;2026-10-21;"A\n'
    '2;b2;SECRET-ID;2026-10-01;2026-10-21;"B\n'
    "3;b3;P3;2026-10-01;2026-10-21;C\n"
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_stray_quote_swallows_no_row_and_keeps_no_identifier(
    end: str, workspace: Workspace, tmp_path: Path
) -> None:
    """The quotes of lines 2 and 3 would make one field of what stands between, a patron's number
    with it."""
    receipt = libstats.load(
        workspace, [write(tmp_path / "loans-2026-10-31.csv", LEAK.replace("\n", end))]
    )
    assert receipt.files[0].dispositions["rejected"] == 1
    assert receipt.files[0].dispositions["new"] == 1
    with libstats.open(workspace) as con:
        assert con.sql("select loan_id from loan").fetchall() == [("3",)]
        assert (
            "rows may have run together"
            in con.sql("select reason from store.reject").fetchall()[0][0]
        )
    assert b"SECRET" not in b"".join(
        p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file()
    )


@pytest.mark.parametrize("delimiter", ["|", "^", "\t"])
def test_a_stray_quote_is_a_character_where_programs_write_no_quotes(
    delimiter: str, workspace: Workspace, tmp_path: Path
) -> None:
    """Every line is a row."""
    receipt = libstats.load(
        workspace, [write(tmp_path / "loans-2026-10-31.csv", LEAK.replace(";", delimiter))]
    )
    assert receipt.files[0].dispositions["new"] == 3
    with libstats.open(workspace) as con:
        assert con.sql("select checkout_branch from loan order by loan_id").fetchall() == [
            ('"A',),
            ('"B',),
            ("C",),
        ]


def test_line_ends_inside_quotes_in_a_file_of_another_encoding(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "items-2026-10-31.csv"
    file.write_bytes(
        b'itemnumber;barcode;homebranch;itemcallnumber\r\n1;b1;EAST;"A\r\nB"\r\n2;b2;CAF\xe9;C\r\n'
    )
    libstats.load(workspace, [file])
    assert held(workspace) == [("1", "b1", "EAST", "A\r\nB"), ("2", "b2", "CAF\u00e9", "C")]


def test_blank_lines_of_tabs_are_counted_as_they_are_read(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "items-2026-10-31.tab"
    file.write_bytes(b'itemnumber\tbarcode\thomebranch\r\n1\tb"1\tE\r\n\r\r\n2\tb2\tE\r\n')
    told = libstats.load(workspace, [file]).files[0]
    assert (told.outcome, {k: n for k, n in told.dispositions.items() if n}) == (
        "loaded",
        {"new": 2, "rejected": 1},
    )


def test_a_blank_line_behind_a_byte_order_mark_is_no_record(tmp_path: Path) -> None:
    for end in ("\n", "\r\n"):
        file = tmp_path / "x.csv"
        file.write_bytes(("\ufeff" + end + "a,b" + end + "1,2" + end).encode())
        part = next(f for f in delimited.probe(file).headers() if f.header == ("a", "b"))
        assert part.count().records == 2
        assert [row for _, row in part.records()] == [["1", "2"]]


def test_nul_bytes_far_into_a_file_refuse_it(workspace: Workspace, tmp_path: Path) -> None:
    padding = "".join(f"{i};b{i};EAST;BK\n" for i in range(1000, 9000))
    write(
        tmp_path / "items-2026-10-01.csv",
        f"itemnumber;barcode;homebranch;itype\n{padding}1;b\0001;EA\0ST;BK\n",
    )
    assert (
        libstats.load(workspace, [tmp_path / "items-2026-10-01.csv"]).files[0].outcome == "refused"
    )


WRAPPED = [
    # a mark at the end of a cell, a delimiter within one, a cell without marks, one of one mark
    ('a|b|c\n"x "y""|"p|q"|"z"\n', [['x "y"', "p|q", "z"]]),
    ('a|b|c\n"x "y" z"||"1"\n\n"m"|"n"|"o"\n', [['x "y" z', "", "1"], ["m", "n", "o"]]),
    ('"a","b"\n"x "y", z","2"\n"p","q"\n', [['x "y", z', "2"], ["p", "q"]]),
    ('a\tb\n"x"~"y"\t"2"\n', [['x"~"y', "2"]]),
    # most cells have no marks: then they are a text's own
    ('a|b\n"Sinbad" tales|2\nx|3\ny|4\n', [['"Sinbad" tales', "2"], ["x", "3"], ["y", "4"]]),
]


@pytest.mark.parametrize(("text", "rows"), WRAPPED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_within_wrapped_cells_are_characters(
    tmp_path: Path, text: str, rows: list[list[str]], end: str
) -> None:
    path = write(tmp_path / "list.txt", text.replace("\n", end))
    part = next(iter(delimited.probe(path).headers()))
    counted = part.count()
    assert [row for _, row in part.records(counted)] == rows
    assert counted.records == len(rows) + 1


def test_a_damaged_line_of_a_wrapped_list_is_one_line(tmp_path: Path, workspace: Workspace) -> None:
    lines = ['"i10000008"|"A "big" one"|"1"', '"i10000021"|"cut', '"i10000033"|"Another"|"2"']
    text = "RECORD #(ITEM)|TITLE|TOT CHKOUT\n" + "\n".join(lines) + "\n"
    path = write(tmp_path / "items-2026-10-31.txt", text)
    receipt = libstats.load(workspace, [path]).files[0]
    assert (receipt.rows_read, receipt.dispositions["new"], receipt.dispositions["rejected"]) == (
        3,
        2,
        1,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cells=st.lists(
        st.lists(st.text(alphabet='ab "~;,', max_size=6), min_size=3, max_size=3),
        min_size=1,
        max_size=6,
    ),
    delimiter=st.sampled_from("|\t^,"),
)
def test_whatever_stands_between_marks_comes_back(
    tmp_path: Path, cells: list[list[str]], delimiter: str
) -> None:
    """A program that writes marks round each cell and never doubles those within: every cell comes
    back, unless it holds what ends a cell."""
    ends = f'"{delimiter}"'
    rows = [
        [cell.replace('""', '"a') for cell in row]
        for row in cells
        # marks at an end, a cell of one mark or what ends one are of two readings
        if not any(ends in f'{cell}"' or cell[-1:] == '"' for cell in row)
        and not any(cell[:1] == delimiter or cell[:1] == '"' for cell in row)
    ]
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    # one cell with a mark of its own within, so that the marks cannot be trusted
    first = delimiter.join(('"x "y" z"', '"1"', '"2"'))
    path = write(tmp_path / "list.txt", "\n".join(["h|i|j".replace("|", delimiter), first, *lines]))
    part = next(iter(delimited.probe(path).headers()))
    counted = part.count()
    found = [row for _, row in part.records(counted)]
    assert counted.records == len(found) + 1
    assert found == [['x "y" z', "1", "2"], *rows]
