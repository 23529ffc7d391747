"""What a section of libstats.toml may hold: the form of a key, and of a section."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from libstats.workspace.fault import Fault

__all__ = ["Config", "Section", "Setting"]

Config = Mapping[str, Any]


class Setting(NamedTuple):
    """What a key wants: the test of its value, what is wrong with another, and a right one; the
    `remedy` of one that no value is right for."""

    is_right: Callable[[Any], bool]
    problem: str
    example: str
    is_required: bool = False
    remedy: str = ""


class Section(NamedTuple):
    """A section: how it is written; its keys, or what each of the names in it wants, and the keys
    below a name; what else is wrong with one whose values are of the right kind; and whether there
    may be several."""

    heading: str
    keys: Mapping[str, Setting] = {}
    each: Setting | None = None
    below: Mapping[str, Setting] = {}
    further: Callable[[Mapping[str, Any], Config], Iterator[Fault]] | None = None
    is_repeated: bool = False
