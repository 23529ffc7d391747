"""Maps of MARC records: which field of a record, or of a copy in it, goes to which column. Each is
a text beside this file that a library may copy and edit; `libstats/declaration/marc_map.py` says
how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from libstats.declaration import marc_map
from libstats.declaration.marc_sources import Map

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
# of vendors' files: which of them a library gets it says in libstats.toml, since the fields of two
# vendors look alike and their money does not
OF_ORDERS = ("gobi", "brodart", "sierra-orders")
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


def names_given(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The maps that [marc] in libstats.toml names."""
    given = config.get("marc", {}).get("map") or ()
    return (given,) if isinstance(given, str) else tuple(given)


def of_library(config: Mapping[str, Any]) -> tuple[Map, ...]:
    """The maps that [marc] in libstats.toml names: shipped ones, and those of the library."""
    given = config.get("marc", {})
    texts, lists = given.get("texts", {}), given.get("lists", {})
    return tuple(
        shipped(name)
        if name in (*NAMES, *OF_ORDERS)
        else marc_map.read(
            name,
            texts.get(name, ""),
            lambda wanted: lists.get(wanted, text_of(wanted)),
            shipped(BASE),
        )
        for name in names_given(config)
    )


def named(name: str, config: Mapping[str, Any]) -> Map:
    """The map of that name."""
    own = (each for each in of_library(config) if each.name in (name, f"{name}.map"))
    return next(own, None) or shipped(name)


SOURCES = tuple(
    {
        source.label: source for name in (*NAMES, *OF_ORDERS) for source in shipped(name).sources
    }.values()
)
