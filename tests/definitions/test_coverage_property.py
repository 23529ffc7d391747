"""The property of tests/campaigns/coverage.py, in short; and each rule that is taken out shows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from libstats.definitions import coverage
from tests.campaigns import coverage as campaign

pytestmark = pytest.mark.slow
PLAIN = coverage.sql()
# the rule that is switched off: what of the SQL is another, and cases that show it
MUTANTS = {
    "all NULL": ("from (\n    select *, false as is_partial from merged", "where false"),
    "all covered": ("where s.day", ""),
}


def test_covered_figures_are_the_truth_and_all_others_say_why(tmp_path: Path) -> None:
    met: Counter[tuple[str, str]] = Counter()
    found = [text for seed in range(6) for text in campaign.run(seed, tmp_path, met)]
    assert found == []
    assert {state for _, state in met} == {"whole", "partly", "outside"}
