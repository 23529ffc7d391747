"""A declaration that stands for another's variant takes the headings that a library adds there."""

from __future__ import annotations

import re

import pytest

from libstats.declaration.own import spelled
from libstats.declaration.source import Source
from libstats.sources import sources

LABELS = {source.label: source for source in sources()}
VARIANTS = [
    pytest.param(source, LABELS[base], id=source.label)
    for source in sources()
    if (base := re.split(" (?:with|without|by) ", source.label)[0]) != source.label
    and base in LABELS
]


def test_the_variants_are_found() -> None:
    assert {"koha holds without priority", "alma physical items by barcode"} <= {
        str(variant.id) for variant in VARIANTS
    }


@pytest.mark.parametrize(("variant", "base"), VARIANTS)
def test_a_variant_takes_the_headings_of_its_base(variant: Source, base: Source) -> None:
    shared = sorted(set(variant.vendor_headings) & set(base.vendor_headings))
    assert shared
    config = {
        "headings": {
            base.label: {heading: [f"our {heading}"] for heading in shared},
            variant.label: {shared[0]: ["its own"]},
        }
    }
    found = spelled(variant, config).headings
    assert all(f"our {heading}" in found[heading] for heading in shared)
    assert "its own" in found[shared[0]]
    assert "its own" not in spelled(base, config).headings[shared[0]]


def test_a_heading_of_the_base_alone_adds_nothing() -> None:
    variant = LABELS["koha holds without priority"]
    assert spelled(variant, {"headings": {"koha holds": {"no such": ["x"]}}}) is variant
