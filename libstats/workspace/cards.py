"""The cards, and the groups of cards, that stand for places where copies go, and for no person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from libstats.definitions.roles import Line, fold, own_lines
from libstats.sources import roles


def places(config: Mapping[str, Any], system: str) -> frozenset[str]:
    """The cards of places in small letters: those of a system, and those that a library declares
    in [roles.SOURCE.loan.card] or its like, for whichever of its sources."""
    return _of(config, system, "card")


def groups(config: Mapping[str, Any], system: str) -> frozenset[str]:
    """The groups of which every card is a place (statistical patrons), in small letters:
    [roles.SOURCE.loan.patron_group] or its like."""
    return _of(config, system, "patron_group")


def _of(config: Mapping[str, Any], system: str, field: str) -> frozenset[str]:
    lines = [*map(Line._make, roles.of_system(system))]
    for source in config.get("roles", {}):
        lines += own_lines(config, source)
    return frozenset(fold(x.code) for x in lines if (x.field, x.role) == (field, "place"))
