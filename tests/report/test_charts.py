"""Figures and the words beside them: findings worked by hand, colours that everybody can tell
apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from importlib import resources
from pathlib import Path

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


PALETTES = re.findall(
    r":root \{(.*?)\}",
    resources.files("libstats.report.page.template").joinpath("style.css").read_text("utf-8"),
    re.DOTALL,
)


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark", "print"])
def test_every_colour_stands_out_from_the_paper(palette: str) -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", palette))
    drawn = {name for name in looks.COLOURS.values() if name.startswith("chart-")}
    assert all(contrast(colours[name], colours["paper"]) >= 3 for name in drawn)
    for ink in ("ink", "faint", "accent"):
        assert contrast(colours[ink], colours["paper"]) >= 4.5
        assert contrast(colours[ink], colours["panel"]) >= 4.5
    assert contrast(colours["warn-ink"], colours["warn-paper"]) >= 4.5


def test_a_colour_has_one_meaning_and_a_marker_of_its_own() -> None:
    lines = (*looks.LINES, looks.OTHER_LINE, looks.UNKNOWN_LINE)
    assert len({marker for _, marker in lines}) == len(lines) == 7


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["circulation", "digital", "ill", "technical_services", "collection", "summary"]
)
def test_texts_of_drawings_are_written_in_ink(published: Callable[[str], Path], name: str) -> None:
    texts = re.findall(r"<text[^>]*fill=\"var\(--([a-z-]+)", published(name).read_text("utf-8"))
    assert set(texts) <= {"ink", "faint"}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.1."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frames_are_read_like_relations(kind: str) -> None:
    frames = pytest.importorskip(kind)
    frame = frames.DataFrame(
        {"period": [OCTOBER, OCTOBER], "branch": ["East", None], "checkouts": [40, 60]}
    )
    assert "For 60 of them the branch is not known." in charts.circulation_by_month(frame).alt
