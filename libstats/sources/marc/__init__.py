"""Maps of MARC records: which field of a record, or of a copy in it, goes to which column. Each is
a text beside this file that a library may copy and edit; `libstats/declaration/marc_map.py` says
how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from libstats.declaration import marc_map
from libstats.declaration.marc_map import Map

NAMES = (
    "koha",
    "sierra",
    "symphony-949",
    "symphony-999",
    "alma",
    "evergreen",
    "polaris",
    "oclc",
    "plain",
)
BASE = "title"


def text_of(name: str) -> str | None:
    """The text of a shipped map or list, `koha.map`; None where there is none."""
    if "/" in name or "\\" in name:
        return None
    file = resources.files(__name__).joinpath(name)
    return file.read_text(encoding="utf-8") if file.is_file() else None


@cache
def shipped(name: str) -> Map:
    """A map of libstats."""
    base = None if name == BASE else shipped(BASE)
    return marc_map.read(f"{name}.map", text_of(f"{name}.map") or "", text_of, base)


def of_library(config: Mapping[str, Any]) -> Map | None:
    """The map that [marc] in libstats.toml names: a shipped one, or one of the library's."""
    given = config.get("marc", {})
    name = given.get("map")
    if not name:
        return None
    if name in NAMES:
        return shipped(name)
    lists = given.get("lists", {})
    return marc_map.read(
        name,
        given.get("text", ""),
        lambda wanted: lists.get(wanted, text_of(wanted)),
        shipped(BASE),
    )


def named(name: str, config: Mapping[str, Any]) -> Map:
    """The map of that name."""
    own = of_library(config)
    return own if own is not None and own.name in (name, f"{name}.map") else shipped(name)


SOURCES = tuple(
    {source.label: source for name in NAMES for source in shipped(name).sources}.values()
)
