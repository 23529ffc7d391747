"""Lines that add up the rows above them are set aside, in every export and every language."""

from __future__ import annotations

import csv
import io
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats import schema
from libstats.declaration import totals
from libstats.declaration.select import Plan, plans
from libstats.declaration.vocabulary import functions
from libstats.readers.delimited import Delimited
from libstats.recognise.recognise import recognise
from libstats.workspace.workspace import Workspace
from tests.sources.test_sources import PAIRS, named
from tests.support.books import write_xlsx
from tests.support.files import write


def has_headings(pair: Path) -> bool:
    """A list without them is known by what its rows are, so no row of it adds up the others."""
    part = recognise(pair)[1]
    return isinstance(part, Delimited) and not part.is_bare


# of each export the first list of its folder that is delimited text
LISTS = list({p.parent: p for p in reversed(PAIRS) if has_headings(p)}.values())
WORDS = sorted(
    {
        line["word"]
        for line in csv.DictReader(
            resources.files("libstats.declaration")
            .joinpath("total_words.csv")
            .read_text("utf-8")
            .splitlines()
        )
    }
)
ITEMS = "itemnumber,barcode,homebranch,biblionumber,issues,dateaccessioned\n"


def total_of(plan: Plan, word: str) -> list[str]:
    """A line with a total's word for the key, and 8 wherever a number may stand."""
    cells = [""] * len(plan.header)
    for line in plan.lines:
        if plan.table.column(line.column).type in ("bigint", "integer"):
            for heading in plan.present(line):
                cells[plan.positions[heading]] = "8"
    key = next(line for line in plan.lines if line.column in plan.telling and plan.present(line))
    for heading in plan.present(key):
        cells[plan.positions[heading]] = ""
    cells[plan.positions[plan.present(key)[0]]] = word
    return cells


def with_total(pair: Path) -> bytes:
    """A list with the line that adds it up."""
    part = recognise(pair)[1]
    assert isinstance(part, Delimited)
    line = io.StringIO()
    cells = total_of(plans(named(pair.parent), part.header)[0], "Grand Total")
    csv.writer(line, delimiter=part.delimiter, lineterminator="\n").writerow(cells)
    encoding = "latin-1" if part.encoding == "by line" else part.encoding
    text, end = pair.read_bytes().decode(encoding), part.end.decode()
    added = end * (not text.endswith(end)) + line.getvalue().replace("\n", end)
    return (text + added).encode(encoding)


def loaded(
    place: Path, files: dict[Path, bytes]
) -> tuple[list[tuple[str, dict[str, int]]], dict[str, list[Any]]]:
    """What became of the rows of each file, and how many rows each table has, all loaded at once."""
    workspace = libstats.init(place, name="Here")
    workspace.config.setdefault("library", {})["timezone"] = "America/New_York"
    for pair, content in files.items():
        file = workspace.exports / pair.parent.name / pair.name
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    receipt = libstats.load(workspace, [workspace.exports])
    with libstats.open(workspace) as con:
        told = {t: con.execute(f"select count(*) from {t}").fetchall() for t in schema.tables()}
    return [(f.outcome, f.dispositions) for f in receipt.files], told


@pytest.mark.slow
def test_a_total_below_any_list_is_set_aside(tmp_path: Path) -> None:
    plain, before = loaded(tmp_path / "plain", {pair: pair.read_bytes() for pair in LISTS})
    summed, after = loaded(tmp_path / "summed", {pair: with_total(pair) for pair in LISTS})
    assert [outcome for outcome, _ in plain] == ["loaded"] * len(LISTS)
    assert summed == [
        (outcome, found | {"set aside": found["set aside"] + 1}) for outcome, found in plain
    ]
    assert after == before


@pytest.mark.parametrize(
    ("form", "is_total"),
    [
        (("{}", None, "8", None), True),
        (("** {}: 8 ", "3", None, None), True),
        (("{}", None, "1,234.50", "$ 8"), True),
        ((None, None, "8", "{}"), True),
        (("{}", None, "8", "EAST"), False),
        (("{}", None, "2026-10-31", None), False),
        (("x{}s1", None, None, None), False),
        ((None, "x{}x", None, "8"), False),
    ],
)
def test_every_word_for_a_total_stands_for_no_copy(
    form: tuple[str | None, ...], is_total: bool
) -> None:
    """k is the key, f the first column; a copy of that name with anything else is one."""
    total = totals.Total(["k"], "f", ["a", "b"])
    rows = [
        [each and each.format(cased) for each in form]
        for word in WORDS
        for cased in (word, word.upper(), word.title())
    ]
    with duckdb.connect() as con:
        con.execute(functions(totals.WORDS))
        con.execute("create table row as select unnest($1::varchar[][]) as r", [rows])
        text = "select r[1] as k, r[2] as f, r[3] as a, r[4] as b from row"
        found = con.execute(
            f"""
            select *
            from (select *, {total.word} as total_word from ({text}))
            where ({total.rule("k is null")}) <> $1
            """,
            [is_total],
        ).fetchall()
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "Grand Total,,,,8,\n",
        "Total,,,,,\n",
        "Total,8\n",
        ",,Total,,8,\n",
        "Total: 8,,,,,\n",
        "Gesamtergebnis,,,,8,\n",
        ",,EAST Total,,8,\n",
        "9,Total,,,8,\n",
        "EAST Total,,,,8,\n",
        "Grand Total ->,,,,8,\n",
        "Total number of records,,,,2,\n",
        "Total (2 items),,,,8,\n",
        "Total: 8 €,,,,,\n",
        'Suma,,,,"8,00 EUR",\n',
        "Average,,,,4,\n",
        "(2 rows),,,,,\n",
        '"Sub-total","","","","1,234.00",""\n',
    ],
)
def test_a_total_is_no_copy_however_it_is_written(
    line: str, workspace: Workspace, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "items-2026-10-31.csv", f"{ITEMS}1,b1,EAST,7,5,\n2,b2,WEST,8,3,\n{line}"
    )
    receipt = libstats.load(workspace, [file]).files[0]
    assert {k: n for k, n in receipt.dispositions.items() if n} == {"new": 2, "set aside": 1}
    with libstats.open(workspace) as con:
        assert con.execute("select count(*), sum(lifetime_checkouts) from item").fetchall() == [
            (2, 8)
        ]


def test_a_total_of_a_workbook_is_set_aside(workspace: Workspace, tmp_path: Path) -> None:
    rows = [ITEMS.strip().split(","), ["1", "b1", "EAST", "7", 5, None]]
    book = write_xlsx(
        tmp_path / "items-2026-10-31.xlsx", {"S": [*rows, ["Grand Total", "", "", "", 5, None]]}
    )
    receipt = libstats.load(workspace, [book]).files[0]
    assert (receipt.dispositions["new"], receipt.dispositions["set aside"]) == (1, 1)


@pytest.mark.parametrize(
    "line",
    [
        "TOTAL,b9,EAST,7,5,2026-10-01\n",  # a copy of that number
        "9,SUM,,,5,\n",  # a copy with that barcode, of which little is known
        "SUM-17,,,,5,\n",
    ],
)
def test_a_copy_whose_name_is_a_word_for_a_total_is_a_copy(
    line: str, workspace: Workspace, tmp_path: Path
) -> None:
    receipt = libstats.load(workspace, [write(tmp_path / "items-2026-10-31.csv", ITEMS + line)])
    assert receipt.files[0].dispositions["new"] == 1
