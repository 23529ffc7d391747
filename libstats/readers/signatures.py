"""What bytes are that libstats does not read, told by how they begin, whatever a file is called:
the refusal says what it is and what to do instead."""

from __future__ import annotations

import re

from libstats.errors import FileRefused
from libstats.readers.place import READS

_UNPACK = "Unpack it and load what is in it."
_EXPORT = f"Export it as CSV or as a workbook. {READS}"
_WORKBOOK = f"Save it as XLSX or as ODS, barcodes as text. {READS}"
_TABLE = f"Write the table that you want as CSV, and load that. {READS}"
_PAGE = (
    "A page comes where a session was over, too: look at it in the browser. Export the list itself"
    f" as CSV or as a workbook. {READS}"
)
_ATTACHED = f"Save the file that is attached to it, and load that. {READS}"
# what it is, its first bytes, the remedy
_OF_BYTES = [
    (what, re.compile(begins, re.DOTALL), remedy)
    for what, begins, remedy in (
        ("packed twice", rb"\x1f\x8b", _UNPACK),
        ("packed with compress (as .Z files are; gzip -d unpacks them)", rb"\x1f\x9d", _UNPACK),
        ("packed with bzip2", rb"BZh", _UNPACK),
        ("packed with xz", rb"\xfd7zXZ", _UNPACK),
        ("packed with zstd", rb"\x28\xb5\x2f\xfd", _UNPACK),
        ("a 7-Zip archive", rb"7z\xbc\xaf", _UNPACK),
        ("a RAR archive", rb"Rar!", _UNPACK),
        ("a tar archive", rb".{257}ustar", _UNPACK),
        ("a PDF", rb"(?:\xef\xbb\xbf)?\s*%PDF", _EXPORT),
        ("a PostScript file", rb"%!PS", _EXPORT),
        ("a text in RTF", rb"\s*\{\\rtf", _EXPORT),
        ("a picture", rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*", _EXPORT),
        ("an SQLite database", rb"SQLite format 3\0", _TABLE),
        ("a DuckDB database", rb".{8}DUCK", _TABLE),
        ("an Access database", rb"\x00\x01\x00\x00Standard (?:Jet|ACE) DB", _TABLE),
        ("a dump of a database", rb"-- (?:MySQL|MariaDB) dump|--\s+-- PostgreSQL|PGDMP", _TABLE),
        ("a Parquet file", rb"PAR[1E]", _TABLE),
        ("an Arrow file", rb"ARROW1\0|FEA1", _TABLE),
        ("an Avro file", rb"Obj\x01", _TABLE),
        ("an ORC file", rb"ORC[\0-\x1f]", _TABLE),
        ("a file of R", rb"RD[AX][23]\n|X\n\x00\x00\x00[\x02\x03]", _TABLE),
        ("a file of SPSS", rb"\$FL[23]", _TABLE),
        ("a file of Stata", rb"<stata_dta>", _TABLE),
    )
]
_NAME = r"(?:[\w.-]+:)?"
_BEFORE = r"\s*(?:<\?(?!mso)[^>]*\?>\s*|<!--.*?-->\s*)*"
_MNEMONIC = f"Compile it to .mrc first (MarcEdit: Compile File into MARC), and load that. {READS}"
# the same of text, whatever its encoding
_OF_TEXT = [
    (what, re.compile(begins, re.DOTALL | re.IGNORECASE), remedy)
    for what, begins, remedy in (
        (
            "a workbook as Excel wrote it in XML in 2003",
            rf"{_BEFORE}(?:<\?mso-application[^>]*Excel|<{_NAME}Workbook[\s>])",
            _WORKBOOK,
        ),
        (
            "a workbook as a single file of XML (.fods)",
            rf"{_BEFORE}<office:document[^>]*opendocument\.spreadsheet",
            _WORKBOOK,
        ),
        (
            "a web page (HTML)",
            rf"{_BEFORE}<(?:!doctype\s+html|html|head|body|title|meta|link|style|script|base|table"
            r"|thead|tbody|tr|div|form|center|font|span|pre|p|br|h[1-6])(?=\s|/?>(?![,;|\t^~]))",
            _PAGE,
        ),
        (
            "MARC as MarcEdit writes it to be edited (mnemonic, .mrk)",
            r"\s*=(?:LDR|\d\d\d) {1,2}\S.*?\n=\d\d\d {1,2}\S",
            _MNEMONIC,
        ),
        ("XML of a kind that libstats does not know", r"\s*<\?xml\s", _EXPORT),
    )
]
_FIELD = re.compile(r"([A-Za-z][\w-]*):(?:[ \t](.*))?")


def refuse_bytes(name: str, head: bytes) -> None:
    """FileRefused for bytes that are of a kind that is not read."""
    for what, begins, remedy in _OF_BYTES:
        if begins.match(head):
            raise FileRefused(f"{name}: this is {what}", remedy)


def refuse_text(name: str, head: str) -> None:
    """FileRefused for a text that is no list: a page, a workbook in XML, an e-mail."""
    for what, begins, remedy in _OF_TEXT:
        if begins.match(head):
            raise FileRefused(f"{name}: this is {what}", remedy)
    if _is_mail(head):
        raise FileRefused(f"{name}: this is an e-mail", _ATTACHED)


def _is_mail(head: str) -> bool:
    """True if the lines above the first blank one are the fields of an e-mail, and none else."""
    told: dict[str, str] = {}
    for line in head.lstrip().splitlines():
        if not line.strip():
            break
        if line[0] in " \t" or (not told and line.startswith("From ")):
            continue
        field = _FIELD.fullmatch(line)
        if field is None:
            return False
        told[field[1].lower()] = field[2] or ""
    is_sent = "@" in told.get("from", "") and "subject" in told
    return is_sent or bool({"mime-version", "message-id"} & set(told))
