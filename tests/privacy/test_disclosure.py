"""What can be worked out of what is shown: small tables against every whole solution, and the tables
of a report together."""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.optimize import linprog

from libstats.errors import ReportError
from libstats.privacy.counted import Counted, crosses_patrons
from libstats.privacy.disclosure import Place, Sum, exposed, is_open
from libstats.privacy.publication import Shown, protected
from libstats.privacy.suppression import WITHHELD, hidden
from libstats.report import run, table
from libstats.report.page.html import TABLES
from libstats.report.page.relation import of_frame
from libstats.workspace.workspace import Workspace

W = WITHHELD


def solutions(
    counts: dict[Place, int], sums: Sequence[Sum], away: set[Place], reach: int = 25
) -> Iterator[dict[Place, int]]:
    """Every whole solution for the withheld cells near the truth, cell by cell: an oracle that knows
    of no linear program."""
    order = sorted(away, key=repr)
    told = [(total, parts) for total, parts in sums if away & {*parts, total}]

    def left(known: dict[Place, int], total: Place | None, parts: Sequence[Place]) -> set[Place]:
        return ({*parts, total} - {None}) & away - known.keys()  # type: ignore[operator]

    def value(known: dict[Place, int], cell: Place) -> int:
        return known[cell] if cell in away else counts[cell]

    def search(known: dict[Place, int]) -> Iterator[dict[Place, int]]:
        for total, parts in told:
            whole = sum(counts[p] for p in parts) if total is None else None
            if not left(known, total, parts) and sum(value(known, p) for p in parts) != (
                whole if total is None else value(known, total)
            ):
                return
        free = [cell for cell in order if cell not in known]
        if not free:
            yield dict(known)
            return
        for total, parts in told:
            if len(open_ := left(known, total, parts)) == 1:
                (cell,) = open_
                rest = sum(value(known, p) for p in parts if p != cell)
                whole = sum(counts[p] for p in parts) if total is None else None
                if cell == total:
                    forced = rest
                else:
                    forced = (whole if total is None else value(known, total)) - rest
                if forced >= 0:
                    yield from search({**known, cell: forced})
                return
        cell = free[0]
        for n in range(max(0, counts[cell] - reach), counts[cell] + reach + 1):
            yield from search({**known, cell: n})

    return search({})


def brute_exposed(counts: dict[Place, int], sums: Sequence[Sum], away: set[Place]) -> set[Place]:
    """The cells that the oracle leaves too little open."""
    least, most = dict(counts), dict(counts)
    for found in solutions(counts, sums, away):
        for cell, n in found.items():
            least[cell], most[cell] = min(least[cell], n), max(most[cell], n)
    return {
        cell
        for cell in away
        if not (most[cell] - least[cell] >= 10 or (least[cell] == 0 and most[cell] >= 9))
    }


def two_way(dice: random.Random) -> tuple[dict[Place, int], list[Sum]]:
    """A random table of two by two or three cells with all its totals."""
    high, wide = 2, dice.randint(2, 3)
    counts: dict[Place, int] = {
        (i, j): dice.choice((0, 1, 3, 6, 8, 11, 30)) for i in range(high) for j in range(wide)
    }
    sums: list[Sum] = [((i, "all"), tuple((i, j) for j in range(wide))) for i in range(high)]
    sums += [((high, j), tuple((i, j) for i in range(high))) for j in range(wide)]
    sums += [
        ((high, "all"), tuple((high, j) for j in range(wide))),
        ((high, "all"), tuple((i, "all") for i in range(high))),
    ]
    for total, parts in sums:
        assert total is not None
        counts[total] = sum(counts[part] for part in parts)
    return counts, sums


@pytest.mark.parametrize("seed", range(30))
def test_what_is_given_away_is_what_every_solution_agrees_on(seed: int) -> None:
    dice = random.Random(seed)
    counts, sums = two_way(dice)
    away = set(dice.sample(sorted(counts, key=repr), dice.randint(2, 5)))
    assert exposed(counts, sums, away) == brute_exposed(counts, sums, away)


@pytest.mark.parametrize("seed", range(30))
def test_no_count_of_a_random_table_can_be_worked_out(seed: int) -> None:
    counts, sums = two_way(random.Random(1000 + seed))
    away = hidden(counts, sums)
    assert {cell for cell, n in counts.items() if 0 < n < 10} <= away
    if len(away) <= 6:
        assert brute_exposed(counts, sums, away) == set()
    assert exposed(counts, sums, away) == set()


@pytest.mark.parametrize(
    ("least", "most", "open_"),
    [(0, 9, True), (0, 8, False), (1, 9, False), (1, 11, True), (20, 29, False), (20, 30, True)],
)
def test_open_is_ten_wide_or_nought_to_nine(least: int, most: int, open_: bool) -> None:
    assert is_open(least, most) is open_


SMALL = (
    *(3, 3.0, Decimal(3), np.int64(3), np.float32(3), np.uint8(3), "3", " 3 ", "3.0"),
    *(3 + 0j, np.complex64(3), b"3", "3 loans", "n = 3", "~3", "٣", [3, 400], {"n": 3}),
)
LARGE = (
    200,
    200.0,
    Decimal(200),
    np.int64(200),
    np.float32(200),
    np.uint8(200),
    "200",
    "200",
    "200.0",
    *(200 + 0j, np.complex64(200), b"200", "200 loans", "n = 200", "~200", "٢٠٠", [200, 400]),
    {"n": 200},
)
NAMES = ("patron_group", "PATRON_GROUP", "Patron Group", "patron-branch", "Patron category")


@pytest.mark.parametrize("name", [*NAMES, "borrower_type", "categorycode", "age_band", "p_type"])
@pytest.mark.parametrize(("small", "large"), list(zip(SMALL, LARGE, strict=True)))
def test_a_count_is_one_whatever_its_type(small: Any, large: Any, name: str) -> None:
    rows = [{name: "A", "loans": small}, {name: "B", "loans": large}, {name: "C", "loans": large}]
    assert [row["loans"] for row in table(rows, "Loans").rows].count(W) == 2
    assert table(rows, "Loans").rows[0]["loans"] == W


def test_a_value_that_a_frame_lacks_is_none() -> None:
    frame = pd.DataFrame({"patron_group": ["A", "B", "C"], "loans": [40, 3, pd.NA]})
    assert [row["loans"] for row in table(frame, "Loans").rows] == [W, W, None]


def test_a_column_for_each_group_is_one_of_patrons() -> None:
    rows = [{"period": "2026-10", "patron_group A": 40, "patron_group B": 3, "patron_group C": 25}]
    shown = table(rows, "Loans").rows[0]
    assert [shown[f"patron_group {g}"] for g in "ABC"] == [40, W, W]


def test_what_names_rows_is_no_count() -> None:
    rows = [{"patron_group": 3, "year": 2026, "month": 4, "hour": 7, "branch": "5", "loans": 30}]
    assert table(rows, "Loans").rows == rows


@pytest.mark.parametrize("rate", [0.25, Decimal("2.5"), np.float64(4.5), "25%", "2.5", "12.5 %"])
def test_shares_medians_and_averages_of_what_is_withheld_go(rate: Any) -> None:
    rows = [
        {"patron_group": g, "loans": n, "rate": rate} for g, n in (("A", 3), ("B", 40), ("C", 50))
    ]
    assert [row["rate"] == W for row in table(rows, "Loans").rows] == [True, True, False]


def test_shares_of_a_withheld_total_go_everywhere() -> None:
    rows = [{"patron_group": g, "loans": n, "share": n / 6} for g, n in (("A", 3), ("B", 3))]
    shown = table([*rows, {"patron_group": "C", "loans": 0, "share": 0.5}], "L", foot={"loans": 6})
    assert [row["share"] for row in shown.rows] == [W, W, W]


def test_shares_without_counts_cannot_be_judged() -> None:
    rows = [{"patron_group": "A", "share": 0.93}, {"patron_group": "B", "share": 0.07}]
    assert [row["share"] for row in table(rows, "Shares").rows] == [W, W]


def frames() -> dict[str, Any]:
    """One count by group in the forms that people make of it."""
    plain = pd.DataFrame(
        {"period": ["2026-10"] * 3, "patron_group": ["A", "B", "C"], "loans": [3.0, 40.0, 50.0]}
    )
    return {
        "columns": plain,
        "index": plain.set_index("patron_group"),
        "two levels": plain.set_index(["period", "patron_group"]),
        "on its side": plain.pivot(index="period", columns="patron_group", values="loans"),
        "with levels of columns": plain.pivot(index="period", columns="patron_group"),
        "objects": plain.astype(object),
        "polars": pl.DataFrame(plain.to_dict("list")),
    }


@pytest.mark.parametrize("form", frames())
def test_a_frame_of_any_form_is_seen_through(form: str) -> None:
    frame = frames()[form]
    html = table(frame, "Loans")._repr_html_()
    assert not re.search(r">3(\.0)?<", html) and html.count(">withheld<") == 2
    if form != "polars":
        shown = of_frame(frame)
        assert shown is not None and not re.search(r">3(\.0)?<", shown["text/html"])
        assert not re.search(
            r"\b3\b", shown["text/plain"].replace("of 3 rows", "").split("rows")[-1]
        )


def test_a_frame_without_patrons_shows_itself() -> None:
    assert of_frame(pd.DataFrame({"branch": ["EAST"], "loans": [3]})) is None


def test_a_hugeint_is_a_count() -> None:
    import duckdb

    con = duckdb.connect()
    frame = con.sql(
        "select * from (values ('A', 3::hugeint), ('B', 40), ('C', 50)) t(patron_group, loans)"
    ).df()
    assert [row["loans"] for row in table(frame, "Loans").rows] == [W, W, 50.0]
    con.close()


def test_hours_branches_and_kinds_cross_patrons_together() -> None:
    assert crosses_patrons(["Hour", "BRANCH", "Kind", "n"]) and not crosses_patrons(
        ["hour", "branch"]
    )
    rows = [{"hour": h, "branch": "EAST", "kind": "book", "n": n} for h, n in ((7, 3), (8, 30))]
    assert [row["hour"] for row in table(rows, "By hour").rows] == [7, 8]
    assert table(rows, "By hour").rows[0]["n"] == W


def test_without_scipy_nothing_is_published_unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"patron_group": g, "period": p, "loans": n}
        for g, p, n in (("A", 1, 3), ("A", 2, 40), ("B", 1, 50), ("B", 2, 60))
    ]
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(ImportError):
        table(rows, "Loans", foot={"loans": 153})


# --- several tables ---


def shown_together(
    *tables: list[dict[str, Any]], numbers: Sequence[int] = ()
) -> list[list[dict[str, Any]]]:
    """What a publication of these tables may show."""
    every = [
        Shown(Counted.of(rows, list(rows[0]), None), crosses_patrons(rows[0])) for rows in tables
    ]
    found = protected(every, numbers)
    return [
        [
            {n: W if (line, n) in away else v for n, v in row.items()}
            for line, row in enumerate(rows)
        ]
        for rows, away in zip(tables, found, strict=True)
    ]


def test_rates_that_tell_of_no_patrons_stay_beside_a_table_that_withholds() -> None:
    groups = [{"patron_group": group, "loans": n} for group, n in (("A", 3), ("B", 40), ("C", 50))]
    rates = [{"branch": "EAST", "on_an_open_day": 4.3}, {"branch": "WEST", "on_an_open_day": 2.1}]
    mine, theirs = shown_together(groups, rates)
    assert [row["loans"] for row in mine] == [W, W, 50]
    assert theirs == rates


def months(*counts: int, group: str = "A") -> list[dict[str, Any]]:
    """The months of a quarter."""
    return [
        {"period": date(2026, 7 + n, 1), "patron_group": group, "loans": count}
        for n, count in enumerate(counts)
    ]


@pytest.mark.parametrize(
    "quarter",
    [
        {"quarter": "2026-Q3", "patron_group": "A", "loans": 43},
        {"period": "third quarter", "patron_group": "A", "loans": 43},
        {"period": date(2026, 7, 1), "patron_group": "all", "loans": 43},
        {"PATRON_GROUP": "A", "Lent": 43.0},
        {"what": "the whole quarter", "of": Decimal(43)},
        {"loans": "43"},
    ],
)
def test_a_quarter_does_not_give_its_months_away(quarter: dict[str, Any]) -> None:
    first, second = shown_together(months(20, 20, 3), [quarter])
    away = [row["loans"] == W for row in first]
    assert away[2]
    assert sum(away) > 1 or W in second[0].values()


def test_a_sentence_does_not_give_a_month_away() -> None:
    (first,) = shown_together(months(20, 20, 3), numbers=[2026, 43])
    assert sum(row["loans"] == W for row in first) == 2


def test_two_of_three_months_are_a_sum_too() -> None:
    first, second = shown_together(
        months(20, 20, 3), [{"from": "August", "patron_group": "A", "loans": 23}]
    )
    assert [row["loans"] for row in first] in ([20, W, W], [20, 20, W])
    assert second[0]["loans"] == 23 or first[1]["loans"] == 20


def test_a_table_shown_twice_withholds_the_same() -> None:
    again = [
        {"Month": row["period"], "patron_group": "A", "loans": row["loans"]}
        for row in months(20, 20, 3)
    ]
    first, second = shown_together(months(20, 20, 3), again)
    assert first[2]["loans"] == W == second[2]["loans"]


def test_an_average_elsewhere_goes_with_its_count() -> None:
    counts = [{"patron_group": g, "patrons": n} for g, n in (("A", 3), ("B", 40), ("C", 50))]
    means = [
        {"patron_group": g, "loans": n, "mean": n / 7} for g, n in (("A", 30), ("B", 60), ("C", 90))
    ]
    _, second = shown_together(counts, means)
    assert [row["mean"] == W for row in second] == [True, True, False]


def test_figures_of_other_matters_stay() -> None:
    others = [{"class": c, "copies": n} for c, n in (("QA", 3), ("QB", 43), ("QC", 7))]
    _, second = shown_together(months(20, 20, 3), others)
    assert second == others


GROUPS, BRANCHES, MONTHS = ("A", "B"), ("EAST", "WEST"), (7, 8, 9)


@pytest.mark.parametrize("seed", range(12))
def test_no_cell_of_a_page_of_many_tables_can_be_worked_out(seed: int) -> None:
    """Five tables of one set of loans, held against a program over the finest cells of all, which
    knows nothing of how the tables are tied together here."""
    dice = random.Random(seed)
    fine = {
        (m, g, b): dice.choice((0, 1, 2, 5, 9, 12, 25, 60))
        for m in MONTHS
        for g in GROUPS
        for b in BRANCHES
    }
    views = [("m", "g", "b"), ("m", "g"), ("g", "b"), ("g",), ("m",)]
    names = {"m": "period", "g": "patron_group", "b": "branch"}
    tables, made = [], []
    for view in views:
        cells: dict[tuple[Any, ...], list[tuple[int, str, str]]] = {}
        for cell in fine:
            cells.setdefault(tuple(cell["mgb".index(v)] for v in view), []).append(cell)
        made.append(list(cells.values()))
        tables.append(
            [
                {
                    **{
                        names[v]: date(2026, value, 1) if v == "m" else value
                        for v, value in zip(view, key, strict=True)
                    },
                    "loans": sum(fine[cell] for cell in members),
                }
                for key, members in cells.items()
            ]
        )
    shown = shown_together(*tables)
    order = list(fine)

    def line(members: list[tuple[int, str, str]]) -> list[float]:
        return [float(cell in members) for cell in order]

    told = [
        (line(members), row["loans"])
        for rows, cells in zip(shown, made, strict=True)
        for row, members in zip(rows, cells, strict=True)
        if row["loans"] != W
    ]
    equal: dict[str, Any] = (
        {"A_eq": [a for a, _ in told], "b_eq": [b for _, b in told]} if told else {}
    )
    for rows, cells in zip(shown, made, strict=True):
        for row, members in zip(rows, cells, strict=True):
            if row["loans"] == W:
                bounds = (0, 5000)
                low = linprog(line(members), bounds=bounds, **equal)
                high = linprog([-n for n in line(members)], bounds=bounds, **equal)
                assert is_open(low.fun, -high.fun), (row, low.fun, -high.fun)
    assert all(
        row["loans"] == W
        for rows, truth in zip(shown[:4], tables[:4], strict=True)
        for row, true in zip(rows, truth, strict=True)
        if 0 < true["loans"] < 10
    )


def test_two_years_of_ten_branches_are_protected_in_moments() -> None:
    """Of 240 counts 89 are small and some 40 must go with them: under three seconds of processor
    time, where one nought that protected nothing once took all others along, one by one."""
    dice = random.Random(1)
    when = [date(2023 + month // 12, 1 + month % 12, 1) for month in range(24)]
    rows = [
        {"period": day, "patron_branch": f"B{n}", "n": dice.choice((0, 0, 1, 3, 9, 15, 40, 200))}
        for day in when
        for n in range(10)
    ]
    totals = [{"period": day, "n": sum(r["n"] for r in rows if r["period"] == day)} for day in when]
    table_, months_ = (Counted.of(each, list(each[0]), None) for each in (rows, totals))
    began = time.process_time()
    found = protected([Shown(table_, True), Shown(months_, False)])
    assert time.process_time() - began < 3
    assert {place for place, n in table_.counts.items() if 0 < n < 10} <= found[0]
    assert len(found[0]) < 140 and not found[1]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_shown_again_gives_nothing_away(seed: int) -> None:
    """Tables with noughts, and with sums that hold by chance: what is left withheld is open by the
    programs asked anew, whatever was withheld on the way."""
    dice = random.Random(seed)
    counts, sums = two_way(dice)
    cells = [cell for cell in counts if cell not in {total for total, _ in sums}]
    for _ in range(10):
        parts = tuple(dice.sample(cells, 2))
        same = [
            c for c, n in counts.items() if c not in parts and n == sum(counts[p] for p in parts)
        ]
        sums += [(total, parts) for total in same[:1]]
    away = hidden(counts, sums)
    assert {cell for cell, n in counts.items() if 0 < n < 10} <= away
    assert exposed(counts, sums, away) == set()


def notebook(workspace: Workspace, *sources: str) -> str:
    """A notebook of a library's own."""
    cells = [nbformat.v4.new_markdown_cell("# Patrons", id="title")]
    cells += [nbformat.v4.new_code_cell(s, id=f"c{n}") for n, s in enumerate(sources)]
    path = workspace.folder / "notebooks" / "patrons.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return "patrons"


READ = "from datetime import date\nfrom libstats.report import table\nfrom libstats.report.page.table import joined"
MONTHLY = (
    "rows = [{'period': date(2026, m, 1), 'patron_group': 'A', 'loans': n, 'mean': n / 7}"
    " for m, n in ((7, 21), (8, 22), (9, 3))]\n"
)


@pytest.mark.slow
def test_a_report_protects_its_page_its_workbook_and_its_notebook(
    workspace: Workspace, tmp_path: Path
) -> None:
    name = notebook(
        workspace,
        READ,
        f"{MONTHLY}joined('<p>What was lent</p>', table(rows, 'Months'), table([], 'None'))",
        "table([{'quarter': '2026-Q3', 'lent': 46}], 'The quarter')",
    )
    page = run(name, workspace.folder, {}, tmp_path / "patrons.html", ("html", "xlsx", "ipynb"))
    text = page.read_text(encoding="utf-8")
    assert text.count(">withheld</td>") == 4 and ">46<" in text
    assert text.count("Counts of 1 to 9 are withheld") == 1  # the caption
    executed = nbformat.read(page.with_suffix(".ipynb"), as_version=4)
    data = executed.cells[2].outputs[0].data
    assert [row[2] for row in data[TABLES][0]["rows"]].count(W) == 2
    assert "sealed" not in page.with_suffix(".ipynb").read_text(encoding="utf-8")
    shown = [row[2] for row in data[TABLES][0]["rows"] if row[2] != W]
    for number in {21, 22} - set(shown):
        assert f">{number}<" not in text and f", {number}" not in data["text/plain"]


@pytest.mark.slow
def test_what_a_failed_report_leaves_tells_no_counts(workspace: Workspace, tmp_path: Path) -> None:
    name = notebook(workspace, READ, f"{MONTHLY}table(rows, 'Months')", "1 / 0")
    with pytest.raises(ReportError, match="ZeroDivisionError"):
        run(name, workspace.folder, {}, tmp_path / "patrons.html")
    left = nbformat.read(tmp_path / "patrons.failed.ipynb", as_version=4)
    (shown,) = left.cells[2].outputs[0].data[TABLES]
    assert "sealed" not in shown and shown["rows"][2][2] == W
