"""The property of tests/campaigns/coverage.py, in short; and each rule that is taken out shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from libstats.definitions import coverage
from libstats.workspace.workspace import Workspace
from tests.campaigns import coverage as campaign
from tests.campaigns.coverage_cases import Case
from tests.campaigns.coverage_desks import desk_case

pytestmark = pytest.mark.slow
PLAIN = coverage.sql()
MERGED = "select *, false as is_partial from merged"
PARTLY = "select *, true as is_partial from partly where since < until"
EVER = "* replace (timestamp '2000-01-01' as since, timestamp '2040-01-01' as until)"
# a rule, and the SQL that is another where it is switched off
MUTANTS = {
    "all NULL": {MERGED: f"{MERGED} where false", PARTLY: f"{PARTLY} and false"},
    "all covered": {
        MERGED: f"select {EVER}, false as is_partial from merged",
        PARTLY: f"select {EVER}, false as is_partial from partly",
    },
    "a stretch between files is a gap": {") > q.days,": ") > 1000,"},
    "a long stretch in a file is a gap": {"s.quiet > 14": "s.quiet > 1000"},
    "a branch that a file lacks": {
        "where c.passed - b.passed_after <= a.days or a.expected <= 1": "where true"
    },
    "closed only": {
        "when m.open = 0 and m.expected_open >= 1 then 'closed only'": "",
        "when l.selects = 'apart' and m.open = 0 then 'closed only'": "",
    },
    "open only": {
        "when m.ended + m.over = 0 and m.last_start - m.first_start >= k.quick then 'open only'": "",
        "when l.selects = 'apart' and m.ended + m.over = 0 then 'open only'": "",
    },
    "closed since a day": {
        "when m.open > 0 and m.older >= 5 then 'open, and closed since'": "",
        "case when m.older > 0 then m.first_ended end": "null::date",
    },
    "the last day in part": {"else f.told_until": "else f.told_until::date + interval 1 day"},
    "after the newest": {
        "else a.last_day::timestamp\n        end as until": "else s.told_until + interval 90 days\n"
        "        end as until",
        "then greatest(a.last_day::timestamp, s.told_until)": "then s.told_until + interval 90 days",
    },
    "ends that no file tells of": {
        "{'lo': b.told_until, 'hi': b.until + to_days(b.days)}": "{'lo': c.since, 'hi': c.since}"
    },
    "what is open and what ended, together": {
        "and (o.told_until <= e.until or o.exported_at <= e.reached_at)": "and false"
    },
}
# each shows a rule that the others do not
SEEDS = (0, 3, 4, 5, 7, 25, 40, 103)
# holds of FOLIO, closed ones alone, of which some end by their word; holds and orders of Sierra
DESK_SEEDS = (27, 2, 7)
Lived = list[tuple[Case, Workspace]]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Cases with all their exports loaded."""
    folder = tmp_path_factory.mktemp("cases")
    return [campaign.loaded(seed, folder) for seed in SEEDS]


def faults(lived: Lived) -> Iterator[str]:
    for of, place in lived:
        yield from campaign.faults(of, of.exports, place, Counter())


def test_covered_figures_are_the_truth_and_all_others_say_why(lived: Lived) -> None:
    assert list(faults(lived)) == []


@pytest.mark.parametrize("seed", DESK_SEEDS)
def test_holds_and_orders_too(seed: int, tmp_path: Path) -> None:
    of, place = campaign.loaded(seed, tmp_path, desk_case)
    assert list(campaign.faults(of, of.exports, place, Counter())) == []


def test_an_export_more_takes_no_figure_away(tmp_path: Path) -> None:
    assert [text for seed in (0, 3) for text in campaign.run(seed, tmp_path, Counter())] == []


@pytest.mark.parametrize("rule", MUTANTS)
def test_each_rule_that_is_switched_off_shows(
    lived: Lived, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = PLAIN
    for old, new in MUTANTS[rule].items():
        assert old in other, old
        other = other.replace(old, new)
    monkeypatch.setattr(coverage, "sql", lambda: other)
    assert next(faults(lived), None)


@pytest.mark.parametrize("rule", ["all NULL", "all covered"])
def test_each_analysis_shows_it(lived: Lived, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = PLAIN
    for old, new in MUTANTS[rule].items():
        other = other.replace(old, new)
    monkeypatch.setattr(coverage, "sql", lambda: other)
    shown = {text.split(": ")[1].split()[0] for text in faults(lived)}
    assert shown == set(campaign.ANALYSES)
