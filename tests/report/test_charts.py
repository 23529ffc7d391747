"""Figures and the words beside them: findings worked by hand, colours that everybody can tell
apart."""

from __future__ import annotations

from datetime import date

import pytest

from libstats.report import charts
from libstats.report.charts import figure as looks
from libstats.wording import change, month_before, number, share
from tests.report.test_circulation_report import LAST_YEAR, OCTOBER, SEPTEMBER, counted, example

# --- words ---


def test_change_says_how_two_counts_compare() -> None:
    assert change(108, 100, LAST_YEAR) == "8% more than in October 2025"
    assert change(1, 4, LAST_YEAR) == "75% fewer than in October 2025"
    assert change(7, 7, LAST_YEAR) == "the same as in October 2025"
    assert change(1001, 1000, LAST_YEAR) == "less than 1% more than in October 2025"
    assert change(3, 0, LAST_YEAR) == "against none in October 2025"


def test_share_never_rounds_to_nothing_or_to_all() -> None:
    assert [share(1, 1000), share(999, 1000), share(61, 100), share(0, 5), share(5, 5)] == [
        "less than 1%",
        "more than 99%",
        "61%",
        "0%",
        "100%",
    ]


def test_number_and_month_before() -> None:
    assert [number(1234567), number(0), number(None)] == ["1,234,567", "0", "not known"]
    assert [
        month_before(date(2026, 1, 1)),
        month_before(OCTOBER, 12),
        month_before(date(2026, 12, 1), -1),
    ] == [date(2025, 12, 1), LAST_YEAR, date(2027, 1, 1)]


# --- figures ---


def test_alt_text_states_the_finding() -> None:
    rows = [
        counted(LAST_YEAR, "Central", 1000),
        counted(LAST_YEAR, "East", 142),
        counted(OCTOBER, "Central", 753),
        counted(OCTOBER, "East", 481),
    ]
    assert charts.circulation_by_month(rows).alt.startswith(
        "Checkouts in October 2026 were 1,234, 8% more than in October 2025; Central made "
        "61% of them."
    )


def test_alt_text_names_the_months_without_figures() -> None:
    rows = [
        counted(date(2026, 7, 1), "Central", 5),
        counted(date(2026, 8, 1), "Central", 9),
        counted(OCTOBER, "Central", 7),
    ]
    assert charts.circulation_by_month(rows).alt == (
        "Checkouts in October 2026 were 7; neither September 2026 nor October 2025 is there "
        "to compare with. No figures are loaded for September 2026. "
        "The busiest of these 3 months was August 2026 (9), the quietest July 2026 (5)."
    )


def test_alt_text_of_a_single_month() -> None:
    assert charts.circulation_by_month([counted(OCTOBER, "Central", 7)]).alt == (
        "Checkouts in October 2026 were 7; neither September 2026 nor October 2025 is there "
        "to compare with."
    )


def test_alt_text_of_no_rows_and_of_a_month_without_rows() -> None:
    assert (
        charts.circulation_by_month([]).alt
        == "No checkouts are loaded for these months, so the picture is empty."
    )
    assert charts.circulation_by_month(
        [counted(SEPTEMBER, "Central", 7)], month=OCTOBER
    ).alt.startswith("No figures are loaded for October 2026.")


def test_alt_text_counts_an_unknown_branch_apart() -> None:
    figure = charts.circulation_by_month([counted(OCTOBER, None, 60), counted(OCTOBER, "East", 40)])
    assert "East made 40% of them. For 60 of them the branch is not known." in figure.alt
    assert "branch not known" in figure.svg()


def test_figure_repeats_to_the_byte_and_has_no_date() -> None:
    rows = example().rows
    first, second = (
        charts.circulation_by_month(rows)._repr_html_(),
        charts.circulation_by_month(rows)._repr_html_(),
    )
    assert first == second
    assert "<dc:date>" not in charts.circulation_by_month(rows).svg()


def test_figure_escapes_what_people_named() -> None:
    figure = charts.circulation_by_month(
        [counted(OCTOBER, '<b>"A&B"', 1), counted(OCTOBER, "C$D$", 0)]
    )
    assert "<b>" not in figure._repr_html_()
    assert "&lt;b&gt;" in figure._repr_html_()
    assert ">C$D$</text>" in figure.svg()


def test_more_branches_than_can_be_told_apart_are_summed() -> None:
    svg = charts.circulation_by_month(
        [counted(OCTOBER, f"Branch {letter}", 10 - place) for place, letter in enumerate("ABCDEFG")]
    ).svg()
    assert "3 other branches" in svg
    assert "Branch E" not in svg


def test_every_colour_stands_out_from_white() -> None:
    colours = [colour for colour, _ in (*looks.LINES, looks.OTHER_LINE, looks.UNKNOWN_LINE)] + [
        looks.BAR,
        looks.BAR_CHOSEN,
    ]
    assert all(contrast_with_white(colour) >= 3 for colour in colours)
    assert all(contrast_with_white(ink) >= 4.5 for ink in (looks.INK, looks.FAINT_INK))
    assert len({marker for _, marker in (*looks.LINES, looks.OTHER_LINE, looks.UNKNOWN_LINE)}) == 7


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of WCAG 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frames_are_read_like_relations(kind: str) -> None:
    frames = pytest.importorskip(kind)
    frame = frames.DataFrame(
        {"period": [OCTOBER, OCTOBER], "branch": ["East", None], "checkouts": [40, 60]}
    )
    assert "For 60 of them the branch is not known." in charts.circulation_by_month(frame).alt
