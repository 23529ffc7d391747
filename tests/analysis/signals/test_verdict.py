"""What is said of the newest point, and when nothing is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pytest

from libstats.analysis.chart.season import is_seasonal, lag_correlation, widening
from libstats.analysis.chart.verdict import USUAL, Judgement, judge

# No pattern of a year, of seven, of three, nor of one month like the next; mean 100.
CALM = [101.0, 99.0, 99.0, 101.0, 101.0, 99.0, 100.0]
FIRST = 24_001  # January 2000


def judged(values: Iterable[float], **options: object) -> Judgement:
    """A series of successive months, judged."""
    return judge(dict(enumerate(values, FIRST)), **options)  # type: ignore[arg-type]


def of_season(years: int, *, growth: float = 1.0) -> list[float]:
    """Years with a summer of twice the winter, and calm beside it."""
    summer = [1, 1, 1.2, 1.4, 1.7, 2, 2, 1.8, 1.5, 1.3, 1.1, 1]
    return [
        summer[month % 12] * CALM[month % 7] * growth ** (month // 12)
        for month in range(12 * years)
    ]


def test_before_twelve_points_limits_are_trial_limits_and_nothing_is_said() -> None:
    found = judged([*CALM, *CALM[:3], 150.0])
    assert found.side is None and found.word("more") is None
    assert found.reason == "trial limits: 11 of the 12 months that a verdict needs"
    assert found.places[FIRST + 10].high > 100


def test_from_twelve_points_on_a_point_far_out_is_said() -> None:
    found = judged([*CALM, *CALM[:4], 150.0])
    assert (found.side, found.reason) == (1, None)
    assert [found.word(way) for way in ("more", "less", "neutral")] == [
        "better",
        "worse",
        "higher",
    ]


def test_what_lies_within_the_limits_is_the_usual() -> None:
    assert judged(CALM * 4).word("more") == USUAL


def test_only_the_newest_point_has_a_verdict() -> None:
    found = judged([*CALM * 3, 150.0, 101.0])
    assert found.word("more") == USUAL
    signal = found.places[FIRST + 21].signal
    assert signal is not None and signal.rule == "outside"


def test_a_point_barely_outside_its_limits_is_marked_and_not_said() -> None:
    """43 points with a mean range of 1.2 (8 of 7, the last of 3 or so): the limit is 3.2 out, and a
    word is said at 3.2 ranges and an eighth, 4.3 out."""
    found = judged([*CALM * 6, 103.7])
    signal = found.places[FIRST + 42].signal
    assert signal is not None and signal.rule == "outside"
    assert found.word("more") == USUAL
    assert judged([*CALM * 6, 105.0]).word("more") == "better"


def test_a_branch_is_named_from_24_points_on_for_its_newest_point_alone() -> None:
    calm = [*CALM, *CALM, *CALM, *CALM]
    assert judged([*calm[:22], 150.0], is_branch=True).reason == (
        "trial limits: 23 of the 24 months that a verdict needs"
    )
    assert judged([*calm[:23], 150.0], is_branch=True).side == 1
    shifted = [*CALM * 5, *(value + 3 for value in CALM)]
    assert judged(shifted).side == 1  # seven on one side, by 3 in the mean
    assert judged(shifted, is_branch=True).side == 0


def test_a_season_is_known_from_three_years_on() -> None:
    values = of_season(4)
    assert judged(values[:35]).is_seasonal is None
    assert judged(values[:36]).is_seasonal is True
    assert judged(CALM * 6).is_seasonal is False


def test_without_seasons_a_summer_is_outside_as_in_the_workbook() -> None:
    found = judged(of_season(4)[:42], has_seasons=False)
    signal = found.places[FIRST + 41].signal
    assert signal is not None and found.is_seasonal is False


def test_a_gap_breaks_the_year_that_it_lies_in() -> None:
    values = dict(enumerate(of_season(4), FIRST))
    assert is_seasonal({m: v for m, v in values.items() if m != FIRST + 14}) is True
    assert (
        is_seasonal({m: v for m, v in values.items() if m not in (FIRST + 2, FIRST + 14)}) is None
    )


def test_a_summer_is_no_news_and_a_summer_like_a_winter_is() -> None:
    values = of_season(5)
    for months in range(37, 61):
        assert judged(values[:months]).side == 0, months
    assert judged([*values[:53], values[53] * 0.7]).word("more") == "worse"


def test_a_seasonal_series_is_held_against_the_year_before_in_its_own_unit() -> None:
    """It grows by a tenth each year without a change: expected is 1.1 times the year before."""
    values = of_season(4, growth=1.1)
    found = judged(values)
    assert FIRST + 11 not in found.places
    place = found.places[FIRST + 47]
    assert place.centre == pytest.approx(1.1 * values[35], rel=0.02)
    assert place.low < place.centre < place.high
    assert found.word("more") == USUAL


def test_an_odd_month_a_year_before_makes_no_word() -> None:
    """The closed weeks of June a year ago make this June a rise against them, not against the June
    before."""
    values = of_season(5)
    values[41] *= 0.6
    found = judged(values[:54])
    signal = found.places[FIRST + 53].signal
    assert signal is not None and (signal.rule, signal.side) == ("outside", 1)
    assert found.word("more") == USUAL


def test_a_change_with_rebase_draws_limits_anew() -> None:
    values = [*CALM * 3, *(value + 50 for value in CALM * 3)]
    assert judged(values, redrawn=[FIRST + 21]).word("more") == USUAL
    found = judged(values, redrawn=[FIRST + 21])
    assert (found.places[FIRST].centre, found.places[FIRST + 21].centre) == (100, 150)
    early = judged(values[:27], redrawn=[FIRST + 21])
    assert early.reason == (
        "trial limits: 6 of the 12 months since the change that a verdict needs"
    )


def test_a_month_in_which_limits_begin_anew_need_not_be_a_point() -> None:
    """The workbook's successor begins a group only at a row of exactly that day."""
    values = dict(enumerate([*CALM * 3, *(value + 50 for value in CALM * 3)], FIRST))
    del values[FIRST + 21]
    assert judge(values, redrawn=[FIRST + 21]).places[FIRST + 22].centre == pytest.approx(150, 0.01)


def test_months_that_hang_together_widen_the_limits_or_are_not_judged() -> None:
    """By 1 / sqrt(1 - r): of what cannot be told from chance r counts as 0.2."""
    assert widening(CALM * 6) == 1 / math.sqrt(0.8)
    walk = [math.sin(month / 9) * 10 for month in range(48)]
    assert lag_correlation(walk) > 0.9 and widening(walk) is None
    found = judged([100 + each for each in walk][:35])
    assert found.side is None and str(found.reason).startswith("each month is too much like")


@pytest.mark.parametrize(
    ("goal", "direction", "word"),
    [
        (90.0, "more", "passes"),
        (110.0, "more", "fails"),
        (100.0, "more", "comes and goes"),
        (90.0, "less", "fails"),
        (110.0, "less", "passes"),
        (90.0, "neutral", None),
        (None, "more", None),
    ],
)
def test_a_goal_is_judged_by_the_limits_and_none_has_no_word(
    goal: float | None, direction: str, word: str | None
) -> None:
    assert judged(CALM * 4).assurance(goal, direction) == word  # type: ignore[arg-type]


def test_a_goal_on_a_limit_comes_and_goes() -> None:
    found = judged(CALM * 4)
    assert found.assurance(found.limits.high, "less") == "comes and goes"


def test_a_published_goal_comes_and_goes(real_breaches: Sequence[float]) -> None:
    """RQM, where fewer is better, with a goal of 1,200: common cause, and not reliably met."""
    found = judged(real_breaches)
    assert (found.word("less"), found.assurance(1200, "less")) == (USUAL, "comes and goes")


@pytest.fixture
def real_breaches() -> list[float]:
    """24 values whose limits are those that are published of RQM: 740.396 to 2,349.938."""
    return [1545.167 + side * 285.0 for side in (1, -1, -1, 1, 1, -1) * 4]


def test_a_series_that_never_varies_has_no_verdict() -> None:
    assert judged([5.0] * 24).reason == "every month is the same"


def test_months_of_nothing_are_compared_by_difference() -> None:
    """No logarithm is told of 0: a season with empty winters."""
    values = [max(0.0, value - 101) for value in of_season(4)]
    found = judged(values)
    assert found.is_seasonal is True and found.word("more") == USUAL
