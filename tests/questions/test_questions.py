"""What readers ask of the pages: fourteen of them, ten questions each, every answer borne out by the
sample library's truth."""

from __future__ import annotations

import json
import tomllib
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from tests.support.files import SAMPLE

READERS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))[
    "reader"
]
ASKED = [question for reader in READERS for question in reader["questions"]]
TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))


def test_each_reader_asks_ten_questions() -> None:
    assert len(READERS) == 14
    assert {reader["who"]: len(reader["questions"]) for reader in READERS} == {
        reader["who"]: 10 for reader in READERS
    }
    assert all(set(each) == {"asks", "page", "truth", "accepted"} for each in ASKED)


@pytest.mark.parametrize("path", sorted({each["truth"] for each in ASKED}))
def test_an_answer_stands_in_the_truth(path: str) -> None:
    assert reduce(lambda found, name: found[name], path.split("."), TRUTH)
