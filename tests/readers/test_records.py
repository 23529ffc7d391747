"""The readers of JSON and of XML: every form, what is refused, and that their counts are not those
of the readers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import libstats
from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers import json as json_reader
from libstats.readers import text as text_reader
from libstats.readers.part import Part
from libstats.readers.place import places
from libstats.recognise.sniff import parts
from libstats.workspace.workspace import Workspace
from tests.support.files import TESTS, write

Table = tuple[tuple[str, ...], list[list[str]]]


def part(path: Path) -> Part:
    """The one part of a file, under its headings."""
    return next(
        header for place in places(path) for found in parts(place) for header in found.headers()
    )


def table(path: Path) -> Table:
    """Its headings and rows, which are as many as are counted."""
    found = part(path)
    rows = [row for _, row in found.records()]
    assert found.count().records == len(rows)
    return found.header, rows


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1, "b": {"c": "x"}}, {"b": {"c": "y"}, "a": null}]',
        '{"list": [{"a": 1, "b": {"c": "x"}}, {"a": null, "b": {"c": "y"}}], "totalRecords": 2}',
        (
            '{"totalRecords": 2, "list": [{"a": 1, "b": {"c": "x"}}, {"a": null, "b": {"c": '
            '"y"}}], "info": {"facets": [{"not": "a record"}], "x": {}}}'
        ),
        (
            '{"a": 1, "b": {"c": "x"}}\n'
            "\n"
            '{"a": null, "b": {"c": "y"}, "notes": [{"not": "a record"}]}\n'
        ),
        '{"list": [{"a": 1, "b": {"c": "x"}}]}{"list": [{"a": null, "b": {"c": "y"}}]}',
        '\ufeff[\n{"a": 1, "b": {"c": "x"}}\n,\n{"b": {"c": "y"}}\n]\n',
    ],
    ids=["list", "answer", "answer with more", "lines", "two answers", "byte-order mark"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_form_of_json_gives_the_same_rows(tmp_path: Path, text: str, encoding: str) -> None:
    header, rows = table(
        write(
            tmp_path / "records.json",
            text.lstrip("\ufeff") if encoding == "utf-16" else text,
            encoding,
        )
    )
    assert (sorted(header), rows) == (["a", "b.c"], [["1", "x"], ["", "y"]])


def test_values_of_json_are_the_text_that_stands_there(tmp_path: Path) -> None:
    text = (
        r'[{"n": 12.50, "big": 990406703844702204, "yes": true, "no": false, '
        r'"tags": ["a", "b"], "empty": [], "list": [{"x": 1}], '
        r'"text": "a \"{[\" \\", "half": "\ud800", "zero": "a\u0000b"}]'
    )
    header, rows = table(write(tmp_path / "records.json", text))
    assert dict(zip(header, rows[0], strict=True)) == {
        "n": "12.50", "big": "990406703844702204", "yes": "true", "no": "false",
        "tags": "a; b", "empty": "", "text": 'a "{[" \\', "half": "?", "zero": "ab",
    }  # fmt: skip


def test_a_path_that_reads_like_a_shorter_one_is_left_out(tmp_path: Path) -> None:
    assert table(
        write(
            tmp_path / "records.json",
            '[{"item": {"id": "of the item", "barcode": "1"}, "itemId": "own"}]',
        )
    ) == (("itemId", "item.barcode"), [["own", "1"]])


@pytest.mark.slow
def test_json_is_counted_right_however_its_bytes_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = ", ".join(
        f'{{"a": "{n}\\"{{[\\\\", "b": {{"c": [{{"d": {n}}}]}}}}' for n in range(300)
    )
    path = write(tmp_path / "records.json", f'{{"list": [{records}], "total": 300}}')
    for size in (1, 2, 3, 7, 1000):
        monkeypatch.setattr(text_reader, "BLOCK", size)
        assert part(path).count().records == 300


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"loans": [{"id": "1"}, {"id": "2"', "line 1: what begins there is no JSON, or is cut"),
        ('{"loans": [{"id": "1"}\n', "the file ends in the middle: it is cut"),
        ('[{"id": "1"}\n{"id": "2"}]', r"line 2: \] should stand there"),
        ('[{"id": "1"},\n3]', "line 2: what stands there is no record"),
        ('{"a": [{"id": "1"}], "b": [{"id": "2"}]}', "a second list of records begins"),
        ('[{"id": ' + "[" * 100_000, "brackets within brackets without end|is no JSON"),
        ("[" + ",".join(f'{{"k{n}": 1}}' for n in range(2100)) + "]", "more than 2,000 headings"),
        (
            '[{"id": ' + '{"a": ' * 5000 + "1" + "}" * 5000 + "}]",
            "brackets within brackets without end",
        ),
        (
            '{"loans": [{"id": "1"}]}\n{"id": "2"}',
            "line 2: what begins there holds no list of records",
        ),
        (
            '{"loans": [{"id": "1"}],\n"x": [null, {"id": "2"}]}',
            "line 2: a list ends there of which some are records and others are none",
        ),
        (
            '{"loans": [{"id": "1"}], "x": [[], {"id": "2"}]}',
            "some are records and others are none",
        ),
    ],
)
def test_json_that_is_none_is_refused_in_words(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(FileRefused, match=problem):
        part(write(tmp_path / "loans.json", text))


@pytest.mark.parametrize(
    ("total", "lacks"),
    [('"²"', False), ("9" * 5000, False), ("-1", False), ("null", False), ('"7"', True)],
)
def test_a_total_that_is_no_number_of_records_tells_nothing(
    tmp_path: Path, total: str, lacks: bool
) -> None:
    found = part(
        write(
            tmp_path / "loans.json", f'{{"loans": [{{"id": "1"}}], "total_record_count": {total}}}'
        )
    )
    assert bool(found.lacks(1)) == lacks


def test_a_page_without_any_record_ends_an_answer(tmp_path: Path) -> None:
    assert table(
        write(
            tmp_path / "loans.json",
            (
                '{"loans": [{"id": "1"}]}{"loans": null, "totalRecords": 1}{"loans": [], '
                '"totalRecords": 1}'
            ),
        )
    ) == (("id",), [["1"]])


def test_an_empty_list_beside_the_records_is_none_of_records(tmp_path: Path) -> None:
    text = '{"errors": [], "loans": [{"id": "1"}], "warnings": [ ]}'
    assert table(write(tmp_path / "loans.json", text)) == (("id",), [["1"]])


def test_an_answer_with_an_empty_list_holds_no_records(tmp_path: Path) -> None:
    with pytest.raises(NotLoadedYet, match="it holds no records"):
        part(write(tmp_path / "loans.json", '{"loans": [], "info": {"rows": 0}}'))


def test_json_in_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="its letters are not UTF-8"):
        part(write(tmp_path / "loans.json", '[{"name": "é"}]', "cp1252"))


@pytest.mark.parametrize("text", ['{"loans": [], "totalRecords": 0}', "[]", "{ }"])
def test_an_empty_answer_is_left_alone(tmp_path: Path, text: str) -> None:
    found = [p for place in places(write(tmp_path / "loans.json", text)) for p in parts(place)]
    if text == "{ }":  # a record without anything: its file has no headings
        assert next(found[0].headers()).header == ()
    else:
        with pytest.raises(NotLoadedYet, match="it holds no records"):
            list(found[0].headers())


def test_records_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "BLOCK", 1000)
    path = write(
        tmp_path / "records.json",
        '{"list": [' + ", ".join(f'{{"a": "{n:0100}"}}' for n in range(1000)) + "]}",
    )
    stream = json_reader._Stream(part(path), lambda done: None)  # type: ignore[arg-type]
    longest = max(len(stream.buffer) for _ in stream.objects())
    assert longest < 5000


SCHEMA = (
    '<xsd:schema><xsd:element name="Column0" saw-sql:columnHeading="0"/><xsd:element '
    'name="Column2" saw-sql:tableHeading="Desk" saw-sql:columnHeading="Library"/>\n'
    '<xsd:element name="Column1" saw-sql:tableHeading="Copy" saw-sql:columnHeading="Library"/>'
    '<xsd:element name="Column3" saw-sql:columnHeading="Title"/></xsd:schema>'
)


def page(rows: str, schema: str = SCHEMA, finished: str = "true") -> str:
    """A page of an answer of Analytics."""
    return (
        '<?xml version="1.0"?>\n'
        f"<report><QueryResult><IsFinished>{finished}</IsFinished><ResultXml>"
        f"<rowset>{schema}{rows}</rowset></ResultXml></QueryResult></report>\n"
    )


ROWS = (
    (
        "<Row><Column0>0</Column0><Column2>Main</Column2><Column1>East</Column1><Column3>A "
        "&lt;Row&gt; &amp; B</Column3></Row>"
    ),
    "<Row><Column3>C</Column3></Row>",
)


@pytest.mark.parametrize("size", [7, 1 << 20])
@pytest.mark.parametrize(
    "spelled",
    [
        lambda text: text,
        lambda text: text.replace("Row>", "rs:Row>").replace("rowset>", "rs:rowset>"),
        lambda text: text.replace("Row>", "Row >"),
    ],
)
def test_pages_are_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, spelled: object
) -> None:
    assert callable(spelled)
    monkeypatch.setattr(text_reader, "BLOCK", size)
    answer = spelled(page(ROWS[0], finished="false") + page(ROWS[1], schema=""))
    assert table(write(tmp_path / "answer.xml", answer)) == (
        ("0", "Desk Library", "Copy Library", "Title"),
        [["0", "Main", "East", "A <Row> & B"], ["", "", "", "C"]],
    )


def test_a_page_alone_says_that_others_follow_or_what_it_lacks(tmp_path: Path) -> None:
    first = part(write(tmp_path / "page1.xml", page(ROWS[0], finished="false")))
    assert first.lacks(1) == (
        "its last page says that more pages follow: save them all in one file, one behind the other"
    )
    assert part(write(tmp_path / "all.xml", page(ROWS[0]))).lacks(1) is None
    with pytest.raises(
        FileRefused, match="it does not say what its columns are; the first page alone does"
    ):
        part(write(tmp_path / "page2.xml", page(ROWS[1], schema="")))


def test_a_list_in_xml_says_that_it_is_one_page(tmp_path: Path) -> None:
    found = part(
        write(
            tmp_path / "items.xml",
            '<items total_record_count="1200"><item><pid>1</pid></item></items>',
        )
    )
    assert found.lacks(1) == (
        "it says that there are 1,"
        "200 records and holds 1: it is one page of a longer answer. "
        "Export the other pages too"
    )
    assert found.lacks(1200) is None


def test_half_of_a_letter_in_a_page_within_json_is_a_question_mark(tmp_path: Path) -> None:
    text = json.dumps({"anies": [page(ROWS[1]).replace("C<", "C\ud800\0<")]})
    assert table(write(tmp_path / "answer.json", text))[1] == [["", "", "", "C?"]]


@pytest.mark.parametrize("pages", ['["%s", null]', '["%s"], "anies": 5'])
def test_a_page_within_json_that_is_no_text_is_refused(tmp_path: Path, pages: str) -> None:
    with pytest.raises(FileRefused, match="a page in the JSON is no XML"):
        part(write(tmp_path / "answer.json", f'{{"anies": {pages % "<report/>"}}}'))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (page(ROWS[0])[:-30], "line 3: the XML is cut or damaged"),
        (
            page(ROWS[0]).replace("<report>", '<!DOCTYPE report [<!ENTITY x "xx">]>\n<report>'),
            "it declares entities",
        ),
        (
            page(ROWS[0])
            + (
                '<?xml version="1.0"?>\n'
                "<web_service_result><errorsExist>true</errorsExist></web_service_result>"
            ),
            "line 5: what begins there is no page like the first one",
        ),
        (
            (
                "<items><item><pid>1</pid></item></items><?xml "
                'version="1.0"?><item_loans><item_loan/></item_loans>'
            ),
            "no page like the first one",
        ),
        (
            page(ROWS[0]) + page(ROWS[1], SCHEMA.replace("Title", "Author")),
            "two reports stand in one file",
        ),
        (
            "<items><item><pid>1</pid>\n<item/></item></items>",
            "line 2: a row begins before the one before it ends",
        ),
        # paths without end took minutes and gigabytes
        (
            "<items><item>" + "<a b='c'>" * 20_000 + "</a>" * 20_000 + "</item></items>",
            "elements in elements without end",
        ),
        (
            f"<items><item>{''.join(f'<p{n}/>' for n in range(2100))}</item></items>",
            "more than 2,000 values",
        ),
        (
            f"<items>{''.join(f'<item><p{n}>1</p{n}></item>' for n in range(2100))}</items>",
            "more than 2,000 headings",
        ),
        (
            f"<items><item><pid>{'x' * 17_000_000}</pid></item></items>",
            "a text has more than 16 million characters",
        ),
    ],
    ids=range(10),
)
def test_xml_that_is_none_is_refused_in_words(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(FileRefused, match=problem):
        part(write(tmp_path / "answer.xml", text))


def test_one_page_of_many_is_said_in_the_receipt(workspace: Workspace, tmp_path: Path) -> None:
    workspace.config["library"] = {"timezone": "America/New_York"}
    text = (
        '{"loans": [{"id": "1", "itemId": "7", "loanDate": "2026-10-05T14:00:00Z", "dueDate": '
        '"2026-10-26T14:00:00Z"}], "totalRecords": 1200}'
    )
    receipt = libstats.load(workspace, [write(tmp_path / "loans.json", text)])
    assert (
        "it says that there are 1,200 records and holds 1: it is one page of a longer answer"
        in str(receipt)
    )


def test_times_of_another_zone_are_refused_until_the_own_is_known(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = (
        '[{"id": "1", "itemId": "7", "loanDate": "2026-10-05T14:00:00Z", "dueDate": '
        '"2026-10-26T14:00:00Z"}]'
    )
    receipt = libstats.load(workspace, [write(tmp_path / "loans.json", text)])
    assert receipt.files[0].outcome == "refused"
    assert "its times are those of another zone" in receipt.files[0].reason
    assert "[library] timezone" in receipt.files[0].reason


@pytest.mark.slow
def test_nothing_that_is_not_selected_is_anywhere(workspace: Workspace) -> None:
    workspace.config["library"] = {"timezone": "America/New_York"}
    folder = TESTS / "sources"
    exports = [
        p
        for system in ("folio", "alma", "sierra", "polaris")
        for p in folder.glob(f"{system}-*/*.*")
        if p.name.count(".") == 1 and b"CANARY" in p.read_bytes()
    ]
    assert len(exports) > 8
    receipt = str(libstats.load(workspace, exports))
    stored = b"".join(p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file())
    assert "CANARY" not in receipt
    assert b"CANARY" not in stored


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        (
            "details.csv",
            (
                "TransactionID,TransactionTypeID,OrganizationID,TransactionSubTypeID,numValue\n"
                "1,6001,3,38,77001\n"
                "1,6001,3,124,1\n"
            ),
            "a checkout would count as often as it has details",
        ),
        (
            "history.json",
            (
                '{"loansHistory": [{"id": "h", "operation": "U", "loan": {"id": "1", "loanDate": '
                '"2026-10-05T14:00:00Z"}}]}'
            ),
            "each row is one more state of a loan",
        ),
        (
            "users.json",
            '{"users": [{"id": "1", "username": "CANARY", "patronGroup": "g"}]}',
            "libstats never reads patron records",
        ),
        (
            "list.txt",
            "RECORD #(PATRON)^BARCODE\np1234567x^CANARY\n",
            "libstats never reads patron records",
        ),
        (
            "removed.csv",
            (
                "id,placed_gmt,removed_gmt,record_id,pickup_location_code\n"
                "1,2026-10-05 14:00:00-04,2026-10-06 14:00:00-04,1,x\n"
            ),
            "the same hold would count twice",
        ),
    ],
)
def test_what_would_count_twice_is_left_alone(
    workspace: Workspace, tmp_path: Path, name: str, text: str, why: str
) -> None:
    file = libstats.load(workspace, [write(tmp_path / name, text)]).files[0]
    assert file.outcome == "left alone"
    assert why in file.reason


def test_a_report_of_renewals_without_their_flag_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = libstats.load(
        workspace,
        [
            write(
                tmp_path / "t.csv",
                (
                    "TransactionID,TransactionTypeID,OrganizationID,TranClientDate\n"
                    "1,6001,3,2026-10-05 14:00:00.000\n"
                ),
            )
        ],
    ).files[0]
    assert file.outcome == "refused"
    assert "the column RenewalFlag is missing" in file.reason


def test_a_loan_is_one_whether_it_comes_from_json_or_from_metadb(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The borrower goes when a later export shows the loan anonymised."""
    workspace.config["library"] = {"timezone": "America/New_York"}
    first = (
        '[{"id": "1", "userId": "CANARY", "itemId": "7", "loanDate": "2026-10-05T14:00:00Z", '
        '"dueDate": "2026-10-26T14:00:00Z", "metadata": {"updatedDate": "2026-10-05T14:00:00Z"}}]'
    )
    later = (
        "id,user_id,item_id,loan_date,due_date,return_date,renewal_count\n"
        "1,,7,2026-10-05 10:00:00-04,2026-10-26 10:00:00-04,2026-10-20 10:00:00-04,1\n"
    )
    libstats.load(workspace, [write(tmp_path / "loans-2026-10-06.json", first)])
    with libstats.open(workspace) as con:
        assert con.sql("select count(patron_key), count(returned_at) from loan").fetchall() == [
            (1, 0)
        ]
    libstats.load(workspace, [write(tmp_path / "loans-2026-10-21.csv", later)])
    with libstats.open(workspace) as con:
        assert con.sql(
            "select count(*), count(patron_key), any_value(returned_at)::varchar, "
            "any_value(renewals) from loan"
        ).fetchall() == [(1, 0, "2026-10-20 10:00:00", 1)]
