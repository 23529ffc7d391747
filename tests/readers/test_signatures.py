"""What is no list says what it is, whatever it is called; what only resembles it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats.errors import FileRefused
from libstats.readers.place import places
from libstats.recognise.sniff import parts
from tests.readers.test_packed import archive

TABLE = "<table><tr><th>itemnumber</th></tr><tr><td>1</td></tr></table>"
BOOK = 'Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
REFUSED: list[tuple[str, str | bytes]] = [
    ("a web page (HTML)", f"<html><body>{TABLE}</body></html>"),
    ("a web page (HTML)", "<!DOCTYPE html>\n<HTML><title>Log in</title>"),
    ("a web page (HTML)", f"\ufeff\n <!-- saved -->\n{TABLE}"),
    ("a web page (HTML)", f"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html>{TABLE}"),
    ("a web page (HTML)", f'<meta charset="utf-8">\n{TABLE}'),
    ("a web page (HTML)", f"<div>{TABLE}</div>".encode("utf-16")),
    (
        "a workbook as Excel wrote it in XML in 2003",
        f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<{BOOK}/>',
    ),
    ("a workbook as Excel wrote it in XML in 2003", f"<{BOOK}></Workbook>"),
    (
        "a workbook as a single file of XML (.fods)",
        '<?xml version="1.0"?><office:document office:mimetype='
        '"application/vnd.oasis.opendocument.spreadsheet">',
    ),
    ("XML of a kind that libstats does not know", "<?xml version='1.0'?><things><thing/></things>"),
    (
        "MARC as MarcEdit writes it to be edited (mnemonic, .mrk)",
        "=LDR  00714cam a2200205 a 4500\r\n=001  11\r\n=245  10$aReeds /$cM. Quill.\r\n",
    ),
    ("a PDF", "\n%PDF-1.4\n"),
    ("a text in RTF", "{\\rtf1\\ansi itemnumber}"),
    ("a PostScript file", "%!PS-Adobe-3.0\n"),
    ("a picture", b"\x89PNG\r\n\x1a\n"),
    ("an SQLite database", b"SQLite format 3\0" + bytes(90)),
    ("a DuckDB database", bytes(8) + b"DUCK" + bytes(90)),
    ("an Access database", b"\0\1\0\0Standard Jet DB\0" + bytes(90)),
    ("a dump of a database", "-- MySQL dump 10.13\n\nDROP TABLE items;\n"),
    ("a Parquet file", b"PAR1\x15\0\x15" + bytes(9) + b"PAR1"),
    ("an Avro file", b"Obj\x01\x04"),
    ("an ORC file", b"ORC\n\x03"),
    ("a file of R", "RDX3\nX\n"),
    ("an e-mail", "From: a@b.example\nTo: c@b.example\nSubject: list\n\nSee below.\n"),
    ("an e-mail", "Received: from x\n by y\nMIME-Version: 1.0\n\nitemnumber,barcode\n1,2\n"),
]
READ = [
    "<Title>,itemnumber\nx,1\n",
    "<5,5-10\n1,2\n",
    "ORCID,name\n1,2\n",
    "Object,barcode\nchair,2\n",
    "PARTS,itemnumber\n1,2\n",
    "From: 2026-10-01\nTo: 2026-10-31\nSubject: fiction\n\nitemnumber,barcode\n1,2\n",
    "Subject: fiction\nitemnumber,barcode\n1,2\n",
    "-- list --\nitemnumber,barcode\n1,2\n",
]


@pytest.mark.parametrize("name", ["any.csv", "any.xls"])
@pytest.mark.parametrize(("what", "data"), REFUSED)
def test_what_is_no_list_says_what_it_is(
    what: str, data: str | bytes, name: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(FileRefused) as refused:
        list(parts(next(iter(places(file)))))
    assert str(refused.value).startswith(f"{name}: this is {what}\n")
    assert "libstats reads CSV" in refused.value.remedy


def test_a_document_of_numbers_is_told(tmp_path: Path) -> None:
    file = archive(tmp_path / "list.numbers", {"Index/Document.iwa": "x", "preview.jpg": "y"})
    with pytest.raises(FileRefused, match="this is a document of Numbers"):
        list(parts(next(iter(places(file)))))


@pytest.mark.parametrize("text", READ)
def test_what_only_resembles_one_is_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "any.csv").write_text(text, encoding="utf-8")
    assert list(parts(next(iter(places(tmp_path / "any.csv")))))
