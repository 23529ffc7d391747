"""Withholding small counts of patrons: tables worked by hand, then many random ones against every
other solution."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import libstats
from libstats.privacy.suppression import NOTE, WITHHELD, crosses_patrons, hidden, withheld
from libstats.report import table
from libstats.workspace.workspace import Workspace
from tests.support.files import write

W = WITHHELD
GROUPS = ["adult", "child", "staff"]


def across(*rows: tuple[int, ...], foot: tuple[int, ...] | None = None) -> list[tuple[Any, ...]]:
    """What is published of a table of three groups of patrons and their total; the foot comes last."""
    names = [*GROUPS, "all"]
    made = [dict(zip(names, row, strict=True)) for row in rows]
    shown, last = withheld(
        made, names, dict(zip(names, foot, strict=True)) if foot else None, GROUPS, "all"
    )
    return [tuple(row[name] for name in names) for row in (*shown, *([last] if last else []))]


def test_a_small_cell_takes_the_smallest_other_of_its_row_along() -> None:
    assert across((100, 40, 3, 143)) == [(100, W, W, 143)]


def test_two_small_cells_of_a_row_that_make_ten_protect_each_other() -> None:
    assert across((100, 6, 4, 110)) == [(100, W, W, 110)]


def test_two_small_cells_that_make_less_than_ten_take_a_third_along() -> None:
    # 2 together, none of them 0, would be 1 and 1
    assert across((100, 1, 1, 102)) == [(W, W, W, 102)]


def test_nothing_small_is_shown_as_it_is() -> None:
    assert across((100, 40, 10, 150)) == [(100, 40, 10, 150)]


def test_zero_stays() -> None:
    assert across((100, 40, 0, 140)) == [(100, 40, 0, 140)]
    assert across((100, 0, 3, 103)) == [(W, 0, W, 103)]


def test_zero_goes_where_nothing_else_protects() -> None:
    # that there were 3 in all is known from other tables
    assert [row["loans"] for row in table(rows_of(0, 0, 3), "Loans").rows] == [W, W, W]
    assert across((0, 0, 3, 3)) == [(0, 0, W, W)]


def test_a_small_total_is_withheld() -> None:
    assert across((3, 3, 2, 8)) == [(W, W, W, W)]


def test_a_cell_cannot_be_worked_out_down_its_column() -> None:
    # 3 takes 40 along in its row, and in its column 50, the smaller; then 40 and 50 are alone in
    # theirs: 60 closes the square
    assert across(
        (100, 40, 3, 143), (200, 60, 50, 310), (300, 70, 80, 450), foot=(600, 170, 133, 903)
    ) == [
        (100, W, W, 143),
        (200, W, W, 310),
        (300, 70, 80, 450),
        (600, 170, 133, 903),
    ]


def rows_of(*counts: int, period: date = date(2026, 10, 1)) -> list[dict[str, Any]]:
    """A row a patron group."""
    return [
        {"period": period, "patron_group": name, "loans": count}
        for name, count in zip("ABCD", counts, strict=False)
    ]


def test_a_column_of_patrons_is_known_by_its_name() -> None:
    assert [
        crosses_patrons(c)
        for c in (
            ["period", "patron_group"],
            ["patron_branch"],
            ["hour", "branch", "kind"],
            ["hour", "branch"],
            ["branch", "checkouts"],
        )
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_the_total_is_taken_as_known_where_the_table_does_not_show_it() -> None:
    assert [row["loans"] for row in table(rows_of(100, 40, 3), "Loans").rows] == [100, W, W]


def test_each_month_protects_itself() -> None:
    rows = [*rows_of(100, 40, 3), *rows_of(10, 20, 30, period=date(2026, 11, 1))]
    assert [row["loans"] for row in table(rows, "Loans").rows] == [100, W, W, 10, 20, 30]


def test_shares_go_with_their_count() -> None:
    rows = [
        {"patron_group": "A", "loans": 97, "share": 0.97},
        {"patron_group": "B", "loans": 3, "share": 0.03},
    ]
    assert [tuple(row.values()) for row in table(rows, "Loans").rows] == [("A", W, W), ("B", W, W)]


def test_a_published_table_says_that_something_is_withheld() -> None:
    html = table(rows_of(100, 40, 3), "Loans", foot={"period": "all", "loans": 143})._repr_html_()
    assert f'<caption style="text-align:left">Loans. {NOTE}</caption>' in html
    assert html.count('<td class="number" style="text-align:right">withheld</td>') == 2
    assert table(rows_of(100, 40, 30), "Loans").caption == "Loans"


def test_a_table_without_patrons_is_not_touched() -> None:
    assert table([{"branch": "EAST", "checkouts": 3}], "Loans").rows == [
        {"branch": "EAST", "checkouts": 3}
    ]


def test_circulation_by_the_borrowers_branch_is_published_without_small_counts(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = "issue_id;issuedate;date_due;branchcode;itemnumber\n" + "".join(
        f"{n};2026-10-05 09:00:00;2026-10-30;EAST;{n}\n" for n in range(3)
    )
    libstats.load(workspace, [write(tmp_path / "issues-2026-10-31.csv", text)])
    con, october = libstats.open(workspace), {"since": "2026-10-01", "until": "2026-11-01"}
    by_borrower = table(
        libstats.circulation(con, branch="patron_branch", **october), "By the borrower's branch"
    )
    assert by_borrower.columns[:2] == ["period", "patron_branch"]
    assert by_borrower.rows[0]["checkouts"] == W
    assert table(libstats.circulation(con, **october), "By desk").rows[0]["checkouts"] == 3


@pytest.mark.parametrize("seed", range(40))
def test_no_small_count_of_a_random_table_has_one_solution(seed: int) -> None:
    """Of the withheld cells of a two-way table with all its totals, each small one can be moved
    without any shown number changing."""
    dice = random.Random(seed)
    high, wide = dice.randint(2, 5), dice.randint(2, 5)
    counts = {
        (i, str(j)): dice.choice((0, 1, 3, 8, 12, 40, 200))
        for i in range(high)
        for j in range(wide)
    }
    sums: list[Any] = [((i, "all"), tuple((i, str(j)) for j in range(wide))) for i in range(high)]
    sums += [((high, str(j)), tuple((i, str(j)) for i in range(high))) for j in range(wide)]
    sums += [
        ((high, "all"), tuple((high, str(j)) for j in range(wide))),
        ((high, "all"), tuple((i, "all") for i in range(high))),
    ]
    for total, parts in sums:
        counts[total] = sum(counts[part] for part in parts)
    away = hidden(counts, sums)
    small = {cell for cell, count in counts.items() if 0 < count < 10}
    assert small <= away
    order = sorted(away)
    lines = np.array(
        [[(cell in parts) - float(cell == total) for cell in order] for total, parts in sums]
    )
    for cell in small:
        alone = np.array([float(other == cell) for other in order])
        if len(away) < len(counts):  # else nothing is shown at all
            assert np.linalg.matrix_rank(np.vstack([lines, alone])) > np.linalg.matrix_rank(
                lines
            ), (cell, counts, away)
