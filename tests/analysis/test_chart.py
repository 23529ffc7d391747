"""XmR charts: published figures, to the digit, and each rule by a series worked by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from libstats.analysis.chart.chart import limits, signals

ONE_OUT = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]
# 20 values of the normal distribution, as R gives them for the seed 123
NORMAL = [
    -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285, -0.44566197,
    1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716, 0.70135590, -0.47279141,
]  # fmt: skip
ONE_OF_THEM_10 = [*NORMAL[:14], 10.0, *NORMAL[15:]]


def told(values: list[float]) -> list[str]:
    """The rules that the points break, with their sides; - for none."""
    found = signals(values, limits(values))
    return [f"{s.rule} {'+' if s.side > 0 else '-'}" if s else "-" for s in found]


@pytest.mark.parametrize(
    ("values", "is_screened", "figures"),
    [
        (ONE_OUT, True, (1.94, -0.72, 4.60)),
        (ONE_OUT, False, (1.94, -3.06, 6.95)),
        (range(1, 11), True, (5.5, 2.84, 8.16)),
        ([1, 2, 3, 4, 5, 4, 3, 2, 1, 2], True, (2.7, 0.04, 5.36)),
        ([1, 2, 3], True, (2.0, -0.66, 4.66)),
        (NORMAL, True, (0.1416238, -3.01138, 3.294627)),
        (ONE_OF_THEM_10, True, (0.6694159, -2.383666, 3.722497)),
        (ONE_OF_THEM_10, False, (0.6694159, -4.596625, 5.935457)),
    ],
)
def test_published_limits(
    values: list[float], is_screened: bool, figures: tuple[float, float, float]
) -> None:
    """Of NHSRplotthedots' page on deviations from the workbook, its snapshots, and
    nhspy-plotthedots' tests; told to as many digits as they print."""
    found = limits(values, screened=is_screened)
    digits = [len(str(figure).partition(".")[2]) for figure in figures]
    pairs = zip((found.centre, found.low, found.high), digits, strict=True)
    assert tuple(round(value, n) for value, n in pairs) == figures


def test_published_near_limits() -> None:
    found = limits(range(1, 11))
    assert (round(found.at(-2 / 3), 4), round(found.at(2 / 3), 4)) == (3.7267, 7.2733)


@pytest.mark.parametrize("is_screened", [True, False])
def test_the_fifth_point_alone_stands_out_screened_or_not(is_screened: bool) -> None:
    found = signals(ONE_OUT, limits(ONE_OUT, screened=is_screened))
    assert [place for place, signal in enumerate(found) if signal] == [4]


def breaches(real: Path, trust: str, since: str = "", until: str = "9") -> dict[str, float]:
    """Breaches of the four-hour goal at a trust's type 1 departments, by month."""
    with (real / "spc" / "ae_attendances_RRK_RQM_type1.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["org_code"] == trust]
    return {r["period"]: float(r["breaches"]) for r in rows if since <= r["period"] < until}


@pytest.mark.parametrize(
    ("trust", "since", "until", "points", "figures"),
    [
        ("RRK", "", "2018-04", 24, (1711.875, 849.793, 2573.957)),
        ("RRK", "", "2018-07", 27, (1702.556, 873.061, 2532.05)),
        ("RRK", "2018-07", "9", 9, (8646.556, 5698.278, 11594.833)),
        ("RQM", "", "2018-04", 24, (1545.167, 740.396, 2349.938)),
    ],
)
def test_published_limits_of_real_departments(
    real: Path, trust: str, since: str, until: str, points: int, figures: tuple[float, ...]
) -> None:
    values = [*breaches(real, trust, since, until).values()]
    found = limits(values)
    assert len(values) == points
    assert tuple(round(each, 3) for each in (found.centre, found.low, found.high)) == figures


def test_published_signals_of_a_real_department(real: Path) -> None:
    """One above the limit, then eight in sequence below the mean."""
    months = breaches(real, "RRK", until="2018-04")
    rules = dict(zip(months, told([*months.values()]), strict=True))
    assert {month[:7]: rule for month, rule in rules.items() if rule != "-"} == {
        "2017-01": "outside +",
        **{f"2017-{month:02}": "shift -" for month in range(2, 10)},
    }


def test_two_near_points_on_opposite_sides_are_common() -> None:
    assert told([*[1.0, -1.0] * 7, 5.5, -5.5])[-2:] == ["-", "-"]


def test_seven_that_rise_are_a_trend_and_a_tie_breaks_it() -> None:
    """From a series wide enough that no other rule is broken: 6 differences, all upwards."""
    wide = [0, 20, 0, 20, 0, 20, 0, 20]
    assert told([*wide, 7, 8, 9, 10, 11, 12, 13])[-7:] == ["trend +"] * 7
    assert told([*wide, 7, 8, 9, 9, 11, 12, 13])[-7:] == ["-"] * 7
    assert told([*wide, 13, 12, 11, 10, 9, 8, 7])[-7:] == ["trend -"] * 7


def test_seven_on_one_side_are_a_shift_and_one_on_the_mean_breaks_it() -> None:
    """The mean is 10: eight on both sides of it by 10, seven above by 2, and one that evens it."""
    values = [0, 20, 0, 20, 0, 20, 0, 20, -4, 12, 12, 12, 12, 12, 12, 12]
    assert told([float(v) for v in values])[-7:] == ["shift +"] * 7
    broken = [0, 20, 0, 20, 0, 20, 0, 20, -2, 12, 12, 12, 10, 12, 12, 12]
    assert told([float(v) for v in broken])[-7:] == ["-"] * 7


def test_two_of_three_flags_the_near_points_alone() -> None:
    """Ranges of 2, so limits are about 5.3 from 0, near begins at 3.5: 4.4, 0.5, 4.4 are on one
    side, two of them near, and those two are flagged; with -0.5 between them none is."""
    calm = [1.0, -1.0] * 12
    rules = told([*calm, 4.4, 0.5, 4.4])
    assert rules[-3:] == ["2 of 3 +", "-", "2 of 3 +"]
    assert told([*calm, 4.4, -0.5, 4.4])[-3:] == ["-", "-", "-"]


def test_a_point_outside_is_not_near_too() -> None:
    """8 is outside; 4.4 beside it is the only near one."""
    assert told([*[1.0, -1.0] * 12, 8.0, 0.9, 4.4])[-3:] == ["outside +", "-", "-"]
