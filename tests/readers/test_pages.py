"""Pages of a service saved one behind the other, in every way that they are: one table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from libstats.errors import FileRefused
from libstats.readers import text as text_reader
from tests.readers.test_records import ROWS, page, part, table
from tests.support.files import write

WAYS = {
    "one behind the other": "".join,
    "a page a line": "\n".join,
    "a mark before each": lambda pages: "".join(f"\ufeff{each}\r\n" for each in pages),
}
IN_JSON = WAYS | {
    "a list of pages": lambda pages: f"[{', '.join(pages)}]",
    "a comma between them": ",".join,
    "a comma behind each": lambda pages: "".join(f"{each},\n" for each in pages),
    "a semicolon between them": " ;\r\n".join,
    "lists of pages": lambda pages: ",\n".join(f"[{each}]" for each in pages),
    "a sequence": lambda pages: "".join(f"\x1e{each}\n" for each in pages),
}
ANSWERS = [
    ('{"loans": [{"id": "1"}], "totalRecords": 2}', '{"loans": [{"id": "2"}], "totalRecords": 2}'),
    ('{"total_record_count": 2, "fee": [{"id": "1"}]}', '{"fee": [{"id": "2"}], "total": 2}'),
    (
        '{"total_sum": 3.5, "currency": "USD", "fee": [{"id": "1"}]}',
        '{"fee": [{"id": "2"}], "currency": "USD"}',
    ),
    ('[{"id": "1"}]', '[{"id": "2"}]'),
    ('[{"id": "1"}, {"id": "2"}]', "[]"),
    ('{"id": "1", "lines": [{"number": 7}]}', '{"id": "2"}'),
    ('{"tags": [{"name": "y"}], "id": "1"}', '{"tags": [{"name": "x"}], "id": "2"}'),
]


@pytest.mark.parametrize("size", [1, 1 << 20], ids=["byte by byte", "at once"])
@pytest.mark.parametrize("way", IN_JSON.values(), ids=IN_JSON)
@pytest.mark.parametrize("pages", ANSWERS, ids=range(len(ANSWERS)))
def test_pages_in_json_are_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: tuple[str, str], way: object, size: int
) -> None:
    assert callable(way)
    monkeypatch.setattr(text_reader, "BLOCK", size)
    assert table(write(tmp_path / "answer.json", way(pages))) == (("id",), [["1"], ["2"]])


@pytest.mark.parametrize("way", IN_JSON.values(), ids=IN_JSON)
def test_pages_of_analytics_in_json_are_one_table(tmp_path: Path, way: object) -> None:
    assert callable(way)
    pages = [page(ROWS[0], finished="false"), page(ROWS[1], schema="")]
    answers = [
        json.dumps({"anies": [each.replace("1.0", '1.0" encoding="UTF-16')]}) for each in pages
    ]
    found = part(write(tmp_path / "answer.json", way(answers)))
    assert found.lacks(2) is None
    assert table(tmp_path / "answer.json")[1] == [
        ["0", "Main", "East", "A <Row> & B"],
        ["", "", "", "C"],
    ]


XML_PAGES = [
    (
        '<fees total_record_count="2"><fee><id>1</id></fee></fees>',
        '<fees total_record_count="2"><fee><id>2</id></fee></fees>',
    ),
    ("<user_requests><user_request><id>1</id></user_request></user_requests>", "<user_request><id>2</id></user_request>"),
    ('<?xml version="1.0"?><po_line><id>1</id></po_line>', '<?xml version="1.0"?><po_line><id>2</id></po_line>'),
    ("<ns:bibs xmlns:ns='x'><ns:bib><ns:id>1</ns:id></ns:bib></ns:bibs>", "<bibs>\n<bib>\n<id>2</id></bib></bibs>\n"),
]  # fmt: skip


@pytest.mark.parametrize("size", [1, 1 << 20], ids=["byte by byte", "at once"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("pages", XML_PAGES, ids=range(len(XML_PAGES)))
def test_pages_in_xml_are_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: tuple[str, str], way: object, size: int
) -> None:
    assert callable(way)
    monkeypatch.setattr(text_reader, "BLOCK", size)
    assert table(write(tmp_path / "answer.xml", way(pages))) == (("id",), [["1"], ["2"]])


def test_a_line_in_the_second_of_two_documents_is_told_by_that_of_the_file(tmp_path: Path) -> None:
    text = "<fees>\n<fee><id>1</id></fee>\n</fees>\n<fees>\n<fee>\n<id>2</id></fee></fees>"
    found = part(write(tmp_path / "fees.xml", text))
    assert [line for line, _ in found.records()] == [2, 5]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '{"loans": [{"id": "1"}]}\n{"requests": [{"id": "2"}]}',
            "line 2: another list of records begins than on the page before it",
        ),
        (
            '{"totalLoans": 1, "loans": [{"id": "1"}], "holds": [{"id": "2"}]}',
            "as in an answer that tells all of one person or thing: save each list alone",
        ),
        (
            '[{"loans": [{"id": "1"}]}, {"code": "not found"}]',
            "it may be the message of an error",
        ),
        ('{"loans": [{"id": "1"}]},,{"loans": [{"id": "2"}]}', "should stand there"),
        ('{"loans": [{"id": "1"}]};{"requests": [{"id": "2"}]}', "another list of records begins"),
        ("<fees><fee><id>1</id></fee></fees><bib><id>1</id></bib>", "no page like the first one"),
        ("<fees><fee><id>1</id></fee></fees> more", "the XML is cut or damaged"),
        (
            "<web_service_result><errorsExist>true</errorsExist></web_service_result>",
            "the message of an error, which the service gave instead of an answer",
        ),
    ],
    ids=range(8),
)
def test_pages_that_do_not_go_together_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(FileRefused, match=problem):
        part(write(tmp_path / "answer", text))
