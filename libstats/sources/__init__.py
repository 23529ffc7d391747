"""One file a system, or a folder where it has several exports. Every `Source` and `LeftAlone` that
a module here defines is known to libstats, and so is what a library declares in libstats.toml."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from libstats.declaration.own import of_library, spelled
from libstats.declaration.source import LeftAlone, Source


@cache
def _shipped() -> tuple[Source | LeftAlone, ...]:
    """Every declaration of every module of this package, in the order of files and lines, a
    system's copies before its other exports: of two that fit a file equally well the first wins."""
    found: list[Source | LeftAlone] = []
    modules = (module.name for module in pkgutil.walk_packages(__path__, f"{__name__}."))
    for name in sorted(modules, key=lambda name: name.removesuffix(".items")):
        module = importlib.import_module(name)
        names = (*vars(module).values(), *getattr(module, "SOURCES", ()))
        found += [value for value in names if isinstance(value, (Source, LeftAlone))]
    return tuple(found)


def declared(config: Mapping[str, Any] | None = None) -> tuple[Source | LeftAlone, ...]:
    """Every declaration: a library's own, from its configuration, then the shipped ones, with the
    names that it adds for their headings."""
    if not config or not config.keys() & {"export", "headings"}:
        return _shipped()
    return (
        *of_library(config),
        *(spelled(d, config) if isinstance(d, Source) else d for d in _shipped()),
    )


def sources(config: Mapping[str, Any] | None = None) -> tuple[Source, ...]:
    """The declarations that load something."""
    return tuple(d for d in declared(config) if isinstance(d, Source))
