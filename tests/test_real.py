"""Real files written by others, with the truths known of them. Skipped where they are not on the machine."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

import libstats
from libstats.workspace import Workspace

LOADED = {
    "aqorders_EMPTY",
    "biblio_titles",
    "illrequests_EMPTY",
    "inventory_shelflist",
    "items_all_columns",
    "nekls_LibraryIQ_item_file",
    "old_issues_EMPTY",
    "statistics_EMPTY",
    "weeding_nekls_style",
}


def test_every_koha_file_is_loaded_or_named(real: Path, workspace: Workspace) -> None:
    receipt = libstats.load(workspace, [real / "koha"])
    outcomes = {f.file: (f.outcome, f.reason) for f in receipt.files}
    assert {name.removesuffix(".csv").removesuffix("-reportresults") for name, (outcome, _) in outcomes.items() if outcome == "loaded"} == LOADED
    assert {name: reason for name, (outcome, reason) in outcomes.items() if outcome != "loaded"} == {
        "patrons-reportresults.csv": "koha patron records: libstats never reads patron records",
        "catalogue_stats_wizard.csv": "koha statistics wizard: a crosstab with totals, not a list; export the rows behind it as a report instead",
    }
    for file in receipt.files:
        if file.outcome == "loaded":
            with (real / "koha" / file.file).open(encoding="utf-8", newline="") as text:
                assert sum(file.dispositions.values()) == sum(1 for _ in csv.reader(text, delimiter="," if "LibraryIQ" in file.file else ";")) - 1


@pytest.mark.parametrize("seed", range(3))
def test_the_koha_truths_in_any_order(real: Path, workspace: Workspace, seed: int) -> None:
    files = sorted((real / "koha").glob("*.csv"))
    random.Random(seed).shuffle(files)
    for file in files:
        libstats.load(workspace, [file])
    with libstats.open(workspace) as con:
        assert con.sql("select owning_branch, count(*) from item group by all order by 1").fetchall() == [("CPL", 321), ("FPL", 315), ("MPL", 325)]
        assert con.sql("select count(*), count(item_id), count(barcode), count(distinct title_id), count(*) - count(call_number) from item").fetchall() == [
            (961, 961, 961, 411, 960)
        ]
        assert con.sql("select count(*) from title").fetchall() == [(436,)]
        assert con.sql("select median(published_year) from item join title using (source, title_id)").fetchall() == [(2000.0,)]
        assert con.sql("select count(*) from item group by added_on order by 1 desc limit 1").fetchall() == [(830,)]
        assert con.sql("select count(*) from loan").fetchall() == con.sql("select count(*) from circulation_event").fetchall() == [(0,)]


def test_nothing_of_a_person_is_anywhere(real: Path, workspace: Workspace) -> None:
    """No value of any person's field of the patrons export is in the database, as text, nor in the receipt."""
    receipt = str(libstats.load(workspace, [real / "koha"]))
    with (real / "koha" / "patrons-reportresults.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text, delimiter=";"))
    people = {row[column] for row in rows for column in ("cardnumber", "surname", "firstname", "dateofbirth", "sort1", "sort2") if len(row[column]) > 5}
    stored = b"".join(p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file())
    with libstats.open(workspace) as con:
        cells = {str(v) for t in ("item", "title", "loan", "hold", "circulation_event", "reject") for row in con.execute(f"from {t}").fetchall() for v in row}
    others = b"".join(p.read_bytes() for p in (real / "koha").iterdir() if "patrons" not in p.name)
    theirs = {v for v in people if v.encode() not in others}  # a surname may also be an author's
    assert len(theirs) > 100
    assert not theirs & cells
    assert [v for v in theirs if v.encode() in stored or v in receipt] == []
