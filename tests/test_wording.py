"""How figures are put into words."""

from __future__ import annotations

import pytest

from libstats.report.page.table import shown
from libstats.wording import number, tenths
from tests.support.sentences import faults, of_text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (number(-0.4), "0"),
        (number(-0.6), "-1"),
        (number(1234), "1,234"),
        (tenths(-0.04), "0.0"),
        (tenths(-0.06), "-0.1"),
        (shown(-0.004), "0"),
        (shown(-0.006), "-0.01"),
    ],
)
def test_nothing_has_no_minus(said: str, words: str) -> None:
    assert said == words


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("It is -0.0 days late.", ["-0"]),
        ("The limits are -0.05 and -0.7; COVID-0 is a word.", []),
        ("There are no loans and nobody knows why.", ["two negations"]),
        ("It could not be read; nothing was changed.", []),
        ("Neither loans nor a log is loaded.", []),
        ("word " * 25, []),
        ("word " * 26, ["26 words"]),
    ],
)
def test_what_is_wrong_with_a_sentence_is_seen(sentence: str, wrong: list[str]) -> None:
    assert faults(sentence) == wrong


def test_a_text_is_parted_at_the_ends_of_its_sentences() -> None:
    assert of_text("Half took 5.3 days. (It was 6.) Why? See 6.2.") == [
        "Half took 5.3 days.",
        "(It was 6.",
        "Why?",
        "See 6.2.",
    ]
