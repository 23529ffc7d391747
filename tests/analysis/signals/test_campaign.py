"""What simulated libraries are told, in a short form of `tests/campaigns/signals.py`."""

from __future__ import annotations

import random

import pytest

from tests.campaigns.signals import (
    BRANCH,
    LIBRARY,
    Kind,
    false_words,
    false_years,
    shares_said,
)


def test_of_a_library_in_which_nothing_changed_hardly_anything_is_said() -> None:
    """Five libraries, 60 pages with 17 series each: hardly one page by the long form's rate, and
    40 by the plain rules."""
    assert sum(false_words(5, 48, random.Random(3))) <= 2


@pytest.mark.parametrize("kind", [LIBRARY, BRANCH])
def test_a_change_is_said_within_three_months(kind: Kind) -> None:
    shares = shares_said(120, 48, kind, random.Random(3))
    assert sum(shares.values()) / 4 >= 0.8, shares


def test_of_years_in_which_nothing_changed_hardly_anything_is_said() -> None:
    """Forty libraries and 480 pages: some two pages by the long form's rate of 0.06 a library."""
    assert sum(false_years(40, random.Random(3))) <= 6
