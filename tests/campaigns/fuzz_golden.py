"""Exports for `python -m tests.campaigns.fuzz` that are those of the golden pairs: what has no maker
of its own here is damaged too. Persons stand in every column that is not read."""

from __future__ import annotations

import csv
import io
import random
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from libstats.declaration.select import plans
from libstats.recognise.recognise import recognise
from tests.campaigns.fuzz_reports import made_of
from tests.campaigns.fuzz_tables import SECRET, Made, zipped
from tests.support.books import Rows, write_xlsx
from tests.support.marc import LEADER, Fields, record
from tests.support.recount import members_of

FOLDER = Path(__file__).parent.parent / "sources"
# which pairs are those of a form, by their folders
PAIRS = {
    "lending": r"(overdrive|hoopla|ares|wms|folio|scanner|own)-(?!.*(barcodes|ShelfReader)$)",
    "marc": r".*-MARC-",
    "messages": r"edifact-",
    "reports": r"counter-",
}
# who stands in some of them
_PERSONS = re.compile(rb"CANARY|Mara Quill")


@cache
def _pairs(form: str) -> list[Path]:
    return sorted(
        p
        for p in FOLDER.glob("*/*.*")
        if p.name.count(".") == 1 and re.match(PAIRS[form], p.parent.name)
    )


def golden_of(form: str, dice: random.Random) -> Made:
    """A golden export, as it stands or with persons in all columns that are not read; of how many
    rows is not said."""
    pair = dice.choice(_pairs(form))
    data = _PERSONS.sub(SECRET.encode(), pair.read_bytes())
    if form == "marc" and dice.random() < 0.5:
        data = b"".join(record(fields, leader) for leader, fields in _records(data))
    elif form == "lending" and dice.random() < 0.7:
        data = _planted(pair, dice)
    return Made(f"{form} {pair.parent.name}", data, None, name=pair.name)


def _planted(pair: Path, dice: random.Random) -> bytes:
    """The rows of a table with a person in each column that is not read."""
    source, part = recognise(pair)
    read = {p for plan in plans(source, part.header) for p in plan.texts}
    rows = [row for _, row in part.records()]
    told = [
        [text if at in read else SECRET for at, text in enumerate(row[: len(part.header)])]
        for row in rows * dice.choice([1, 1, 20])
    ]
    headings = [re.sub(r"#\d+$", "", heading) for heading in part.header]
    out = io.StringIO()
    csv.writer(
        out, delimiter=dice.choice(",;\t"), lineterminator=dice.choice(["\n", "\r\n"])
    ).writerows([headings, *told])
    return out.getvalue().encode(dice.choice(["utf-8", "utf-8-sig", "utf-16"]))


def _records(data: bytes) -> list[tuple[str, Fields]]:
    """The records of MARCXML, as the makers of tests take them."""
    found = list[tuple[str, Fields]]()
    for each in ElementTree.fromstring(data).iter():
        if not each.tag.endswith("}record"):
            continue
        fields, leader = [], LEADER
        for field in each:
            if field.tag.endswith("}leader"):
                leader = field.text or LEADER
            elif field.tag.endswith("}controlfield"):
                fields.append((field.get("tag", ""), field.text or ""))
            else:
                parts = [f"${s.get('code')}{(s.text or '').replace('$', '$$')}" for s in field]
                marks = f"{field.get('ind1', ' ')}{field.get('ind2', ' ')}"
                fields.append((field.get("tag", ""), marks + "".join(parts)))
        found.append((leader, fields))
    return found


def reports_of(dice: random.Random, folder: Path) -> Made:
    """A report of COUNTER in any form: a golden one, a table with tabs or commas, a workbook, an
    answer of the service. They tell of no person."""
    if dice.random() < 0.3:
        return golden_of("reports", dice)
    data = made_of(dice)
    if b"\t" in data and dice.random() < 0.4:
        rows = [line.split("\t") for line in data.decode().splitlines()]
        cells: Rows = [[int(c) if c.isdigit() else c or None for c in row] for row in rows]
        book = write_xlsx(folder / "made.xlsx", {"TR": cells}).read_bytes()
        return Made("reports book", zipped(members_of(book)), None)
    return Made("reports", data, None)
