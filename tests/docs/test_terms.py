"""The page of terms: every analysis stands there, and each meaning is plain English."""

from __future__ import annotations

import re

import libstats
from tests.support import sentences
from tests.support.files import DOCS, ROOT

PAGE = (DOCS / "terms.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in row.strip("|").split("|")]
    for row in re.findall(r"^\|.*\|$", PAGE, re.M)
    if not row.startswith(("|---", "| term"))
]


def test_every_public_analysis_is_named() -> None:
    analyses = {
        name for name, place in libstats._PLACES.items() if place.startswith("libstats.analysis")
    }
    named = set(re.findall(r"`(\w+)`", " ".join(row[-1] for row in ROWS)))
    assert named <= set(libstats.__all__)
    assert analyses - named == set()


def test_each_term_has_a_meaning_in_one_to_three_plain_sentences() -> None:
    for term, meaning, _source, _analysis in ROWS:
        told = sentences.of_text(meaning)
        assert 1 <= len(told) <= 3, term
        assert [sentence for sentence in told if sentences.faults(sentence)] == [], term


def test_a_source_is_one_that_the_code_names() -> None:
    """No source is invented: its author, body or number stands where the figure is made."""
    code = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "libstats").rglob("*.py"))
    sources = {row[2] for row in ROWS} - {""}
    named = {word for source in sources for word in re.findall(r"[A-Z]\w+|\d{4}", source)}
    assert len(named) > 8
    assert [word for word in named if word not in code] == []


def test_the_readme_leads_there() -> None:
    assert "docs/terms.md" in (ROOT / "README.md").read_text(encoding="utf-8")
