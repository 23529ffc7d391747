"""Every source: its declaration fits schema.sql, and its golden pairs in
tests/sources/<system>-<name>/.

A pair is NAME.csv, an export, and NAME.expected.csv, the rows of its primary table that are to come
of it; beside them NAME.rejects.csv where rows are to be rejected, and NAME.TABLE.expected.csv for
another table that it fills.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats import schema, sources
from libstats.declaration.faults import faults
from libstats.declaration.source import Line, Source, fold_heading, read_select
from libstats.errors import SourceError
from libstats.loading.receipt import FileReceipt
from libstats.readers.delimited import Delimited
from libstats.readers.marc.part import Marc
from libstats.recognise.recognise import recognise
from libstats.sources import marc
from libstats.workspace.workspace import Workspace
from tests.support.recount import counted
from tests.support.tables import stored

FOLDER = Path(__file__).parent
PAIRS = sorted(p for p in FOLDER.glob("*/*.*") if p.name.count(".") == 1)
# those of rows with headings: records of MARC, messages of EDIFACT and logs have canaries of their own,
# reports of COUNTER tell of no person,
# and barcodes alone are known by the name of their file
APART = re.compile(r"-MARC-|^edifact-|^counter-|^ezproxy-|^sip2-|^scanner-barcodes$")
TABLES = [pair for pair in PAIRS if not APART.search(pair.parent.name)]


def named(folder: Path) -> Source:
    """The source that a folder of pairs is for."""
    return next(s for s in sources.sources() if s.label.replace(" ", "-") == folder.name)


def cells(path: Path) -> list[list[str]]:
    """The cells of a CSV file of ours."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def agrees_with_csv(
    con: duckdb.DuckDBPyConnection, pair: Path, source: Source, receipt: FileReceipt
) -> None:
    """Numbers that stand as they are under a heading add up to what the csv module finds there,
    where every row came in."""
    part = recognise(pair)[1]
    if (
        not isinstance(part, Delimited)
        or part.is_bare
        or receipt.dispositions["new"] != receipt.rows_read
    ):
        return
    text = pair.read_bytes().decode("utf-8-sig", "replace")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=part.delimiter))[
        part.preamble :
    ]
    for line in source.lines[source.primary]:
        plain = re.fullmatch(r'(?:amount|whole_number)\("([^"?]+)"\)', line.expression)
        place = source.locate(rows[0]).get(plain[1]) if plain else None
        if place is not None:
            told = [
                Decimal(row[place]) for row in rows[1:] if re.fullmatch(r"-?[0-9.]+", row[place])
            ]
            assert con.execute(
                f"select coalesce(sum({line.column}), 0), count({line.column}) "
                f"from {source.primary}"
            ).fetchall() == [(sum(told), len(told))], line


def test_every_source_fits_the_schema() -> None:
    assert [(source.label, fault) for source in sources.sources() for fault in faults(source)] == []


def test_every_source_has_a_pair() -> None:
    assert {s.label.replace(" ", "-") for s in sources.sources()} == {p.parent.name for p in PAIRS}


def test_every_table_has_a_source() -> None:
    assert {t for s in sources.sources() for t in s.fills} == set(schema.tables())


def with_marks(pairs: list[Path]) -> list[Any]:
    """The pairs as parameters: but for the first one of each system they are slow, since there are
    so many."""
    first = {p.parent.name.partition("-")[0]: p for p in reversed(pairs)}
    return [
        pytest.param(
            p, id=f"{p.parent.name}/{p.stem}", marks=() if p in first.values() else pytest.mark.slow
        )
        for p in pairs
    ]


@pytest.mark.parametrize("pair", with_marks(PAIRS))
def test_pair(pair: Path, workspace: Workspace) -> None:
    source = named(pair.parent)
    if source.is_elsewhere:
        workspace.config.setdefault("library", {})["timezone"] = "America/New_York"
    # orders in records are read by a map that the library names
    maps = {s.label: n for n in marc.OF_ORDERS for s in marc.shipped(n).sources}
    if source.label in maps and source not in marc.shipped("sierra").sources:
        workspace.config["marc"] = {"map": [maps[source.label]]}
    # a file of records, or of messages, fills a table for each kind of row in them
    files = libstats.load(workspace, [pair]).files
    receipt = next((file for file in files if file.label == source.label), files[0])
    assert (receipt.outcome, receipt.label) == ("loaded", source.label), receipt
    for other in files:
        if other is not receipt and other.seq is not None:
            libstats.undo(workspace, other.seq)
    assert sum(receipt.dispositions.values()) == receipt.rows_read
    part = recognise(pair, receipt.recorded, workspace.config)[1]
    tags = part.file.layouts.copies.copies if isinstance(part, Marc) else ()
    tags = () if receipt.label.endswith("records") else tags
    assert receipt.rows_read in counted(pair.read_bytes(), is_bare=part.is_bare, tags=tags)
    with stored(workspace) as con:
        agrees_with_csv(con, pair, source, receipt)
        for expected in (
            pair.with_suffix(".expected.csv"),
            *pair.parent.glob(f"{pair.stem}.*.expected.csv"),
        ):
            table = (
                source.primary
                if expected.name == f"{pair.stem}.expected.csv"
                else expected.name.split(".")[-3]
            )
            wanted = cells(expected)
            columns = ", ".join(f"coalesce({c}::varchar, '')" for c in wanted[0])
            assert sorted(con.execute(f"select {columns} from {table}").fetchall()) == sorted(
                map(tuple, wanted[1:])
            )
        rejects = pair.with_suffix(".rejects.csv")
        wanted = cells(rejects)[1:] if rejects.exists() else []
        found = con.execute(
            "select line::varchar, heading, reason, shape from store.reject where seq = $1",
            [receipt.seq],
        ).fetchall()
        assert sorted(found) == sorted(map(tuple, wanted))
        others = "so nothing of it goes to|counted as"
        faulty = [r[0] for r in wanted if not re.search(others, r[2])]
        # a line of a report has several counts
        is_of_counts = source.label in ("counter usage", "hoopla months")
        assert receipt.dispositions["rejected"] == len(faulty if is_of_counts else set(faulty))


def test_a_heading_is_known_in_every_spelling() -> None:
    assert {
        fold_heading(h)
        for h in (
            "\ufeffReceiving   Date",
            "RECEIVING_DATE",
            "Receiving.Date",
            " receiving\u00a0date ",
        )
    } == {"receivingdate"}
    assert (
        fold_heading("Num of Loans (In House + Not In House)")
        == fold_heading("Num.of.Loans..In.House...Not.In.House.")
        == fold_heading("Loans (In House + Not In House)")
    )
    assert fold_heading("closedate#1") != fold_heading("closedate#2")


def test_a_line_needs_what_is_not_optional_and_one_of_what_is() -> None:
    line, either = Line('coalesce("A", "?B")', "x"), Line('coalesce("?A", "?B")', "x")
    assert [line.usable(h) for h in (["A", "B"], ["A"], ["B"], [])] == [True, True, False, False]
    assert [either.usable(h) for h in (["A", "B"], ["A"], ["B"], [])] == [True, True, True, False]
    assert Line("'constant'", "x").usable([])


def test_faults_are_found_all_at_once() -> None:
    wrong = Source(
        "x",
        "y",
        ("A",),
        {
            "loan": (
                '"A" as loan_id,\n'
                '"P" as patron_key,\n'
                "replace(\"B\", '\"', '') as checkout_branch,\n"
                '"C" as nowhere'
            )
        },
        footer="(",
        glean={"Z": "["},
        loose=("gone",),
    )
    assert [f.problem for f in faults(wrong)] == [
        "there is no column nowhere",
        "patron_key is a person's key; write person_key(...)",
        "checkout_branch: a quotation mark in SQL text is taken for a heading; write chr(34)",
        "the pattern ( is not a regular expression",
        "the pattern [ is not a regular expression",
        "gone, said to be loose, is not selected",
        '"Z" is in no SELECT',
    ]
    bare = Source(
        "x",
        "y",
        ("A",),
        {"loan": '"A" as loan_id,\n"B" as barcode'},
        bare=("B", "C", "", "B", ""),
        fits={"B": ".+", "D": "[0-9]+", "C": "["},
    )
    assert [f.problem for f in faults(bare)] == [
        "the pattern [ is not a regular expression",
        "the heading B stands twice in bare",
        '"D" is not in bare',
        "the headings in bare are not those by which it is recognised",
        (
            "fewer than three patterns in fits tell a row from headings: "
            "a file would be recognised by its width"
        ),
    ]


def test_an_expression_goes_on_while_a_bracket_or_a_case_is_open() -> None:
    wide = """
    select
        -- who asked is never read. Neither is where
        case lower("A (b") when 'end' then "C" else coalesce("D", '(') end as loan_id,
        "E" as barcode
    from raw"""
    folded = """
    select
        -- who asked is never read.
        --   Neither is where
        case lower("A (b")
            -- of the case, and in no fingerprint
            when 'end' then "C"
            else coalesce(
                "D",
                '('
            )
        end as loan_id,
        "E" as barcode
    from raw"""
    assert read_select(folded) == read_select(wide)
    one, other = (Source("x", "y", ("E",), {"loan": text}) for text in (wide, folded))
    assert one.select_hash == other.select_hash
    with pytest.raises(SourceError, match='"A" is loan_id'):
        read_select('"A" is loan_id,\n"B" as barcode')


def test_two_columns_in_one_line_are_refused_as_such() -> None:
    with pytest.raises(SourceError, match="several columns stand in the line"):
        read_select('\'visits\' as measure, "Site" as branch,\n"B" as value')
    (line,) = read_select("""coalesce(cast("as is" as varchar), ' as ') as value""")
    assert line.column == "value"
