"""Valid exports for `python -m tests.campaigns.fuzz`: delimited text and workbooks."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.books import WRITERS, Rows
from tests.support.recount import members_of

SECRET = "P4711"
HEADINGS = {
    "items": ["itemnumber", "barcode", "homebranch", "itemcallnumber", "dateaccessioned"],
    "loans": ["issue_id", "itemnumber", "borrowernumber", "issuedate", "date_due"],
    "log": ["datetime", "branch", "type", "itemnumber", "borrowernumber"],
}
WORDS = [
    "EAST",
    "Süd",
    'a "quoted" word',
    "semi;colon, comma",
    "two\nlines",
    "a\ttab",
    "Łódź",
    "",
    " ",
    "9999-99-99",
    "1.23457E+13",
    "’",
]


@dataclass
class Made:
    """A valid export: its form in words, its bytes, the records that are not blank (None: to be
    counted), how many of them are no rows, and what its name must hold."""

    form: str
    data: bytes
    records: int | None
    aside: int = 0
    name: str = "export"


def rows_of(kind: str, dice: random.Random) -> list[list[str]]:
    """A valid export as text, headings first."""
    made = [HEADINGS[kind]]
    for number in range(dice.choice([0, 1, 3, 12, 40, 150])):
        day = f"2026-{dice.randint(1, 10):02}-{dice.randint(1, 28):02}"
        word = dice.choice(WORDS)
        rows = {
            "items": [str(number), f"b{number}", dice.choice(WORDS), word, day],
            "loans": [
                str(number),
                str(dice.randint(1, 9)),
                f"{SECRET}{number}",
                f"{day} 09:30:00",
                f"{day} 23:59:00",
            ],
            "log": [
                f"{day} 09:30:00",
                word.strip() or "WEST",
                dice.choice(["issue", "return"]),
                str(dice.randint(1, 9)),
                f"{SECRET}{number}",
            ],
        }
        made.append(rows[kind])
    return made


def text_of(dice: random.Random) -> Made:
    """The export as delimited text of some encoding, delimiter, quoting and line end, perhaps with
    lines above it."""
    rows, delimiter = rows_of(dice.choice(list(HEADINGS)), dice), dice.choice(",;\t|^")
    encoding = dice.choice(
        ["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
    )
    can_be_old = not encoding.startswith("utf-16") and not any(
        "\n" in cell for row in rows for cell in row
    )
    end = dice.choice(["\n", "\r\n", *(["\r"] if can_be_old else [])])
    out = io.StringIO()
    if delimiter == "\t" and dice.random() < 0.5:
        form = "tabs"
        out.write(
            "".join(
                "\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row) + end
                for row in rows
            )
        )
    else:
        form = "text"
        csv.writer(
            out,
            delimiter=delimiter,
            lineterminator=end,
            quoting=dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        ).writerows(rows)
    above = dice.choice(
        ["", "", "", f"Monthly list{end}", f"made on{delimiter}2026-11-01{end}{end}"]
    )
    return Made(
        f"{form} {encoding}",
        (above + out.getvalue()).encode(encoding, errors="replace"),
        len(rows) - 1 + bool(above),
        int(bool(above)),
    )


def book_of(dice: random.Random, folder: Path) -> Made:
    """The export as a sheet of a workbook, perhaps beside others and with blank rows."""
    rows = rows_of(dice.choice(list(HEADINGS)), dice)
    cells: Rows = [
        [int(cell) if cell.isdigit() and dice.random() < 0.5 else cell or None for cell in row]
        for row in rows
    ]
    has_title = dice.random() < 0.3
    if has_title:
        cells = [["title"], [], *cells, []]
    kind, write = dice.choice(list(WRITERS.items()))
    sheets = (
        {"Data": cells}
        if dice.random() < 0.7
        else {"Data": cells, "Empty": [], "Other": [["a", "b"], [1, 2.5]]}
    )
    data = write(folder / "made", sheets).read_bytes()
    return Made(
        kind,
        zipped(members_of(data)) if data.startswith(b"PK") else data,
        len(rows) - 1 + has_title,
        int(has_title),
    )


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip file as bytes, the same at any hour."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED)
    return out.getvalue()
